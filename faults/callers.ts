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

export const COUNTER = 'counter';
export const LEDGER = 'ledger';

const CALLERS = 20;
const PAUSE_MOST_MS = 4;
const LARGE_BYTES = 300_000;

/** What callers work with. */
export interface CallersGround {
  readonly subject: Subject;
  readonly client: Client;
  readonly history: History;
  readonly random: SeededRandom;
  readonly habit: Habit;
  /** Of the entries, so that several kinds of callers can share a history. */
  readonly prefix?: string;
}

/** Callers that ask one thing after the other: each counts, writes down or has something repeated, as chance says. */
export class Callers {
  readonly #ground: CallersGround;
  readonly #listeners = new Set<(isConfirmed: boolean, madeAtMs: number) => void>();
  #phase: 'asking' | 'resting' | 'over' = 'asking';
  #wake: () => void = () => {};
  #rest: Promise<void> = Promise.resolve();
  readonly #ended: Promise<unknown>;

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

  /** Calls back when a call has settled. Returns what removes the listener. */
  onSettled(listener: (isConfirmed: boolean, madeAtMs: number) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when a call was confirmed that was made later than now. */
  nextReply(): Promise<void> {
    const sinceMs = performance.now();
    return new Promise((resolve) => {
      const remove = this.onSettled((isConfirmed, madeAtMs) => {
        if (!isConfirmed || madeAtMs < sinceMs) return;
        remove();
        resolve();
      });
    });
  }

  async #run(caller: number): Promise<void> {
    const { random } = this.#ground;
    for (let number = 0; this.#phase !== 'over'; number += 1) {
      const madeAtMs = performance.now();
      const isConfirmed = await this.#ask(`${this.#ground.prefix ?? ''}${caller}`, number).then(
        () => true,
        () => false,
      );
      for (const listener of this.#listeners) listener(isConfirmed, madeAtMs);
      // Refused calls must not keep the event loop for themselves, nor answered ones the memory.
      await wait(random.integer(1, PAUSE_MOST_MS));
      await this.#rest;
    }
  }

  #ask(caller: string, number: number): Promise<unknown> {
    const { client, history, random, subject } = this.#ground;
    const limits = this.#limits();
    const timeoutMs = limits.timeoutMs ?? subject.timeoutMs;
    const about = { caller, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const id = `${caller}-${number}`;
    const kind = random.integer(0, 9);
    if (kind < 4) {
      const isOwn = (text: string): boolean => text === id;
      return history.call({ ...about, what: `echo ${id}`, isOwn }, () => client.echo(id, limits));
    }
    if (kind < 7) {
      const increments = { counter: COUNTER };
      return history.call({ ...about, what: `increment ${id}`, increments }, () =>
        client.increment(COUNTER, limits),
      );
    }
    const isLarge = this.#ground.habit === 'large' && random.chance(0.1);
    const entry = isLarge ? id.padEnd(LARGE_BYTES, '.') : id;
    const stores = { ledger: LEDGER, entry };
    return history.call({ ...about, what: `append ${id}`, stores }, () =>
      client.append(LEDGER, entry, limits),
    );
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
