import {
  checkGroup,
  checkOptions,
  CONNECTION_OPTIONS,
  invalidOption,
  pickOptions,
  resolveOptions,
  resolvePoolOptions,
  type ConnectionOptions,
  type Endpoint,
  type OptionNames,
  type PoolOptions,
  type TlsOptions,
} from '../core/index.ts';
import { parseAddress } from './address.ts';
import {
  resolveCacheOptions,
  type RedisCacheOptions,
  type ResolvedCacheOptions,
} from './caching/cache-options.ts';
import { CredentialSource } from './credential-source.ts';
import { checkCredentials, type CredentialsFunction, type RedisCredentials } from './credentials.ts';
import { DeadSessions } from './dead-sessions.ts';
import { POOL_LIMITS, REDIS_OPTIONS, REDIS_POOL_OPTIONS } from './option-names.ts';
import { ReplyForms } from './reply.ts';
import { DEFAULT_RESP_LIMITS, type RespLimits } from './resp-limits.ts';
import type { RedisRole } from './role.ts';
import {
  namedBySentinels,
  resolveSentinel,
  SENTINEL_PORT,
  tlsOptionsOf,
  type ResolvedSentinel,
  type SentinelOptions,
} from './sentinel/sentinel-options.ts';
import type { WriteFollower } from './write-follower.ts';

/** How to connect to Redis. What the URL says too, the options override. */
export interface RedisOptions extends Omit<ConnectionOptions, 'endpoints' | 'tls'> {
  /**
   * Where to connect, in order of preference: tried in turn, each pass from the first. With `sentinel`, where the Sentinels
   * are. Default: as the URL says.
   */
  readonly endpoints?: readonly Endpoint[] | undefined;
  /** Speak TLS; `true` for TLS with the defaults. Default: as the URL says. */
  readonly tls?: boolean | TlsOptions | undefined;
  /** Who to authenticate as, or a function that is asked at each connect, and before what it has given is no longer valid. */
  readonly credentials?: RedisCredentials | CredentialsFunction | undefined;
  /** Number of the database. Default 0. */
  readonly database?: number | undefined;
  /**
   * 3 (default): RESP3, or RESP2 where the server does not know HELLO. 2: RESP2 without asking, for what stands between and
   * does not bear to be asked.
   */
  readonly protocol?: 2 | 3 | undefined;
  /**
   * Put in front of every key that commands name, and taken away from the keys that typed methods answer with. Text without
   * `*`. Default: none.
   */
  readonly keyPrefix?: string | undefined;
  /** Told to the server with CLIENT SETNAME. Default: none. */
  readonly clientName?: string | undefined;
  /**
   * `primary`: a server that says it is a replica is not taken but tried again, and one that becomes a replica is left for
   * the next that will do. `replica`: the same the other way round, for reading. `any`: both will do. The READONLY of a
   * replica that was asked for is the caller's to deal with. Default `primary`.
   */
  readonly role?: RedisRole | undefined;
  /**
   * A replica of a Redis Cluster answers reads of its own slots, which it else sends to its primary (the handshake says
   * READONLY). Implies `role: 'any'`. A server that is in no cluster answers as ever. Default `false`.
   */
  readonly readonly?: boolean | undefined;
  /**
   * The URL's host and port, or `endpoints`, are those of Sentinels (port 26379 by default), which are asked at each connect
   * where the primary is, and followed when they replace it; with `role: 'replica'`, where a replica is that is up. All else in
   * the URL and the options is about that server. See docs/sentinel.md.
   */
  readonly sentinel?: SentinelOptions | undefined;
  /** Most that is accepted from the server. */
  readonly limits?: Partial<RespLimits> | undefined;
  /**
   * Keep what `redis.cached` reads, for as long as the server has not told of a change: `{}` for the defaults. Needs RESP3.
   * Default: nothing is kept.
   */
  readonly cache?: RedisCacheOptions | undefined;
  /** The pool that `dedicated()` takes connections from. Default: at most 10. */
  readonly dedicated?: RedisPoolLimits | undefined;
}

/** What is a pool's own; the rest is as for a connection, and holds for the pool and for each of its connections. */
export type RedisPoolLimits = Omit<
  PoolOptions,
  'name' | 'timeoutMs' | 'whenDownWaitMs' | 'backoff' | 'slowRetryMs'
>;

/** How a pool of connections to Redis behaves. What the URL says too, the options override. */
export interface RedisPoolOptions
  extends Omit<RedisOptions, 'dedicated' | 'maxPending' | 'cache'>, RedisPoolLimits {}

/** What commands need to know of the connection, or connections, that they go to. */
export interface CommandLimits {
  /** Limit of a call that has none of its own; a command that waits on the server has that time besides. */
  readonly timeoutMs: number;
  /** Silence after which the server is given up; over a command that waits, that much longer than it may. */
  readonly stallAfterMs: number;
  readonly keyPrefix: string | undefined;
  readonly forms: ReplyForms;
  /** Learns of writes; `undefined` where nobody needs to. */
  readonly writes: WriteFollower | undefined;
}

/** {@link RedisOptions} and the URL, checked and complete. */
export interface ResolvedRedisOptions {
  readonly connection: ConnectionOptions;
  readonly commands: CommandLimits;
  readonly credentials: CredentialSource;
  /** Of the client, on the server that these options are for. */
  readonly deadSessions: DeadSessions;
  readonly database: number;
  readonly protocol: 2 | 3;
  readonly clientName: string | undefined;
  readonly role: RedisRole;
  readonly readonly: boolean;
  readonly limits: RespLimits;
  readonly sentinel: ResolvedSentinel | undefined;
  /** Of what is kept; `undefined` where nothing is. */
  readonly cache: ResolvedCacheOptions | undefined;
  /** Of the connection beside a shared one that subscribes where that cannot. */
  readonly subscriptions: ConnectionOptions;
  /** Of the pool beside a shared connection, or instead of one. */
  readonly pool: PoolOptions;
}

const DEFAULT_PORT = 6_379;
const ROLES: ReadonlySet<RedisRole> = new Set(['primary', 'replica', 'any']);

/**
 * Brings URL and options together. Throws INVALID_OPTION, which never repeats the URL: it may hold a password. `names` are the
 * options that there are.
 */
export function resolveRedisOptions(
  url: string | URL,
  options: RedisOptions,
  names: OptionNames<RedisOptions> = REDIS_OPTIONS,
): ResolvedRedisOptions {
  checkOptions(options, names);
  const dedicated = checkGroup('dedicated', options.dedicated, POOL_LIMITS);
  return resolve(url, options, dedicated, ' (dedicated)');
}

/** As {@link resolveRedisOptions}, for a pool. */
export function resolveRedisPoolOptions(url: string | URL, options: RedisPoolOptions): ResolvedRedisOptions {
  checkOptions(options, REDIS_POOL_OPTIONS);
  return resolve(url, options, pickOptions(options, POOL_LIMITS), '');
}

function resolve(
  url: string | URL,
  options: RedisOptions,
  poolLimits: RedisPoolLimits,
  poolSuffix: string,
): ResolvedRedisOptions {
  const { tls, endpoints, ...core } = pickOptions(options, CONNECTION_OPTIONS);
  const {
    credentials,
    database,
    protocol = 3,
    keyPrefix,
    clientName,
    role: givenRole,
    readonly: givenReadonly = false,
    limits,
    sentinel: givenSentinel,
    cache,
  } = options;
  const address = parseAddress(url, givenSentinel === undefined ? DEFAULT_PORT : SENTINEL_PORT);
  const servers = endpoints ?? [address.endpoint];
  const { role, readonly } = checkRole(givenRole, givenReadonly);
  const sentinel = givenSentinel && resolveSentinel(givenSentinel, role, servers, core);
  const speaksTls = tls ?? address.tls;
  checkGroup('limits', limits);
  const connection: ConnectionOptions = {
    ...core,
    ...(sentinel === undefined ? { endpoints: servers } : namedBySentinels(sentinel, core.name)),
    tls: tlsOptionsOf(speaksTls),
  };
  const { name, timeoutMs, stallAfterMs, whenDownWaitMs, backoff, slowRetryMs } = resolveOptions(connection);
  const pool: PoolOptions = {
    ...poolLimits,
    timeoutMs,
    whenDownWaitMs,
    backoff,
    slowRetryMs,
    name: name + poolSuffix,
  };
  resolvePoolOptions(pool, 'redis');
  return {
    connection,
    subscriptions: { ...connection, name: `${name} (subscriptions)` },
    commands: commandLimits(timeoutMs, stallAfterMs, keyPrefix),
    credentials: new CredentialSource(checkCredentials(credentials) ?? address.credentials),
    deadSessions: new DeadSessions(),
    database: checkDatabase(database ?? address.database ?? 0),
    protocol: checkProtocol(protocol),
    cache: resolveCacheOptions(cache, protocol),
    clientName: checkClientName(clientName),
    role,
    readonly,
    limits: checkLimits({ ...DEFAULT_RESP_LIMITS, ...limits }),
    sentinel,
    pool,
  };
}

function checkDatabase(database: number): number {
  if (Number.isSafeInteger(database) && database >= 0) return database;
  throw invalidOption('database', 'a whole number from 0', database);
}

function checkProtocol(protocol: 2 | 3): 2 | 3 {
  if (protocol === 2 || protocol === 3) return protocol;
  throw invalidOption('protocol', '2 or 3', protocol);
}

function commandLimits(timeoutMs: number, stallAfterMs: number, prefix: string | undefined): CommandLimits {
  const keyPrefix = checkKeyPrefix(prefix);
  return { timeoutMs, stallAfterMs, keyPrefix, forms: new ReplyForms(keyPrefix), writes: undefined };
}

/** A `*` would be taken for the place of an element in the patterns of SORT. Empty is none. */
function checkKeyPrefix(prefix: string | undefined): string | undefined {
  if (prefix === undefined || prefix === '') return undefined;
  if (typeof prefix === 'string' && !prefix.includes('*')) return prefix;
  throw invalidOption('keyPrefix', 'text without *', prefix);
}

function checkClientName(name: string | undefined): string | undefined {
  if (name === undefined || (typeof name === 'string' && /^[!-~]+$/.test(name))) return name;
  throw invalidOption('clientName', 'printable ASCII without spaces', name);
}

/** Who only reads takes replicas too. */
function checkRole(
  given: RedisRole | undefined,
  readonly: boolean,
): Pick<ResolvedRedisOptions, 'role' | 'readonly'> {
  if (typeof readonly !== 'boolean') throw invalidOption('readonly', 'true or false', readonly);
  const role = given ?? (readonly ? 'any' : 'primary');
  if (!ROLES.has(role)) throw invalidOption('role', "'primary', 'replica' or 'any'", role);
  if (role === 'primary' && readonly) throw invalidOption('role', "'replica' or 'any' beside readonly", role);
  return { role, readonly };
}

function checkLimits(limits: RespLimits): RespLimits {
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    if (!(name in DEFAULT_RESP_LIMITS)) throw invalidOption(`limits.${name}`, 'the name of a limit', value);
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw invalidOption(`limits.${name}`, 'a whole number above 0', value);
    }
  }
  return limits;
}
