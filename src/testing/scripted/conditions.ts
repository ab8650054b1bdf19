import type { Clock, WaitOptions } from '../../core/index.ts';
import { checkRange } from '../check-numbers.ts';

/** One who waits until something is so. */
interface Waiting {
  /** Ends the wait if it can end. */
  readonly look: () => void;
}

/** Those who wait until something is so, to be looked at whenever something has changed. */
export class Conditions {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves with what `attempt` returns as soon as that is not `undefined`; rejects with what it throws. Rejects when the
   * time is over or the signal fires, with an error that says `what` was waited for and what there is instead.
   */
  until<T>(
    what: string,
    attempt: () => T | undefined,
    instead: () => string,
    { timeoutMs = Infinity, signal }: WaitOptions = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      checkRange('a wait', 'timeoutMs', timeoutMs, 0, Infinity);
      const leave = (): void => {
        this.#waiting.delete(waiting);
        if (timer !== undefined) this.#clock.clearTimer(timer);
        signal?.removeEventListener('abort', abort);
      };
      const give = (end: () => void): void => {
        leave();
        end();
      };
      const look = (): void => {
        try {
          const value = attempt();
          if (value !== undefined) give(() => resolve(value));
        } catch (error) {
          give(() => reject(error));
        }
      };
      const abort = (): void => {
        const cause: unknown = signal?.reason;
        give(() => reject(new Error(`The wait for ${what} was aborted: ${instead()}.`, { cause })));
      };
      const late = (): void =>
        give(() => reject(new Error(`Waited ${timeoutMs} ms for ${what}: ${instead()}.`)));
      const waiting: Waiting = { look };
      const timer = timeoutMs === Infinity ? undefined : this.#clock.setTimer(late, timeoutMs);
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', abort, { once: true });
      look();
      if (signal?.aborted === true && this.#waiting.has(waiting)) abort();
    });
  }

  /** Something has changed. */
  look(): void {
    for (const { look } of this.#waiting) look();
  }
}
