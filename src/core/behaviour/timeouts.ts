import { Judge } from '../judge.ts';
import type { Clock } from '../machine/index.ts';
import { TIMEOUT, type Continued } from './directives.ts';

/** A timeout that has passed: its message is for `handleInfo`, unless what ends it comes before its turn. */
export interface Timeout {
  readonly message: unknown;
}

/** The two timeouts that a directive can set: of the time without a message, and of the time in a state. */
export class Timeouts {
  readonly #clock: Clock;
  readonly #passed: (timeout: Timeout) => void;
  readonly #idle: Judge;
  readonly #inState: Judge;
  /** How long the connection may be without a message from now on. */
  #idleTimeoutMs: number | undefined;
  /** It has passed, and no message came since. */
  #idleTimeout: Timeout | undefined;
  #stateTimeout: Timeout | undefined;

  /** `passed` is told of each. */
  constructor(clock: Clock, passed: (timeout: Timeout) => void) {
    this.#clock = clock;
    this.#passed = passed;
    this.#idle = new Judge(clock, () => this.#idleIsOver());
    this.#inState = new Judge(clock, () => passed(this.#stateTimeout!));
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
    this.#idleTimeout = undefined;
    this.#idle.clear();
  }

  /** The connection has another state. */
  stateLeft(): void {
    this.#stateTimeout = undefined;
    this.#inState.clear();
  }

  /** Whether a timeout still holds: its state was not left or no message came, and none has replaced it. */
  holds(timeout: Timeout): boolean {
    return timeout === this.#idleTimeout || timeout === this.#stateTimeout;
  }

  stop(): void {
    this.messageCame();
    this.stateLeft();
  }

  #idleIsOver(): void {
    this.#idleTimeoutMs = undefined;
    this.#idleTimeout = { message: TIMEOUT };
    this.#passed(this.#idleTimeout);
  }
}
