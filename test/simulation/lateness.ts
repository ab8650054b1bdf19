import type { VirtualClock } from 'hawser/testing';

/** Deadlines are whole milliseconds, and are judged in a turn of their own. */
const GRACE_MS = 2;

/**
 * By how many milliseconds what began at `beganAtMs` and may take `timeoutMs` is late now; nothing, if that is 0 or less. What
 * is due while the event loop is blocked may come when it runs again, and then at once.
 */
export function latenessMs(clock: VirtualClock, beganAtMs: number, timeoutMs: number): number {
  const dueMs = clock.afterJumps(beganAtMs) + timeoutMs;
  return clock.now() - clock.afterJumps(dueMs, GRACE_MS) - GRACE_MS;
}
