/// <reference lib="esnext.disposable" />
import {
  invalidOption,
  type Environment,
  type PoolLeak,
  type PoolMetrics,
  type PoolReport,
  type StateChange,
  type StateName,
  type WaitOptions,
} from '../core/index.ts';
import type { CallOptions } from './call-options.ts';
import { closedByOwner, isOver } from './closed.ts';
import { resolveRedisPoolOptions, type CommandLimits, type RedisPoolOptions } from './options.ts';
import { OwnConnections, type RedisLeases } from './own-connections.ts';
import type { OwnRequest } from './own-request.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { RedisPoolExplanation } from './redis-explanation.ts';
import { reachOf, type Reach } from './reach.ts';
import type { RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';
import { StreamingClient } from './streaming-client.ts';
import { OwnLine } from './streams/own-line.ts';
import { Streams } from './streams/streams.ts';

/**
 * Redis (and Valkey) over a pool: each call has a connection of its own until it is answered. Made by `Redis.pool()`.
 *
 * The same calls as {@link Redis}, with the same promises; besides, commands that wait on the server (BLPOP) may be called.
 * One deadline spans the wait for a connection and the reply. A call that is aborted or late while its reply is due is
 * `unknown`, and its connection is closed, never lent again. Calls that wait for a connection for too long in a queue
 * that stands fail with OVERLOADED.
 */
export class RedisPool extends StreamingClient {
  readonly #own: OwnConnections;
  readonly #reach: Reach;
  #streams: Streams | undefined;

  private constructor(own: OwnConnections, limits: CommandLimits, reach: Reach) {
    if (!(own instanceof OwnConnections)) throw invalidOption('new', 'Redis.pool()', own);
    super('pooled', limits, reach.environment.clock);
    this.#own = own;
    this.#reach = reach;
    reach.onMoved(() => this.retryNow());
  }

  /** As `Redis.pool()`. */
  static start(url: string | URL, options: RedisPoolOptions = {}, environment?: Environment): RedisPool {
    const resolved = resolveRedisPoolOptions(url, options);
    const reach = reachOf(resolved, environment);
    const own: OwnConnections = new OwnConnections(resolved, reach.environment, (use) =>
      own.lend((connection) => use((command) => connection.command(command)), undefined),
    );
    return new RedisPool(own, resolved.commands, reach);
  }

  get #leases(): RedisLeases {
    return this.#own.leases;
  }

  /** Where the pool stands: `idle` before it was first asked, `ready` when it has reached its server. */
  get state(): StateName {
    return this.#leases.state;
  }

  /**
   * Resolves when the server was reached; a pool that was never asked begins. Rejects with NOT_CONNECTED when it is
   * parked, CLOSED, DEADLINE or ABORTED.
   */
  ready(options?: WaitOptions): Promise<void> {
    return this.#leases.ready(options);
  }

  /** Calls `listener` after each change of state. Returns what removes it. */
  onState(listener: (change: StateChange) => unknown): () => void {
    return this.#leases.onState(listener);
  }

  /** Connects now instead of at the end of the present wait; also after a refused handshake. */
  retryNow(): void {
    this.#leases.retryNow();
  }

  /**
   * Asks the credentials function now, as when a secret was rotated; each connection then authenticates anew, in place. What
   * comes of it is told by `explain()`. Without a function nothing happens.
   */
  renewCredentials(): void {
    this.#reach.renewCredentials();
  }

  /** What the pool knows of itself. */
  explain(): RedisPoolExplanation {
    return { ...this.#leases.explain(), ...this.#reach.explain() };
  }

  /** Calls `listener` with each connection that was lent for longer than `leakAfterMs`. Returns what removes it. */
  onLeak(listener: (leak: PoolLeak) => unknown): () => void {
    return this.#leases.onLeak(listener);
  }

  /** What the pool has counted, by OpenTelemetry's names. */
  metrics(): PoolMetrics {
    return this.#leases.metrics();
  }

  /**
   * Gives `use` a connection of its own, for as long as it takes, out of the same pool. Resolves or rejects as `use` does;
   * rejects as a call does when there is no connection within `timeoutMs` (the client's own by default), which limits only
   * the wait for it. What is left behind (watched keys, an open transaction, another database) is undone, or the
   * connection closed.
   */
  dedicated<T>(use: (connection: RedisConnection) => Promise<T> | T, options?: WaitOptions): Promise<T> {
    return this.#own.lend(use, options);
  }

  /**
   * Accepts nothing more; calls that wait for a connection fail with CLOSED. Waits for what is in flight and for the
   * connections that are lent, then ends; at the latest after `timeoutMs` (default 5,000). Readers of streams end at once, and
   * consumers of streams first, when their handlers are done: until then calls are accepted. Resolves to the leases that
   * were not released in time.
   */
  async close(options?: WaitOptions): Promise<PoolReport> {
    const left = this.#streams === undefined ? options : await this.#streams.close(options);
    const report = await this.#leases.close(left);
    await this.#reach.end();
    return report;
  }

  /** As {@link RedisPool.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  protected override streamsFor(command: string): Streams {
    if (isOver(this.state)) throw closedByOwner(command, 'pool');
    const { clock, random } = this.#reach.environment;
    const line = (signal: AbortSignal): OwnLine => new OwnLine(() => this.#own, signal);
    return (this.#streams ??= new Streams({ clock, random, client: this, line }));
  }

  protected override submit(request: RedisRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.#own.submit(request, options);
  }

  protected override submitHeld(request: OwnRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.#own.hold(request, options);
  }
}
