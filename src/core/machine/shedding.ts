/**
 * When a queue of callers is overloaded, and who then has to leave it.
 *
 * A burst makes a queue that goes away by itself, and nobody should be turned away for it. A standing queue does not: each
 * caller waits, and in the end none is served in time. The two differ in the smallest wait of an interval: in a burst at
 * least one is served soon, or the queue is empty again before the interval is over. Only while the queue stands are those
 * shed that have waited for twice the target, so that the others are served while that is still of use to them.
 *
 * An interval begins with the first waiter and not by the calendar: a burst that happens to fall on the end of one is
 * not judged by its first milliseconds.
 *
 * Source: K. Nichols and V. Jacobson, Controlling Queue Delay, ACM Queue 10(5), 2012. The adaptation to a queue of callers
 * is ours: theirs drops packets one by one, at growing rates, and needs no answer for a queue from which nothing is taken.
 */
export class Shedding {
  readonly #targetMs: number;
  readonly #intervalMs: number;
  /** Start of the interval that is running; `undefined` while nobody waits. */
  #startedAt: number | undefined;
  /** Smallest wait of those served in the interval. */
  #smallestMs: number | undefined;
  /** What waited before does not count. */
  #resetAt = 0;
  #isShedding = false;

  /**
   * @param targetMs A wait that is no reason to worry.
   * @param intervalMs For how long every wait has to be longer before the queue is taken for a standing one.
   */
  constructor(targetMs: number, intervalMs: number) {
    this.#targetMs = targetMs;
    this.#intervalMs = intervalMs;
  }

  /** Whether the queue was a standing one when the last interval ended. */
  get isShedding(): boolean {
    return this.#isShedding;
  }

  /** When `roll` is due next, if anybody waits. It is in the past when the first of a queue has not been shown to it. */
  get nextRollAt(): number {
    return this.#startedAt === undefined ? this.#resetAt : this.#startedAt + this.#intervalMs;
  }

  /**
   * To be called before a waiter is served, when one finds that nobody waits, and at {@link nextRollAt}. Judges an interval
   * that is over: by the smallest wait served in it or, if nobody was, by the first one's wait so far.
   *
   * @param headSince When the first in the queue arrived; `undefined` when nobody waits, which ends an overload at once.
   */
  roll(now: number, headSince: number | undefined): void {
    if (headSince === undefined) {
      this.#begin(undefined, false);
      return;
    }
    this.#startedAt ??= Math.max(headSince, this.#resetAt);
    if (now < this.nextRollAt) return;
    this.#begin(now, (this.#smallestMs ?? now - headSince) > this.#targetMs);
  }

  /** Counts a waiter who was served, by the milliseconds that it had waited. */
  served(waitedMs: number): void {
    this.#smallestMs = Math.min(this.#smallestMs ?? Infinity, waitedMs);
  }

  /** Whoever arrived before this has to leave; `-Infinity` when nobody has to. */
  shedsBefore(now: number): number {
    return this.#isShedding ? now - 2 * this.#targetMs : -Infinity;
  }

  /** Forgets everything: those who wait, waited until `now` for another reason than overload. */
  reset(now: number): void {
    this.#resetAt = now;
    this.#begin(undefined, false);
  }

  #begin(at: number | undefined, isShedding: boolean): void {
    this.#startedAt = at;
    this.#smallestMs = undefined;
    this.#isShedding = isShedding;
  }
}
