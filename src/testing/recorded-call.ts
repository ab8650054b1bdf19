import type { Outcome } from '../core/machine/index.ts';

/** How a call ended: the server confirmed it by a reply, or it failed with this {@link Outcome}. */
export type CallEnding = 'confirmed' | Outcome;

/** What a {@link History} is told of a call when it is made. */
export interface CallDescription<Value = unknown> {
  /** Who asks. Order is promised per caller. */
  readonly caller: string | number;
  /** What is asked, for people: `INCR stock`. */
  readonly what: string;
  /** By when it must have settled, from now on. Default: it may take any time, but must have settled when that is checked. */
  readonly timeoutMs?: number;
  /** The counter that the call adds to; `by` is a positive integer, default 1. */
  readonly increments?: { readonly counter: string; readonly by?: number };
  /** The ledger (a list, a stream, a table) in which the call stores an entry. No two calls store the same one. */
  readonly stores?: { readonly ledger: string; readonly entry: string };
  /** Whether a reply is the answer to this very call: that it carries a mark that only this call has. */
  readonly isOwn?: (value: Value) => boolean;
}

/** A call that was made and has not settled yet. */
export interface OpenCall<Value = unknown> {
  /** It was confirmed with this reply. */
  ok(value: Value): void;
  /** It failed; what is known of it is read from the error. */
  failed(error: unknown): void;
}

/** Calls by their ending, and failures by code. */
export interface HistorySummary extends Readonly<Record<CallEnding, number>> {
  /** All that were made. */
  readonly calls: number;
  /** Those that have not settled. */
  readonly open: number;
  /** How often each kind of failure was seen, as `CODE outcome`; of an error without a code its name stands for it. */
  readonly failures: Readonly<Record<string, number>>;
}
