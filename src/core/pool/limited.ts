import { Judge } from '../judge.ts';
import type { Clock, HawserError } from '../machine/index.ts';

/**
 * Work of a source's, ended by its limit or by `abort` even where the work itself does not end: the promise then
 * rejects with the reason of the abort.
 */
export function limited<T>(
  clock: Clock,
  limitMs: number,
  abort: AbortController,
  late: () => HawserError,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal } = abort;
  const limit = new Judge(clock, () => abort.abort(late()));
  return new Promise<T>((resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        limit.clear();
        reject(signal.reason as Error);
      },
      { once: true },
    );
    limit.set(clock.now() + limitMs);
    begin(work, signal).then(
      (value) => {
        limit.clear();
        resolve(value);
      },
      (error: unknown) => {
        limit.clear();
        reject(error);
      },
    );
  });
}

/** What the work throws at once is a rejection too. */
async function begin<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  return work(signal);
}
