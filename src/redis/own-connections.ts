import {
  Pool,
  PooledCalls,
  type Clock,
  type Environment,
  type LeasedPipeline,
  type WaitOptions,
} from '../core/index.ts';
import type { AskAside } from './aside.ts';
import { BlockedCalls } from './blocked-calls.ts';
import type { CallOptions } from './call-options.ts';
import type { DeadSessions } from './dead-sessions.ts';
import { leasedSource } from './leased-source.ts';
import type { RedisLine } from './line.ts';
import type { CommandLimits, ResolvedRedisOptions } from './options.ts';
import type { OwnRequest } from './own-request.ts';
import { RedisConnection } from './redis-connection.ts';
import type { RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';
import { invalidArgument } from './argument-checks.ts';

/** Connections to Redis that are lent, one caller each. */
export type RedisLeases = Pool<RedisLine, LeasedPipeline<RedisRequest, RedisReply>>;

/** A connection that belongs to one caller until it is released, which may be done more than once. */
export interface LentConnection {
  readonly connection: RedisConnection;
  release(): void;
}

/** Connections each of which belongs to one call, or one caller, at a time. None is opened before it is asked for. */
export class OwnConnections {
  readonly leases: RedisLeases;
  readonly #limits: CommandLimits;
  readonly #clock: Clock;
  readonly #calls: PooledCalls<RedisRequest, RedisReply>;
  readonly #blocked: BlockedCalls;
  readonly #dead: DeadSessions;
  readonly #askAside: AskAside;

  /** @param askAside asks on a connection that is not waiting for anything else */
  constructor(options: ResolvedRedisOptions, environment: Environment, askAside: AskAside) {
    const { clock } = environment;
    const source = leasedSource(options, environment, (mark) => {
      this.#dead.add(mark);
      // Where that fails, a connection is lost or there is none: the next one begins with it.
      this.endDeadSessions().catch(() => {});
    });
    this.leases = Pool.start(source, options.pool, environment);
    this.#limits = options.commands;
    this.#clock = clock;
    this.#calls = new PooledCalls(this.leases, clock, options.commands.timeoutMs);
    this.#blocked = new BlockedCalls(clock, options.commands, askAside);
    this.#dead = options.deadSessions;
    this.#askAside = askAside;
  }

  /** Asks on a connection of the call's own. */
  submit(request: RedisRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.#calls.submit(request, options);
  }

  /** Asks what the server holds until it has something to answer; right behind `preface`, where there is one. */
  hold(request: OwnRequest, options: CallOptions | undefined, preface?: RedisRequest): Promise<RedisReply> {
    return this.#calls.use(request, options, (connection, left) => {
      // What is wrong with it shows in the answer to what follows.
      if (preface !== undefined) connection.submit(preface, left).catch(() => {});
      return this.#blocked.run(connection, request, left);
    });
  }

  /** Lends a connection until it is released. */
  async checkout(options: WaitOptions): Promise<LentConnection> {
    const lease = await this.leases.checkout(options);
    return { connection: this.#connectionOf(lease.connection), release: () => lease.release() };
  }

  /** Lends a connection for as long as `use` takes. */
  lend<T>(
    use: (connection: RedisConnection) => Promise<T> | T,
    options: WaitOptions | undefined,
  ): Promise<T> {
    if (typeof use !== 'function') {
      return Promise.reject(invalidArgument('what dedicated() is for', 'function', use, 'dedicated'));
    }
    return this.leases.with((leased) => use(this.#connectionOf(leased)), options);
  }

  /** To be called when the shared connection beside them was lost, with why. */
  lostAside(cause: Error | undefined): void {
    this.#blocked.lostAside(cause);
  }

  /** Resolves when the server gives nothing more to connections that are over. Rejects as a call does. */
  endDeadSessions(): Promise<void> {
    return this.#askAside((ask) => this.#dead.end(ask));
  }

  #connectionOf(leased: LeasedPipeline<RedisRequest, RedisReply>): RedisConnection {
    return new RedisConnection(leased, this.#limits, this.#blocked, this.#clock);
  }
}
