import type { RowResult } from './row.ts';
import type { Tempo } from './tempo.ts';

/** Where a subject is found. */
export interface SubjectAddress {
  /** URL of a module that exports `subjects(tempo)`, the {@link import('./subject.ts').Subject}s that it has. */
  readonly module: string;
  /** Which of them. */
  readonly name: string;
}

/** What a process of the lab is started for. */
export interface Assignment {
  readonly subject: SubjectAddress;
  readonly tempo: Tempo['name'];
}

/** What is known of a subject besides its results. */
export interface About {
  readonly name: string;
  /** The library and its version. */
  readonly library: string;
  /** What is set besides its defaults. */
  readonly how: string;
  /** What its calls were asked of, and its version. */
  readonly server: string;
}

/** What a process of the lab is asked: to play one row, by its name, or to end. */
export type Order =
  | { readonly kind: 'play'; readonly row: string; readonly seed: number }
  | { readonly kind: 'end' };

/** What a process of the lab says: once who is in it, or why that cannot be, and then what came of each order. */
export type Report =
  | { readonly kind: 'introduced'; readonly about: About }
  | { readonly kind: 'not loaded'; readonly reason: string }
  | { readonly kind: 'result'; readonly result: RowResult };
