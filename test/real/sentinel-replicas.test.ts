import type { HawserError, Redis, RedisOptions } from 'hawser/redis';
import type { RedisServer } from 'hawser/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { redisSentinels } from '../support/redis.ts';
import { connect, failureOf, gaveAsReason, start, until } from './clients.ts';
import { Load } from './load.ts';
import { heal, NOWHERE, optionsOf, peerOf } from './sentinels.ts';

const group = redisSentinels();

function options(given: RedisOptions = {}): RedisOptions {
  return optionsOf(group(), { role: 'replica', ...given });
}

async function replicas(): Promise<readonly RedisServer[]> {
  const primary = await group().master();
  return group().nodes.filter((node) => node !== primary);
}

function serverOf(redis: Redis): RedisServer {
  return group().nodes.find((node) => peerOf(node) === redis.explain().peer)!;
}

/** Whether all clients read from one that the Sentinels call a replica. */
async function allReadFromReplicas(clients: readonly Redis[]): Promise<boolean> {
  const peers = (await replicas()).map(peerOf);
  return clients.every((redis) => redis.state === 'ready' && peers.includes(redis.explain().peer ?? ''));
}

/** Every replica has what was written to the primary. */
async function store(key: string, value: string): Promise<void> {
  const primary = await group().master();
  await primary.inspect(['SET', key, value]);
  for (const replica of await replicas()) {
    await until(async () => (await replica.inspect(['GET', key])) === value);
  }
}

afterEach(() => heal(group()), 30_000);

test('clients read from all replicas, and write to none', async () => {
  await store('key', 'value');
  const clients = await Promise.all(Array.from({ length: 20 }, () => connect(NOWHERE, options())));
  const peers = new Set(clients.map((redis) => String(redis.explain().peer)));
  expect([...peers].toSorted()).toEqual((await replicas()).map(peerOf).toSorted());
  expect(await clients[0]!.get('key')).toBe('value');
  expect(await failureOf(clients[0]!.set('key', 'other'))).toMatchObject({ code: 'READONLY' });
});

describe('under load', () => {
  const WAYS: readonly [string, (server: RedisServer) => Promise<void> | void][] = [
    ['killed', (server) => server.kill()],
    ['paused', (server) => server.pause()],
  ];

  test.each(WAYS)('a replica that is %s is left for the other one, and no read fails', async (_, strike) => {
    await store('key', 'value');
    const redis = await connect(NOWHERE, options({ timeoutMs: 20_000, whenDownWaitMs: Infinity }));
    const first = serverOf(redis);
    const answers = new Set<string | null>();
    const load = new Load(8, async () => answers.add(await redis.get('key')));
    await until(() => load.count('confirmed') > 50);
    await strike(first);
    await until(() => redis.state === 'ready' && serverOf(redis) !== first);
    const before = load.count('confirmed');
    await until(() => load.count('confirmed') > before + 50);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect([...answers]).toEqual(['value']);
    expect(await replicas()).toContain(serverOf(redis));
  });
});

test('one that is promoted is left, by all who read from it, and nobody reads from the primary', async () => {
  const clients = await Promise.all(Array.from({ length: 6 }, () => connect(NOWHERE, options())));
  await until(() => clients.every((redis) => redis.explain().sentinel?.state === 'ready'));
  await group().failover();
  await until(() => allReadFromReplicas(clients));
});

test('the primary is killed: replicas are read from as before, and after another one is promoted', async () => {
  await store('key', 'value');
  const clients = await Promise.all(Array.from({ length: 6 }, () => connect(NOWHERE, options())));
  const primary = await group().master();
  await primary.kill();
  const late = await connect(NOWHERE, options());
  expect(await late.get('key')).toBe('value');
  await group().untilPromoted(primary);
  await until(() => allReadFromReplicas([...clients, late]));
});

test('all replicas are gone: calls are told so, until one is back', async () => {
  const redis = start(NOWHERE, options({ whenDownWaitMs: 0 }));
  await redis.ready();
  const [one, other] = await replicas();
  await Promise.all([one!.kill(), other!.kill()]);
  await until(() => gaveAsReason(redis, 'no replica of main is up'));
  const failure = await failureOf(redis.get('key'));
  expect(failure).toMatchObject({ code: 'NOT_CONNECTED', cause: { code: 'CONNECT_FAILED' } });
  expect((failure.cause as HawserError).message).toMatch(
    /^no replica of main is up \(127\.0\.0\.1:\d+: (?:s_down,)?slave,disconnected/,
  );
  await one!.restart();
  await until(() => redis.state === 'ready');
  expect(serverOf(redis)).toBe(one);
});

test('a call that a replica holds is asked for where it is, beside it, and answered', async () => {
  const clients = await Promise.all(
    Array.from({ length: 6 }, () => connect(NOWHERE, options({ stallAfterMs: 200 }))),
  );
  const reads = clients.map((redis) => redis.command(['XREAD', 'BLOCK', 1_500, 'STREAMS', 'entries', '0']));
  expect(await Promise.all(reads)).toEqual(Array(6).fill(null));
});
