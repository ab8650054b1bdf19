/// <reference lib="esnext.disposable" />
import { publishState } from '../channels.ts';
import { systemEnvironment, type Environment } from '../environment.ts';
import { causeOf } from '../explain.ts';
import * as coreFailures from '../failures.ts';
import { Gate } from '../gate.ts';
import { Lifecycle, type Transition } from '../lifecycle.ts';
import { LifecycleWaits } from '../lifecycle-waits.ts';
import { Listeners } from '../listeners.ts';
import { HawserError, Shedding, type StateName } from '../machine/index.ts';
import { CLOSE_TIMEOUT_MS, invalidOption, PROVEN_AFTER_MS } from '../options.ts';
import type { StateChange } from '../pipeline.ts';
import { checkWait, isSignal, Waits, type WaitOptions } from '../waits.ts';
import type { Lease } from './lease.ts';
import type { Member } from './members.ts';
import { Opener } from './opener.ts';
import { explainPool, leasesOut, type ExplainedLease, type PoolExplanation } from './pool-explanation.ts';
import * as failures from './pool-failures.ts';
import { Histogram, type PoolMetrics } from './pool-metrics.ts';
import { resolvePoolOptions, type PoolOptions, type ResolvedPoolOptions } from './pool-options.ts';
import type { PoolSource } from './pool-source.ts';
import { Stock } from './stock.ts';
import { Waiters } from './waiters.ts';

/** What is known when a pool has been closed. */
export interface PoolReport {
  /** Leases that were not released in time, longest held first. Their members were closed all the same. */
  readonly leasesOut: readonly ExplainedLease[];
}

/** What a pool takes from the world; its source takes what it needs by itself. */
export type PoolEnvironment = Pick<Environment, 'clock' | 'random'>;

/**
 * The blocking way to share connections: each belongs to one caller alone while that has it checked out. Callers wait
 * only for the pool, first come, first served; the pool opens what is asked for, at its own pace, and keeps it.
 *
 * It emits no events and never needs a listener. A checkout settles once, at the latest by its deadline.
 */
export class Pool<M, L> {
  readonly #source: PoolSource<M, L>;
  readonly #options: ResolvedPoolOptions;
  readonly #environment: PoolEnvironment;
  readonly #lifecycle: Lifecycle;
  readonly #gate: Gate;
  readonly #waits: LifecycleWaits;
  readonly #ended: Waits;
  readonly #waiters: Waiters<Lease<L>>;
  readonly #stock: Stock<M, L>;
  readonly #opener: Opener<M, L>;
  readonly #shedding: Shedding | undefined;
  readonly #stateListeners = new Listeners<StateChange>();
  readonly #waitTime = new Histogram();
  readonly #createTime = new Histogram();
  #shed = 0;
  #timedOut = 0;
  /** Since when the server has been reached: time spent waiting before that is no overload. */
  #reachedAt = 0;
  /** The explanation that the failures of one turn share. */
  #lateExplanation: { readonly at: number; readonly explanation: PoolExplanation } | undefined;

  private constructor(source: PoolSource<M, L>, options: PoolOptions, environment: PoolEnvironment) {
    const { clock, random } = environment;
    this.#source = source;
    this.#options = resolvePoolOptions(options, source.name);
    this.#environment = environment;
    const { shedding, backoff, slowRetryMs } = this.#options;
    this.#shedding = shedding && new Shedding(shedding.targetMs, shedding.intervalMs);
    this.#waits = new LifecycleWaits(clock, (command) => this.#refusal(command));
    this.#ended = new Waits(clock, 'close');
    this.#gate = new Gate(clock, this.#options.whenDownWaitMs, () => this.#dropWaiting());
    this.#waiters = new Waiters<Lease<L>>(clock, {
      late: (waiter, now) => this.#late(waiter.lane!.timeoutMs, now),
      aborted: (signal) => failures.abortedWaiting('checkout', signal),
      left: () => {},
    });
    this.#stock = new Stock<M, L>(clock, random, this.#options, source, {
      free: (member, now) => this.#free(member, now),
      proven: () => this.#proven(),
      emptied: (cause) => this.#emptied(cause),
      left: () => this.#left(),
    });
    this.#opener = new Opener<M, L>(clock, random, this.#options, source, {
      admit: ({ generation }, resource) => {
        const member = this.#stock.admit(resource, generation);
        return (cause) => this.#stock.lost(member, cause);
      },
      opened: ({ epoch, startedAt }) => this.#opened(epoch, startedAt),
      probeFailed: (epoch, cause) => this.#dialFailed(epoch, cause),
      growthFailed: (cause) => {
        if (this.#stock.members.anyLiving) return false;
        this.#dialFailed(this.#lifecycle.state.epoch, cause);
        return true;
      },
      mayGrow: () => this.#left(),
    });
    const attempts = { endpoints: 1, backoff, slowRetryMs };
    const policy = { ...attempts, provenAfterMs: PROVEN_AFTER_MS, reconnects: true };
    this.#lifecycle = new Lifecycle(clock, random, policy, {
      dial: (epoch) =>
        this.#stock.inContext(() =>
          this.#opener.probe(epoch, this.#stock.generation, this.#stock.members.size),
        ),
      // What a source opens is ready: the two steps are one.
      handshake: (epoch) => this.#lifecycle.dispatch({ type: 'handshaken', epoch }),
      tearDown: (cause) => this.#opener.giveUp(cause ?? failures.closedPool('open')),
      changed: (transition) => this.#changed(transition),
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
    const pool = new Pool<M, L>(source, options, environment);
    if (pool.#options.min > 0) pool.#lifecycle.dispatch({ type: 'connect' });
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
    const { signal } = options;
    if (signal !== undefined && !isSignal(signal)) throw invalidOption('signal', 'an AbortSignal', signal);
    const pool = new Pool<M, L>(source, options, environment);
    const limit = pool.#options.openTimeoutMs;
    const firstPass = pool.#waits.firstPass.wait(limit, signal, () =>
      pool.#notReady('connect', 'CONNECT_TIMEOUT', limit),
    );
    pool.#lifecycle.dispatch({ type: 'connect' });
    try {
      await firstPass;
    } catch (error) {
      pool.#lifecycle.dispatch({ type: 'close', cause: undefined });
      throw error;
    }
    return pool;
  }

  /** Where the pool stands: `idle` before it was first asked, `ready` when it has reached its server. */
  get state(): StateName {
    return this.#lifecycle.state.name;
  }

  /**
   * Checks a member out. Rejects, always `not-sent`, with NOT_CONNECTED, OVERLOADED, DEADLINE, ABORTED, CLOSED or
   * INVALID_ARGUMENT. `timeoutMs` defaults to the pool's own.
   */
  async checkout(options?: WaitOptions): Promise<Lease<L>> {
    const { clock } = this.#environment;
    const { timeoutMs, signal } = options === undefined ? {} : checkWait('checkout', options);
    if (signal?.aborted === true) throw coreFailures.abortedBefore('checkout', signal);
    const now = clock.now();
    if (this.#waiters.length === 0) {
      const member = this.#stock.members.nextIdle;
      if (member !== undefined && this.#stock.isFresh(member, now)) {
        this.#waitTime.record(0);
        return this.#stock.lend(member, now);
      }
    }
    if (!this.#gate.isOpen) throw this.#refusal('checkout');
    this.#assertRoom();
    const lease = this.#waiters.add(now, timeoutMs ?? this.#options.timeoutMs, signal);
    this.#pump(now);
    return lease;
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
   * refusal), closed (CLOSED), or not ready in time (DEADLINE).
   */
  async ready(options: WaitOptions = {}): Promise<void> {
    const { timeoutMs: limit = this.#options.timeoutMs, signal } = checkWait('ready', options);
    switch (this.state) {
      case 'ready':
        return;
      case 'parked':
      case 'draining':
      case 'closed':
        throw this.#refusal('ready');
      case 'idle':
        this.#lifecycle.dispatch({ type: 'connect' });
        break;
      case 'connecting':
      case 'handshaking':
      case 'backing-off':
    }
    await this.#waits.ready.wait(limit, signal, () => this.#notReady('ready', 'DEADLINE', limit));
  }

  /** Calls `listener` after each change of state. Returns what removes it again. */
  onState(listener: (change: StateChange) => unknown): () => void {
    return this.#stateListeners.add(listener);
  }

  /** Tries now instead of at the end of the present wait; also after parking. */
  retryNow(): void {
    this.#opener.restart();
    this.#lifecycle.dispatch({ type: 'connect' });
    this.#pump(this.#environment.clock.now());
  }

  /** Every member that was opened before now is closed: idle ones at once, others when they are returned. */
  invalidate(): void {
    this.#stock.invalidate();
    this.#pump(this.#environment.clock.now());
  }

  /** What the pool knows of itself, now. */
  explain(): PoolExplanation {
    const { state, transitions } = this.#lifecycle;
    const { members, opened, closedBy } = this.#stock;
    return explainPool({
      options: this.#options,
      state,
      transitions,
      members,
      opening: this.#opener.sockets,
      growsAgainAt: this.#opener.waitsUntil,
      waiting: this.#waiters.length,
      oldestSince: this.#waiters.first?.since,
      shedding: this.#shedding?.isShedding ?? false,
      counts: { opened, closed: { ...closedBy }, shed: this.#shed, timedOut: this.#timedOut },
      now: this.#environment.clock.now(),
    });
  }

  /** What the pool has counted, by OpenTelemetry's names. */
  metrics(): PoolMetrics {
    const { members, useTime } = this.#stock;
    return {
      'db.client.connection.pool.name': this.#options.name,
      'db.client.connection.count': { idle: members.counts.idle, used: members.used },
      'db.client.connection.idle.max': this.#options.max,
      'db.client.connection.idle.min': this.#options.min,
      'db.client.connection.max': this.#options.max,
      'db.client.connection.pending_requests': this.#waiters.length,
      'db.client.connection.timeouts': this.#timedOut,
      'db.client.connection.create_time': this.#createTime.read(),
      'db.client.connection.wait_time': this.#waitTime.read(),
      'db.client.connection.use_time': useTime.read(),
    };
  }

  /**
   * Accepts nothing more; callers that wait fail with CLOSED. Waits for the leases to come back, and at the deadline
   * (default 5,000 ms) or when the signal fires closes what is out all the same. Never rejects but for a bad argument; may
   * be called again.
   */
  async close(options: WaitOptions = {}): Promise<PoolReport> {
    const { timeoutMs: limit = CLOSE_TIMEOUT_MS, signal } = checkWait('close', options);
    this.#lifecycle.dispatch({ type: 'drain' });
    this.#left();
    if (this.#sockets === 0) return { leasesOut: [] };
    try {
      await this.#ended.wait(limit, signal, () => failures.closedPool('close'));
      return { leasesOut: [] };
    } catch {
      const report = { leasesOut: leasesOut(this.#stock.members, this.#environment.clock.now()) };
      this.#stock.seize();
      this.#lifecycle.dispatch({ type: 'close', cause: undefined });
      return report;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #sockets(): number {
    return this.#stock.members.size + this.#opener.sockets;
  }

  /** Gives what is idle to those who wait, and opens more for those who are left. */
  #pump(now: number): void {
    const { members } = this.#stock;
    for (let member = members.nextIdle; member !== undefined; member = members.nextIdle) {
      if (this.#waiters.length === 0) break;
      if (this.#stock.isFresh(member, now)) this.#free(member, now);
      else if (this.#waiters.length > members.counts.checking) this.#stock.check(member);
      else break;
    }
    if (this.state === 'idle' && this.#waiters.length > 0) this.#lifecycle.dispatch({ type: 'connect' });
    this.#grow();
  }

  #grow(): void {
    if (this.state !== 'ready' && this.state !== 'connecting') return;
    const { members, generation } = this.#stock;
    const unserved = this.#waiters.length - members.counts.checking;
    this.#stock.inContext(() => this.#opener.grow(unserved, members.kept, members.size, generation));
  }

  /** A member is free: for the first who waits, or for later. */
  #free(member: Member<M, L>, now: number): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) return this.#stock.keep(member, now);
    this.#waitTime.record(now - waiter.since);
    try {
      waiter.settle(this.#stock.inContext(() => this.#stock.lend(member, now)));
    } catch (error) {
      waiter.settle(Promise.reject(error));
    }
  }

  #opened(epoch: number | undefined, startedAt: number): void {
    const now = this.#environment.clock.now();
    this.#createTime.record(now - startedAt);
    if (epoch !== undefined) this.#lifecycle.dispatch({ type: 'opened', epoch });
    this.#pump(now);
  }

  #dialFailed(epoch: number, cause: Error): void {
    const refused = cause instanceof HawserError && cause.code === 'HANDSHAKE_REFUSED';
    this.#lifecycle.dispatch({ type: refused ? 'refused' : 'lost', epoch, cause });
  }

  #emptied(cause: Error): void {
    if (this.state === 'ready')
      this.#lifecycle.dispatch({ type: 'lost', epoch: this.#lifecycle.state.epoch, cause });
  }

  #proven(): void {
    const { state } = this.#lifecycle;
    if (state.name === 'ready' && state.failures > 0) {
      this.#lifecycle.dispatch({ type: 'proven', epoch: state.epoch });
    }
  }

  /** A socket is closed: there is room for another, or nothing left to wait for. */
  #left(): void {
    const { state } = this.#lifecycle;
    if (state.name === 'draining' && this.#stock.members.used === 0) {
      this.#lifecycle.dispatch({ type: 'drained', epoch: state.epoch });
    } else if (state.name !== 'closed') {
      this.#grow();
    }
    if (this.state === 'closed' && this.#sockets === 0) this.#ended.resolve();
  }

  #changed({ from, to }: Transition): void {
    const { clock } = this.#environment;
    this.#gate.update(to);
    switch (to.name) {
      case 'ready':
        this.#reachedAt = clock.now();
        this.#shedding?.reset(this.#reachedAt);
        this.#opener.restart();
        break;
      case 'draining':
        this.#opener.giveUp(failures.closedPool('open'));
        this.#stock.drain();
        this.#dropWaiting();
        break;
      case 'closed':
        this.#stock.drain();
        this.#waiters.stop();
        break;
      case 'idle':
      case 'connecting':
      case 'handshaking':
      case 'backing-off':
      case 'parked':
    }
    this.#waits.update(to);
    const change = { from: from.name, to: to.name, cause: causeOf(to) };
    publishState(() => ({ protocol: this.#source.name, connection: this.#options.name, ...change }));
    this.#stateListeners.notify(change);
  }

  /** Nobody may wait any longer: the server is away, or the pool is closed. */
  #dropWaiting(): void {
    this.#waiters.failWhile(() => this.#refusal('checkout'));
  }

  /** Why nothing is checked out in the present state. */
  #refusal(command: string): HawserError {
    const { state } = this.#lifecycle;
    if (state.name === 'closed' || state.name === 'draining') return failures.closedPool(command);
    return coreFailures.notConnected(state, this.#environment.clock.now(), command);
  }

  /** Throws OVERLOADED where no more may wait. */
  #assertRoom(): void {
    const { max, maxWaiting, whenBusy } = this.#options;
    const { length } = this.#waiters;
    if (length >= maxWaiting) {
      throw failures.overloaded('checkout', `no more than ${maxWaiting} may wait`, this.explain());
    }
    if (whenBusy === 'reject' && length >= max - this.#stock.members.used) {
      throw failures.overloaded('checkout', 'all members are checked out', this.explain());
    }
  }

  #late(timeoutMs: number, now: number): HawserError {
    this.#timedOut += 1;
    if (this.#lateExplanation?.at !== now) this.#lateExplanation = { at: now, explanation: this.explain() };
    return failures.late('checkout', timeoutMs, this.#lateExplanation.explanation);
  }

  #notReady(command: string, code: 'DEADLINE' | 'CONNECT_TIMEOUT', limit: number): HawserError {
    return coreFailures.notReady(command, code, limit, this.#lifecycle.state, this.explain());
  }
}
