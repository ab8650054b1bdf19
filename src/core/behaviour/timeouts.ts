import { Judge } from '../judge.ts';
import type { Clock } from '../machine/index.ts';
import type { Continued } from './directives.ts';

/** The timeout of a state, once it has passed: for `handleInfo`, unless the state was left since. */
export interface StateTimeout {
  readonly message: unknown;
}

/** Who is told that the time is over. */
export interface TimeoutsOwner {
  idleFor(): void;
  inStateFor(timeout: StateTimeout): void;
}

/** The two timeouts that a directive can set: of the time without a message, and of the time in a state. */
export class Timeouts {
  readonly #clock: Clock;
  readonly #owner: TimeoutsOwner;
  readonly #idle: Judge;
  readonly #inState: Judge;
  /** How long the connection may be without a message from now on. */
  #idleTimeoutMs: number | undefined;
  #stateTimeout: StateTimeout | undefined;

  constructor(clock: Clock, owner: TimeoutsOwner) {
    this.#clock = clock;
    this.#owner = owner;
    this.#idle = new Judge(clock, () => this.#idleIsOver());
    this.#inState = new Judge(clock, () => owner.inStateFor(this.#stateTimeout!));
  }

  /** Takes what a directive says, which was carried out before. */
  set({ idleTimeoutMs, stateTimeout }: Continued<unknown>): void {
    this.#idleTimeoutMs = idleTimeoutMs;
    if (stateTimeout === undefined) return;
    const { afterMs, message } = stateTimeout;
    this.#stateTimeout = { message };
    this.#inState.set(this.#clock.now() + afterMs);
  }

  /** No message waits. The time runs from the first time that it is said. */
  wait(): void {
    const idleTimeoutMs = this.#idleTimeoutMs;
    if (idleTimeoutMs === 0) this.#idleIsOver();
    else if (idleTimeoutMs !== undefined && this.#idle.at === Infinity) {
      this.#idle.set(this.#clock.now() + idleTimeoutMs);
    }
  }

  /** There is a message. */
  messageCame(): void {
    this.#idleTimeoutMs = undefined;
    this.#idle.clear();
  }

  /** The connection has another state. */
  stateLeft(): void {
    this.#stateTimeout = undefined;
    this.#inState.clear();
  }

  /** Whether a timeout still holds: its state was not left, and none has replaced it. */
  holds(timeout: StateTimeout): boolean {
    return timeout === this.#stateTimeout;
  }

  stop(): void {
    this.messageCame();
    this.stateLeft();
  }

  #idleIsOver(): void {
    this.#idleTimeoutMs = undefined;
    this.#owner.idleFor();
  }
}
