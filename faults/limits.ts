/** What became of something that may hang. */
export type InTime<T> = { readonly isInTime: true; readonly value: T } | { readonly isInTime: false };

/** Waits no longer than a while. What comes later is nobody's business any more. */
export async function withinMs<T>(promise: Promise<T>, limitMs: number): Promise<InTime<T>> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<InTime<T>>((resolve) => {
    timer = setTimeout(() => resolve({ isInTime: false }), limitMs);
  });
  try {
    return await Promise.race([promise.then((value): InTime<T> => ({ isInTime: true, value })), limit]);
  } finally {
    clearTimeout(timer);
  }
}

const SLICE_MS = 100;

/**
 * As {@link withinMs}, but what counts is time in which this process runs: what came while it was kept from running is
 * heard before anyone is called late.
 */
export async function withinRunningMs<T>(promise: Promise<T>, limitMs: number): Promise<InTime<T>> {
  for (let leftMs = limitMs; leftMs > 0; leftMs -= SLICE_MS) {
    const inTime = await withinMs(promise, Math.min(leftMs, SLICE_MS));
    if (inTime.isInTime) return inTime;
  }
  return { isInTime: false };
}
