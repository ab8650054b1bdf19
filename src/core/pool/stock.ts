import { AsyncResource } from 'node:async_hooks';
import { HawserError, type Clock, type Random } from '../machine/index.ts';
import type { WaitOptions } from '../waits.ts';
import { Lease } from './lease.ts';
import { limited } from './limited.ts';
import { Member, Members, type CloseReason, type Leased, type MemberOwner } from './members.ts';
import { closed } from './opening.ts';
import type { Place } from './place.ts';
import * as failures from './pool-failures.ts';
import { Histogram } from './pool-metrics.ts';
import type { ResolvedPoolOptions } from './pool-options.ts';
import type { Leftover, Loan, PoolSource } from './pool-source.ts';

/** What a stock tells its owner. */
export interface StockOwner<M, L> {
  /** A member is free and good: it is to be lent or kept. */
  free(member: Member<M, L>, now: number): void;
  /** A member has worked: the server answers. */
  proven(): void;
  /** The last member that lived was lost. */
  emptied(cause: Error): void;
  /** A socket is closed, or a member that was asked for is not to be had. */
  left(): void;
}

/** A member that was closed, in the clock's milliseconds. */
export interface Closing {
  readonly at: number;
  readonly reason: CloseReason;
  readonly cause: Error | undefined;
}

/** How many closings are remembered for `explain()`. */
const CLOSINGS_KEPT = 20;

/**
 * What a pool holds: lends its members, takes them back, and sees to it that one that is not clean, not young or not
 * alive is not lent again. Its source is called in the async context in which the pool was made; only a lease that need
 * not wait begins in its caller's own, and each ends in that of whoever releases it.
 */
export class Stock<M, L> implements MemberOwner<M, L> {
  readonly members: Members<M, L>;
  readonly closedBy: Record<CloseReason, number> = {
    lost: 0,
    broken: 0,
    dirty: 0,
    'check-failed': 0,
    condemned: 0,
    lifetime: 0,
    idle: 0,
    invalidated: 0,
    closed: 0,
  };
  /** The last members that were closed, and why; oldest first. */
  readonly closings: Closing[] = [];
  readonly useTime: Histogram = new Histogram();
  /** How often the pool was invalidated: members of an earlier generation are not lent again. */
  generation = 0;
  opened = 0;
  /** Members in a row that were found bad when they were asked. */
  failedChecks = 0;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #options: ResolvedPoolOptions;
  readonly #source: PoolSource<M, L>;
  readonly #owner: StockOwner<M, L>;
  readonly #context: AsyncResource = new AsyncResource('HawserPool');
  #leases = 0;

  constructor(
    clock: Clock,
    random: Random,
    options: ResolvedPoolOptions,
    source: PoolSource<M, L>,
    owner: StockOwner<M, L>,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#options = options;
    this.#source = source;
    this.#owner = owner;
    this.members = new Members<M, L>(options.idleOrder);
  }

  /** Runs `work` in the pool's own async context. */
  inContext<T>(work: () => T): T {
    return this.#context.runInAsyncScope(work);
  }

  /** Takes in what was opened. */
  admit(resource: M, generation: number, now: number): Member<M, L> {
    const { least, most } = this.#options.lifetimeMs;
    const lifetimeMs = least === Infinity ? Infinity : least + this.#random() * (most - least);
    const member = new Member<M, L>(resource, generation, now + lifetimeMs, this);
    this.members.add(member, { name: 'idle', since: now });
    this.opened += 1;
    this.failedChecks = 0;
    return member;
  }

  /** Throws PROTOCOL_VIOLATION where the source makes no loan; the member is closed then. */
  lend(member: Member<M, L>, now: number, place: Place | undefined): Lease<L> {
    this.#leases += 1;
    // Nobody else's already while its source is asked, which may call the pool.
    const leased: Leased<L> = { name: 'leased', lease: undefined, takenAt: now, place, isReported: false };
    this.members.move(member, leased);
    try {
      const loan = this.#source.lend(member.resource);
      if (typeof loan.end !== 'function') throw new TypeError('lend: expected a loan');
      leased.lease = new Lease<L>(this.#leases, loan, member);
      return leased.lease;
    } catch (error) {
      const failure = failures.sourceFailed(error);
      this.close(member, 'broken', failure);
      throw failure;
    }
  }

  keep(member: Member<M, L>, now: number): void {
    this.members.move(member, { name: 'idle', since: now });
  }

  /** Whether an idle member may be lent without being asked. */
  isFresh({ state }: Member<M, L>, now: number): boolean {
    return (
      this.#source.check === undefined ||
      (state.name === 'idle' && now - state.since <= this.#options.checkAfterIdleMs)
    );
  }

  /** Asks one that was idle whether it is good; it is free again when it is, and closed when it is not. */
  check(member: Member<M, L>): void {
    const abort = new AbortController();
    this.members.move(member, { name: 'checking', abort });
    const wait = (signal: AbortSignal): Promise<void> =>
      this.#source.check?.(member.resource, this.#wait(signal)) ?? Promise.resolve();
    this.#limited('check', abort, wait).then(
      () => {
        if (member.state.name !== 'checking') return;
        this.failedChecks = 0;
        this.#owner.proven();
        this.#passOn(member, this.#clock.now());
      },
      (cause: unknown) => {
        if (member.state.name !== 'checking') return;
        this.failedChecks += 1;
        this.#lose(member, 'check-failed', asError(cause));
      },
    );
  }

  returned(member: Member<M, L>, { takenAt }: Leased<L>, loan: Loan<L>): void {
    const now = this.#clock.now();
    this.useTime.record(now - takenAt);
    const leftover = leftoverOf(loan);
    const { verdict } = member;
    if (verdict !== undefined) {
      this.close(member, verdict.reason, verdict.cause);
    } else if (leftover === 'clean') {
      this.#owner.proven();
      this.#passOn(member, now);
    } else if (leftover === 'dirty' && loan.reset !== undefined) {
      this.#reset(member, loan);
    } else {
      this.close(member, leftover === 'dirty' ? 'dirty' : 'broken');
    }
  }

  /** The member has ended by itself. Who holds a lease on it learns that from its calls. */
  lost(member: Member<M, L>, cause: Error): void {
    switch (member.state.name) {
      case 'idle':
      case 'checking':
      case 'resetting':
        return this.#lose(member, 'lost', cause);
      case 'leased':
        member.verdict = { reason: 'lost', cause };
        if (!this.members.anyLiving) this.#owner.emptied(cause);
        return;
      case 'closing':
      case 'gone':
    }
  }

  close(member: Member<M, L>, reason: CloseReason, cause?: Error): void {
    const { state } = member;
    if (state.name === 'closing' || state.name === 'gone') return;
    this.members.move(member, { name: 'closing' });
    this.closedBy[reason] += 1;
    this.closings.push({ at: this.#clock.now(), reason, cause });
    if (this.closings.length > CLOSINGS_KEPT) this.closings.shift();
    if ('abort' in state) state.abort.abort(failures.memberClosed());
    void this.inContext(() => closed(this.#source, member.resource)).then(() => {
      this.members.move(member, { name: 'gone' });
      this.#owner.left();
    });
  }

  /** Every member that is there now is closed: at once, or when it is returned. */
  invalidate(): void {
    this.generation += 1;
    this.#closeAll('invalidated');
  }

  /** Closes what came of an attempt that began before the pool was invalidated. */
  closeOutdated(): void {
    for (const member of this.members.idle.filter(({ generation }) => generation !== this.generation)) {
      this.close(member, 'invalidated');
    }
  }

  /** Nothing is lent any more; what is not out is closed, and what is out when it is returned. */
  drain(): void {
    this.#closeAll('closed');
  }

  /** Closes what is out as well: those leases have ended. */
  seize(): void {
    for (const member of this.members) {
      if (member.state.name !== 'leased') continue;
      member.verdict ??= { reason: 'closed', cause: undefined };
      member.state.lease?.release();
    }
  }

  #closeAll(reason: 'invalidated' | 'closed'): void {
    for (const member of this.members) {
      if (member.state.name === 'leased') member.verdict ??= { reason, cause: undefined };
      else this.close(member, reason);
    }
  }

  /** A member has come back clean. */
  #passOn(member: Member<M, L>, now: number): void {
    if (now >= member.endsAt) this.close(member, 'lifetime');
    else this.#owner.free(member, now);
  }

  #reset(member: Member<M, L>, loan: Loan<L>): void {
    const abort = new AbortController();
    this.members.move(member, { name: 'resetting', abort });
    const wait = (signal: AbortSignal): Promise<boolean> =>
      loan.reset?.(this.#wait(signal)) ?? Promise.resolve(false);
    this.#limited('reset', abort, wait).then(
      (isClean) => {
        if (member.state.name !== 'resetting') return;
        if (isClean) this.#passOn(member, this.#clock.now());
        else this.close(member, 'dirty');
      },
      (cause: unknown) => {
        if (member.state.name === 'resetting') this.close(member, 'dirty', asError(cause));
      },
    );
  }

  #lose(member: Member<M, L>, reason: 'lost' | 'check-failed', cause: Error): void {
    this.close(member, reason, cause);
    if (!this.members.anyLiving) this.#owner.emptied(cause);
    this.#owner.left();
  }

  #wait(signal: AbortSignal): WaitOptions {
    return { timeoutMs: this.#options.checkTimeoutMs, signal };
  }

  #limited<T>(what: string, abort: AbortController, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { checkTimeoutMs } = this.#options;
    const late = (): HawserError =>
      new HawserError('DEADLINE', `${what}: no answer within ${checkTimeoutMs} ms`, { outcome: 'unknown' });
    return this.inContext(() => limited(this.#clock, checkTimeoutMs, abort, late, work));
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : failures.sourceFailed(thrown);
}

function leftoverOf<L>(loan: Loan<L>): Leftover {
  try {
    return loan.end();
  } catch {
    return 'broken';
  }
}
