import { setTimeout as wait } from 'node:timers/promises';
import type { Served } from '../callers.ts';
import { QueueAccount } from '../queue-account.ts';
import { Starvation } from '../starved.ts';
import type { CallLimits, Taking } from '../subject.ts';
import { GRACE_MS } from '../tempo.ts';
import type { Companions, CompanyGround } from './company.ts';
import { Pulse } from './pulse.ts';

/** Of each way to take so many. */
const TAKERS_OF_EACH = 2;
const WAYS: readonly Taking[] = ['list', 'moved', 'ranked'];
/** All of them: each waits on a connection of its own. */
export const TAKERS = TAKERS_OF_EACH * WAYS.length;

/** How long the server is asked to hold a call whose taker does not leave, in milliseconds. */
const WAIT_MS = [20, 200] as const;
/** How long takers stay who leave, by a signal or by a limit of their own. */
const STAY_MS = [0, 60] as const;
const LIMIT_MS = [60, 240] as const;
/** How long an abort may take (docs/blocking.md). */
const LET_GO_MS = 500;
/** Enough to make it late. */
const STARVED_MS = 100;
const PAUSE_MS = [0, 5] as const;
const PAUSE_AFTER_FAILURE_MS = 20;

/** One call of a taker that was answered with an element. */
interface Taken {
  readonly how: Taking;
  readonly element: string;
}

/** One call of which its taker does not know what it took. Times are milliseconds of `performance.now()`. */
interface Unknown {
  readonly how: Taking;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly words: string;
  /**
   * That it may be so without a fault: it had a limit, at which it ends though the server has been asked to let go a moment ago
   * only; or the process was not let run, and so could not be told in time.
   */
  readonly isExcused: boolean;
}

/** How long a taker waits, and how it leaves. */
interface Stay {
  readonly waitMs: number;
  readonly limits: CallLimits;
  /** By when the call has to have settled. */
  readonly mostMs: number;
}

/** What is wrong, a sentence each. */
export interface TakerFindings {
  readonly elements: readonly string[];
  readonly calls: readonly string[];
}

/** When a fault could be felt, in milliseconds of `performance.now()`. */
export interface FaultTime {
  readonly beganAtMs: number;
  readonly overAtMs: number;
}

/**
 * Some who wait on the server for elements of queues, in all the ways there are, and leave as they like, and one who puts numbered
 * elements there past the client, fewer than they could take.
 */
export class Takers implements Companions {
  readonly kind = 'takers';
  readonly ended: Promise<unknown>;
  readonly #ground: CompanyGround;
  readonly #putter: Pulse;
  /** Calls that have settled later than they may, by how much. */
  readonly #late: { readonly byMs: number; readonly words: string }[] = [];
  #open = 0;
  readonly #taken: Taken[] = [];
  readonly #unknown: Unknown[] = [];
  readonly #listeners = new Set<(taker: number, beganAtMs: number) => void>();
  #leaving = new AbortController();
  #phase: 'asking' | 'resting' | 'over' = 'asking';
  #wake: () => void = () => {};
  #rest: Promise<void> = Promise.resolve();

  constructor(ground: CompanyGround) {
    const { client, system, keeper, random } = ground;
    if (client.take === undefined) throw new Error('This client cannot wait on the server.');
    this.#ground = ground;
    this.#putter = new Pulse(random.fork(), (number) => system.beside.put(keeper(), `${number}`));
    this.ended = Promise.all(
      Array.from({ length: TAKERS }, (_, taker) => this.#run(taker, WAYS[taker % WAYS.length]!)),
    );
  }

  get open(): readonly string[] {
    return this.#open === 0 ? [] : [`${this.#open} takers still wait`];
  }

  get isAtRest(): boolean {
    return this.#putter.isAtRest && this.#open === 0;
  }

  /** How often a connection was left on which an element may be due, and so is closed: by takers who do not know what they took. */
  get leftBehind(): number {
    return this.#unknown.length;
  }

  served(): Served {
    const sinceMs = performance.now();
    const left = new Set(Array.from({ length: TAKERS }, (_, taker) => taker));
    const all = new Promise<void>((resolve) => {
      const listener = (taker: number, beganAtMs: number): void => {
        if (beganAtMs < sinceMs) return;
        left.delete(taker);
        if (left.size > 0) return;
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
    return {
      all,
      get left() {
        return left.size;
      },
    };
  }

  rest(): void {
    if (this.#phase !== 'asking') return;
    this.#phase = 'resting';
    this.#rest = new Promise((resolve) => (this.#wake = resolve));
    this.#putter.rest();
    this.#leaveAll();
  }

  resume(): void {
    if (this.#phase === 'resting') this.#phase = 'asking';
    this.#putter.resume();
    this.#wake();
  }

  /** All leave. */
  stop(): void {
    this.#phase = 'over';
    this.#putter.stop();
    this.#wake();
    this.#leaveAll();
  }

  settled(): Promise<unknown> {
    return Promise.all([this.ended, this.#putter.ended]);
  }

  async check({
    fault,
    blockedMs,
  }: {
    fault: FaultTime | undefined;
    blockedMs: number;
  }): Promise<TakerFindings> {
    const { system, keeper } = this.#ground;
    const { put, list, ranked, source, destination } = await system.beside.queues(keeper());
    const taken = (how: Taking): string[] =>
      this.#taken.filter((one) => one.how === how).map(({ element }) => element);
    const moved = taken('moved');
    const elements = [
      ...this.#account('list', put, taken('list')).check(list),
      ...this.#account('ranked', put, taken('ranked')).check(ranked),
      // None is ever gone, whatever its mover knows.
      ...account(put).check([...source, ...destination]),
      ...moved
        .filter((element) => !destination.includes(element))
        .map((element) => `${element} is said to be moved`),
      ...(new Set(moved).size < moved.length ? [`of ${moved.length} moved some were handed out twice`] : []),
    ];
    const outside = this.#unknown.filter(
      ({ beganAtMs, endedAtMs, isExcused }) =>
        fault !== undefined &&
        !isExcused &&
        (endedAtMs < fault.beganAtMs || beganAtMs > fault.overAtMs + GRACE_MS),
    );
    return {
      elements,
      calls: [
        ...this.#late.filter(({ byMs }) => byMs > GRACE_MS + blockedMs).map(({ words }) => words),
        ...outside.map(
          ({ how, words }) => `a taker (${how}) knows nothing, and no fault was there: ${words}`,
        ),
      ],
    };
  }

  async words(): Promise<string> {
    const { system, keeper } = this.#ground;
    const { put, list, ranked } = await system.beside.queues(keeper());
    const count = (how: Taking): number => this.#taken.filter((one) => one.how === how).length;
    const gone = 2 * put.length - count('list') - count('ranked') - list.length - ranked.length;
    return `${this.#taken.length} taken, ${this.leftBehind} unknown, ${gone} gone`;
  }

  #account(how: Taking, put: readonly string[], taken: readonly string[]): QueueAccount {
    const queue = account(put);
    for (const element of taken) queue.took(element);
    for (const one of this.#unknown) if (one.how === how) queue.mayHaveTaken();
    return queue;
  }

  #leaveAll(): void {
    this.#leaving.abort();
    this.#leaving = new AbortController();
  }

  async #run(taker: number, how: Taking): Promise<void> {
    const { random } = this.#ground;
    while (this.#phase !== 'over') {
      const isAnswered = await this.#take(taker, how);
      await wait(isAnswered ? random.integer(...PAUSE_MS) : PAUSE_AFTER_FAILURE_MS);
      await this.#rest;
    }
  }

  async #take(taker: number, how: Taking): Promise<boolean> {
    const { client, subject } = this.#ground;
    const over = new AbortController();
    const { waitMs, limits, mostMs } = this.#stay(over.signal);
    const beganAtMs = performance.now();
    const starvation = new Starvation();
    this.#open += 1;
    try {
      const element = await client.take!(how, waitMs, limits);
      if (element !== undefined) {
        this.#taken.push({ how, element });
        for (const listener of this.#listeners) listener(taker, beganAtMs);
      }
      return true;
    } catch (error) {
      if (subject.outcomeOf(error) === 'unknown') {
        const isExcused = limits.timeoutMs !== undefined || starvation.ms > STARVED_MS;
        this.#unknown.push({ how, beganAtMs, endedAtMs: performance.now(), words: String(error), isExcused });
      }
      return subject.outcomeOf(error) === 'refused';
    } finally {
      this.#open -= 1;
      over.abort();
      const byMs = performance.now() - beganAtMs - mostMs - starvation.ms;
      if (byMs > 0) {
        this.#late.push({ byMs, words: `a taker (${how}) was let go ${Math.round(byMs)} ms late` });
      }
    }
  }

  /** A third waits for as long as the server does, a third leaves by a signal, and a third has a limit. */
  #stay(over: AbortSignal): Stay {
    const { random, subject } = this.#ground;
    const all = this.#leaving.signal;
    const waitMs = random.integer(...WAIT_MS);
    switch (random.pick(['waits', 'aborts', 'is limited'] as const)) {
      case 'waits':
        return {
          waitMs,
          limits: {},
          mostMs: (subject.timeoutMs ?? Infinity) + waitMs,
        };
      case 'aborts': {
        const stayMs = random.integer(...STAY_MS);
        const leave = new AbortController();
        const timer = setTimeout(() => leave.abort(), stayMs);
        over.addEventListener('abort', () => clearTimeout(timer));
        const signal = AbortSignal.any([leave.signal, all]);
        return { waitMs: 0, limits: { signal }, mostMs: stayMs + LET_GO_MS };
      }
      case 'is limited': {
        const timeoutMs = random.integer(...LIMIT_MS);
        return { waitMs: 0, limits: { timeoutMs, signal: all }, mostMs: timeoutMs };
      }
    }
  }
}

/** What was put is known from the server. */
function account(put: readonly string[]): QueueAccount {
  const queue = new QueueAccount();
  for (const element of put) queue.put(element)('confirmed');
  return queue;
}
