import { readFileSync } from 'node:fs';
import { HawserError } from 'hawser';
import { Redis, type RedisOptions, type RedisPool } from 'hawser/redis';
import type { RedisClusterClient } from 'hawser/redis/cluster';
import { ROOT } from '../fixtures.ts';
import type { Access, Client, Subject } from '../subject.ts';
import { redis as system } from '../systems/redis.ts';
import type { Tempo } from '../tempo.ts';

/** What a subject needs to know of how it is tried. */
export type Limits = Pick<Tempo, 'limits'>;

const POOL_MAX = 5;
/** What the library has when nothing else is asked for, in milliseconds. */
export const DEFAULTS = { timeoutMs: 5_000, stallAfterMs: 1_500, backoff: { capMs: 10_000 } } as const;

/** All that there are here, as a process of the lab asks for them. */
export function subjects(tempo: Tempo): readonly Subject[] {
  return [sharedRedis(tempo), pooledRedis(tempo)];
}

/** Hawser's client of Redis on one connection, which all callers share. */
export function sharedRedis(tempo: Limits): Subject {
  return {
    ...common(tempo),
    name: 'redis-shared',
    socketsMax: 1,
    open(access) {
      const client = Redis.start(urlOf(access), optionsOf(access, tempo));
      const odd = (): string[] => notZero(client.explain(), ['waiting', 'inFlight']);
      return { ...callsOf(client), oddBooks: odd };
    },
  };
}

/** Hawser's client of Redis over a pool, a connection for each call. */
export function pooledRedis(tempo: Limits): Subject {
  return {
    ...common(tempo),
    name: 'redis-pooled',
    isAnotherWay: true,
    socketsMax: POOL_MAX,
    open(access) {
      const client = Redis.pool(urlOf(access), { ...optionsOf(access, tempo), max: POOL_MAX });
      const odd = (): string[] => notZero(client.explain(), ['waiting', 'leased', 'resetting']);
      return { ...callsOf(client), oddBooks: odd };
    },
  };
}

function common(tempo: Limits): Omit<Subject, 'name' | 'socketsMax' | 'open'> {
  const { timeoutMs, stallAfterMs, backoff } = tempo.limits ?? DEFAULTS;
  return {
    library: `hawser ${versionOfHawser()}`,
    module: import.meta.url,
    how: tempo.limits === undefined ? 'defaults' : 'short limits',
    system,
    timeoutMs,
    silenceMs: 2 * stallAfterMs,
    backoffCapMs: backoff.capMs,
    leaves: true,
    manyEndpoints: true,
    countsDials: true,
    outcomeOf: (error) => (error instanceof HawserError ? error.outcome : 'unknown'),
  };
}

/** The URL of what a client is to connect to. */
export function urlOf({ tls, endpoints: [first], database }: Access): string {
  const name = tls?.servername ?? first?.host;
  return `${tls === undefined ? 'redis' : 'rediss'}://${name}:${first?.port}/${database ?? ''}`;
}

/** The options that go with it. */
export function optionsOf({ tls, endpoints, password }: Access, tempo: Limits): RedisOptions {
  return {
    ...tempo.limits,
    endpoints,
    ...(password === undefined ? {} : { credentials: { password } }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** What all subjects are asked, of a client that shares connections or one that does not. */
export function callsOf(client: Redis | RedisPool | RedisClusterClient): Client {
  return {
    ready: () => client.ready({ timeoutMs: Infinity }),
    increment: (counter, limits) => client.incr(counter, limits),
    append: (ledger, entry, limits) => client.rpush(ledger, entry, limits),
    echo: async (text, limits) => (await client.command(['ECHO', text], limits)) as string,
    close: (timeoutMs) => client.close({ timeoutMs }),
    onConnected: (listener) => void client.onState(({ to }) => listener(to === 'ready')),
    retryNow: () => client.retryNow(),
  };
}

/** Counts that have to be zero when nobody asks anything, and are not. */
export function notZero<Name extends string>(
  books: Readonly<Record<Name, number>>,
  names: readonly Name[],
): string[] {
  return names
    .filter((name) => books[name] !== 0)
    .map((name) => `${name} is ${books[name]}, though nobody asks`);
}

function versionOfHawser(): string {
  const { version } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as { version: string };
  return version;
}
