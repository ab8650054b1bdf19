/** How long to wait between attempts to connect. */
export interface BackoffPolicy {
  /** Upper bound of the first wait, in milliseconds; doubled with each failure in a row, up to as long as they have lasted. */
  readonly baseMs: number;
  /** Upper bound of every wait, in milliseconds. */
  readonly capMs: number;
}

/** Failures in a row, whatever was tried between them. */
export interface Failures {
  /** How many attempts have failed, besides what has just ended. */
  readonly count: number;
  /** When the row began, in the clock's milliseconds. */
  readonly since: number;
}

// 2^30 is beyond any cap in milliseconds; without a limit the power would reach Infinity, and 0 x Infinity is NaN.
const GREATEST_EXPONENT = 30;

/**
 * Capped exponential backoff with full jitter: anywhere between 0 and the bound, so that a thousand clients that
 * lost the same server together do not come back together. The bound is at most as long as the failures have lasted, or
 * `baseMs`: to wait for longer than an outage has taken so far would only make a short one long.
 *
 * Source of the jitter: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param failures those before this wait
 * @param at the clock's milliseconds, and a random number in [0, 1)
 */
export function backoffMs(
  { baseMs, capMs }: BackoffPolicy,
  { count, since }: Failures,
  { now, random }: { readonly now: number; readonly random: number },
): number {
  const lastedMs = Math.max(baseMs, now - since);
  return random * Math.min(capMs, baseMs * 2 ** Math.min(count, GREATEST_EXPONENT), lastedMs);
}
