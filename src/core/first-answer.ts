import type { Clock, Timer } from './machine/index.ts';

/** How long one is waited for alone before the next is asked too: the delay that RFC 8305 recommends, in milliseconds. */
export const STAGGER_MS = 250;

/**
 * The first answer of several who could give it: they are asked in turn, the next one when the one before has failed or is slow.
 * Whoever is still being asked then is told by its signal. Rejects with an AggregateError, its errors in the order of the candidates, when none
 * has answered or there is none, and with the reason of `outer` when that fires.
 */
export async function firstAnswer<C, T>(
  clock: Clock,
  candidates: readonly C[],
  ask: (candidate: C, signal: AbortSignal) => Promise<T>,
  outer: AbortSignal,
): Promise<T> {
  outer.throwIfAborted();
  // Not AbortSignal.any(), of which `outer` would keep something for as long as it lasts.
  const inner = new AbortController();
  const end = (): void => inner.abort(outer.reason);
  outer.addEventListener('abort', end, { once: true });
  try {
    return await new Round(clock, candidates, ask, inner.signal).answer();
  } finally {
    outer.removeEventListener('abort', end);
    inner.abort();
  }
}

/** All are asked once, at most; until the signal fires. */
class Round<C, T> {
  readonly #clock: Clock;
  readonly #candidates: readonly C[];
  readonly #ask: (candidate: C, signal: AbortSignal) => Promise<T>;
  readonly #signal: AbortSignal;
  readonly #errors: unknown[];
  #failures = 0;
  #asked = 0;
  #slow: Timer | undefined;

  constructor(
    clock: Clock,
    candidates: readonly C[],
    ask: (candidate: C, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ) {
    this.#clock = clock;
    this.#candidates = candidates;
    this.#ask = ask;
    this.#signal = signal;
    this.#errors = candidates.map(() => undefined);
  }

  answer(): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#signal.addEventListener(
        'abort',
        () => {
          this.#clearTimer();
          reject(this.#signal.reason as Error);
        },
        { once: true },
      );
      this.#askNext(resolve, reject);
    });
  }

  #askNext(resolve: (answer: T) => void, reject: (cause: AggregateError) => void): void {
    this.#clearTimer();
    if (this.#signal.aborted) return;
    if (this.#failures === this.#candidates.length) {
      return reject(new AggregateError(this.#errors, 'nobody has answered'));
    }
    if (this.#asked === this.#candidates.length) return;
    const index = this.#asked;
    this.#asked += 1;
    if (this.#asked < this.#candidates.length) {
      this.#slow = this.#clock.setTimer(() => this.#askNext(resolve, reject), STAGGER_MS);
    }
    this.#ask(this.#candidates[index]!, this.#signal).then(resolve, (error: unknown) => {
      this.#errors[index] = error;
      this.#failures += 1;
      this.#askNext(resolve, reject);
    });
  }

  #clearTimer(): void {
    if (this.#slow !== undefined) this.#clock.clearTimer(this.#slow);
    this.#slow = undefined;
  }
}
