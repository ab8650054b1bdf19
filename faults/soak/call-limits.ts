import type { SeededRandom } from 'hawser/testing';
import type { SoakCallLimits } from './subject.ts';
import { LONGEST_CALL_MS } from './tempo.ts';

/** Of calls that have a limit of their own that is meant to be met. */
const LONG_MS = [300, LONGEST_CALL_MS] as const;
/** Of those that have one that is not. */
const SHORT_MS = [1, 40] as const;

/**
 * How one caller waits for one call: half of them for as long as the client does, others no longer than they say, or until
 * they leave, at any point of the call's way.
 *
 * @param lasting a signal that never fires, and is given to many calls
 */
export function callLimitsOf(random: SeededRandom, lasting: AbortSignal): SoakCallLimits {
  const retry = random.chance(0.2) ? { retry: random.pick(['never', 'reads'] as const) } : {};
  return { ...retry, ...endOf(random, lasting) };
}

function endOf(random: SeededRandom, lasting: AbortSignal): SoakCallLimits {
  const share = random.next();
  if (share < 0.5) return {};
  if (share < 0.62) return { timeoutMs: random.integer(...LONG_MS) };
  if (share < 0.72) return { timeoutMs: random.integer(...SHORT_MS) };
  if (share < 0.85) return { signal: lasting };
  return { signal: leavingSignal(random) };
}

/** Fires before the call is made, in its own turn, or while its reply is due. */
function leavingSignal(random: SeededRandom): AbortSignal {
  const abort = new AbortController();
  const delayMs = random.integer(-1, random.pick([6, 60]));
  if (delayMs < 0) abort.abort();
  else if (delayMs === 0) queueMicrotask(() => abort.abort());
  else setTimeout(() => abort.abort(), delayMs);
  return abort.signal;
}
