import {
  HawserError,
  Listeners,
  Waits,
  type Clock,
  type StateChange,
  type StateName,
} from '../../core/index.ts';
import { closedByOwner } from '../closed.ts';

/** Where the client of a cluster stands as a whole, and who waits for that to change. */
export class ClusterState {
  readonly #listeners = new Listeners<StateChange>();
  readonly #ready: Waits;
  #name: StateName = 'connecting';
  #cause: Error | undefined;

  constructor(clock: Clock) {
    this.#ready = new Waits(clock, 'ready');
  }

  get name(): StateName {
    return this.#name;
  }

  /** Why it is where it is, as it was heard last, if that is known. */
  get cause(): Error | undefined {
    return this.#cause;
  }

  listen(listener: (change: StateChange) => unknown): () => void {
    return this.#listeners.add(listener);
  }

  /** Enters a state. Once it is draining only closed follows, and nothing that. */
  enter(to: StateName, cause: Error | undefined): void {
    const from = this.#name;
    const isOver = from === 'closed' || (from === 'draining' && to !== 'closed');
    if (isOver) return;
    this.#cause = from === to ? (cause ?? this.#cause) : cause;
    if (from === to) return;
    this.#name = to;
    if (to === 'ready') this.#ready.resolve();
    if (to === 'parked') this.#ready.reject(() => notConnected('ready', cause));
    if (to === 'draining' || to === 'closed') this.#ready.reject(() => closedByOwner('ready'));
    this.#listeners.notify({ from, to, cause });
  }

  /** Resolves when it is ready. Rejects with NOT_CONNECTED when it is parked, CLOSED, DEADLINE or ABORTED. */
  async ready(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    switch (this.#name) {
      case 'ready':
        return;
      case 'parked':
        throw notConnected('ready', this.#cause);
      case 'draining':
      case 'closed':
        throw closedByOwner('ready');
      case 'idle':
      case 'connecting':
      case 'handshaking':
      case 'backing-off':
    }
    await this.#ready.wait(timeoutMs, signal, () => {
      const why = this.#cause === undefined ? '' : `; last cause: ${this.#cause.message}`;
      const init = { outcome: 'not-sent', command: 'ready', cause: this.#cause } as const;
      const message = `the cluster is not ready within ${timeoutMs} ms: ${this.#name}${why}`;
      return new HawserError('DEADLINE', message, init);
    });
  }
}

/** Nothing is known of the cluster, for `sinceMs`. */
export function notConnected(command: string, cause: Error | undefined, sinceMs?: number): HawserError {
  const since = sinceMs === undefined ? '' : ` for ${Math.round(sinceMs)} ms`;
  const why = cause === undefined ? '' : `; last cause: ${cause.message}`;
  const message = `${command}: no node has told what the cluster is made of${since}${why}`;
  return new HawserError('NOT_CONNECTED', message, { outcome: 'not-sent', command, cause });
}
