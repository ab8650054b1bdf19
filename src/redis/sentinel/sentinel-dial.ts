import {
  HawserError,
  type Dial,
  type DialRequest,
  type Endpoint,
  type Environment,
  type Transport,
} from '../../core/index.ts';
import { LeavableTransport } from './leavable-transport.ts';

/** A dial that is under way, or the transport that has come of it. */
interface Hold {
  readonly endpoint: Endpoint;
  leave(cause: Error): void;
}

/** What was open for less was no use, whatever is wrong with it. */
const USEFUL_AFTER_MS = 10_000;

/** Dials a server of a group, wherever one is at that moment, and leaves those that will not do any more. */
export class SentinelDial {
  readonly #find: (signal: AbortSignal) => Promise<Endpoint>;
  readonly #given: Environment;
  readonly #ended: (endpoint: Endpoint, wasUseful: boolean) => void;
  readonly #holds = new Set<Hold>();

  /**
   * @param find says where one is; its rejection is the dial's
   * @param ended told when what was dialled has ended, and whether it was open for long; it was not where it could not be opened
   */
  constructor(
    find: (signal: AbortSignal) => Promise<Endpoint>,
    given: Environment,
    ended: (endpoint: Endpoint, wasUseful: boolean) => void,
  ) {
    this.#find = find;
    this.#given = given;
    this.#ended = ended;
  }

  /** As {@link Dial}; the endpoint of the request is none. */
  readonly dial: Dial = async (request) => this.#open(request, await this.#find(request.signal));

  /** Whether there is anything to be left for a reason. */
  hasToLeave(reasonOf: (endpoint: Endpoint) => string | undefined): boolean {
    return [...this.#holds].some(({ endpoint }) => reasonOf(endpoint) !== undefined);
  }

  /** Whatever leads where there is a reason to leave is lost from now on. */
  leave(reasonOf: (endpoint: Endpoint) => string | undefined): void {
    for (const hold of this.#holds) {
      const reason = reasonOf(hold.endpoint);
      if (reason !== undefined)
        hold.leave(new HawserError('CONNECTION_LOST', reason, { outcome: 'unknown' }));
    }
  }

  async #open(request: DialRequest, endpoint: Endpoint): Promise<Transport> {
    const { clock, dial } = this.#given;
    const abort = new AbortController();
    const end = (): void => abort.abort(request.signal.reason);
    if (request.signal.aborted) end();
    request.signal.addEventListener('abort', end, { once: true });
    const underWay: Hold = { endpoint, leave: (cause) => abort.abort(cause) };
    this.#holds.add(underWay);
    try {
      const inner = await dial({ ...request, endpoint, signal: abort.signal }).catch((error: unknown) => {
        this.#ended(endpoint, false);
        throw error;
      });
      const openedAt = clock.now();
      const transport = new LeavableTransport(inner, () => {
        this.#holds.delete(open);
        this.#ended(endpoint, clock.now() - openedAt >= USEFUL_AFTER_MS);
      });
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
