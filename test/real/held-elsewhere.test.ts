import type { Redis, RedisOptions, RedisPool } from 'hawser/redis';
import { FaultProxy, type RedisServer } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, failureOf, PATIENCE_MS, pool, until } from './clients.ts';

const one = redisServer();
const other = redisServer();

const OPTIONS = { role: 'any', stallAfterMs: 200, timeoutMs: PATIENCE_MS } as const;

/** A client that reaches two servers: one holds its call, the other is asked beside it. */
interface Parted {
  readonly call: Promise<unknown>;
  readonly abort: AbortController;
  readonly home: RedisServer;
  readonly aside: RedisServer;
}

/** A door to a server that can be shut: who has come in stays. */
async function door(server: RedisServer): Promise<FaultProxy> {
  const proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port: server.port } });
  onTestFinished(() => proxy.close());
  return proxy;
}

function optionsWith({ endpoint }: FaultProxy): RedisOptions {
  return { ...OPTIONS, endpoints: [endpoint, { host: '127.0.0.1', port: other().port }] };
}

function held(redis: Redis | RedisPool, key: string): Pick<Parted, 'call' | 'abort'> {
  const abort = new AbortController();
  const call = redis.command(['BLPOP', key, 0], { signal: abort.signal });
  // Looked at when its time has come.
  call.catch(() => {});
  return { call, abort };
}

/** The shared connection has come to the one before the door was shut, and the call's own to the other. */
async function sharedParted(key: string): Promise<Parted> {
  const proxy = await door(one());
  const redis = await connect(one().url, optionsWith(proxy));
  proxy.add({ kind: 'refuse' });
  const parted = { ...held(redis, key), home: other(), aside: one() };
  await until(async () => (await holding(parted.home)).length === 1);
  return parted;
}

/** The call has come to the one before the door was shut, and the connection beside it to the other. */
async function poolParted(key: string): Promise<Parted> {
  const proxy = await door(one());
  const redis = pool(one().url, optionsWith(proxy));
  const parted = { ...held(redis, key), home: one(), aside: other() };
  await until(async () => (await holding(parted.home)).length === 1);
  proxy.add({ kind: 'refuse' });
  await redis.ping();
  return parted;
}

/** The numbers of the sessions that wait in a blocking command. */
async function holding(server: RedisServer): Promise<string[]> {
  const list = String(await server.inspect(['CLIENT', 'LIST']));
  return [...list.matchAll(/^id=(\d+) .*\bflags=\S*b/gm)].map(([, id]) => id!);
}

/** How often a server was asked about sessions by their numbers. */
async function looks(server: RedisServer): Promise<number> {
  const stats = String(await server.inspect(['INFO', 'commandstats']));
  return Number(/^cmdstat_client\|list:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}

/** The number of a session of the moment: each one that is opened has the next. */
async function nextNumber(server: RedisServer): Promise<number> {
  return Number(await server.inspect(['CLIENT', 'ID']));
}

/** Has a server give numbers that the other one has still to give. */
async function raiseNumbers(server: RedisServer, above: RedisServer): Promise<void> {
  const bound = (await nextNumber(above)) + 50;
  while ((await nextNumber(server)) < bound);
}

/** A stranger's call that is held in the session that has this number at a server, as if by chance. */
async function strangerNamed(
  number: string,
  server: RedisServer,
): Promise<{ readonly popped: Promise<unknown> }> {
  while ((await nextNumber(server)) < Number(number) - 1);
  const stranger = pool(server.url, { max: 1, timeoutMs: PATIENCE_MS });
  expect(await stranger.clientId()).toBe(Number(number));
  return { popped: stranger.command(['BLPOP', 'strange', 0]) };
}

describe.each([
  ['a shared connection', sharedParted],
  ['a pool', poolParted],
] as const)('over %s, while what is asked beside a held call goes to another server,', (way, part) => {
  test('the call is held for as long as its own server says', async () => {
    const { call, home, aside } = await part(`healthy ${way}`);
    const before = await looks(aside);
    await until(async () => (await looks(aside)) >= before + 5);
    await home.inspect(['RPUSH', `healthy ${way}`, 'an element']);
    expect(await call).toEqual([`healthy ${way}`, 'an element']);
  });

  test('no stranger is unblocked for a caller who leaves, who is told that nothing is known', async () => {
    const [above, below] = part === sharedParted ? [other(), one()] : [one(), other()];
    await raiseNumbers(above, below);
    const { call, abort, home, aside } = await part(`left ${way}`);
    const [number] = await holding(home);
    const { popped } = await strangerNamed(number!, aside);
    await until(async () => (await holding(aside)).length === 1);
    abort.abort();
    expect(await failureOf(call)).toMatchObject({ code: 'ABORTED', outcome: 'unknown' });
    await until(async () => (await holding(home)).length === 0);
    expect(await holding(aside)).toEqual([number]);
    await aside.inspect(['RPUSH', 'strange', 'an element']);
    expect(await popped).toEqual(['strange', 'an element']);
  });
});
