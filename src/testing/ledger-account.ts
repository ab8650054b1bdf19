import type { CallEnding } from './recorded-call.ts';
import { Sentences } from './sentences.ts';

/** The part of one call in a ledger. */
export interface LedgerEntry {
  readonly caller: string | number;
  /** Grows from call to call. */
  readonly number: number;
  ending: CallEnding | undefined;
}

/** What callers know of one ledger: of each entry who asked for it, when in the row of calls, and what came of it. */
export class LedgerAccount {
  readonly #entries = new Map<string, LedgerEntry>();

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  begin(name: string, caller: string | number, number: number): LedgerEntry {
    const entry: LedgerEntry = { caller, number, ending: undefined };
    this.#entries.set(name, entry);
    return entry;
  }

  checkStored(stored: readonly string[]): string[] {
    const times = new Map<string, number>();
    for (const name of stored) times.set(name, (times.get(name) ?? 0) + 1);
    const lost = new Sentences();
    const unfounded = new Sentences();
    const repeated = new Sentences();
    for (const [name, { ending }] of this.#entries) {
      if (ending === 'confirmed' && !times.has(name)) lost.add(`${name} was confirmed, and is not stored`);
    }
    for (const [name, count] of times) {
      if (count > 1) repeated.add(`${name} is stored ${count} times`);
      const entry = this.#entries.get(name);
      if (entry === undefined) unfounded.add(`${name} is stored, and nobody asked for it`);
      else if (entry.ending === 'not-sent' || entry.ending === 'refused') {
        unfounded.add(`${name} is stored, and was said to be ${entry.ending}`);
      }
    }
    return [...lost.list, ...unfounded.list, ...repeated.list];
  }

  checkOrder(stored: readonly string[]): string[] {
    const broken = new Sentences();
    const last = new Map<string | number, { readonly name: string; readonly number: number }>();
    for (const name of stored) {
      const entry = this.#entries.get(name);
      if (entry === undefined) continue;
      const before = last.get(entry.caller);
      if (before === undefined || entry.number > before.number) {
        last.set(entry.caller, { name, number: entry.number });
      } else if (entry.number < before.number && entry.ending === 'confirmed') {
        broken.add(
          `${name} of caller ${entry.caller} was asked for before ${before.name}, and stands behind it`,
        );
      }
    }
    return broken.list;
  }
}
