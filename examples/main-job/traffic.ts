import { setTimeout as wait } from 'node:timers/promises';
import { HawserError } from 'hawser';
import type { Redis } from 'hawser/redis';
import { Counts, type Ledger } from './ledger.ts';

/** A caller whose call failed waits a little before the next one, as a considerate program does. */
const PAUSE_AFTER_ERROR_MS = 20;

/** Many callers at once on one connection, each of which counts up one counter, call by call, until it is stopped. */
export class Traffic {
  readonly counts = new Counts();
  /** Settles when every caller has finished its last call; rejects with an error that nobody expected. */
  readonly ended: Promise<unknown>;
  /** The same, since somebody last took them. */
  #recent = new Counts();
  #stopping = false;
  readonly #redis: Redis;
  readonly #ledger: Ledger;
  #onReply: (() => void) | undefined;

  constructor(redis: Redis, ledger: Ledger, callers: number) {
    this.#redis = redis;
    this.#ledger = ledger;
    const { keys } = ledger;
    this.ended = Promise.all(
      Array.from({ length: callers }, (_, caller) => this.#call(keys[caller % keys.length] as string)),
    );
  }

  /** What happened since this was asked the last time. */
  takeRecent(): Counts {
    const recent = this.#recent;
    this.#recent = new Counts();
    return recent;
  }

  /** Resolves with the time of the next call that is answered. */
  nextReply(): Promise<number> {
    return new Promise((resolve) => {
      this.#onReply = () => resolve(performance.now());
    });
  }

  /** Lets every caller finish its call and make no other. */
  stop(): void {
    this.#stopping = true;
  }

  async #call(key: string): Promise<void> {
    while (!this.#stopping) {
      const startedAt = performance.now();
      try {
        const value = await this.#redis.incr(key);
        this.#answered(key, Number(value), performance.now() - startedAt);
      } catch (error) {
        // Anything else is a mistake in this program, and ends it.
        if (!(error instanceof HawserError)) throw error;
        this.#failed(key, error);
        await wait(PAUSE_AFTER_ERROR_MS);
      }
    }
  }

  #answered(key: string, value: number, latencyMs: number): void {
    this.#ledger.confirm(key, value);
    this.counts.answered(latencyMs);
    this.#recent.answered(latencyMs);
    this.#onReply?.();
    this.#onReply = undefined;
  }

  #failed(key: string, { outcome, code }: HawserError): void {
    // The heart of it: only a call whose outcome is unknown leaves a doubt in the books.
    if (outcome === 'unknown') this.#ledger.doubt(key);
    this.counts.failedWith(outcome, code);
    this.#recent.failedWith(outcome, code);
  }
}
