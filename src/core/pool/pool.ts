/// <reference lib="esnext.disposable" />
import { systemEnvironment } from '../environment.ts';
import * as coreFailures from '../failures.ts';
import { Listeners } from '../listeners.ts';
import type { ConnectionState, HawserError, StateName } from '../machine/index.ts';
import { CLOSE_TIMEOUT_MS, invalidOption } from '../options.ts';
import type { StateChange } from '../pipeline.ts';
import { checkWait, isSignal, Waits, type WaitOptions } from '../waits.ts';
import { Checkouts } from './checkouts.ts';
import { Health } from './health.ts';
import { Keeper } from './keeper.ts';
import type { Lease } from './lease.ts';
import type { Member } from './members.ts';
import { Opener } from './opener.ts';
import type { Opening } from './opening.ts';
import { placeHere, type Place } from './place.ts';
import { checkoutChannel, leakChannel, type PoolLeak } from './pool-channels.ts';
import { explainPool, leasesOut, type ExplainedLease, type PoolExplanation } from './pool-explanation.ts';
import * as failures from './pool-failures.ts';
import { Histogram, readPoolMetrics, type PoolMetrics } from './pool-metrics.ts';
import {
  POOL_OPTIONS,
  resolvePoolOptions,
  type PoolOptions,
  type ResolvedPoolOptions,
} from './pool-options.ts';
import type { PoolEnvironment, PoolSource } from './pool-source.ts';
import { Stock } from './stock.ts';

/** What is known when a pool has been closed. */
export interface PoolReport {
  /** Leases that were not released in time, longest held first. Their members were closed all the same. */
  readonly leasesOut: readonly ExplainedLease[];
}

const NO_OPTIONS: WaitOptions = {};
/** The names of what {@link Pool.connect} takes. */
const CONNECT_OPTIONS = { ...POOL_OPTIONS, signal: true } as const;

/**
 * The blocking way to share connections: each belongs to one caller alone while that has it checked out. Callers wait
 * only for the pool, first come, first served; the pool opens what is asked for, at its own pace, and keeps it.
 *
 * It emits no events and never needs a listener. A checkout settles once, at the latest by its deadline.
 */
export class Pool<M, L> {
  readonly #options: ResolvedPoolOptions;
  readonly #environment: PoolEnvironment;
  readonly #health: Health;
  readonly #stock: Stock<M, L>;
  readonly #keeper: Keeper<M, L>;
  readonly #checkouts: Checkouts<M, L>;
  readonly #opener: Opener<M, L>;
  readonly #ended: Waits;
  readonly #leakListeners = new Listeners<PoolLeak>();
  readonly #createTime = new Histogram();
  /** Those that were not released before the pool was closed. */
  #leasesOut: readonly ExplainedLease[] = [];

  private constructor(source: PoolSource<M, L>, options: ResolvedPoolOptions, environment: PoolEnvironment) {
    const { clock, random } = environment;
    this.#options = options;
    this.#environment = environment;
    this.#ended = new Waits(clock, 'close');
    this.#health = new Health(environment, options, source.name, {
      probe: (epoch) => this.#opener.probe(epoch, this.#stock.generation, this.#stock.members.size),
      giveUp: (cause) => this.#opener.giveUp(cause),
      dropWaiting: () => this.#checkouts.fail(() => this.#health.refusal('checkout')),
      changed: (state) => this.#changed(state),
      explain: () => this.explain(),
    });
    this.#stock = new Stock<M, L>(clock, random, options, source, {
      free: (member, now) => this.#checkouts.free(member, now),
      proven: () => this.#health.proven(),
      emptied: (cause) => this.#health.emptied(cause),
      left: () => this.#left(),
    });
    this.#keeper = new Keeper<M, L>(clock, options, this.#stock, (leak) => {
      leakChannel.publish(leak);
      this.#leakListeners.notify(leak);
    });
    this.#checkouts = new Checkouts<M, L>(
      clock,
      options,
      this.#stock,
      this.#keeper,
      () => this.#opener,
      () => this.explain(),
    );
    this.#opener = new Opener<M, L>(clock, random, options, source, {
      inContext: (work) => this.#stock.inContext(work),
      admit: ({ generation }, resource) => {
        const now = clock.now();
        const member = this.#stock.admit(resource, generation, now);
        this.#keeper.kept(member, now);
        return (cause) => this.#lost(member, cause);
      },
      opened: (opening) => this.#opened(opening),
      probeFailed: (epoch, cause) => this.#health.failed(epoch, cause),
      growthFailed: (cause) => {
        // Of two dials one may fail by itself (the server takes no more clients); the last one decides.
        const isOutage = !this.#stock.members.anyLiving && this.#opener.underWay === 0;
        if (isOutage) this.#health.failed(undefined, cause);
        return isOutage;
      },
      left: () => this.#left(),
    });
  }

  /**
   * Returns at once: what is available is the manager, which says of each checkout what became of it. Opens `min` members
   * in the background. Throws INVALID_OPTION.
   */
  static start<M, L>(
    source: PoolSource<M, L>,
    options: PoolOptions = {},
    environment: PoolEnvironment = systemEnvironment,
  ): Pool<M, L> {
    const pool = new Pool<M, L>(source, resolvePoolOptions(options, source.name), environment);
    if (pool.#options.min > 0) pool.#health.begin();
    return pool;
  }

  /**
   * Resolves when one member is open. Rejects with why none could be opened, within `openTimeoutMs`, and leaves nothing
   * behind then.
   */
  static async connect<M, L>(
    source: PoolSource<M, L>,
    options: PoolOptions & { readonly signal?: AbortSignal | undefined } = {},
    environment: PoolEnvironment = systemEnvironment,
  ): Promise<Pool<M, L>> {
    const resolved = resolvePoolOptions(options, source.name, CONNECT_OPTIONS);
    const { signal } = options;
    if (signal !== undefined && !isSignal(signal)) throw invalidOption('signal', 'an AbortSignal', signal);
    const pool = new Pool<M, L>(source, resolved, environment);
    if (signal?.aborted === true) throw coreFailures.abortedBefore('connect', signal);
    const firstPass = pool.#health.firstPass(pool.#options.openTimeoutMs, signal);
    pool.#health.begin();
    try {
      await firstPass;
    } catch (error) {
      pool.#health.close();
      throw error;
    }
    return pool;
  }

  /** Where the pool stands: `idle` before it was first asked, `ready` when it has reached its server. */
  get state(): StateName {
    return this.#health.state.name;
  }

  /**
   * Checks a member out. Rejects, always `not-sent`, with NOT_CONNECTED, OVERLOADED, DEADLINE, ABORTED, CLOSED,
   * INVALID_ARGUMENT, or PROTOCOL_VIOLATION when the source cannot lend. `timeoutMs` defaults to the pool's own.
   */
  checkout(options?: WaitOptions): Promise<Lease<L>> {
    const place = this.#options.leakAfterMs === Infinity ? undefined : placeHere();
    return checkoutChannel.hasSubscribers
      ? this.#checkoutTraced(options, place)
      : this.#checkout(options, place);
  }

  /** Checks a member out for as long as `use` takes; it is released always. Rejects as `checkout`, or with what `use` throws. */
  async with<T>(use: (connection: L, lease: Lease<L>) => Promise<T> | T, options?: WaitOptions): Promise<T> {
    const lease = await this.checkout(options);
    try {
      return await use(lease.connection, lease);
    } finally {
      lease.release();
    }
  }

  /**
   * Resolves when the server was reached; a pool that was never asked begins. Rejects when it is parked (with the
   * refusal), closed (CLOSED), or not ready in time (DEADLINE). `timeoutMs` defaults to the pool's own.
   */
  async ready(options: WaitOptions = {}): Promise<void> {
    const { timeoutMs, signal } = checkWait('ready', options);
    await this.#health.ready(timeoutMs ?? this.#options.timeoutMs, signal);
  }

  /** Calls `listener` after each change of state. Returns what removes it again. */
  onState(listener: (change: StateChange) => unknown): () => void {
    return this.#health.listeners.add(listener);
  }

  /**
   * Calls `listener` once for each lease that is held for longer than `leakAfterMs`. Returns what removes it again.
   * Subscribers of `hawser:pool:leak` are told too; nobody else is.
   */
  onLeak(listener: (leak: PoolLeak) => unknown): () => void {
    return this.#leakListeners.add(listener);
  }

  /** Tries now instead of at the end of the present wait; also after parking. */
  retryNow(): void {
    this.#opener.restart();
    this.#health.begin();
    this.#grow();
  }

  /** Every member that was opened before now is closed: idle ones at once, others when they are returned. */
  invalidate(): void {
    this.#stock.invalidate();
    this.#grow();
  }

  /** What the pool knows of itself, now. */
  explain(): PoolExplanation {
    const { state, transitions } = this.#health;
    const { members, opened, closedBy, closings } = this.#stock;
    const { waiting, oldestSince, isShedding, shed, timedOut } = this.#checkouts;
    return explainPool({
      options: this.#options,
      state,
      transitions,
      members,
      opening: this.#opener.sockets,
      growsAgainAt: this.#opener.waitsUntil,
      growthFailure: this.#opener.failure,
      waiting,
      oldestSince,
      isShedding,
      counts: { opened, closed: { ...closedBy }, shed, timedOut },
      closings,
      now: this.#environment.clock.now(),
    });
  }

  /** What the pool has counted, by OpenTelemetry's names. */
  metrics(): PoolMetrics {
    const { waiting, timedOut, waitTime } = this.#checkouts;
    const { members, useTime } = this.#stock;
    return readPoolMetrics({
      options: this.#options,
      idle: members.counts.idle,
      used: members.used + members.counts.checking,
      waiting,
      timedOut,
      createTime: this.#createTime,
      waitTime,
      useTime,
    });
  }

  /**
   * Accepts nothing more; callers that wait fail with CLOSED. Waits for the leases to come back, and at the deadline
   * (default 5,000 ms) or when the signal fires closes what is out all the same. Never rejects but for a bad argument. May
   * be called again: the earliest deadline counts, and all are told the same.
   */
  async close(options: WaitOptions = {}): Promise<PoolReport> {
    const { timeoutMs: limit = CLOSE_TIMEOUT_MS, signal } = checkWait('close', options);
    this.#health.drain();
    this.#left();
    if (this.#sockets > 0) {
      const late = (): HawserError => failures.closedPool('close');
      await this.#ended.wait(limit, signal, late).catch(() => this.#seize());
    }
    return { leasesOut: this.#leasesOut };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Closes what is out all the same, and remembers that it was. */
  #seize(): void {
    const out = leasesOut(this.#stock.members, this.#environment.clock.now());
    this.#leasesOut = [...this.#leasesOut, ...out];
    this.#stock.seize();
    this.#health.close();
  }

  get #sockets(): number {
    return this.#stock.members.size + this.#opener.sockets;
  }

  #checkoutTraced(options: WaitOptions | undefined, place: Place | undefined): Promise<Lease<L>> {
    let lease: Lease<L>;
    // What a promise resolves to becomes part of the trace, and a lease is nobody's but the caller's. One chain, as
    // V8 does not find who awaits past a fork.
    const keep = (taken: Lease<L>): void => {
      lease = taken;
    };
    return checkoutChannel
      .tracePromise(() => this.#checkout(options, place).then(keep), { pool: this.#options.name })
      .then(() => lease);
  }

  #checkout(options: WaitOptions | undefined, place: Place | undefined): Promise<Lease<L>> {
    try {
      const { timeoutMs, signal } = options === undefined ? NO_OPTIONS : checkWait('checkout', options);
      if (signal?.aborted === true) throw coreFailures.abortedBefore('checkout', signal);
      const now = this.#environment.clock.now();
      const lease = this.#checkouts.lendNow(now, place);
      if (lease !== undefined) return Promise.resolve(lease);
      this.#assertRoom();
      const waiting = this.#checkouts.wait(now, timeoutMs ?? this.#options.timeoutMs, signal, place);
      this.#checkouts.serve(now);
      if (this.state === 'idle') this.#health.begin();
      else this.#grow();
      return waiting;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Throws where nobody may wait, or no more. A pool that cannot reach its server is never called busy. */
  #assertRoom(): void {
    const { max, maxWaiting, whenBusy } = this.#options;
    const { waiting } = this.#checkouts;
    let why: string | undefined;
    if (waiting >= maxWaiting) why = `no more than ${maxWaiting} may wait`;
    else if (whenBusy === 'reject' && waiting >= max - this.#stock.members.used) why = 'none is free';
    if (!this.#health.isOpen || (why !== undefined && this.#health.cause !== undefined)) {
      throw this.#health.refusal('checkout');
    }
    if (why !== undefined) throw failures.overloaded('checkout', why, this.explain());
  }

  /** Opens more, where there is need, leave and room for that. */
  #grow(): void {
    const { members, generation } = this.#stock;
    if (this.state === 'connecting') {
      this.#opener.resumeProbe(generation, members.size);
    } else if (this.state === 'ready') {
      // Where one was bad the others may be: nobody waits for them alone, one after the other.
      const hopeful = this.#stock.failedChecks > 0 ? 0 : members.counts.checking;
      const unserved = this.#checkouts.waiting - hopeful;
      this.#opener.grow(unserved, members.kept, members.size, generation);
    }
  }

  /** A member has ended by itself. What it has learnt of its server holds for all that were opened before. */
  #lost(member: Member<M, L>, cause: Error): void {
    if (coreFailures.isUnfit(cause) && member.generation === this.#stock.generation) {
      this.#stock.invalidate();
      this.#health.emptied(cause);
    }
    this.#stock.lost(member, cause);
  }

  #opened({ epoch, generation, startedAt }: Opening<M>): void {
    const now = this.#environment.clock.now();
    this.#createTime.record(now - startedAt);
    // First, for listeners of the state may check out.
    if (generation !== this.#stock.generation) this.#stock.closeOutdated();
    if (epoch !== undefined) this.#health.reached(epoch);
    this.#checkouts.serve(now);
    this.#grow();
  }

  /** A socket is closed, or a member was found bad: whoever waits goes on to the next one, or to a new one. */
  #left(): void {
    if (this.state === 'draining' && this.#stock.members.used === 0) this.#health.drained();
    if (this.#checkouts.waiting > 0) this.#checkouts.serve(this.#environment.clock.now());
    this.#grow();
    if (this.state === 'closed' && this.#sockets === 0) this.#ended.resolve();
  }

  #changed(state: ConnectionState): void {
    this.#checkouts.update(state.name === 'ready' ? state.since : undefined);
    switch (state.name) {
      case 'ready':
        this.#opener.restart();
        return;
      case 'draining':
        this.#checkouts.fail(() => this.#health.refusal('checkout'));
        this.#opener.giveUp(failures.closedPool('open'));
        this.#stock.drain();
        return;
      case 'closed':
        this.#stock.drain();
        this.#checkouts.stop();
        this.#keeper.stop();
        return;
      case 'idle':
      case 'connecting':
      case 'handshaking':
      case 'backing-off':
      case 'parked':
    }
  }
}
