import { withinMs } from '../../build/faults/limits.js';

/**
 * Closes in the orderly way, and by force when that takes too long.
 * @param {Promise<unknown>} closed @param {() => unknown} cut @param {number} timeoutMs
 */
export async function closedOrCut(closed, cut, timeoutMs) {
  const { isInTime } = await withinMs(closed, timeoutMs);
  if (!isInTime) cut();
}
