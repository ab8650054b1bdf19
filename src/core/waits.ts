import { Judge } from './judge.ts';
import { HawserError, type Clock } from './machine/index.ts';

/** How long to wait, and what ends the wait before that. */
export interface WaitOptions {
  /** In milliseconds; `Infinity` waits for ever. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Wait {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Callers that wait for something other than a reply: for the connection, for room, for the end. */
export class Waits {
  readonly #clock: Clock;
  readonly #waits = new Set<Wait>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#waits.size;
  }

  /** Rejects with what `late` says when the time is over, and with ABORTED when the signal fires. */
  wait(timeoutMs: number, signal: AbortSignal | undefined, late: () => HawserError): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(aborted(signal));
    return new Promise<void>((resolve, reject) => {
      const limit = new Judge(this.#clock, () => wait.reject(late()));
      const onAbort = (): void => wait.reject(aborted(signal!));
      const leave = (): void => {
        this.#waits.delete(wait);
        limit.clear();
        signal?.removeEventListener('abort', onAbort);
      };
      const wait: Wait = {
        resolve: () => {
          leave();
          resolve();
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      this.#waits.add(wait);
      signal?.addEventListener('abort', onAbort, { once: true });
      limit.set(this.#clock.now() + timeoutMs);
    });
  }

  /** Ends the oldest waits well. */
  resolve(count: number = Infinity): void {
    let left = count;
    for (const wait of this.#waits) {
      if (left <= 0) return;
      left -= 1;
      wait.resolve();
    }
  }

  reject(error: () => Error): void {
    for (const wait of this.#waits) wait.reject(error());
  }
}

function aborted(signal: AbortSignal): HawserError {
  return new HawserError('ABORTED', 'the wait was aborted', { outcome: 'not-sent', cause: signal.reason });
}
