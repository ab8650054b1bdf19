import { rejection, withoutStack } from '../caller-stack.ts';
import { Judge } from '../judge.ts';
import { Deadlines, Fifo, type Clock, type DeadlineLane, type HawserError } from '../machine/index.ts';
import { Signals } from '../signals.ts';
import type { Place } from './place.ts';

/** What the owner of the queue says of callers that leave it early. */
export interface WaitersOwner<T> {
  /** A deadline has passed; `now` is one for all of a turn. */
  late(waiter: Waiter<T>, now: number): HawserError;
  aborted(signal: AbortSignal): HawserError;
}

/** Gone ones in front of which nobody waits are not worth collecting below this number. */
const LEAST_COLLECTED = 64;

/** A caller that waits for a member. Only {@link Waiters} changes its phase. */
export class Waiter<T> {
  phase: 'waiting' | 'gone' = 'waiting';
  /** When it came, in the clock's milliseconds. */
  readonly since: number;
  readonly deadline: number;
  readonly lane: DeadlineLane<Waiter<T>> | undefined;
  readonly settle: (result: T | Promise<never>) => void;
  /** Where it asked; `undefined` when nobody wants to know. */
  readonly place: Place | undefined;
  /** Ends the watch over the caller's signal. */
  unwatch: (() => void) | undefined = undefined;

  constructor(
    since: number,
    lane: DeadlineLane<Waiter<T>> | undefined,
    place: Place | undefined,
    settle: (result: T | Promise<never>) => void,
  ) {
    this.since = since;
    this.lane = lane;
    this.deadline = lane === undefined ? Infinity : Math.ceil(since + lane.timeoutMs);
    this.place = place;
    this.settle = settle;
  }
}

/** The callers that wait for a member, first come, first served; each settled once, at the latest by its deadline. */
export class Waiters<T> {
  readonly #clock: Clock;
  readonly #owner: WaitersOwner<T>;
  readonly #queue = new Fifo<Waiter<T>>();
  readonly #deadlines = new Deadlines<Waiter<T>>();
  readonly #expiry: Judge;
  readonly #signals: Signals<Waiter<T>>;
  #length = 0;

  constructor(clock: Clock, owner: WaitersOwner<T>) {
    this.#clock = clock;
    this.#owner = owner;
    this.#expiry = new Judge(clock, () => this.#expire());
    this.#signals = new Signals<Waiter<T>>((waiter, signal) => {
      this.#fail(
        waiter,
        withoutStack(() => owner.aborted(signal)),
      );
      this.#collect();
    });
  }

  get length(): number {
    return this.#length;
  }

  /** The one that has waited for longest. */
  get first(): Waiter<T> | undefined {
    let waiter = this.#queue.peek();
    while (waiter !== undefined && waiter.phase === 'gone') {
      this.#queue.shift();
      waiter = this.#queue.peek();
    }
    return waiter;
  }

  add(now: number, timeoutMs: number, signal: AbortSignal | undefined, place: Place | undefined): Promise<T> {
    return new Promise<T>((settle) => {
      const lane = timeoutMs === Infinity ? undefined : this.#deadlines.lane(timeoutMs);
      const waiter = new Waiter<T>(now, lane, place, settle);
      if (signal !== undefined) waiter.unwatch = this.#signals.watch(signal, waiter);
      this.#queue.push(waiter);
      this.#length += 1;
      if (lane === undefined) return;
      lane.push(waiter);
      if (waiter.deadline < this.#expiry.at) this.#expiry.set(waiter.deadline);
    });
  }

  /**
   * Takes the first one out of the queue, and fails those before it whose time is over: when the event loop was blocked, a
   * member can come free before their timer is looked at. Whoever takes one settles it.
   */
  take(now: number): Waiter<T> | undefined {
    this.failWhile((waiter) => (waiter.deadline < now ? this.#owner.late(waiter, now) : undefined));
    // Those in front that had left are gone with that.
    const waiter = this.#queue.shift();
    if (waiter !== undefined) this.#leave(waiter);
    return waiter;
  }

  /** Fails the first ones, for as long as `error` says with what. */
  failWhile(error: (waiter: Waiter<T>) => HawserError | undefined): void {
    withoutStack(() => {
      for (let waiter = this.first; waiter !== undefined; waiter = this.first) {
        const reason = error(waiter);
        if (reason === undefined) return;
        this.#fail(waiter, reason);
      }
    });
  }

  /** Forgets the timer. It is kept when the queue is empty: else a busy pool would set one for each of its callers. */
  stop(): void {
    this.#expiry.clear();
  }

  #expire(): void {
    const now = this.#clock.now();
    withoutStack(() =>
      this.#deadlines.expire(now, (waiter) => this.#fail(waiter, this.#owner.late(waiter, now))),
    );
    this.#expiry.set(this.#deadlines.earliest());
    this.#collect();
  }

  #fail(waiter: Waiter<T>, error: HawserError): void {
    this.#leave(waiter);
    waiter.settle(rejection(error));
  }

  #leave(waiter: Waiter<T>): void {
    waiter.phase = 'gone';
    waiter.lane?.settled();
    waiter.unwatch?.();
    this.#length -= 1;
  }

  /** Those who left behind one that waits on must not pile up. */
  #collect(): void {
    if (this.#queue.length > LEAST_COLLECTED && this.#queue.length > 2 * this.#length) {
      this.#queue.retain(({ phase }) => phase === 'waiting');
    }
  }
}
