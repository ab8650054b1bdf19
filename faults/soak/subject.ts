import type { Access, CallLimits, Client, Subject } from '../subject.ts';

/** What one call of the soak may be told. */
export interface SoakCallLimits extends CallLimits {
  /** What becomes of it when its connection is lost before it is answered. Left out: what the client does by default. */
  readonly retry?: 'never' | 'reads' | 'always';
}

/** One of several things that are asked at once. */
export type Step =
  | { readonly does: 'increment'; readonly counter: string }
  | { readonly does: 'append'; readonly ledger: string; readonly entry: string }
  | { readonly does: 'echo'; readonly text: string };

/** How a connection of one's own may be left: with a counter watched, an open transaction, in another database. */
export type Leaving = 'watching' | 'queueing' | 'elsewhere';

/** A client that is asked in more ways than all libraries have. */
export interface SoakClient extends Client {
  increment(counter: string, limits?: SoakCallLimits): Promise<number>;
  append(ledger: string, entry: string, limits?: SoakCallLimits): Promise<unknown>;
  echo(text: string, limits?: SoakCallLimits): Promise<string>;
  /** Puts an entry into a set, where it may be put twice without harm. */
  keep(set: string, entry: string, limits?: SoakCallLimits): Promise<unknown>;
  /** Several things at once. Resolves to an answer or an error for each; rejects when none was asked. */
  pipeline(steps: readonly Step[], limits?: SoakCallLimits): Promise<readonly unknown[]>;
  /** Several things, of which all are done or none. Resolves to their answers. */
  transaction(steps: readonly Step[], limits?: SoakCallLimits): Promise<readonly unknown[]>;
  /**
   * Reads a counter and then writes the next number, and an entry, if nobody has changed the counter in between; on a
   * connection of its own. Resolves to that number, or to undefined when somebody has. Rejects with {@link NothingWritten}
   * for what fails before the writing.
   */
  incrementIfUnchanged(
    counter: string,
    ledger: string,
    entry: string,
    limits?: SoakCallLimits,
  ): Promise<number | undefined>;
  /** Takes the first entry of a ledger, and waits for one on the server for so long; undefined when there was none. */
  take(ledger: string, waitMs: number, limits?: SoakCallLimits): Promise<string | undefined>;
  /** The same on a connection of its own. */
  takeAlone(ledger: string, waitMs: number, limits?: SoakCallLimits): Promise<string | undefined>;
  /** Has a connection of its own, writes nothing that is ever to be done, and leaves it in a mess. */
  leave(how: Leaving, ledger: string, entry: string, limits?: SoakCallLimits): Promise<unknown>;
  /** What is under way, by the client's own words. */
  counts(): Readonly<Record<string, number>>;
  oddBooks(): string[];
}

/** A subject that can be put through the soak. */
export interface SoakSubject extends Omit<Subject, 'open'> {
  open(access: Access): SoakClient;
}

/** Something failed before it had asked for anything to be written, whatever became of what it read. */
export class NothingWritten extends Error {
  override readonly name = 'NothingWritten';

  /** @param cause what the client said */
  constructor(cause: unknown) {
    super('it failed before it wrote anything', { cause });
  }
}
