/**
 * What the other clients are set to where they are set up with care, in milliseconds: the defaults of Hawser, wherever they
 * have a setting for the same thing, so that what differs is what they do and not the numbers.
 */
export const EVEN = { timeoutMs: 5_000, connectTimeoutMs: 5_000, stallAfterMs: 1_500, silenceMs: 3_000 };

/** Shorter than Hawser's: node-redis has it by default. */
export const BACKOFF_CAP_MS = 2_000;

/** In words, what {@link backoffMs} returns. */
export const BACKOFF_TEXT = 'any time up to 100 ms, which double up to 2,000 ms';

/** How long to wait before attempt number `times`, from 1 on. */
export function backoffMs(/** @type {number} */ times) {
  return Math.random() * Math.min(BACKOFF_CAP_MS, 100 * 2 ** (times - 1));
}

/** Settings as a reader would write them. @param {Readonly<Record<string, unknown>>} settings */
export function settingsText(settings) {
  return Object.entries(settings)
    .map(([name, value]) => `\`${name}: ${JSON.stringify(value)}\``)
    .join(', ');
}
