import type { VirtualClock } from 'hawser/testing';

/** More continuations than any call has behind an answer that came at the same time. */
const CONTINUATIONS = 100;

/**
 * Blocks the event loop for six seconds when a promise has resolved, in the same turn, and behind all that follows from what
 * was answered with it. Resolves to when that is over.
 */
export async function blockedBehind(promise: Promise<unknown>, clock: VirtualClock): Promise<number> {
  await promise;
  for (let count = 0; count < CONTINUATIONS; count += 1) await Promise.resolve();
  clock.jump(6_000);
  return clock.now();
}
