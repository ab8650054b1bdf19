import type { Server, System } from '../system.ts';

/** Where the callers of one round of the soak count and write; each round has its own. */
export interface Books {
  readonly counter: string;
  readonly ledger: string;
  /** Of entries that are {@link large}. */
  readonly largeLedger: string;
  readonly set: string;
  /** Both are written to in one transaction. */
  readonly transactions: { readonly counter: string; readonly ledger: string };
  /** Both are written to if the counter is unchanged. */
  readonly changes: { readonly counter: string; readonly ledger: string };
  /** What is put into it is taken out again. */
  readonly queue: string;
}

/** What a server has in the end. */
export interface Found {
  readonly counters: ReadonlyMap<string, number>;
  /** Entries of ledgers, sets and queues, large ones by their names. */
  readonly entries: ReadonlyMap<string, readonly string[]>;
}

export function booksOf(round: number): Books {
  const name = (what: string): string => `soak:${round}:${what}`;
  return {
    counter: name('counter'),
    ledger: name('ledger'),
    largeLedger: name('large'),
    set: name('set'),
    transactions: { counter: name('transactions'), ledger: name('transacted') },
    changes: { counter: name('changes'), ledger: name('changed') },
    queue: name('queue'),
  };
}

/** Reads all books from the server, past the client. */
export async function readBooks(
  system: Pick<System, 'counter' | 'ledger' | 'members'>,
  server: Server,
  books: Books,
): Promise<Found> {
  const { counter, ledger, largeLedger, set, transactions, changes, queue } = books;
  const counters = new Map<string, number>();
  for (const name of [counter, transactions.counter, changes.counter]) {
    counters.set(name, await system.counter(server, name));
  }
  const entries = new Map<string, readonly string[]>([[set, await system.members(server, set)]]);
  for (const name of [ledger, largeLedger, transactions.ledger, changes.ledger, queue]) {
    entries.set(name, (await system.ledger(server, name)).map(nameOf));
  }
  return { counters, entries };
}

const SIZE_MARK = '#';
const FILLING = '.';

/** An entry, or a text, of so many bytes. Its name begins it and says its size. */
export function large(id: string, bytes: number): { readonly name: string; readonly text: string } {
  const name = `${id}${SIZE_MARK}${bytes}`;
  return { name, text: name.padEnd(bytes, FILLING) };
}

/** The name of a large entry, if it is whole, and any other entry as it is. */
function nameOf(entry: string): string {
  const end = entry.indexOf(FILLING);
  if (end < 0) return entry;
  const name = entry.slice(0, end);
  const bytes = Number(name.slice(name.indexOf(SIZE_MARK) + 1));
  return entry === name.padEnd(bytes, FILLING) ? name : `${name}, mangled`;
}
