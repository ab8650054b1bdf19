import { setTimeout as wait } from 'node:timers/promises';
import type { WaitOptions } from '../../core/index.ts';
import { checkRange } from '../check-numbers.ts';

/** How often is asked when nothing else is said. */
const ASK_EVERY_MS = 10;
/** The longest that a timer can be set to. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** What {@link waitUntil} waits for, and for how long. */
export interface Wait<T> {
  /** Asked again and again until it resolves. What it rejects with says why not yet. Its signal aborts with the wait. */
  readonly ask: (signal: AbortSignal) => Promise<T>;
  /** What to complain of when it does not come in time, as in `The nodes did not agree`. */
  readonly complaint: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Time between an answer and the next question, in milliseconds. Default: 10. */
  readonly everyMs?: number | undefined;
}

/**
 * Waits, by asking again and again. Rejects when time is up, with the last reason why not yet, with the signal's own reason when
 * that aborts, and with a RangeError for a `timeoutMs` that is no duration.
 */
export async function waitUntil<T>(wanted: Wait<T>): Promise<T> {
  const { ask, complaint, timeoutMs, signal, everyMs = ASK_EVERY_MS } = wanted;
  checkTimeout(timeoutMs);
  const time = new AbortController();
  const over = signal === undefined ? time.signal : AbortSignal.any([time.signal, signal]);
  over.throwIfAborted();
  let reason = new Error('nothing was heard.');
  const giveUp = (): void =>
    time.abort(new Error(`${complaint} within ${timeoutMs} ms: ${reason.message}`, { cause: reason }));
  const timer = setTimeout(giveUp, Math.min(timeoutMs, TIMER_MAX_MS));
  try {
    for (;;) {
      try {
        // A signal of its own for each question: not everybody takes the listeners away again.
        return await orAborted(ask(AbortSignal.any([over])), over);
      } catch (error) {
        over.throwIfAborted();
        reason = error as Error;
      }
      await orAborted(wait(everyMs, undefined, { signal: over }), over);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Throws a RangeError unless it is a duration. */
export function checkTimeout(timeoutMs: number): void {
  checkRange('a wait', 'timeoutMs', timeoutMs, 0, Infinity);
}

/** What is left, whenever one asks, of the time of a wait that has several parts. */
export function sharedTime(
  { timeoutMs, signal }: WaitOptions,
  defaultMs: number,
): () => { readonly timeoutMs: number; readonly signal: AbortSignal | undefined } {
  const limitMs = timeoutMs ?? defaultMs;
  checkTimeout(limitMs);
  const deadlineMs = performance.now() + limitMs;
  return () => ({ timeoutMs: Math.max(0, Math.ceil(deadlineMs - performance.now())), signal });
}

/** A promise, or the reason of the signal if that aborts first. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
