import type { StateName } from '../machine/index.ts';
import type { StateChange } from '../pipeline.ts';
import type { WaitOptions } from '../waits.ts';
import type { BehaviourExplanation } from './behaviour-explanation.ts';
import type { Connection } from './connection.ts';
import type { Manager } from './manager.ts';

/**
 * A running {@link Connection}, for those who use it. Made by `Connection.start` and `Connection.connect`, and there is
 * one for each connection: `self` in the callbacks is the same.
 */
export class ConnectionHandle<Call, R, Cast, Info> {
  readonly #manager: Manager;

  constructor(manager: Manager) {
    this.#manager = manager;
  }

  /** Where the connection stands. */
  get state(): StateName {
    return this.#manager.state;
  }

  /**
   * Asks `handleCall`, and resolves with the answer. `timeoutMs` defaults to the connection's own.
   *
   * Rejects with a HawserError. A call that waits for its turn fails as `not-sent` and is never handled; one that was
   * begun fails as `unknown`, and what answers it later is ignored. The codes: DEADLINE, ABORTED, CLOSED (its cause is why
   * the connection ended), and before it waits INVALID_ARGUMENT and OVERLOADED; NOT_CONNECTED where the connection was
   * started with `whenDisconnected: 'fail'`; or what `Connection.refuse` said.
   */
  async call(request: Call, options?: WaitOptions): Promise<R> {
    return this.#manager.call('call', request, options) as Promise<R>;
  }

  /** Tells `handleCast`. Throws OVERLOADED or CLOSED, both `not-sent`. */
  cast(message: Cast): void {
    this.#manager.tell('cast', message);
  }

  /** Tells `handleInfo`. Throws OVERLOADED or CLOSED, both `not-sent`. */
  info(message: Info): void {
    this.#manager.tell('info', message);
  }

  /**
   * Changes to another behaviour between two messages: its `codeChange` makes its state of the present one. Sockets, waiting
   * messages and callers are kept. Rejects as `call` does, and with REFUSED when `codeChange` fails: the present
   * behaviour goes on then.
   */
  async upgrade(
    behaviour: new () => Connection<unknown, Call, R, Cast, Info, unknown>,
    options?: WaitOptions,
  ): Promise<void> {
    await this.#manager.call('upgrade', behaviour, options);
  }

  /** Resolves when the connection is ready; while `disconnect` runs, when it is so again. Rejects with CLOSED, or with DEADLINE when it is not in time. `timeoutMs` defaults to the connection's own. */
  async ready(options?: WaitOptions): Promise<void> {
    await this.#manager.ready(options);
  }

  /** Calls `listener` after each change of state. Returns what removes it again. */
  onState(listener: (change: StateChange) => unknown): () => void {
    return this.#manager.life.listeners.add(listener);
  }

  /** Connects now instead of at the end of a backoff: `connect` is called with `BACKOFF`. Nothing while there is none. */
  retryNow(): void {
    this.#manager.retryNow();
  }

  /** What the connection knows of itself, now. */
  explain(): BehaviourExplanation {
    return this.#manager.explain();
  }

  /**
   * Accepts nothing more and connects no more, handles what was accepted, waits for the calls that were begun to be
   * answered, calls `terminate` with `normal`, and ends. At the deadline (default 5,000 ms) or when the signal fires it
   * ends in any case: a callback that still runs is abandoned, and calls fail with CLOSED. Never rejects but for a bad
   * argument; may be called again.
   */
  async close(options?: WaitOptions): Promise<void> {
    await this.#manager.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
