import { setTimeout as wait } from 'node:timers/promises';
import type { History, SeededRandom } from 'hawser/testing';
import type { CallLimits, Client, Subject } from './subject.ts';

/** What the callers of a row do besides asking and waiting for the answer. */
export type Habit =
  /** They wait for their answers. */
  | 'patient'
  /** Half of the calls are given up, by a signal or a short limit, at any point of their way. */
  | 'leaving'
  /** Some entries are larger than what sockets hold. */
  | 'large';

/** Where callers count and write. */
export interface Books {
  readonly counter: string;
  readonly ledger: string;
}

export const BOOKS: Books = { counter: 'counter', ledger: 'ledger' };

/** What is asked, in turn: all of it, also where few calls are made. */
const KINDS = ['echo', 'increment', 'append'] as const;
type Kind = (typeof KINDS)[number];

const CALLERS = 20;
const PAUSE_MOST_MS = 8;
/** Behind a call that has failed: those that are refused at once would keep the process busy for nothing. */
const PAUSE_AFTER_FAILURE_MOST_MS = 20;
/** More than sockets hold, when all callers write them; a slow network may take a second for each. */
export const LARGE_BYTES = 300_000;

/** What callers work with. */
export interface CallersGround {
  readonly subject: Subject;
  readonly client: Client;
  readonly history: History;
  readonly random: SeededRandom;
  readonly habit: Habit;
  /** Default: {@link BOOKS}. */
  readonly books?: Books;
}

/** What is told of a call when it has settled. */
export interface SettledCall {
  readonly caller: number;
  readonly isConfirmed: boolean;
  readonly writes: boolean;
  /** By `performance.now()`. */
  readonly madeAtMs: number;
}

/** Callers that are waited for until each of them has had a write confirmed. */
export interface Served {
  readonly all: Promise<void>;
  /** How many have not. */
  readonly left: number;
}

/** Nobody is waited for. */
export const NOBODY: Served = { all: Promise.resolve(), left: 0 };

/** Callers that ask one thing after the other: each has something repeated, counts and writes down. */
export class Callers {
  readonly #ground: CallersGround;
  readonly #listeners = new Set<(call: SettledCall) => void>();
  #phase: 'asking' | 'resting' | 'over' = 'asking';
  #wake: () => void = () => {};
  #rest: Promise<void> = Promise.resolve();
  readonly #ended: Promise<unknown>;
  #slowestMs = 0;

  constructor(ground: CallersGround) {
    this.#ground = ground;
    this.#ended = Promise.all(Array.from({ length: CALLERS }, (_, caller) => this.#run(caller)));
  }

  /** Settles when all callers have finished the call that they were in, once {@link Callers.stop} was called. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  /** They finish what they are in, and ask no more until `resume`. */
  rest(): void {
    if (this.#phase !== 'asking') return;
    this.#phase = 'resting';
    this.#rest = new Promise((resolve) => (this.#wake = resolve));
  }

  resume(): void {
    if (this.#phase === 'resting') this.#phase = 'asking';
    this.#wake();
  }

  stop(): void {
    this.#phase = 'over';
    this.#wake();
  }

  /** The longest that a call, or the pause of a caller, has taken since this was asked last, in milliseconds. */
  takeSlowestMs(): number {
    const slowestMs = this.#slowestMs;
    this.#slowestMs = 0;
    return slowestMs;
  }

  /** Calls back when a call has settled. Returns what removes the listener. */
  onSettled(listener: (call: SettledCall) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when a write was confirmed that was asked for later than now. */
  nextWrite(): Promise<void> {
    return new Promise((resolve) => {
      const remove = this.#onWrite(() => {
        remove();
        resolve();
      });
    });
  }

  /** Watches until each caller has had a write confirmed that it has asked for later than now. */
  served(): Served {
    const left = new Set(Array.from({ length: CALLERS }, (_, caller) => caller));
    const all = new Promise<void>((resolve) => {
      const remove = this.#onWrite((caller) => {
        left.delete(caller);
        if (left.size > 0) return;
        remove();
        resolve();
      });
    });
    return {
      all,
      get left() {
        return left.size;
      },
    };
  }

  /** Calls back for each write that is confirmed and was asked for later than now. Returns what removes the listener. */
  #onWrite(listener: (caller: number) => void): () => void {
    const sinceMs = performance.now();
    return this.onSettled(({ caller, isConfirmed, writes, madeAtMs }) => {
      if (isConfirmed && writes && madeAtMs >= sinceMs) listener(caller);
    });
  }

  async #run(caller: number): Promise<void> {
    const { random } = this.#ground;
    for (let number = 0; this.#phase !== 'over'; number += 1) {
      const madeAtMs = performance.now();
      const kind = KINDS[(caller + number) % KINDS.length]!;
      const isConfirmed = await this.#ask(kind, `${caller}`, number).then(
        () => true,
        () => false,
      );
      const settledAtMs = performance.now();
      for (const tell of this.#listeners) tell({ caller, isConfirmed, writes: kind !== 'echo', madeAtMs });
      await wait(random.integer(1, isConfirmed ? PAUSE_MOST_MS : PAUSE_AFTER_FAILURE_MOST_MS));
      const pausedMs = performance.now() - settledAtMs;
      this.#slowestMs = Math.max(this.#slowestMs, settledAtMs - madeAtMs, pausedMs);
      await this.#rest;
    }
  }

  #ask(kind: Kind, caller: string, number: number): Promise<unknown> {
    const { client, history, random, subject, habit, books: { counter, ledger } = BOOKS } = this.#ground;
    const limits = this.#limits();
    const timeoutMs = limits.timeoutMs ?? subject.timeoutMs;
    const id = `${caller}-${number}`;
    const about = { caller, what: `${kind} ${id}`, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    switch (kind) {
      case 'echo':
        return history.call({ ...about, isOwn: (text: string) => text === id }, () =>
          client.echo(id, limits),
        );
      case 'increment':
        return history.call({ ...about, increments: { counter } }, () => client.increment(counter, limits));
      case 'append': {
        const entry = habit === 'large' && random.chance(0.1) ? id.padEnd(LARGE_BYTES, '.') : id;
        return history.call({ ...about, stores: { ledger, entry } }, () =>
          client.append(ledger, entry, limits),
        );
      }
    }
  }

  #limits(): CallLimits {
    const { habit, random } = this.#ground;
    if (habit !== 'leaving' || random.chance(0.5)) return {};
    if (random.chance(0.5)) return { timeoutMs: random.integer(1, 5) };
    const abort = new AbortController();
    // At any point: before the call is made, in its own turn, or while its reply is due.
    const delay = random.integer(-1, 6);
    if (delay < 0) abort.abort();
    else if (delay === 0) queueMicrotask(() => abort.abort());
    else setTimeout(() => abort.abort(), delay);
    return { signal: abort.signal };
  }
}
