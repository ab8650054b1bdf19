import { History, type HistorySummary, type SeededRandom } from 'hawser/testing';
import { booksOf, type Books, type Found } from './books.ts';
import { QueueAccount } from '../queue-account.ts';
import { NothingWritten, type SoakClient, type SoakSubject } from './subject.ts';
import { Traffic } from './traffic.ts';
import { Overtaken } from './works.ts';

/** What a round needs. */
export interface RoundGround {
  /** What is known of a call that failed with this error. */
  readonly outcomeOf: SoakSubject['outcomeOf'];
  readonly client: SoakClient;
  readonly random: SeededRandom;
  readonly timeoutMs: number;
  readonly lasting: AbortSignal;
}

/**
 * Some seconds of traffic with books of their own, which are held against the server and then forgotten: what a ledger takes of
 * memory would hide what a client keeps.
 */
export class Round {
  readonly #books: Books;
  readonly #history: History;
  readonly #queue = new QueueAccount();
  readonly #used = new Set<string>();
  readonly #traffic: Traffic;

  constructor(number: number, ground: RoundGround) {
    const outcomeOf: SoakSubject['outcomeOf'] = (error) => {
      if (error instanceof Overtaken) return 'refused';
      return error instanceof NothingWritten ? 'not-sent' : ground.outcomeOf(error);
    };
    this.#books = booksOf(number);
    this.#history = new History({ outcomeOf });
    this.#traffic = new Traffic({
      ...ground,
      outcomeOf,
      history: this.#history,
      queue: this.#queue,
      books: this.#books,
      used: this.#used,
    });
  }

  /** Resolves when something was confirmed that was asked for later than now. */
  nextWrite(): Promise<void> {
    return this.#traffic.nextWrite();
  }

  /** No caller begins anything any more. Settles when all have finished. */
  stop(): Promise<unknown> {
    this.#traffic.stop();
    return this.#traffic.ended;
  }

  /** How many calls were made, and what came of them. */
  summary(): HistorySummary {
    return this.#history.summary();
  }

  /** What does not hold, a sentence each. */
  check({ counters, entries }: Found, { graceMs }: { readonly graceMs: number }): string[] {
    const { counter, ledger, largeLedger, set, transactions, changes, queue } = this.#books;
    const history = this.#history;
    const stored = (name: string): readonly string[] => entries.get(name) ?? [];
    const counted = (name: string): number => counters.get(name) ?? 0;
    return [
      ...history.checkSettled({ graceMs }),
      ...history.checkOwnAnswers(),
      ...[counter, transactions.counter, changes.counter].flatMap((name) =>
        this.#checkUsed(name, counted(name), () => history.checkCounter(name, counted(name))),
      ),
      ...[ledger, largeLedger, set, transactions.ledger, changes.ledger].flatMap((name) =>
        this.#checkUsed(name, stored(name).length, () => history.checkLedger(name, stored(name))),
      ),
      ...[ledger, largeLedger, transactions.ledger, changes.ledger].flatMap((name) =>
        this.#used.has(name) ? history.checkOrder(name, stored(name)) : [],
      ),
      ...[transactions, changes].flatMap((pair) =>
        counted(pair.counter) === stored(pair.ledger).length
          ? []
          : [
              `${pair.counter} is ${counted(pair.counter)}, and ${pair.ledger} has ${stored(pair.ledger).length} entries, ` +
                'though both are written in one transaction',
            ],
      ),
      ...this.#queue.check(stored(queue)).map((sentence) => `queue: ${sentence}`),
    ];
  }

  #checkUsed(name: string, size: number, check: () => string[]): string[] {
    if (this.#used.has(name)) return check();
    return size === 0 ? [] : [`${name} has something in it, and nobody has written to it`];
  }
}
