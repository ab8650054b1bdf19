import type { WaitOptions } from '../../core/index.ts';
import { checkInteger } from '../check-numbers.ts';
import { checkOptions, NUMBER, optional, type Expectations } from '../check-options.ts';
import { makeCluster } from './cluster-making.ts';
import { announcedPort, SLOTS } from './cluster-nodes.ts';
import { ClusterSurvey } from './cluster-survey.ts';
import { findRedis } from './redis-binary.ts';
import type { InspectOptions } from './redis-inspect.ts';
import { checkLinked } from './redis-replication.ts';
import type { RedisServerOptions } from './redis-server-options.ts';
import { RedisServer } from './redis-server.ts';
import { NODE_EXPECTATIONS } from './server-expectations.ts';
import { SlotMigration, type MigrationEnd } from './slot-migration.ts';
import { startTogether, stopTogether } from './start-together.ts';
import { sharedTime, waitUntil } from './wait-until.ts';

/** How a {@link RedisCluster} is run: how many nodes, and how each of them. */
export interface RedisClusterOptions extends Omit<
  RedisServerOptions,
  'port' | 'replicaOf' | 'clusterNode' | 'sentinelOf'
> {
  /** At least three, where one of them is to be replaced when it dies: the others vote. Default: 3. */
  readonly masters?: number | undefined;
  /** Default: 1. */
  readonly replicasPerMaster?: number | undefined;
  /** How long the start may take, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
}

const EXPECTATIONS: Expectations<RedisClusterOptions> = {
  ...NODE_EXPECTATIONS,
  ...optional({ masters: NUMBER, replicasPerMaster: NUMBER }),
};
/** What Redis is made for. */
const NODES_MAX = 1_000;
const START_WITHIN_MS = 30_000;
const CHANGE_WITHIN_MS = 20_000;
/** Often enough for a change that takes seconds, and nothing that keeps nodes busy. */
const ASK_EVERY_MS = 25;

/**
 * A real Redis Cluster of one's own, each node a {@link RedisServer}. A master that is silent for a second is replaced by
 * one of its replicas, within two to three.
 *
 * Where nodes are named, those count that are up and answer.
 */
export class RedisCluster implements AsyncDisposable {
  /** Starts the nodes, makes a cluster of them, and waits until all agree on it and every replica has its master's data. Rejects as `RedisServer.start` does. */
  static async start(options: RedisClusterOptions = {}): Promise<RedisCluster> {
    checkOptions('RedisCluster', options, EXPECTATIONS);
    const { masters = 3, replicasPerMaster = 1, timeoutMs, signal, ...nodeOptions } = options;
    checkInteger('a cluster', 'masters', masters, 1, NODES_MAX);
    checkInteger('a cluster', 'replicasPerMaster', replicasPerMaster, 0, NODES_MAX);
    const left = sharedTime({ timeoutMs, signal }, START_WITHIN_MS);
    const binary = options.binary ?? (await findRedis());
    const startNode = (): Promise<RedisServer> =>
      RedisServer.start({ ...nodeOptions, binary, clusterNode: true, ...left() });
    const nodes = await startTogether(Array.from({ length: masters * (1 + replicasPerMaster) }, startNode));
    try {
      const cluster = new RedisCluster(nodes, await makeCluster(nodes, masters, left()));
      await cluster.untilAgreed(left());
      return cluster;
    } catch (error) {
      await stopTogether(nodes);
      throw error;
    }
  }

  /** All nodes: those that were masters in the beginning, then their replicas, in turn. */
  readonly nodes: readonly RedisServer[];
  readonly #ids: ReadonlyMap<RedisServer, string>;
  /** What each node had when it was last seen as a master: nobody tells what one that has been replaced had. */
  readonly #slots = new Map<RedisServer, readonly number[]>();

  private constructor(nodes: readonly RedisServer[], ids: ReadonlyMap<RedisServer, string>) {
    this.nodes = nodes;
    this.#ids = ids;
  }

  /** Hosts and ports of all nodes, as clients of Hawser take them. */
  get endpoints(): readonly { readonly host: string; readonly port: number }[] {
    return this.nodes.map(({ endpoint }) => endpoint);
  }

  /** The node that has a slot, or the slot of a key. Rejects when none that is up has it. */
  async masterOf(slotOrKey: number | string, options: InspectOptions = {}): Promise<RedisServer> {
    const slot = await this.#slotOf(slotOrKey, options);
    const master = (await this.#survey(options)).masterOf(slot);
    if (master === undefined) throw new Error(`No node that is up has slot ${slot}.`);
    return master;
  }

  /** The nodes that have slots. */
  async masters(options: InspectOptions = {}): Promise<readonly RedisServer[]> {
    return (await this.#survey(options)).masters();
  }

  /** The replicas of a node, which may be down itself. */
  async replicasOf(node: RedisServer, options: InspectOptions = {}): Promise<readonly RedisServer[]> {
    const id = this.#idOf(node);
    return (await this.#survey(options)).replicasOf(id);
  }

  /**
   * Has a replica take over from its master in an orderly way, without loss, and waits until all nodes agree, by default
   * for 20 s. Returns the new master. Rejects when there is no replica.
   */
  async failover(master: RedisServer, options: WaitOptions = {}): Promise<RedisServer> {
    const left = sharedTime(options, CHANGE_WITHIN_MS);
    // Nodes that have not heard of the replica yet would not vote for it.
    await this.untilAgreed(left());
    const [replica] = await this.replicasOf(master, left());
    if (replica === undefined) throw new Error(`${master.port} has no replica that could take over.`);
    await replica.inspect(['CLUSTER', 'FAILOVER'], left());
    const successor = await this.untilPromoted(master, left());
    await this.untilAgreed(left());
    return successor;
  }

  /**
   * Waits, by default for 20 s, until another node has all slots of a master that was killed, paused or cut off, and
   * returns it. It may have happened already. The other nodes may not all have heard of it yet.
   */
  async untilPromoted(inPlaceOf: RedisServer, options: WaitOptions = {}): Promise<RedisServer> {
    this.#idOf(inPlaceOf);
    const slots = this.#slots.get(inPlaceOf);
    if (slots === undefined) throw new Error(`${inPlaceOf.port} is no master with slots.`);
    return this.#until(`Nobody was promoted in place of ${inPlaceOf.port}`, options, (survey) => {
      const masters = slots.map((slot) => survey.masterOf(slot));
      const orphan = masters.findIndex((master) => master === undefined || master === inPlaceOf);
      const [successor] = masters;
      if (successor === undefined || orphan >= 0) throw new Error(`nobody else has slot ${slots[orphan]}`);
      return successor;
    });
  }

  /**
   * Waits, by default for 20 s, until all nodes that are up say the same, every slot has a master among them, and every
   * replica has its master's data.
   */
  async untilAgreed(options: WaitOptions = {}): Promise<void> {
    await this.#until('The nodes did not agree', options, async (survey, signal) => {
      const discord = survey.discord();
      if (discord !== undefined) throw new Error(discord);
      await Promise.all(survey.servers.map((server) => checkLinked(server, { signal })));
      await Promise.all(survey.servers.map((server) => checkState(server, { signal })));
    });
  }

  /** Begins to move a slot, or the slot of a key, to another master. The rest is left to you: see {@link SlotMigration}. */
  async migrate(
    slotOrKey: number | string,
    target: RedisServer,
    options: InspectOptions = {},
  ): Promise<SlotMigration> {
    const slot = await this.#slotOf(slotOrKey, options);
    const source = await this.masterOf(slot, options);
    if (source === target) throw new Error(`${target.port} has slot ${slot} already.`);
    const end = (server: RedisServer): MigrationEnd => ({ server, id: this.#idOf(server) });
    return SlotMigration.begin(
      { slot, source: end(source), target: end(target), untilAgreed: (wait) => this.untilAgreed(wait) },
      options,
    );
  }

  /**
   * Changes where clients are told to find a node: at the port of a proxy in front of it, for example. Holds through
   * restarts. Waits, by default for 20 s, until all nodes say so. Over TLS it is the port for TLS that changes.
   */
  async announce(node: RedisServer, port: number, options: WaitOptions = {}): Promise<void> {
    const id = this.#idOf(node);
    const left = sharedTime(options, CHANGE_WITHIN_MS);
    const isTls = node.tlsPort !== undefined;
    // With a port for TLS alone, clients without TLS would be told that.
    const settings = isTls
      ? ['cluster-announce-tls-port', `${port}`, 'cluster-announce-port', `${node.port}`]
      : ['cluster-announce-port', `${port}`];
    await node.inspect(['CONFIG', 'SET', ...settings], left());
    await node.inspect(['CONFIG', 'REWRITE'], left());
    await this.#until(`${node.port} was not known as ${port}`, left(), async ({ servers }, signal) => {
      for (const server of servers) {
        const shards = await server.inspect(['CLUSTER', 'SHARDS'], { signal });
        const told = announcedPort(shards, id, isTls ? 'tls-port' : 'port');
        if (told !== port) throw new Error(`${server.port} knows it as ${String(told)}`);
      }
    });
  }

  /** Ends all nodes and removes their directories. May be called more than once. */
  stop(): Promise<void> {
    return stopTogether(this.nodes);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #survey(options: InspectOptions): Promise<ClusterSurvey> {
    const survey = await ClusterSurvey.take(this.nodes, options);
    for (const node of survey.servers) {
      const slots = survey.slotsHeldBy(node);
      if (slots.length > 0) this.#slots.set(node, slots);
    }
    return survey;
  }

  #until<T>(
    complaint: string,
    { timeoutMs = CHANGE_WITHIN_MS, signal }: WaitOptions,
    ask: (survey: ClusterSurvey, signal: AbortSignal) => T | Promise<T>,
  ): Promise<T> {
    return waitUntil({
      complaint,
      timeoutMs,
      signal,
      everyMs: ASK_EVERY_MS,
      ask: async (over) => ask(await this.#survey({ signal: over }), over),
    });
  }

  async #slotOf(slotOrKey: number | string, options: InspectOptions): Promise<number> {
    if (typeof slotOrKey === 'number') {
      checkInteger('a cluster', 'slot', slotOrKey, 0, SLOTS - 1);
      return slotOrKey;
    }
    const node = this.nodes.find(({ state }) => state === 'up');
    if (node === undefined) throw new Error('No node is up.');
    return Number(await node.inspect(['CLUSTER', 'KEYSLOT', slotOrKey], options));
  }

  #idOf(node: RedisServer): string {
    const id = this.#ids.get(node);
    if (id === undefined) throw new Error(`${node.port} is no node of this cluster.`);
    return id;
  }
}

/** Rejects unless a node thinks that it may serve. */
async function checkState(node: RedisServer, options: InspectOptions): Promise<void> {
  const info = String(await node.inspect(['CLUSTER', 'INFO'], options));
  if (!info.includes('cluster_state:ok')) throw new Error(`${node.port} does not serve yet`);
}
