import { setTimeout as wait } from 'node:timers/promises';
import { HawserError } from 'hawser';
import type { Redis } from 'hawser/redis';
import type { History } from 'hawser/testing';
import { Counts } from './counts.ts';

/** A caller whose call failed waits a little before the next one, as a considerate program does. */
const PAUSE_AFTER_ERROR_MS = 20;

/** On which connection the callers count what, and who keeps the books. */
interface Job {
  readonly redis: Redis;
  readonly history: History;
  readonly keys: readonly string[];
}

/** Many callers at once on one connection, each of which counts up one counter, call by call, until it is stopped. */
export class Traffic {
  readonly counts = new Counts();
  /** Settles when every caller has finished its last call; rejects with an error that nobody expected. */
  readonly ended: Promise<unknown>;
  /** The same, since somebody last took them. */
  #recent = new Counts();
  #stopping = false;
  readonly #job: Job;
  #onReply: (() => void) | undefined;

  constructor(job: Job, callers: number) {
    this.#job = job;
    this.ended = Promise.all(Array.from({ length: callers }, (_, caller) => this.#run(caller)));
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

  async #run(caller: number): Promise<void> {
    const { redis, history, keys } = this.#job;
    const counter = keys[caller % keys.length] as string;
    const description = { caller, what: `INCR ${counter}`, increments: { counter } };
    while (!this.#stopping) {
      const startedAt = performance.now();
      try {
        // The history believes the error: only a call whose outcome is unknown leaves a doubt in the books.
        await history.call(description, () => redis.incr(counter));
        this.#answered(performance.now() - startedAt);
      } catch (error) {
        // Anything else is a mistake in this program, and ends it.
        if (!(error instanceof HawserError)) throw error;
        this.#failed(error);
        await wait(PAUSE_AFTER_ERROR_MS);
      }
    }
  }

  #answered(latencyMs: number): void {
    this.counts.answered(latencyMs);
    this.#recent.answered(latencyMs);
    this.#onReply?.();
    this.#onReply = undefined;
  }

  #failed({ outcome, code }: HawserError): void {
    this.counts.failedWith(outcome, code);
    this.#recent.failedWith(outcome, code);
  }
}
