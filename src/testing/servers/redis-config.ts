import { join, resolve } from 'node:path';
import type { RedisBinary } from './redis-binary.ts';
import type { RedisPeer, RedisServerOptions, SentinelDuty } from './redis-server-options.ts';
import type { ServerPlace } from './server-process.ts';

/** A line of the configuration: its name and its values. */
type Directive = readonly [name: string, ...values: readonly (string | number)[]];

/** How a sentinel is told to hurry: half a second of silence is a failure. */
const DOWN_AFTER_MS = 500;
/** A failover that did not come about is tried again after twice this time. */
const FAILOVER_TIMEOUT_MS = 2_000;
/** A node that has been silent for so long is failing. Shorter, and a busy machine is enough for it. */
const NODE_TIMEOUT_MS = 1_000;

export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_MASTER_NAME = 'main';

/** Throws a TypeError for options that contradict each other, and an Error for those that this server is too old for. */
export function checkRedisOptions(options: RedisServerOptions, binary: RedisBinary): void {
  const roles = (['replicaOf', 'clusterNode', 'sentinelOf'] as const).filter((role) => options[role]);
  if (roles.length > 1) throw new TypeError(`A server cannot be two things at once: ${roles.join(' and ')}.`);
  const [role] = roles;
  if (role !== undefined && role !== 'replicaOf' && !isModern(binary)) {
    throw new Error(`${role}: expected Redis 7.0 or later, or Valkey, not ${binary.kind} ${binary.version}.`);
  }
  // A sentinel rewrites its configuration without quotes, and could not read it in its next start.
  if (/[\s"']/.test(options.sentinelOf?.master.password ?? '')) {
    throw new TypeError('sentinelOf: expected a password of the master without spaces and quotes.');
  }
}

/** The text of the configuration file. */
export function redisConfig(options: RedisServerOptions, binary: RedisBinary, place: ServerPlace): string {
  const directives: Directive[] = [
    ['bind', options.host ?? DEFAULT_HOST],
    ['port', place.port],
    ['dir', place.directory],
    // It is only reached where it listens.
    ['protected-mode', 'no'],
    ['save', ''],
    // A replica need not wait for others that might come.
    ['repl-diskless-sync-delay', 0],
    ...access(options),
    ...tls(options, place),
  ];
  // It was always allowed before there was this directive.
  if (isModern(binary)) directives.push(['enable-debug-command', 'local']);
  if (options.appendOnly) directives.push(['appendonly', 'yes'], ['appendfsync', 'always']);
  const socketPath = socketPathOf(options, place);
  if (socketPath !== undefined) directives.push(['unixsocket', socketPath]);
  if (options.replicaOf) directives.push(...replica(options.replicaOf, options));
  if (options.clusterNode) directives.push(...clusterNode(options, place));
  if (options.sentinelOf) directives.push(...sentinel(options.sentinelOf, options));
  const users = (options.users ?? []).map((rules) => `user ${rules}`);
  return [...directives.map(lineOf), ...users, ''].join('\n');
}

/** Where it listens beside its port, if it does. */
export function socketPathOf(options: RedisServerOptions, { directory }: ServerPlace): string | undefined {
  return options.unixSocket ? join(directory, 'redis.sock') : undefined;
}

/** Its port for TLS, if it has one. */
export function tlsPortOf(options: RedisServerOptions, place: ServerPlace): number | undefined {
  return options.tls && place.portFor('TLS');
}

/** Where the other nodes of its cluster find it, if it can have one. */
export function busPortOf(options: RedisServerOptions, place: ServerPlace): number | undefined {
  return options.clusterNode ? place.portFor('cluster bus') : undefined;
}

/** Redis since 7.0, or any Valkey, which began as Redis 7.2. */
function isModern({ kind, version }: RedisBinary): boolean {
  return kind === 'valkey' || Number.parseInt(version, 10) >= 7;
}

function access({ password }: RedisServerOptions): Directive[] {
  if (password === undefined) return [];
  return [
    ['requirepass', password],
    ['masterauth', password],
  ];
}

function tls(options: RedisServerOptions, place: ServerPlace): Directive[] {
  const port = tlsPortOf(options, place);
  if (options.tls === undefined || port === undefined) return [];
  const { cert, key, ca } = options.tls;
  const masterHasIt = options.replicaOf === undefined || options.replicaOf.tlsPort !== undefined;
  return [
    ['tls-port', port],
    ['tls-auth-clients', 'no'],
    // The server has another working directory.
    ['tls-cert-file', resolve(cert)],
    ['tls-key-file', resolve(key)],
    ['tls-ca-cert-file', resolve(ca)],
    ['tls-replication', masterHasIt ? 'yes' : 'no'],
  ];
}

function replica(master: RedisPeer, options: RedisServerOptions): Directive[] {
  const directives: Directive[] = [['replicaof', master.host, portBetween(master, options)]];
  if (master.password !== undefined) directives.push(['masterauth', master.password]);
  return directives;
}

function clusterNode(options: RedisServerOptions, place: ServerPlace): Directive[] {
  const directives: Directive[] = [
    ['cluster-enabled', 'yes'],
    // By default 10,000 above the port, where many systems take the ports of outgoing connections from.
    ['cluster-port', busPortOf(options, place) ?? 0],
    ['cluster-node-timeout', NODE_TIMEOUT_MS],
  ];
  if (options.tls) directives.push(['tls-cluster', 'yes']);
  return directives;
}

function sentinel(duty: SentinelDuty, options: RedisServerOptions): Directive[] {
  const { master, name = DEFAULT_MASTER_NAME, quorum = 1 } = duty;
  const directives: Directive[] = [
    ['sentinel', 'monitor', name, master.host, portBetween(master, options), quorum],
    ['sentinel', 'down-after-milliseconds', name, DOWN_AFTER_MS],
    ['sentinel', 'failover-timeout', name, FAILOVER_TIMEOUT_MS],
  ];
  if (master.password !== undefined) directives.push(['sentinel', 'auth-pass', name, master.password]);
  return directives;
}

function portBetween(peer: RedisPeer, options: RedisServerOptions): number {
  return (options.tls && peer.tlsPort) ?? peer.port;
}

function lineOf([name, ...values]: Directive): string {
  return [name, ...values.map(quoted)].join(' ');
}

function quoted(value: string | number): string {
  return `"${String(value)
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)}"`;
}
