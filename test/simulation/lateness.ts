import type { VirtualClock } from 'hawser/testing';

/** Deadlines count from the end of a turn, and are judged in a turn of their own. */
const GRACE_MS = 2;

/**
 * By how many milliseconds what began at `beganAtMs` and may take `timeoutMs` is late now; nothing, if that is 0 or less. What
 * is due while the event loop is blocked may come when it runs again, and then at once.
 */
export function latenessMs(clock: VirtualClock, beganAtMs: number, timeoutMs: number): number {
  const dueMs = clock.afterJumps(beganAtMs) + timeoutMs;
  // Timers run for whole milliseconds: one that was set in the midst of one fires in the midst of another.
  return Math.floor(clock.now()) - clock.afterJumps(dueMs, GRACE_MS) - GRACE_MS;
}
