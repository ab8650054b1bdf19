import type { WaitOptions } from '../../core/index.ts';
import { checkInteger } from '../check-numbers.ts';
import { checkOptions, NUMBER, optional, TEXT, type Expectations } from '../check-options.ts';
import { findRedis } from './redis-binary.ts';
import { DEFAULT_MASTER_NAME } from './redis-config.ts';
import type { InspectOptions } from './redis-inspect.ts';
import { checkLinked, peerAddressOf } from './redis-replication.ts';
import type { RedisServerOptions } from './redis-server-options.ts';
import { RedisServer } from './redis-server.ts';
import type { RedisValue } from './reply-reader.ts';
import { askSentinel, checkView, type SentinelView } from './sentinel-view.ts';
import { NODE_EXPECTATIONS } from './server-expectations.ts';
import { startTogether, stopTogether } from './start-together.ts';
import { sharedTime, waitUntil } from './wait-until.ts';

/** How {@link RedisSentinels} are run: how many servers, and how each of those that hold data. */
export interface RedisSentinelsOptions extends Omit<
  RedisServerOptions,
  'port' | 'replicaOf' | 'clusterNode' | 'sentinelOf'
> {
  /** Default: 2. */
  readonly replicas?: number | undefined;
  /** More than half of them have to agree on what they do. Default: 3. */
  readonly sentinels?: number | undefined;
  /** What the master and its replicas are called together. Default: `main`. */
  readonly name?: string | undefined;
  /** How long the start may take, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
}

const EXPECTATIONS: Expectations<RedisSentinelsOptions> = {
  ...NODE_EXPECTATIONS,
  ...optional({ replicas: NUMBER, sentinels: NUMBER, name: TEXT }),
};
const SERVERS_MAX = 1_000;
const START_WITHIN_MS = 30_000;
const CHANGE_WITHIN_MS = 20_000;
/** Often enough for a change that takes seconds, and nothing that keeps servers busy. */
const ASK_EVERY_MS = 25;

/**
 * A master, its replicas and the sentinels that watch them, each a real {@link RedisServer} of one's own. A master that is
 * silent for half a second is replaced by a replica, within two seconds.
 */
export class RedisSentinels implements AsyncDisposable {
  /** Starts all of them, and waits until the sentinels know each other and every replica. Rejects as `RedisServer.start` does. */
  static async start(options: RedisSentinelsOptions = {}): Promise<RedisSentinels> {
    checkOptions('RedisSentinels', options, EXPECTATIONS);
    const { replicas = 2, sentinels = 3, name = DEFAULT_MASTER_NAME, timeoutMs, signal, ...common } = options;
    checkInteger('sentinels', 'replicas', replicas, 0, SERVERS_MAX);
    checkInteger('sentinels', 'sentinels', sentinels, 1, SERVERS_MAX);
    const left = sharedTime({ timeoutMs, signal }, START_WITHIN_MS);
    const binary = common.binary ?? (await findRedis());
    const { launcher, host, tls, unixSocket } = common;
    const start = (own: RedisServerOptions): Promise<RedisServer> =>
      RedisServer.start({ ...own, binary, ...left() });
    const master = await start(common);
    const servers = [master];
    try {
      const startReplica = (): Promise<RedisServer> => start({ ...common, replicaOf: master });
      servers.push(...(await startTogether(Array.from({ length: replicas }, startReplica))));
      const duty = { master, name, quorum: Math.floor(sentinels / 2) + 1 };
      const startSentinel = (): Promise<RedisServer> =>
        start({ launcher, host, tls, unixSocket, sentinelOf: duty });
      const watching = await startTogether(Array.from({ length: sentinels }, startSentinel));
      servers.push(...watching);
      const group = new RedisSentinels(name, servers.slice(0, -sentinels), watching);
      await group.untilAgreed(left());
      return group;
    } catch (error) {
      await stopTogether(servers);
      throw error;
    }
  }

  /** What the sentinels call the master and its replicas. */
  readonly name: string;
  /** Those that hold data: the master of the beginning, then its replicas. */
  readonly nodes: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];

  private constructor(name: string, nodes: readonly RedisServer[], sentinels: readonly RedisServer[]) {
    this.name = name;
    this.nodes = nodes;
    this.sentinels = sentinels;
  }

  /** Hosts and ports of the sentinels, as clients of Hawser take them. */
  get endpoints(): readonly { readonly host: string; readonly port: number }[] {
    return this.sentinels.map(({ endpoint }) => endpoint);
  }

  /** The node that is the master now, as the sentinels tell clients: of those that are up, the one with the newest view. */
  async master(options: InspectOptions = {}): Promise<RedisServer> {
    return this.#masterIn(await this.#views(options));
  }

  /**
   * Has the sentinels replace the master though it is well, and waits until all agree, by default for 20 s. Returns the
   * new master. What was written to the old one in the last moment may be lost.
   */
  async failover(options: WaitOptions = {}): Promise<RedisServer> {
    const left = sharedTime(options, CHANGE_WITHIN_MS);
    await this.untilAgreed(left());
    const master = await this.master(left());
    const leader = this.sentinels.find(({ state }) => state === 'up');
    await leader?.inspect(['SENTINEL', 'FAILOVER', this.name], left());
    const successor = await this.untilPromoted(master, left());
    await this.untilAgreed(left());
    return successor;
  }

  /**
   * Waits, by default for 20 s, until another node is the master in place of one that was killed, paused or cut off, and
   * returns it. It may have happened already. Some sentinels may not have heard of it yet.
   */
  async untilPromoted(inPlaceOf: RedisServer, options: WaitOptions = {}): Promise<RedisServer> {
    return this.#until(`Nobody was promoted in place of ${inPlaceOf.port}`, options, async (signal) => {
      const master = await this.master({ signal });
      if (master === inPlaceOf) throw new Error('it is still the master');
      const [role] = (await master.inspect(['ROLE'], { signal })) as readonly RedisValue[];
      if (role !== 'master') throw new Error(`${master.port} does not know yet that it is one`);
      return master;
    });
  }

  /**
   * Waits, by default for 20 s, until all sentinels that are up know each other and say the same, the master is up, and so
   * far as they are up the other nodes have its data.
   */
  async untilAgreed(options: WaitOptions = {}): Promise<void> {
    await this.#until('The sentinels did not agree', options, async (signal) => {
      const views = await this.#views({ signal });
      const silent = this.sentinels.filter(({ state }) => state === 'up').length - views.length;
      if (silent > 0) throw new Error(`${silent} of the sentinels do not answer`);
      const master = this.#masterIn(views);
      if (master.state !== 'up') throw new Error(`the master, ${master.port}, is ${master.state}`);
      const replicas = this.nodes.filter((node) => node !== master && node.state === 'up');
      for (const view of views) checkView(view, { master, replicas, sentinels: this.sentinels.length });
      for (const replica of replicas) await checkLinked(replica, { signal });
    });
  }

  /** Ends all servers and removes their directories. May be called more than once. */
  stop(): Promise<void> {
    return stopTogether([...this.sentinels, ...this.nodes]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** What the sentinels say that are up and answer. */
  async #views(options: InspectOptions): Promise<readonly SentinelView[]> {
    const awake = this.sentinels.filter(({ state }) => state === 'up');
    const answers = await Promise.allSettled(
      awake.map((sentinel) => askSentinel(sentinel, this.name, options)),
    );
    options.signal?.throwIfAborted();
    return answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value);
  }

  #until<T>(
    complaint: string,
    { timeoutMs = CHANGE_WITHIN_MS, signal }: WaitOptions,
    ask: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return waitUntil({ complaint, timeoutMs, signal, everyMs: ASK_EVERY_MS, ask });
  }

  /** The master according to the newest view. */
  #masterIn(views: readonly SentinelView[]): RedisServer {
    const [newest] = views.toSorted((a, b) => b.configEpoch - a.configEpoch);
    if (newest === undefined) throw new Error('No sentinel is up and answers.');
    const { address } = newest;
    const node = this.nodes.find((one) => peerAddressOf(one) === address);
    if (node === undefined) throw new Error(`The sentinels name ${address}, which is none of these servers.`);
    return node;
  }
}
