import { inspect } from 'node:util';
import { HawserError, systemEnvironment, type Clock, type Outcome } from '../core/index.ts';
import { CounterAccount, type CounterKnowledge, type Increment } from './counter-account.ts';
import { LedgerAccount, type LedgerEntry } from './ledger-account.ts';
import type { CallDescription, CallEnding, HistorySummary, OpenCall } from './recorded-call.ts';
import { Sentences } from './sentences.ts';
import { Settlements, type CallTime } from './settlements.ts';
import { VirtualClock } from './virtual-clock.ts';

/** How a {@link History} is kept. */
export interface HistoryOptions {
  /**
   * What an error says of its call. Default: the `outcome` of a {@link HawserError}, and `unknown` for all else, since a
   * client that says nothing is taken to know nothing.
   *
   * Say `not-sent` or `refused` only for errors after which the server has surely done nothing.
   */
  readonly outcomeOf?: (error: unknown) => Outcome;
  /** Default: the system's. Calls are not late for what a {@link VirtualClock} has jumped over. */
  readonly clock?: Pick<Clock, 'now'>;
  /** Is told, in words, of each call that is made and how it ends, for a log. Default: nobody is. */
  readonly note?: (what: string) => void;
}

interface IncrementOfCall {
  readonly account: CounterAccount;
  readonly share: Increment;
}

/** Kinds of failures that are told apart; those that come after are summed up as `OTHER`. */
const FAILURE_KINDS_MAX = 100;

/**
 * A record of calls and of what their callers were told, to be held against what a server really did. It is for any
 * client, and knows no server: who uses it reads the server, best over another connection, and hands in what was found.
 *
 * ```ts
 * const history = new History();
 * await history.call({ caller: 1, what: 'INCR stock', increments: { counter: 'stock' } }, () => redis.incr('stock'));
 * expect(history.checkCounter('stock', found)).toEqual([]);
 * ```
 *
 * Each check changes nothing and returns sentences, one for each thing that is wrong, and none when all is well; of
 * many sentences of one kind the first twenty. The idea is that of Jepsen (github.com/jepsen-io/jepsen), whose histories
 * tell apart what is `ok`, what did surely not happen (`fail`) and what nobody can tell (`info`), and whose checkers
 * allow for both cases of the last. A call that has not settled counts as one of which nobody can tell.
 *
 * Memory: counters, replies and times take as much for a million calls as for a thousand; of a ledger every entry is kept.
 */
export class History {
  readonly #outcomeOf: (error: unknown) => Outcome;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #note: ((what: string) => void) | undefined;
  readonly #counters = new Map<string, CounterAccount>();
  readonly #ledgers = new Map<string, LedgerAccount>();
  readonly #settlements: Settlements;
  readonly #strayAnswers = new Sentences();
  readonly #endings: Record<CallEnding, number> = { confirmed: 0, 'not-sent': 0, refused: 0, unknown: 0 };
  readonly #failures = new Map<string, number>();
  #calls = 0;

  constructor({ outcomeOf = outcomeOfHawser, clock = systemEnvironment.clock, note }: HistoryOptions = {}) {
    this.#outcomeOf = outcomeOf;
    this.#clock = clock;
    this.#settlements = new Settlements((ms, withinMs) =>
      clock instanceof VirtualClock ? clock.afterJumps(ms, withinMs) : ms,
    );
    this.#note = note;
  }

  /**
   * Records that a call is made now. What comes of it is told to the {@link OpenCall}, once.
   *
   * Throws a RangeError for an entry that another call was to store, and for an increment that is no positive integer.
   */
  begin<Value = unknown>(description: CallDescription<Value>): OpenCall<Value> {
    const { caller, what, timeoutMs, increments, stores, isOwn } = description;
    // Before anything is recorded.
    this.#checkEntry(stores);
    checkIncrement(increments);
    const increment = this.#beginIncrement(increments);
    const entry = this.#beginEntry(caller, stores);
    this.#calls += 1;
    const time: CallTime = {
      whose: `${what} of caller ${caller}`,
      madeAtMs: this.#clock.now(),
      timeoutMs,
    };
    this.#settlements.begin(time);
    this.#note?.(`${time.whose} is made`);
    const end = (ending: CallEnding): boolean => {
      if (!this.#settlements.end(time, this.#clock.now())) return false;
      this.#endings[ending] += 1;
      if (increment !== undefined) increment.account.end(increment.share, ending);
      if (entry !== undefined) entry.ending = ending;
      return true;
    };
    return {
      ok: (value) => {
        if (!end('confirmed')) return;
        this.#note?.(`${time.whose} is confirmed`);
        if (isOwn?.(value) === false) this.#strayAnswers.add(`${time.whose} was answered ${shown(value)}`);
        if (increment !== undefined && (typeof value === 'number' || typeof value === 'bigint')) {
          increment.account.told(increment.share, Number(value), time.whose);
        }
      },
      failed: (error) => {
        const outcome = this.#outcomeOf(error);
        if (!end(outcome)) return;
        this.#note?.(`${time.whose} ends: ${codeOf(error)} ${outcome}`);
        this.#countFailure(error, outcome);
      },
    };
  }

  /** Makes a call and records it. Settles as the call does. */
  async call<Value>(description: CallDescription<Value>, make: () => PromiseLike<Value>): Promise<Value> {
    const call = this.begin(description);
    let value: Value;
    try {
      value = await make();
    } catch (error) {
      call.failed(error);
      throw error;
    }
    call.ok(value);
    return value;
  }

  /** Calls by their ending and code, as of now. */
  summary(): HistorySummary {
    return {
      calls: this.#calls,
      open: this.#settlements.open,
      ...this.#endings,
      failures: Object.fromEntries(this.#failures),
    };
  }

  /** What the callers know of a counter. */
  counter(name: string): CounterKnowledge {
    return this.#counters.get(name)?.knowledge ?? { confirmed: 0, unknown: 0 };
  }

  /**
   * A counter that began at 0: confirmed <= found <= confirmed + unknown. Proves that nothing that was confirmed is lost,
   * and that nothing was done twice, or though it was said not to be, beyond what the unknown calls can account for.
   * A {@link History.checkLedger} finds what hides behind them. What was refused must not have been added.
   *
   * Where the replies are numbers, they are taken for what the counter was after the call, as INCR of Redis tells: no two
   * calls may be told the same, a call made after another was answered is told more, and nobody is told more than is found.
   *
   * After the counter of Jepsen's `checker/counter`, which bounds what is read by what was acknowledged and what was attempted.
   *
   * @param found what the server has in the end
   */
  checkCounter(name: string, found: number): string[] {
    const account = this.#counters.get(name);
    if (account === undefined) return [`counter ${name}: no call was about it`];
    return account.check(found).map((sentence) => `counter ${name}: ${sentence}`);
  }

  /**
   * Every entry that was confirmed is stored; none that was not sent or was refused; none twice; none that nobody asked
   * for. Proves of each single call that its caller was told the truth; of an unknown one, that it was done at most once.
   *
   * After Jepsen's `checker/set` (lost, unexpected) and `checker/total-queue` (duplicated).
   *
   * @param stored what the server has in the end, in any order
   */
  checkLedger(name: string, stored: readonly string[]): string[] {
    return this.#checkEntries(name, (account) => account.checkStored(stored));
  }

  /**
   * Of each caller the entries are stored in the order of its calls. Proves that no call overtook one of the same caller
   * that was confirmed. An unknown call may be carried out at any time, so it may stand behind later ones, though never
   * before earlier ones. Calls of one caller that run at once are promised no order on several connections: there, let
   * each caller wait for its last call.
   *
   * The order of a single process, which sequential consistency asks for in Jepsen's terms.
   *
   * @param stored what the server has in the end, in its own order
   */
  checkOrder(name: string, stored: readonly string[]): string[] {
    return this.#checkEntries(name, (account) => account.checkOrder(stored));
  }

  /**
   * Every reply is an answer to the very call that it settled, as its `isOwn` says. Proves that no reply went to another
   * caller, as happens when a client takes a reply that it has given up for the answer to its next question.
   *
   * Where each call has a mark, this is exact; it stands in for the unique values of Jepsen's registers.
   */
  checkOwnAnswers(): string[] {
    return this.#strayAnswers.list.map((sentence) => `not its own answer: ${sentence}`);
  }

  /**
   * Every call has settled, once, and at the latest `graceMs` after its deadline; a call whose deadline is yet to come may be
   * open. Proves that no caller waits for ever. To be asked when all should be over.
   *
   * In Jepsen each invocation is completed, if only as `info`; deadlines are Hawser's own promise.
   *
   * @param options `graceMs`: what the clock and a busy event loop may add; more than 0 on a real clock
   */
  checkSettled({ graceMs }: { readonly graceMs: number }): string[] {
    return this.#settlements.check(this.#clock.now(), graceMs);
  }

  #checkEntries(name: string, check: (account: LedgerAccount) => string[]): string[] {
    const account = this.#ledgers.get(name);
    if (account === undefined) return [`ledger ${name}: no call was about it`];
    return check(account).map((sentence) => `ledger ${name}: ${sentence}`);
  }

  #checkEntry(stores: CallDescription['stores']): void {
    if (stores === undefined || this.#ledgers.get(stores.ledger)?.has(stores.entry) !== true) return;
    throw new RangeError(
      `Two calls cannot store the same entry, ${stores.entry}, in ledger ${stores.ledger}.`,
    );
  }

  #beginIncrement(increments: CallDescription['increments']): IncrementOfCall | undefined {
    if (increments === undefined) return undefined;
    const account = itemOf(this.#counters, increments.counter, () => new CounterAccount());
    return { account, share: account.begin(increments.by ?? 1) };
  }

  #beginEntry(caller: string | number, stores: CallDescription['stores']): LedgerEntry | undefined {
    if (stores === undefined) return undefined;
    const account = itemOf(this.#ledgers, stores.ledger, () => new LedgerAccount());
    return account.begin(stores.entry, caller, this.#calls);
  }

  #countFailure(error: unknown, outcome: Outcome): void {
    const kind = `${codeOf(error)} ${outcome}`;
    const isKept = this.#failures.has(kind) || this.#failures.size < FAILURE_KINDS_MAX;
    const counted = isKept ? kind : `OTHER ${outcome}`;
    this.#failures.set(counted, (this.#failures.get(counted) ?? 0) + 1);
  }
}

function checkIncrement(increments: CallDescription['increments']): void {
  const by = increments?.by ?? 1;
  if (!Number.isSafeInteger(by) || by < 1) {
    throw new RangeError(`A counter grows by a positive integer, not by ${by}.`);
  }
}

function outcomeOfHawser(error: unknown): Outcome {
  return error instanceof HawserError ? error.outcome : 'unknown';
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function shown(value: unknown): string {
  return inspect(value, { depth: 1, maxStringLength: 80, maxArrayLength: 5, breakLength: Infinity });
}

/** What a map has under a name; made when it is not there. */
function itemOf<Item>(items: Map<string, Item>, name: string, make: () => Item): Item {
  const item = items.get(name) ?? make();
  items.set(name, item);
  return item;
}
