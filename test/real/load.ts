import { setImmediate as nextTurn } from 'node:timers/promises';
import { HawserError, type Outcome } from 'hawser/redis';

/** How one caller's call ended. */
export type Entry =
  | { readonly id: string; readonly ending: 'confirmed'; readonly reply: unknown }
  | { readonly id: string; readonly ending: Outcome; readonly error: HawserError };

/** Callers that ask again as soon as they have an answer, until they are stopped; and a record of every call. */
export class Load {
  readonly entries: Entry[] = [];
  readonly #call: (id: string) => Promise<unknown>;
  readonly #callers: Promise<unknown>;
  #isOver = false;

  /** @param call makes one call; `id` is the call's own */
  constructor(callers: number, call: (id: string) => Promise<unknown>) {
    this.#call = call;
    this.#callers = Promise.all(Array.from({ length: callers }, (_, caller) => this.#run(caller)));
  }

  /** Ids of the calls that ended so. */
  ids(ending: Entry['ending']): string[] {
    return this.entries.filter((entry) => entry.ending === ending).map(({ id }) => id);
  }

  count(ending: Entry['ending']): number {
    return this.entries.reduce((count, entry) => count + (entry.ending === ending ? 1 : 0), 0);
  }

  /** Every kind of failure that was seen, as `CODE outcome`. */
  get failures(): string[] {
    const failures = this.entries.map((entry) =>
      'error' in entry ? `${entry.error.code} ${entry.ending}` : '',
    );
    return [...new Set(failures)].filter((failure) => failure !== '').toSorted();
  }

  /** Lets the callers finish the call that they are in. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#callers;
  }

  async #run(caller: number): Promise<void> {
    for (let call = 0; !this.#isOver; call += 1) {
      const id = `${caller}-${call}`;
      try {
        this.entries.push({ id, ending: 'confirmed', reply: await this.#call(id) });
      } catch (error) {
        if (!(error instanceof HawserError)) throw error;
        this.entries.push({ id, ending: error.outcome, error });
        // A call that fails at once must not keep the event loop for itself.
        await nextTurn();
      }
    }
  }
}
