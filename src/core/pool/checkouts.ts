import { Judge } from '../judge.ts';
import { Shedding, type Clock, type HawserError } from '../machine/index.ts';
import type { Keeper } from './keeper.ts';
import type { Lease } from './lease.ts';
import type { Member } from './members.ts';
import type { Opener } from './opener.ts';
import type { Place } from './place.ts';
import type { PoolExplanation } from './pool-explanation.ts';
import * as failures from './pool-failures.ts';
import { Histogram } from './pool-metrics.ts';
import type { ResolvedPoolOptions } from './pool-options.ts';
import type { Stock } from './stock.ts';
import { Waiters, type Waiter } from './waiters.ts';

/**
 * Who gets which member, and who has waited for too long: brings the callers and the stock together. A member that is free
 * goes to the caller who has waited for longest.
 */
export class Checkouts<M, L> {
  readonly waitTime: Histogram = new Histogram();
  shed = 0;
  timedOut = 0;
  readonly #stock: Stock<M, L>;
  readonly #keeper: Keeper<M, L>;
  readonly #explain: () => PoolExplanation;
  readonly #waiters: Waiters<Lease<L>>;
  readonly #shedding: Shedding | undefined;
  readonly #nextRoll: Judge;
  readonly #opener: () => Pick<Opener<M, L>, 'underWay' | 'failure'>;
  /**
   * From when on a wait counts as overload: before that the server was not reached, or the pool still grew. `undefined`
   * while it is not reached.
   */
  #judgedFrom: number | undefined;
  /** Most members there were since somebody has begun to wait. */
  #mostKept = 0;
  /** The explanation that the failures of one turn share. */
  #explained: { readonly at: number; readonly explanation: PoolExplanation } | undefined;

  constructor(
    clock: Clock,
    { shedding }: ResolvedPoolOptions,
    stock: Stock<M, L>,
    keeper: Keeper<M, L>,
    opener: () => Pick<Opener<M, L>, 'underWay' | 'failure'>,
    explain: () => PoolExplanation,
  ) {
    this.#stock = stock;
    this.#keeper = keeper;
    this.#opener = opener;
    this.#explain = explain;
    this.#waiters = new Waiters<Lease<L>>(clock, {
      late: ({ lane }, now) => {
        this.timedOut += 1;
        const { failure } = this.#opener();
        return failures.late('checkout', lane!.timeoutMs, this.#explanation(now), failure);
      },
      aborted: (signal) => failures.abortedWaiting('checkout', signal),
    });
    this.#shedding = shedding && new Shedding(shedding.targetMs, shedding.intervalMs);
    this.#nextRoll = new Judge(clock, () => this.#roll(clock.now()));
  }

  /** Callers that wait. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /** Since when the first of them has waited. */
  get oldestSince(): number | undefined {
    return this.#waiters.first?.since;
  }

  get isShedding(): boolean {
    return this.#shedding?.isShedding ?? false;
  }

  /** A lease for a caller that need not wait. Throws what the source throws. */
  lendNow(now: number, place: Place | undefined): Lease<L> | undefined {
    if (this.#waiters.length > 0 || this.#judgedFrom === undefined) return undefined;
    const member = this.#stock.members.nextIdle;
    if (member === undefined || !this.#stock.isFresh(member, now)) return undefined;
    this.waitTime.record(0);
    this.#keeper.leased(now);
    return this.#stock.lend(member, now, place);
  }

  /** Queues a caller. */
  wait(
    now: number,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    place: Place | undefined,
  ): Promise<Lease<L>> {
    const lease = this.#waiters.add(now, timeoutMs, signal, place);
    if (this.#waiters.length === 1) {
      this.#mostKept = this.#stock.members.kept;
      this.#roll(now);
    }
    return lease;
  }

  /** Lends what is idle to those who wait; what was idle for long is asked first. */
  serve(now: number): void {
    const { members } = this.#stock;
    for (let member = members.nextIdle; member !== undefined; member = members.nextIdle) {
      if (this.#waiters.length === 0) return;
      if (this.#stock.isFresh(member, now)) this.free(member, now);
      else if (this.#waiters.length > members.counts.checking) this.#stock.check(member);
      else return;
    }
  }

  /** A member is free: it is lent to the first who waits, or kept. */
  free(member: Member<M, L>, now: number): void {
    this.#judge(now);
    const waiter = this.#waiters.take(now);
    if (waiter === undefined) {
      this.#stock.keep(member, now);
      this.#keeper.kept(member, now);
      return;
    }
    this.#shedding?.served(now - this.#waitsSince(waiter));
    this.waitTime.record(now - waiter.since);
    this.#keeper.leased(now);
    try {
      // In the pool's own async context: this is the context of whoever has returned it.
      waiter.settle(this.#stock.inContext(() => this.#stock.lend(member, now, waiter.place)));
    } catch (error) {
      waiter.settle(Promise.reject(error));
    }
  }

  /** The server is reached, from now on or no longer. */
  update(reachedAt: number | undefined): void {
    this.#judgedFrom = reachedAt;
    if (reachedAt === undefined) return;
    // All that is opened now is more than there was.
    this.#mostKept = 0;
    this.#shedding?.reset(reachedAt);
    this.#roll(reachedAt);
  }

  /** Nobody may wait any longer. */
  fail(error: () => HawserError): void {
    this.#waiters.failWhile(error);
  }

  stop(): void {
    this.#waiters.stop();
    this.#nextRoll.clear();
  }

  /** Judges the queue, and does so again when its interval is over. */
  #roll(now: number): void {
    this.#judge(now);
    if (this.#shedding === undefined || this.#judgedFrom === undefined || this.#waiters.length === 0) return;
    if (this.#shedding.nextRollAt < this.#nextRoll.at) this.#nextRoll.set(this.#shedding.nextRollAt);
  }

  /** Sheds those who have waited for too long in a queue that stands. */
  #judge(now: number): void {
    const shedding = this.#shedding;
    if (shedding === undefined || this.#judgedFrom === undefined) return;
    if (this.#isGrowing()) {
      this.#judgedFrom = now;
      shedding.reset(now);
    }
    const { first } = this.#waiters;
    shedding.roll(now, first && this.#waitsSince(first));
    if (!shedding.isShedding) return;
    const before = shedding.shedsBefore(now);
    this.#waiters.failWhile((waiter) => {
      if (this.#waitsSince(waiter) >= before) return undefined;
      this.shed += 1;
      return failures.shed('checkout', now - waiter.since, this.#explanation(now), this.#opener().failure);
    });
  }

  /**
   * Whether there will soon be more members than there were: some are being opened for the first time, or asked whether they
   * are good. Who waits for that is not turned away; who waits until what was lost is replaced may be.
   */
  #isGrowing(): boolean {
    const { kept, counts } = this.#stock.members;
    if (counts.checking > 0) return true;
    if (kept < this.#mostKept || (kept === this.#mostKept && this.#opener().underWay === 0)) return false;
    this.#mostKept = kept;
    return true;
  }

  #waitsSince({ since }: Waiter<Lease<L>>): number {
    return Math.max(since, this.#judgedFrom ?? since);
  }

  #explanation(now: number): PoolExplanation {
    if (this.#explained?.at !== now) this.#explained = { at: now, explanation: this.#explain() };
    return this.#explained.explanation;
  }
}
