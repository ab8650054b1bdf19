import type { Buffer } from 'node:buffer';
import {
  checkWait,
  HawserError,
  invalidOption,
  Pipeline,
  type Clock,
  type ConnectionOptions,
  type Environment,
  type PoolReport,
  type Protocol,
  type StateChange,
  type StateName,
  type WaitOptions,
} from '../core/index.ts';
import { CachedReads } from './caching/cached-reads.ts';
import type { ReadCache } from './caching/read-cache.ts';
import { withCache } from './caching/with-cache.ts';
import type { AsBuffers, AsText, CallOptions } from './call-options.ts';
import type { Monitor } from './monitor/monitor.ts';
import { monitorProtocol } from './monitor/monitor-session.ts';
import { Monitors } from './monitor/monitors.ts';
import { REDIS_OPTIONS } from './option-names.ts';
import {
  resolveRedisOptions,
  type CommandLimits,
  type RedisOptions,
  type RedisPoolOptions,
  type ResolvedRedisOptions,
} from './options.ts';
import { OwnConnections } from './own-connections.ts';
import type { OwnRequest } from './own-request.ts';
import { subscriberProtocol } from './pubsub/subscriber-session.ts';
import { resolveSubscribeOptions, type SubscribeOptions } from './pubsub/subscribe-options.ts';
import type { SubscriptionGround } from './pubsub/subscription.ts';
import { Subscriptions } from './pubsub/subscriptions.ts';
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

/** What a {@link Redis} has beside its connection, each made when it is first asked for. */
interface Beside {
  readonly own: (redis: Redis) => OwnConnections;
  readonly subscriptions: () => Subscriptions;
  readonly monitors: () => Monitors;
  readonly streams: (redis: Redis, own: () => OwnConnections) => Streams;
}

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
  readonly #pipeline: Pipeline<RedisRequest, RedisReply, RedisReply[]>;
  readonly #limits: CommandLimits;
  readonly #clock: Clock;
  readonly #make: Beside;
  readonly #reach: Reach;
  #own: OwnConnections | undefined;
  #subscriptions: Subscriptions | undefined;
  #monitors: Monitors | undefined;
  #streams: Streams | undefined;
  readonly #cache: ReadCache | undefined;
  #cached: CachedReads | undefined;

  private constructor(
    pipeline: Pipeline<RedisRequest, RedisReply, RedisReply[]>,
    limits: CommandLimits,
    clock: Clock,
    reach: Reach,
    make: Beside,
    cache: ReadCache | undefined,
  ) {
    if (!(pipeline instanceof Pipeline))
      throw invalidOption('new', 'Redis.start() or Redis.connect()', pipeline);
    super('shared', limits, clock);
    this.#pipeline = pipeline;
    this.#limits = limits;
    this.#clock = clock;
    this.#reach = reach;
    this.#make = make;
    reach.onMoved(() => this.retryNow());
    this.#cache = cache;
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
    const pipeline = Pipeline.start(protocol, resolved.connection, reach.environment);
    return Redis.#of(pipeline, resolved, reach, cache);
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
      const pipeline = await Pipeline.connect(protocol, connection, reach.environment);
      return Redis.#of(pipeline, resolved, reach, cache);
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

  static #of(
    pipeline: Pipeline<RedisRequest, RedisReply, RedisReply[]>,
    resolved: ResolvedRedisOptions,
    reach: Reach,
    cache: ReadCache | undefined,
  ): Redis {
    const { environment } = reach;
    const { clock, random } = environment;
    const { commands, credentials, subscriptions } = resolved;
    const { stallAfterMs, timeoutMs } = commands;
    const beside = (
      protocol: Protocol<RedisRequest, RedisReply, RedisReply[]>,
      options: ConnectionOptions,
    ): typeof pipeline => {
      const own = Pipeline.start(protocol, options, environment);
      keepAuthenticated(own, credentials);
      return own;
    };
    keepAuthenticated(pipeline, credentials);
    const openOwn = (): typeof pipeline => beside(subscriberProtocol(resolved), subscriptions);
    const { name = 'redis' } = resolved.connection;
    const monitored = { ...resolved.connection, name: `${name} (monitor)` };
    const openMonitor = (): typeof pipeline => beside(monitorProtocol(resolved), monitored);
    const ground = { clock, stallAfterMs, shared: pipeline, openOwn };
    cache?.attach(pipeline);
    const make: Beside = {
      own: (redis) => new OwnConnections(resolved, environment, (command) => redis.command(command)),
      subscriptions: () => new Subscriptions(ground),
      monitors: () => new Monitors({ clock, stallAfterMs, timeoutMs }, openMonitor),
      streams: (client, own) =>
        new Streams({ clock, random, client, line: (signal) => new OwnLine(own, signal) }),
    };
    return new Redis(pipeline, commands, clock, reach, make, cache);
  }

  /**
   * Reads that are answered from memory, for as long as the server has not told of a change. Throws INVALID_OPTION without the
   * option `cache`. See docs/caching.md.
   */
  get cached(): CachedReads {
    if (this.#cache === undefined) throw invalidOption('cache', 'an object, for redis.cached', undefined);
    const now = (): number => this.#clock.now();
    return (this.#cached ??= new CachedReads(this.#cache, this.#limits, now));
  }

  /** Where the connection stands. */
  get state(): StateName {
    return this.#pipeline.state;
  }

  /** Resolves when the connection is ready; rejects with NOT_CONNECTED when it is parked, CLOSED, DEADLINE or ABORTED. */
  ready(options?: WaitOptions): Promise<void> {
    return this.#pipeline.ready(options);
  }

  /** Resolves when there is room for another call, see `maxPending`. */
  capacity(options?: WaitOptions): Promise<void> {
    return this.#pipeline.capacity(options);
  }

  /** Calls `listener` after each change of state. Returns what removes it. */
  onState(listener: (change: StateChange) => unknown): () => void {
    return this.#pipeline.onState(listener);
  }

  /** Calls `listener` with each RESP3 push message. Returns what removes it. Subscriptions have a way of their own. */
  onPush(listener: (message: RedisReply[]) => unknown): () => void {
    // Which says what is wrong with it.
    if (typeof listener !== 'function') return this.#pipeline.onPush(listener);
    return this.#pipeline.onPush((message) => listener(message.map(asText)));
  }

  /** Connects now instead of at the end of the present wait; also after a refused handshake. */
  retryNow(): void {
    this.#pipeline.retryNow();
    this.#own?.leases.retryNow();
    this.#subscriptions?.own?.retryNow();
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
      ...this.#pipeline.explain(),
      dedicated: this.#own?.leases.explain(),
      subscriptions: this.#subscriptions?.own?.explain(),
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
    const [report] = await Promise.all([
      this.#own?.leases.close(left),
      this.#pipeline.close(left),
      this.#subscriptions?.close(left),
      this.#monitors?.close(left),
    ]);
    await this.#reach.end();
    return report ?? { leasesOut: [] };
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
      return this.#ownConnections('dedicated').lend(use, options);
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
    const monitors = this.#monitorsFor('monitor');
    return options.buffers ? monitors.begin<Buffer>(options) : monitors.begin<string>(options);
  }

  protected override submit(request: RedisRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.#pipeline.submit(request, options);
  }

  protected override submitHeld(request: OwnRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.#ownConnections(request.command).hold(request, options);
  }

  protected override streamsFor(command: string): Streams {
    this.#assertOpen(command);
    return (this.#streams ??= this.#make.streams(this, () => this.#ownConnections(command)));
  }

  protected override boardFor(
    command: string,
  ): Pick<SubscriptionGround, 'clock' | 'subscriptions' | 'timeoutMs'> {
    this.#assertOpen(command);
    const subscriptions = (this.#subscriptions ??= this.#make.subscriptions());
    return { clock: this.#clock, subscriptions, timeoutMs: this.#limits.timeoutMs };
  }

  /** Throws CLOSED when there are to be no more. */
  #monitorsFor(command: string): Monitors {
    this.#assertOpen(command);
    return (this.#monitors ??= this.#make.monitors());
  }

  /** Throws CLOSED when no more are to be made. */
  #ownConnections(command: string): OwnConnections {
    this.#assertOpen(command);
    return (this.#own ??= this.#make.own(this));
  }

  #assertOpen(command: string): void {
    if (this.state === 'draining' || this.state === 'closed') {
      const init = { outcome: 'not-sent', command } as const;
      throw new HawserError('CLOSED', `${command}: the client was closed by its owner`, init);
    }
  }
}
