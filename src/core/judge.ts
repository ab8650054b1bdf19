import type { Clock, Timer } from './machine/index.ts';

/**
 * One timer for a decision about a peer. When it fires, the bytes that have already arrived are read first: after
 * the event loop was blocked, the clock says "late" while the answer is waiting in the kernel.
 */
export class Judge {
  readonly #clock: Clock;
  readonly #decide: () => void;
  #armed: { readonly timer: Timer; readonly at: number } | undefined;
  /** Tells a decision that waits for the poll that it was overtaken. */
  #round = 0;

  /** `decide` must not throw. */
  constructor(clock: Clock, decide: () => void) {
    this.#clock = clock;
    this.#decide = decide;
  }

  /**
   * The instant of the decision that is still to come, in the clock's milliseconds; `Infinity` when there is none. It
   * stays until the decision is made, so that whoever sets only an earlier one does not put it off turn by turn.
   */
  get at(): number {
    return this.#armed?.at ?? Infinity;
  }

  /** Decides at an instant instead of the one set before. */
  set(at: number): void {
    this.clear();
    if (at === Infinity) return;
    const round = this.#round;
    const fire = (): void =>
      this.#clock.afterPoll(() => {
        if (round !== this.#round) return;
        this.#armed = undefined;
        this.#decide();
      });
    // Whole milliseconds, as timers have: a rest that rounding left would fire without time having moved.
    const delayMs = Math.max(0, Math.ceil(at - this.#clock.now()));
    this.#armed = { timer: this.#clock.setTimer(fire, delayMs), at };
  }

  clear(): void {
    this.#round += 1;
    if (this.#armed !== undefined) this.#clock.clearTimer(this.#armed.timer);
    this.#armed = undefined;
  }
}
