/** How long to wait between attempts to connect. */
export interface BackoffPolicy {
  /** Upper bound of the first wait, in milliseconds; doubled with each failure in a row. */
  readonly baseMs: number;
  /** Upper bound of every wait, in milliseconds. */
  readonly capMs: number;
}

// 2^30 is beyond any cap in milliseconds; without a limit the power would reach Infinity, and 0 x Infinity is NaN.
const GREATEST_EXPONENT = 30;

/**
 * Capped exponential backoff with full jitter: anywhere between 0 and the bound, so that a thousand clients that
 * lost the same server together do not come back together.
 *
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param failures failed attempts in a row before this wait
 * @param random in [0, 1)
 */
export function backoffMs(policy: BackoffPolicy, failures: number, random: number): number {
  return random * Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(failures, GREATEST_EXPONENT));
}
