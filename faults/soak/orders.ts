import type { HistorySummary } from 'hawser/testing';
import type { About, SubjectAddress } from '../orders.ts';
import type { Access } from '../subject.ts';
import type { Found } from './books.ts';
import type { Memory } from './memory.ts';
import type { Beat } from './pulse.ts';

/** What a process of the soak is started for. */
export interface Assignment {
  /** Of a module that exports `subjects()`, the {@link import('./subject.ts').SoakSubject}s that it has. */
  readonly subject: SubjectAddress;
}

/** What a process of the soak is asked, one thing after the other; each is answered. */
export type Order =
  /** To open its client, and to wait until that is connected. */
  | { readonly kind: 'open'; readonly access: Access }
  /** To have callers ask. */
  | { readonly kind: 'begin'; readonly round: number; readonly seed: number }
  /** To let them finish. */
  | { readonly kind: 'rest' }
  /** To hold what they know against what the server has, and to forget it. */
  | { readonly kind: 'check'; readonly found: Found }
  /** To close the client while they ask, and to let them finish. */
  | { readonly kind: 'close' };

/** What answers an order. */
export interface Answers {
  readonly open: void;
  readonly begin: void;
  readonly rest: void;
  readonly check: RoundReport;
  readonly close: Closing;
}

/** What it is told besides, and does not answer. */
export type Message =
  | { readonly kind: 'order'; readonly order: Order }
  /** To tell when something was confirmed that was asked for later than now. */
  | { readonly kind: 'watch'; readonly watch: number }
  /** To do nothing for so long. */
  | { readonly kind: 'block'; readonly ms: number }
  | { readonly kind: 'end' };

/** What it says. */
export type News =
  | { readonly kind: 'introduced'; readonly about: About }
  | { readonly kind: 'not loaded'; readonly reason: string }
  | { readonly kind: 'answer'; readonly answer: Answers[keyof Answers] }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'connected'; readonly isConnected: boolean }
  | { readonly kind: 'written'; readonly watch: number }
  | { readonly kind: 'beat'; readonly beat: Beat };

/** What came of one round. */
export interface RoundReport {
  /** What did not hold, a sentence each. */
  readonly broken: readonly string[];
  readonly calls: HistorySummary;
}

/** What came of closing. */
export interface Closing {
  readonly broken: readonly string[];
  readonly tookMs: number;
  /** Attempts to connect, in all. */
  readonly dials: number;
  readonly memory: Memory | undefined;
}
