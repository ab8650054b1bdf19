import {
  describeEndpoint,
  HawserError,
  type Dial,
  type DialRequest,
  type Endpoint,
  type Transport,
} from '../../core/index.ts';
import { LeavableTransport } from './leavable-transport.ts';
import { isSame } from './sentinel-group.ts';

/** A dial that is under way, or the transport that has come of it. */
interface Hold {
  readonly endpoint: Endpoint;
  leave(cause: Error): void;
}

/** Dials the primary, wherever it is at that moment, and leaves it when it is elsewhere. */
export class PrimaryDial {
  readonly #group: string;
  readonly #find: (signal: AbortSignal) => Promise<Endpoint>;
  readonly #given: Dial;
  readonly #holds = new Set<Hold>();

  /** @param find says where the primary is; its rejection is the dial's */
  constructor(group: string, find: (signal: AbortSignal) => Promise<Endpoint>, given: Dial) {
    this.#group = group;
    this.#find = find;
    this.#given = given;
  }

  /** As {@link Dial}; the endpoint of the request is none. */
  readonly dial: Dial = async (request) => this.#open(request, await this.#find(request.signal));

  /** Whether anything that was dialled leads to another endpoint than this. */
  leadsElsewhere(primary: Endpoint): boolean {
    return [...this.#holds].some(({ endpoint }) => !isSame(endpoint, primary));
  }

  /** Whatever does not lead to this endpoint is lost from now on. */
  leaveAllBut(primary: Endpoint): void {
    const message = `the Sentinels name another primary of ${this.#group}: ${describeEndpoint(primary)}`;
    const holds = [...this.#holds].filter(({ endpoint }) => !isSame(endpoint, primary));
    for (const hold of holds) {
      hold.leave(new HawserError('CONNECTION_LOST', message, { outcome: 'unknown' }));
    }
  }

  async #open(request: DialRequest, endpoint: Endpoint): Promise<Transport> {
    const abort = new AbortController();
    const end = (): void => abort.abort(request.signal.reason);
    if (request.signal.aborted) end();
    request.signal.addEventListener('abort', end, { once: true });
    const underWay: Hold = { endpoint, leave: (cause) => abort.abort(cause) };
    this.#holds.add(underWay);
    try {
      const inner = await this.#given({ ...request, endpoint, signal: abort.signal });
      const transport = new LeavableTransport(inner, () => this.#holds.delete(open));
      const open: Hold = { endpoint, leave: (cause) => transport.leave(cause) };
      this.#holds.add(open);
      if (!abort.signal.aborted) return transport;
      transport.destroy();
      throw abort.signal.reason as Error;
    } finally {
      this.#holds.delete(underWay);
      request.signal.removeEventListener('abort', end);
    }
  }
}
