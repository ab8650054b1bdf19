import type { Buffer } from 'node:buffer';
import {
  checkWait,
  invalidOption,
  Pipeline,
  type Environment,
  type PoolReport,
  type StateChange,
  type StateName,
  type WaitOptions,
} from '../core/index.ts';
import { asideOn } from './aside.ts';
import { Beside } from './beside.ts';
import { CachedReads } from './caching/cached-reads.ts';
import type { ReadCache } from './caching/read-cache.ts';
import { withCache } from './caching/with-cache.ts';
import type { AsBuffers, AsText, CallOptions } from './call-options.ts';
import { closedByOwner, isOver } from './closed.ts';
import { startLine, type RedisLine } from './line.ts';
import type { Monitor } from './monitor/monitor.ts';
import { monitorProtocol } from './monitor/monitor-session.ts';
import { Monitors } from './monitor/monitors.ts';
import { REDIS_OPTIONS } from './option-names.ts';
import {
  resolveRedisOptions,
  type RedisOptions,
  type RedisPoolOptions,
  type ResolvedRedisOptions,
} from './options.ts';
import type { OwnConnections } from './own-connections.ts';
import type { OwnRequest } from './own-request.ts';
import { resolveSubscribeOptions, type SubscribeOptions } from './pubsub/subscribe-options.ts';
import type { SubscriptionGround } from './pubsub/subscription.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { RedisExplanation } from './redis-explanation.ts';
import { RedisPool } from './redis-pool.ts';
import { reachOf, type Reach } from './reach.ts';
import { keepAuthenticated } from './renewal-request.ts';
import { asText, type RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';
import { OwnLine } from './streams/own-line.ts';
import { Streams } from './streams/streams.ts';
import { SubscribingClient } from './subscribing-client.ts';

/** Of `Redis.connect()`. */
const CONNECT_OPTIONS = { ...REDIS_OPTIONS, signal: true } as const;

/**
 * Redis (and Valkey) over one connection that all callers share.
 *
 * A command that waits on the server (BLPOP) takes a connection of its own by itself. What else many callers cannot share
 * (WATCH, SELECT) has one by {@link Redis.dedicated}; {@link Redis.pool} makes a client in which every call has.
 *
 * It reconnects by itself and for ever. Each call settles once, at the latest at its deadline; one that fails rejects
 * with a HawserError whose `outcome` says whether the server may have run it: `not-sent`, `refused` (a
 * RedisReplyError, with the server's code) or `unknown`. All methods that ask the server can reject with
 * NOT_CONNECTED, OVERLOADED, CLOSED, DEADLINE, ABORTED, CONNECTION_LOST, STALLED, PROTOCOL_VIOLATION, LIMIT_EXCEEDED,
 * INVALID_ARGUMENT and UNSHAREABLE_COMMAND; see docs/errors.md.
 */
export class Redis extends SubscribingClient {
  readonly #shared: RedisLine;
  readonly #options: ResolvedRedisOptions;
  readonly #reach: Reach;
  readonly #beside: Beside;
  readonly #cache: ReadCache | undefined;
  #monitors: Monitors | undefined;
  #streams: Streams | undefined;
  #cached: CachedReads | undefined;

  private constructor(
    shared: RedisLine,
    options: ResolvedRedisOptions,
    reach: Reach,
    cache: ReadCache | undefined,
  ) {
    if (!(shared instanceof Pipeline)) throw invalidOption('new', 'Redis.start() or Redis.connect()', shared);
    const { environment } = reach;
    super('shared', options.commands, environment.clock);
    this.#shared = shared;
    this.#options = options;
    this.#reach = reach;
    this.#cache = cache;
    const line = (): RedisLine => shared;
    const ask = asideOn(line, (command, limits) => this.command(command, limits));
    this.#beside = new Beside({ options, environment, shared: line, ask });
    shared.onState((change) => this.#beside.sharedChanged(change));
    keepAuthenticated(shared, options.credentials);
    cache?.attach(shared);
    reach.onMoved(() => this.retryNow());
  }

  /**
   * Starts connecting and returns at once: the connection manager is available. Calls made before there is a
   * connection wait for it, up to `whenDownWaitMs`. Throws INVALID_OPTION.
   *
   * @param url `redis://[[user]:password@]host[:port][/database]`; `rediss://` for TLS; `unix:///path[?database=n]`
   */
  static start(url: string | URL, options: RedisOptions = {}, environment?: Environment): Redis {
    const { resolved, protocol, cache } = withCache(resolveRedisOptions(url, options), environment);
    const reach = reachOf(resolved, environment);
    const shared = Pipeline.start(protocol, resolved.connection, reach.environment);
    return new Redis(shared, resolved, reach, cache);
  }

  /**
   * Resolves when the connection is available. Rejects with the reason (CONNECT_FAILED, CONNECT_TIMEOUT,
   * HANDSHAKE_REFUSED, HANDSHAKE_TIMEOUT, WRONG_ROLE, ABORTED, INVALID_OPTION) after one pass over the endpoints, within
   * `connectTimeoutMs`, and leaves nothing behind then.
   */
  static async connect(
    url: string | URL,
    options: RedisOptions & { readonly signal?: AbortSignal | undefined } = {},
    environment?: Environment,
  ): Promise<Redis> {
    const given = resolveRedisOptions(url, options, CONNECT_OPTIONS);
    const { resolved, protocol, cache } = withCache(given, environment);
    const connection = { ...resolved.connection, signal: options.signal };
    const reach = reachOf(resolved, environment);
    try {
      const shared = await Pipeline.connect(protocol, connection, reach.environment);
      return new Redis(shared, resolved, reach, cache);
    } catch (error) {
      await reach.end();
      throw error;
    }
  }

  /**
   * The same calls over a pool, each on a connection of its own until it is answered. Returns at once, and opens what is
   * asked for. Throws INVALID_OPTION.
   *
   * @param url as for {@link Redis.start}
   */
  static pool(url: string | URL, options: RedisPoolOptions = {}, environment?: Environment): RedisPool {
    return RedisPool.start(url, options, environment);
  }

  /**
   * Reads that are answered from memory, for as long as the server has not told of a change. Throws INVALID_OPTION without the
   * option `cache`. See docs/caching.md.
   */
  get cached(): CachedReads {
    if (this.#cache === undefined) throw invalidOption('cache', 'an object, for redis.cached', undefined);
    const { commands } = this.#options;
    return (this.#cached ??= new CachedReads(this.#cache, commands, () =>
      this.#reach.environment.clock.now(),
    ));
  }

  /** Where the connection stands. */
  get state(): StateName {
    return this.#shared.state;
  }

  /** Resolves when the connection is ready; rejects with NOT_CONNECTED when it is parked, CLOSED, DEADLINE or ABORTED. */
  ready(options?: WaitOptions): Promise<void> {
    return this.#shared.ready(options);
  }

  /** Resolves when there is room for another call, see `maxPending`. */
  capacity(options?: WaitOptions): Promise<void> {
    return this.#shared.capacity(options);
  }

  /** Calls `listener` after each change of state. Returns what removes it. */
  onState(listener: (change: StateChange) => unknown): () => void {
    return this.#shared.onState(listener);
  }

  /** Calls `listener` with each RESP3 push message. Returns what removes it. Subscriptions have a way of their own. */
  onPush(listener: (message: RedisReply[]) => unknown): () => void {
    // Which says what is wrong with it.
    if (typeof listener !== 'function') return this.#shared.onPush(listener);
    return this.#shared.onPush((message) => listener(message.map(asText)));
  }

  /** Connects now instead of at the end of the present wait; also after a refused handshake. */
  retryNow(): void {
    this.#shared.retryNow();
    this.#beside.retryNow();
    this.#monitors?.retryNow();
  }

  /**
   * Asks the credentials function now, as when a secret was rotated; each connection then authenticates anew, in place. What
   * comes of it is told by `explain()`. Without a function nothing happens.
   */
  renewCredentials(): void {
    this.#reach.renewCredentials();
  }

  /** What the client knows of itself: of the connection that is shared, and of those that are lent. */
  explain(): RedisExplanation {
    return {
      ...this.#shared.explain(),
      ...this.#beside.explain(),
      ...this.#reach.explain(),
      cache: this.#cache?.explain(),
    };
  }

  /**
   * Accepts nothing more, waits for what is in flight and for the connections that are lent, then ends; at the latest
   * after `timeoutMs` (default 5,000). Subscriptions, monitors and readers of streams end at once, and consumers of
   * streams first, when their handlers are done: until then calls are accepted. Resolves to the leases that were not released in time.
   */
  async close(options: WaitOptions = {}): Promise<PoolReport> {
    checkWait('close', options);
    const left = this.#streams === undefined ? options : await this.#streams.close(options);
    const [, report] = await Promise.all([
      this.#shared.close(left),
      this.#beside.close(left),
      this.#monitors?.close(left),
    ]);
    await this.#reach.end();
    return report;
  }

  /** As {@link Redis.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Gives `use` a connection of its own, for as long as it takes: for WATCH, commands that wait on the server, SELECT and
   * whatever else many callers cannot share. Resolves or rejects as `use` does; rejects with NOT_CONNECTED, OVERLOADED,
   * DEADLINE, ABORTED or CLOSED, all `not-sent`, when there is none within `timeoutMs` (the client's own by default), which
   * limits only the wait for it. What is left behind (watched keys, an open transaction, another database) is undone,
   * or the connection closed.
   *
   * The connections come from a pool beside the shared one, which is made at the first use (option `dedicated`).
   */
  dedicated<T>(use: (connection: RedisConnection) => Promise<T> | T, options?: WaitOptions): Promise<T> {
    try {
      return this.#own('dedicated').lend(use, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * All that the server is asked from now on, by whomever, on a connection of its own: for `for await`, to look for a fault.
   * It costs the server much, and shows all values. Throws INVALID_ARGUMENT and CLOSED; how it fails later is told by
   * itself. See docs/monitor.md.
   */
  monitor(options?: SubscribeOptions & AsText): Monitor;
  monitor(options: SubscribeOptions & AsBuffers): Monitor<Buffer>;
  monitor(options?: SubscribeOptions): Monitor | Monitor<Buffer>;
  monitor(given: SubscribeOptions = {}): Monitor | Monitor<Buffer> {
    const options = resolveSubscribeOptions('monitor', given);
    this.#assertOpen('monitor');
    const monitors = (this.#monitors ??= this.#makeMonitors());
    return options.buffers ? monitors.begin<Buffer>(options) : monitors.begin<string>(options);
  }

  protected override submit(request: RedisRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.#shared.submit(request, options);
  }

  protected override submitHeld(request: OwnRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.#own(request.command).hold(request, options);
  }

  protected override streamsFor(command: string): Streams {
    this.#assertOpen(command);
    return (this.#streams ??= this.#makeStreams());
  }

  protected override boardFor(
    command: string,
  ): Pick<SubscriptionGround, 'clock' | 'subscriptions' | 'timeoutMs'> {
    this.#assertOpen(command);
    const { clock } = this.#reach.environment;
    const { timeoutMs } = this.#options.commands;
    return { clock, subscriptions: this.#beside.subscriptions, timeoutMs };
  }

  #makeMonitors(): Monitors {
    const { environment } = this.#reach;
    const { connection, commands, credentials } = this.#options;
    const { stallAfterMs, timeoutMs } = commands;
    const protocol = monitorProtocol(this.#options);
    const monitored = { ...connection, name: `${connection.name ?? 'redis'} (monitor)` };
    const open = (): RedisLine => startLine(protocol, monitored, environment, credentials);
    return new Monitors({ clock: environment.clock, stallAfterMs, timeoutMs }, open);
  }

  #makeStreams(): Streams {
    const { clock, random } = this.#reach.environment;
    const line = (signal: AbortSignal): OwnLine => new OwnLine(() => this.#own('stream'), signal);
    return new Streams({ clock, random, client: this, line });
  }

  /** Throws CLOSED when no more are to be made. */
  #own(command: string): OwnConnections {
    this.#assertOpen(command);
    return this.#beside.own;
  }

  #assertOpen(command: string): void {
    if (isOver(this.state)) throw closedByOwner(command);
  }
}
