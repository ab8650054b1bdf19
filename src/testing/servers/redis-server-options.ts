import type { WaitOptions } from '../../core/index.ts';
import type { RedisBinary } from './redis-binary.ts';

/** Another Redis, as one finds it: a `RedisServer`, or the host and port of a proxy in front of one. */
export interface RedisPeer {
  readonly host: string;
  readonly port: number;
  readonly tlsPort?: number | undefined;
  /** Of its default user. */
  readonly password?: string | undefined;
}

/** What a sentinel has to watch. */
export interface SentinelDuty {
  readonly master: RedisPeer;
  /** What the master and its replicas are called together. Default: `main`. */
  readonly name?: string | undefined;
  /** How many sentinels have to agree that the master is down. Default: 1. */
  readonly quorum?: number | undefined;
}

/** How a `RedisServer` is run. At most one of `replicaOf`, `clusterNode` and `sentinelOf` may be given. */
export interface RedisServerOptions extends WaitOptions {
  /** Default: what `findRedis()` finds. */
  readonly binary?: RedisBinary | undefined;
  /** Put before the server's command, for a program that then becomes the server: `['ip', 'netns', 'exec', 'far']`. */
  readonly launcher?: readonly string[] | undefined;
  /** More arguments, as on the command line: stronger than Hawser's own, which are in a file. */
  readonly args?: readonly string[] | undefined;
  /** Every write is on disk before it is answered, so that what was confirmed survives `kill()`. Default: `false`. */
  readonly appendOnly?: boolean | undefined;
  /** Of the default user, and what this server says to the one that it is a replica of. Default: none. */
  readonly password?: string | undefined;
  /** Users beside the default one, each a name and its rules: `job on >secret ~app:* +@all`. */
  readonly users?: readonly string[] | undefined;
  /**
   * Paths of PEM files. The server then listens at `tlsPort` too, without asking for client certificates, and talks to
   * other servers over TLS where they have it.
   */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string } | undefined;
  /** Listens on `socketPath` too; `inspect` then goes there, which no trouble of the network can prevent. Default: `false`. */
  readonly unixSocket?: boolean | undefined;
  /** The address to listen at. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Starts as a replica. `start` then waits until it has its master's data. */
  readonly replicaOf?: RedisPeer | undefined;
  /** Starts as a node that can join a Redis Cluster: without slots, and knowing no other. From Redis 7.0. Default: `false`. */
  readonly clusterNode?: boolean | undefined;
  /** Starts as a sentinel, one that makes up its mind within a second. From Redis 7.0. */
  readonly sentinelOf?: SentinelDuty | undefined;
  /** How long a start may take, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number | undefined;
}
