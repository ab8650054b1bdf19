import { RedisCluster, RedisSentinels, type RedisServer } from 'hawser/testing';
import { uncounted } from '../dials.ts';
import type { Server, System } from '../system.ts';
import { caughtUp } from './redis-replication.ts';
import { redis } from './redis.ts';

/** Several servers, as the lab starts them. */
interface Several extends AsyncDisposable {
  /** Where clients find them. */
  readonly endpoints: NonNullable<Server['several']>['endpoints'];
  readonly servers: readonly RedisServer[];
  /** The one that has a key, to write to. */
  primaryOf(key: string): Promise<RedisServer>;
  replicasOf(primary: RedisServer): Promise<readonly RedisServer[]>;
}

/** Several servers that are one for their clients. What is done to it is done to all of them. */
export class SeveralOfRow<Kind extends Several = Several> implements Server {
  readonly all: Kind;

  constructor(all: Kind) {
    this.all = all;
  }

  get host(): string {
    return this.all.endpoints[0]!.host;
  }

  get port(): number {
    return this.all.endpoints[0]!.port;
  }

  get tlsPort(): undefined {
    return undefined;
  }

  get several(): NonNullable<Server['several']> {
    return { endpoints: this.all.endpoints, ports: this.all.servers.map(({ port }) => port) };
  }

  async kill(): Promise<void> {
    await Promise.all(this.all.servers.map((server) => server.kill()));
  }

  async restart(): Promise<void> {
    await Promise.all(this.all.servers.map((server) => uncounted(() => server.restart())));
  }

  pause(): void {
    for (const server of this.all.servers) server.pause();
  }

  resume(): void {
    for (const server of this.all.servers) server.resume();
  }

  async ask(key: string, ...command: readonly string[]): Promise<unknown> {
    const primary = await this.all.primaryOf(key);
    return uncounted(() => primary.inspect(command));
  }

  /**
   * The primary of a key, which takes no writes any more, and whose replicas have all that it has confirmed: what is lost with it
   * now was never confirmed.
   */
  async heldPrimaryOf(key: string): Promise<RedisServer> {
    return uncounted(async () => {
      const primary = await this.all.primaryOf(key);
      const ask =
        (server: RedisServer) =>
        (...command: string[]) =>
          server.inspect(command);
      const replicas = await this.all.replicasOf(primary);
      await caughtUp(ask(primary), replicas.map(ask));
      return primary;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.all[Symbol.asyncDispose]();
  }
}

/** A primary, a replica, and three Sentinels that watch them. */
export class SentinelsOfRow extends SeveralOfRow<Several & { readonly group: RedisSentinels }> {
  static async start(): Promise<SentinelsOfRow> {
    const group = await uncounted(() => RedisSentinels.start({ replicas: 1, appendOnly: true }));
    const primaryOf = (): Promise<RedisServer> => uncounted(() => group.master());
    return new SentinelsOfRow({
      group,
      endpoints: group.endpoints,
      servers: [...group.nodes, ...group.sentinels],
      primaryOf,
      replicasOf: (primary) => Promise.resolve(group.nodes.filter((node) => node !== primary)),
      [Symbol.asyncDispose]: () => group.stop(),
    });
  }
}

/** Three primaries, and a replica of each. */
export class ClusterOfRow extends SeveralOfRow<Several & { readonly cluster: RedisCluster }> {
  static async start(): Promise<ClusterOfRow> {
    const cluster = await uncounted(() => RedisCluster.start({ appendOnly: true }));
    return new ClusterOfRow({
      cluster,
      endpoints: cluster.endpoints,
      servers: cluster.nodes,
      primaryOf: (key) => uncounted(() => cluster.masterOf(key)),
      replicasOf: (primary) => cluster.replicasOf(primary),
      [Symbol.asyncDispose]: () => cluster.stop(),
    });
  }
}

/** The servers of a row that is about several. */
export function sentinelsOf(server: Server): SentinelsOfRow {
  if (server instanceof SentinelsOfRow) return server;
  throw new Error('There are no Sentinels here.');
}

/** The same of a cluster. */
export function clusterOf(server: Server): ClusterOfRow {
  if (server instanceof ClusterOfRow) return server;
  throw new Error('There is no cluster here.');
}

function systemOf(name: string, start: () => Promise<SeveralOfRow>): System {
  const several = (server: Server): SeveralOfRow => {
    if (server instanceof SeveralOfRow) return server as SeveralOfRow;
    throw new Error('This is one server alone.');
  };
  return {
    ...redis,
    name,
    start,
    async counter(server, key) {
      return Number((await several(server).ask(key, 'GET', key)) ?? 0);
    },
    async ledger(server, key) {
      return (await several(server).ask(key, 'LRANGE', key, '0', '-1')) as readonly string[];
    },
  };
}

/** Redis behind Sentinels. */
export const redisSentinels = systemOf('redis behind sentinels', () => SentinelsOfRow.start());

/** Redis Cluster. */
export const redisCluster = systemOf('redis cluster', () => ClusterOfRow.start());
