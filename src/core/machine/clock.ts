/** A timer that was set and can be cleared. What it is belongs to the {@link Clock} that made it. */
export type Timer = object;

/**
 * Time as the core sees it. The system's clock is one, a virtual clock for tests another; nothing in Hawser
 * reads the time or sets a timer in any other way.
 */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary origin. */
  now(): number;
  /** Calls back once, not before `delayMs` have passed. `callback` must not throw. */
  setTimer(callback: () => void, delayMs: number): Timer;
  /** Clears a timer; one that has fired or was cleared before is ignored. */
  clearTimer(timer: Timer): void;
  /**
   * Calls back once, after the bytes that have already arrived were read. Whoever is about to judge a peer by
   * the clock asks here first: when the event loop was blocked, the answer may be waiting in the kernel.
   */
  afterPoll(callback: () => void): void;
}

/** A source of randomness: the next number in [0, 1). */
export type Random = () => number;
