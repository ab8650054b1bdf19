import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Outcome } from 'hawser';

/** What became of the calls of one act. Each call is counted once, when it settles. */
export class Counts {
  calls = 0;
  readonly failed: Record<Outcome, number> = { 'not-sent': 0, refused: 0, unknown: 0 };
  /** Failed calls by the code of their error. */
  readonly codes = new Map<string, number>();
  /** In microseconds, of the calls that were answered. */
  readonly latency: RecordableHistogram = createHistogram();

  answered(latencyMs: number): void {
    this.calls++;
    this.latency.record(Math.max(1, Math.round(latencyMs * 1_000)));
  }

  failedWith(outcome: Outcome, code: string): void {
    this.calls++;
    this.failed[outcome]++;
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  get ok(): number {
    const { 'not-sent': notSent, refused, unknown } = this.failed;
    return this.calls - notSent - refused - unknown;
  }
}

/** What the callers know of one counter on the server. */
interface Account {
  /** Increments that the server has confirmed by a reply. */
  confirmed: number;
  /** Increments that may have happened or not. */
  unknown: number;
  /** The highest value that a reply has told. */
  highest: number;
}

/** One counter: what the callers know of it beside what the server says. */
export interface Finding {
  readonly key: string;
  readonly confirmed: number;
  readonly unknown: number;
  readonly onServer: number;
  readonly addsUp: boolean;
}

/** The books of the callers, kept per counter and across all acts. */
export class Ledger {
  readonly #accounts: ReadonlyMap<string, Account>;
  #strayReplies = 0;

  constructor(keys: readonly string[]) {
    this.#accounts = new Map(keys.map((key) => [key, { confirmed: 0, unknown: 0, highest: 0 }]));
  }

  get keys(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  /** Replies that cannot have been the caller's own: on one connection a counter's replies only grow. */
  get strayReplies(): number {
    return this.#strayReplies;
  }

  confirm(key: string, value: number): void {
    const account = this.#account(key);
    account.confirmed++;
    if (!(value > account.highest)) this.#strayReplies++;
    account.highest = value;
  }

  doubt(key: string): void {
    this.#account(key).unknown++;
  }

  /**
   * Holds the books against the counters on the server: what was confirmed has happened, and nothing has happened
   * that nobody asked for or that was said not to have been sent.
   */
  audit(read: ReadonlyMap<string, number>): readonly Finding[] {
    return [...this.#accounts].map(([key, { confirmed, unknown }]) => {
      const onServer = read.get(key) ?? 0;
      return {
        key,
        confirmed,
        unknown,
        onServer,
        addsUp: confirmed <= onServer && onServer <= confirmed + unknown,
      };
    });
  }

  #account(key: string): Account {
    const account = this.#accounts.get(key);
    if (account === undefined) throw new Error(`${key} is not in the ledger`);
    return account;
  }
}
