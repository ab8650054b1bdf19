import { rejection, withoutStack } from './caller-stack.ts';
import { Judge } from './judge.ts';
import { Deadlines, type Clock, type DeadlineLane, type HawserError } from './machine/index.ts';
import { Signals } from './signals.ts';

/** Whose waits are limited. */
export interface WaitOwner<T> {
  /** The error for a wait whose deadline has passed. */
  late(wait: Wait<T>): HawserError;
  /** The error for a wait whose signal has fired. */
  aborted(wait: Wait<T>, signal: AbortSignal): HawserError;
  /** A wait has ended by its deadline or its signal. */
  left(wait: Wait<T>): void;
}

/** Somebody who waits. Only {@link WaitLimits} changes its phase. */
export class Wait<T> {
  readonly owner: WaitOwner<T>;
  /** Takes the result, or a promise that rejects. */
  readonly settle: (result: T | Promise<never>) => void;
  readonly timeoutMs: number;
  /** In the clock's milliseconds. */
  readonly deadline: number;
  /** Where its deadline is watched; `undefined` when it has none. */
  readonly lane: DeadlineLane<Wait<T>> | undefined;
  phase: 'waiting' | 'gone' = 'waiting';
  /** Ends the watch over the caller's signal. */
  unwatch: (() => void) | undefined = undefined;

  constructor(
    owner: WaitOwner<T>,
    settle: (result: T | Promise<never>) => void,
    timeoutMs: number,
    deadline: number,
    lane: DeadlineLane<Wait<T>> | undefined,
  ) {
    this.owner = owner;
    this.settle = settle;
    this.timeoutMs = timeoutMs;
    this.deadline = deadline;
    this.lane = lane;
  }
}

/**
 * The deadlines and signals of those who wait, for one thing or for many: no timer is any one's own, and each signal has one
 * listener. There is a timer only while somebody waits with a deadline.
 */
export class WaitLimits<T> {
  readonly #clock: Clock;
  readonly #deadlines = new Deadlines<Wait<T>>();
  readonly #expiry: Judge;
  readonly #signals = new Signals<Wait<T>>((wait, signal) =>
    this.#leave(
      wait,
      withoutStack(() => wait.owner.aborted(wait, signal)),
    ),
  );

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#expiry = new Judge(clock, () => this.#expire());
  }

  /**
   * Begins to wait: `settle` is told when the time is over or the signal fires, unless {@link WaitLimits.end} comes before.
   * A signal that has fired already is for whoever begins to find.
   */
  begin(
    owner: WaitOwner<T>,
    settle: (result: T | Promise<never>) => void,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Wait<T> {
    // Lanes are of whole milliseconds; nobody gets less than was asked for.
    const wholeMs = Math.ceil(timeoutMs);
    const deadline = this.#clock.now() + wholeMs;
    const lane = timeoutMs === Infinity ? undefined : this.#deadlines.lane(wholeMs);
    const wait = new Wait<T>(owner, settle, timeoutMs, deadline, lane);
    if (signal !== undefined) wait.unwatch = this.#signals.watch(signal, wait);
    if (lane !== undefined) {
      lane.push(wait);
      if (deadline < this.#expiry.at) this.#expiry.set(deadline);
    }
    return wait;
  }

  /** What was waited for is there, or will never be. */
  end(wait: Wait<T>, result: T | Promise<never>): void {
    wait.phase = 'gone';
    wait.unwatch?.();
    wait.lane?.settled();
    if (wait.lane?.live === 0 && this.#deadlines.earliest() === Infinity) this.#expiry.clear();
    wait.settle(result);
  }

  /** As {@link WaitLimits.end}, with an error, which gets the stack of whoever awaits it. */
  fail(wait: Wait<T>, error: Error): void {
    this.end(wait, rejection(error));
  }

  #expire(): void {
    const now = this.#clock.now();
    withoutStack(() => this.#deadlines.expire(now, (wait) => this.#leave(wait, wait.owner.late(wait))));
    this.#expiry.set(this.#deadlines.earliest());
  }

  #leave(wait: Wait<T>, error: HawserError): void {
    this.fail(wait, error);
    wait.owner.left(wait);
  }
}
