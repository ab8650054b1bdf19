import {
  HawserError,
  type Dial,
  type DialRequest,
  type Endpoint,
  type Environment,
  type Transport,
} from '../../core/index.ts';
import { isClosing, LeavableTransport } from './leavable-transport.ts';

/** A dial that is under way, or the transport that has come of it. */
interface Hold {
  readonly endpoint: Endpoint;
  leave(cause: Error): void;
}

/** What the other side has ended earlier was no use. Later it may be for one connection alone. */
const USEFUL_AFTER_MS = 10_000;

/** Dials a server of a group, wherever one is at that moment, and leaves those that will not do any more. */
export class SentinelDial {
  readonly #find: (signal: AbortSignal) => Promise<Endpoint>;
  readonly #given: Environment;
  readonly #failed: (endpoint: Endpoint) => void;
  readonly #holds = new Set<Hold>();

  /**
   * @param find says where one is; its rejection is the dial's
   * @param failed told of one that could not be opened, was given up for what is wrong with it, or was lost soon
   */
  constructor(
    find: (signal: AbortSignal) => Promise<Endpoint>,
    given: Environment,
    failed: (endpoint: Endpoint) => void,
  ) {
    this.#find = find;
    this.#given = given;
    this.#failed = failed;
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
        const isLeft = abort.signal.aborted && !request.signal.aborted;
        const isClosed = request.signal.aborted && isClosing(request.signal.reason);
        if (!isLeft && !isClosed) this.#failed(endpoint);
        throw error;
      });
      const openedAt = clock.now();
      const transport = new LeavableTransport(inner, (ending) => {
        this.#holds.delete(open);
        const wasLostSoon = ending === 'lost' && clock.now() - openedAt < USEFUL_AFTER_MS;
        if (wasLostSoon || ending === 'given up') this.#failed(endpoint);
      });
      const open: Hold = { endpoint, leave: (cause) => transport.leave(cause) };
      this.#holds.add(open);
      if (!abort.signal.aborted) return transport;
      const cause = abort.signal.reason as Error;
      transport.leave(cause);
      throw cause;
    } finally {
      this.#holds.delete(underWay);
      request.signal.removeEventListener('abort', end);
    }
  }
}
