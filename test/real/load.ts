import { setImmediate as nextTurn } from 'node:timers/promises';
import { HawserError } from 'hawser/redis';
import { History, type CallDescription, type CallEnding } from 'hawser/testing';

/** What each call of a load is about. */
type Purpose = Pick<CallDescription, 'increments' | 'stores'>;

/** Callers that ask again as soon as they have an answer, until they are stopped; and a history of every call. */
export class Load {
  readonly history: History = new History();
  readonly #call: (id: string) => Promise<unknown>;
  readonly #purposeOf: (id: string) => Purpose;
  readonly #callers: Promise<unknown>;
  #isOver = false;

  /**
   * @param call makes one call; `id` is the call's own
   * @param purposeOf what the history is to know of it
   */
  constructor(
    callers: number,
    call: (id: string) => Promise<unknown>,
    purposeOf: (id: string) => Purpose = () => ({}),
  ) {
    this.#call = call;
    this.#purposeOf = purposeOf;
    this.#callers = Promise.all(Array.from({ length: callers }, (_, caller) => this.#run(caller)));
  }

  count(ending: CallEnding): number {
    return this.history.summary()[ending];
  }

  /** Every kind of failure that was seen, as `CODE outcome`. */
  get failures(): string[] {
    return Object.keys(this.history.summary().failures).toSorted();
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
        await this.history.call({ caller, what: id, ...this.#purposeOf(id) }, () => this.#call(id));
      } catch (error) {
        if (!(error instanceof HawserError)) throw error;
        // A call that fails at once must not keep the event loop for itself.
        await nextTurn();
      }
    }
  }
}

/** Calls that add 1 to a counter. */
export function adding(counter: string): () => Purpose {
  return () => ({ increments: { counter } });
}

/** Calls that store their id in a list. */
export function storing(ledger: string): (id: string) => Purpose {
  return (entry) => ({ stores: { ledger, entry } });
}
