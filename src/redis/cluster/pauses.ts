import { onAbort, type Clock } from '../../core/index.ts';

/** Why a pause has ended before its time. */
export type PauseEnd = 'aborted' | 'closed';

/** The pauses of calls that are to be asked again, none of which lasts longer than the client. */
export class Pauses {
  readonly #clock: Clock;
  readonly #running = new Set<(end: PauseEnd) => void>();
  #life: 'open' | 'closed' = 'open';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after so long, or before that with why. */
  pause(delayMs: number, signal: AbortSignal | undefined): Promise<PauseEnd | undefined> {
    if (signal?.aborted === true) return Promise.resolve('aborted');
    if (this.#life === 'closed') return Promise.resolve('closed');
    return new Promise((resolve) => {
      const end = (why: PauseEnd | undefined): void => {
        this.#clock.clearTimer(timer);
        unwatch?.();
        this.#running.delete(end);
        resolve(why);
      };
      const timer = this.#clock.setTimer(() => end(undefined), delayMs);
      const unwatch = signal && onAbort(signal, () => end('aborted'));
      this.#running.add(end);
    });
  }

  /** Ends all of them, and those to come. */
  close(): void {
    this.#life = 'closed';
    for (const end of this.#running) end('closed');
  }
}
