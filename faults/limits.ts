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
