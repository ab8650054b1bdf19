import type { Clock, Timer } from '../../core/index.ts';

/** One that has not answered after so long, in milliseconds, is not waited for alone: the next is asked too. */
export const STAGGER_MS = 250;

/**
 * The first answer of several who could give it: they are asked in turn, the next one when the one before has failed or is slow.
 * Whoever is still being asked then is told by its signal. Rejects with an AggregateError of what each has said, when none has
 * answered or there is none.
 */
export function firstAnswer<C, T>(
  clock: Clock,
  candidates: readonly C[],
  ask: (candidate: C, signal: AbortSignal) => Promise<T>,
  outer: AbortSignal,
): Promise<T> {
  const inner = new AbortController();
  const signal = AbortSignal.any([outer, inner.signal]);
  return new Promise<T>((resolve, reject) => {
    const errors: unknown[] = [];
    let asked = 0;
    let slow: Timer | undefined;
    const end = (settle: () => void): void => {
      if (slow !== undefined) clock.clearTimer(slow);
      settle();
      inner.abort();
    };
    const failed = (error: unknown): void => {
      errors.push(error);
      if (errors.length === candidates.length)
        end(() => reject(new AggregateError(errors, 'nobody has answered')));
      else askNext();
    };
    const askNext = (): void => {
      if (slow !== undefined) clock.clearTimer(slow);
      slow = undefined;
      if (asked === candidates.length || signal.aborted) return;
      const candidate = candidates[asked]!;
      asked += 1;
      slow = clock.setTimer(askNext, STAGGER_MS);
      ask(candidate, signal).then((answer) => end(() => resolve(answer)), failed);
    };
    if (candidates.length === 0) end(() => reject(new AggregateError([], 'there is nobody to ask')));
    else askNext();
  });
}
