import type { Clock, Timer } from '../core/machine/index.ts';

/** How a {@link VirtualClock} is set up. */
export interface VirtualClockOptions {
  /** What `now()` says at first, in milliseconds. Default 0. */
  readonly startMs?: number;
  /** Callbacks that may run without time moving on before the clock takes them for an endless loop. Default 100,000. */
  readonly stepsPerInstantMax?: number;
}

class VirtualTimer {
  readonly dueMs: number;
  /** Timers that are due at one instant fire in the order in which they were set. */
  readonly order: number;
  readonly callback: () => void;

  constructor(dueMs: number, order: number, callback: () => void) {
    this.dueMs = dueMs;
    this.order = order;
    this.callback = callback;
  }

  isAfter(other: VirtualTimer): boolean {
    return this.dueMs === other.dueMs ? this.order > other.order : this.dueMs > other.dueMs;
  }
}

/**
 * A clock whose time passes only when told to.
 *
 * One *step* is one callback: a timer that is due, or one given to `afterPoll` once no timer is due any more.
 * After each step all promise continuations, `process.nextTick` and `setImmediate` callbacks run to their end,
 * so that timers which they set are honoured at the right time. Whatever a callback throws rejects the method
 * that was moving the clock.
 */
export class VirtualClock implements Clock {
  /** Latest first, so that the next one due is taken from the end. */
  readonly #timers: VirtualTimer[] = [];
  readonly #afterPoll: (() => void)[] = [];
  /** Those who wait for time to pass, sorted as the timers are. */
  readonly #pauses: VirtualTimer[] = [];
  readonly #stepsPerInstantMax: number;
  /** Each from when to when time was moved by `jump`, in order. */
  readonly #jumps: { readonly fromMs: number; toMs: number }[] = [];
  #nowMs: number;
  #timersSet = 0;
  #jumpedMs = 0;
  #steps = 0;
  #stepsThisInstant = 0;
  #isMoving = false;

  constructor({ startMs = 0, stepsPerInstantMax = 100_000 }: VirtualClockOptions = {}) {
    this.#nowMs = startMs;
    this.#stepsPerInstantMax = stepsPerInstantMax;
  }

  now(): number {
    return this.#nowMs;
  }

  /** As {@link Clock.setTimer}; a delay below 0 counts as 0, one that is not finite throws a RangeError. */
  setTimer(callback: () => void, delayMs: number): Timer {
    if (!Number.isFinite(delayMs)) throw new RangeError(`A timer needs a finite delay, not ${delayMs}.`);
    return this.#set(this.#timers, callback, delayMs);
  }

  clearTimer(timer: Timer): void {
    if (!(timer instanceof VirtualTimer)) throw new TypeError('This timer is not one of a virtual clock.');
    const position = positionIn(this.#timers, timer);
    if (this.#timers[position] === timer) this.#timers.splice(position, 1);
  }

  /** Calls back once nothing is due any more at this instant: what has arrived by now was delivered by then. */
  afterPoll(callback: () => void): void {
    this.#afterPoll.push(callback);
  }

  /** How many timers are set and have neither fired nor been cleared, those who pause included. */
  get pendingTimers(): number {
    return this.#timers.length + this.#pauses.length;
  }

  /** How many steps it has taken so far. */
  get steps(): number {
    return this.#steps;
  }

  /** By how much {@link VirtualClock.jump} has moved time so far. */
  get jumpedMs(): number {
    return this.#jumpedMs;
  }

  /**
   * The first instant from `ms` on at which anything could run: behind the {@link VirtualClock.jump} that lies over it, or
   * begins at most `withinMs` after it (default 0), and behind those that follow at once. To find out whether something came
   * late though nothing was in its way.
   */
  afterJumps(ms: number, withinMs = 0): number {
    let freeMs = ms;
    for (const { fromMs, toMs } of this.#jumps) {
      if (fromMs <= freeMs + withinMs && freeMs < toMs) freeMs = toMs;
    }
    return freeMs;
  }

  /** One line for each pending timer, next one first: when it is due and the start of its callback's source. */
  describeTimers(): string[] {
    return [...this.#pauses, ...this.#timers]
      .sort((one, other) => (one.isAfter(other) ? 1 : -1))
      .map(({ dueMs, callback }) => `${dueMs} ms: ${describe(callback)}`);
  }

  /**
   * Resolves when so many milliseconds have passed and all that is due by then has run. For code that runs while somebody
   * else moves the clock, as what is waited for by `waitFor` does.
   */
  async pause(ms: number): Promise<void> {
    checkDuration('pause', ms);
    await new Promise<void>((resolve) => {
      this.#set(
        this.#pauses,
        function pauseIsOver() {
          resolve();
        },
        ms,
      );
    });
  }

  /** Lets so many milliseconds pass and runs what is due on the way, each at its own time. */
  async advance(ms: number): Promise<void> {
    checkDuration('advance', ms);
    await this.#move(async () => {
      const untilMs = this.#nowMs + ms;
      while (await this.#step(untilMs));
      // A callback may have called jump() beyond it.
      this.#nowMs = Math.max(this.#nowMs, untilMs);
    });
  }

  /** Runs everything that is due now, and what follows from it at this same instant, without moving time. */
  async settle(): Promise<void> {
    await this.#move(async () => {
      while (await this.#step(this.#nowMs));
    });
  }

  /**
   * Lets time pass, step by step, until the promise has settled, and returns what it settled with. Throws when
   * nothing is left to wait for within `withinMs` (default 10 minutes) and it is still pending.
   */
  async waitFor<T>(promise: PromiseLike<T>, withinMs = 600_000): Promise<T> {
    let isPending = true;
    const settled = (): void => {
      isPending = false;
    };
    promise.then(settled, settled);
    await this.#move(async () => {
      const untilMs = this.#nowMs + withinMs;
      while (isPending && (await this.#step(untilMs)));
      if (isPending)
        throw new Error(`The promise is still pending, and no timer is due within ${withinMs} ms.`);
    });
    return promise;
  }

  /**
   * Moves time with nothing running meanwhile, as when the event loop is blocked or the process is frozen. What
   * became due fires late, in order, with the next `settle`, `advance` or `waitFor`; a callback may call it too.
   */
  jump(ms: number): void {
    checkDuration('jump', ms);
    const last = this.#jumps.at(-1);
    if (last?.toMs === this.#nowMs) last.toMs += ms;
    else this.#jumps.push({ fromMs: this.#nowMs, toMs: this.#nowMs + ms });
    this.#jumpedMs += ms;
    this.#moveBy(ms);
  }

  #set(timers: VirtualTimer[], callback: () => void, delayMs: number): VirtualTimer {
    this.#timersSet += 1;
    const timer = new VirtualTimer(this.#nowMs + Math.max(0, delayMs), this.#timersSet, callback);
    timers.splice(positionIn(timers, timer), 0, timer);
    return timer;
  }

  #moveBy(ms: number): void {
    this.#nowMs += ms;
    this.#stepsThisInstant = 0;
  }

  async #move(steps: () => Promise<void>): Promise<void> {
    if (this.#isMoving) throw new Error('The clock is already being moved: await one call before the next.');
    this.#isMoving = true;
    this.#stepsThisInstant = 0;
    try {
      await runQueuedWork();
      await steps();
    } finally {
      this.#isMoving = false;
    }
  }

  /** Runs the next callback, moving time to it where it is due later but not after `untilMs`. False if there is none. */
  async #step(untilMs: number): Promise<boolean> {
    const callback = this.#nextCallback(untilMs);
    if (callback === undefined) return false;
    this.#steps += 1;
    this.#stepsThisInstant += 1;
    if (this.#stepsThisInstant > this.#stepsPerInstantMax) {
      throw new Error(
        `Time stands still at ${this.#nowMs} ms: ${this.#stepsPerInstantMax} callbacks ran without it moving on. ` +
          `Next would be: ${describe(callback)}`,
      );
    }
    callback();
    await runQueuedWork();
    return true;
  }

  #nextCallback(untilMs: number): (() => void) | undefined {
    const timerMs = this.#timers.at(-1)?.dueMs ?? Infinity;
    const pauseMs = this.#pauses.at(-1)?.dueMs ?? Infinity;
    if (timerMs > this.#nowMs && this.#afterPoll.length > 0) return this.#afterPoll.shift();
    // A pause is over when nothing else is due any more.
    const isPauseNext = timerMs > this.#nowMs && pauseMs < timerMs;
    const timers = isPauseNext ? this.#pauses : this.#timers;
    const timer = timers.at(-1);
    if (timer === undefined || timer.dueMs > Math.max(untilMs, this.#nowMs)) return undefined;
    timers.pop();
    if (timer.dueMs > this.#nowMs) this.#moveBy(timer.dueMs - this.#nowMs);
    return timer.callback;
  }
}

/** Index at which a timer is, or where it belongs. */
function positionIn(timers: readonly VirtualTimer[], timer: VirtualTimer): number {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timers[middle] as VirtualTimer).isAfter(timer)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function checkDuration(what: string, ms: number): void {
  if (!(ms >= 0 && ms < Infinity)) {
    throw new RangeError(`${what}: expected a finite number of milliseconds from 0 on, not ${ms}`);
  }
}

/**
 * Waits until promise continuations, `process.nextTick` and `setImmediate` callbacks have run to their end.
 *
 * All microtasks and ticks end before the event loop moves on to the next immediate. The second turn is for an
 * immediate that was set by such a continuation, and for what continues from it.
 */
async function runQueuedWork(): Promise<void> {
  await new Promise<void>(nextTurn);
  await new Promise<void>(nextTurn);
}

function nextTurn(resolve: () => void): void {
  setImmediate(resolve);
}

function describe(callback: () => void): string {
  return String(callback).replaceAll(/\s+/g, ' ').slice(0, 100);
}
