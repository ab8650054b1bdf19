import { setImmediate as nextTurn } from 'node:timers/promises';
import { HawserError } from 'hawser';
import { booksOf, readBooks, type Found } from '../../faults/soak/books.ts';
import type { SoakClient, Step } from '../../faults/soak/subject.ts';
import type { Server } from '../../faults/system.ts';

/** The only one that such a server is used in. */
export const ROUND = 0;

/** Of so many calls one fails, and of two that fail one does so behind its work. */
const FAIL_EVERY = 7;

/** A server of some maps, and a client of it that tells the truth. Some calls are lost on their way there or back. */
export class MemoryServer {
  readonly counters = new Map<string, number>();
  readonly entries = new Map<string, string[]>();
  #calls = 0;

  readonly client: SoakClient = {
    ready: () => Promise.resolve(),
    close: () => Promise.resolve(),
    increment: (counter) => this.#ask(() => this.add(counter)),
    append: (ledger, entry) => this.#ask(() => this.store(ledger, entry)),
    echo: (text) => this.#ask(() => text),
    keep: (set, entry) =>
      this.#ask(() => this.entries.get(set)?.includes(entry) === true || this.store(set, entry)),
    pipeline: (steps) => this.#ask(() => steps.map((step) => this.#do(step))),
    transaction: (steps) => this.#ask(() => steps.map((step) => this.#do(step))),
    incrementIfUnchanged: (counter, ledger, entry) =>
      this.#ask(() => {
        this.store(ledger, entry);
        return this.add(counter);
      }),
    take: (ledger) => this.#ask(() => this.entries.get(ledger)?.shift()),
    takeAlone: (ledger) => this.#ask(() => this.entries.get(ledger)?.shift()),
    leave: () => this.#ask(() => undefined),
    counts: () => ({}),
    oddBooks: () => [],
  };

  /** What a check finds. */
  found(): Promise<Found> {
    const ledger = (_: unknown, name: string): Promise<readonly string[]> =>
      Promise.resolve(this.entries.get(name) ?? []);
    const counter = (_: unknown, name: string): Promise<number> =>
      Promise.resolve(this.counters.get(name) ?? 0);
    return readBooks({ counter, ledger, members: ledger }, {} as Server, booksOf(ROUND));
  }

  add(counter: string): number {
    const count = (this.counters.get(counter) ?? 0) + 1;
    this.counters.set(counter, count);
    return count;
  }

  store(ledger: string, entry: string): unknown {
    const list = this.entries.get(ledger) ?? [];
    this.entries.set(ledger, list);
    return list.push(entry);
  }

  #do(step: Step): unknown {
    switch (step.does) {
      case 'increment':
        return this.add(step.counter);
      case 'append':
        return this.store(step.ledger, step.entry);
      case 'echo':
        return step.text;
    }
  }

  async #ask<T>(work: () => T): Promise<T> {
    this.#calls += 1;
    const fails = this.#calls % FAIL_EVERY === 0;
    const runs = !fails || this.#calls % (2 * FAIL_EVERY) === 0;
    await nextTurn();
    const answer = runs ? work() : undefined;
    await nextTurn();
    if (fails) throw new HawserError('CONNECTION_LOST', 'lost', { outcome: 'unknown' });
    return answer as T;
  }
}
