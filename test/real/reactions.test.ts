import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'hawser/redis';
import { RedisServer } from 'hawser/testing';
import { expect, onTestFinished, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { changesOf, connect, failureOf, gaveAsReason, pool, start, until } from './clients.ts';

const server = redisServer();

/** Sets the server's configuration, and what it was when the test is over. */
async function configured(settings: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    const [, before] = (await server().inspect(['CONFIG', 'GET', name])) as string[];
    onTestFinished(async () => void (await server().inspect(['CONFIG', 'SET', name, before!])));
    await server().inspect(['CONFIG', 'SET', name, value]);
  }
}

/** A write is refused with this code, reads are answered, and neither old connections nor new ones are given up for it. */
async function refusesWrites(redis: Redis, code: string): Promise<void> {
  const changes = changesOf(redis);
  expect(await failureOf(redis.set('key', 'value'))).toMatchObject({
    code,
    outcome: 'refused',
    command: 'SET',
  });
  expect(await redis.get('key')).toBeNull();
  const late = await connect(server().url);
  expect(await failureOf(late.set('key', 'value'))).toMatchObject({ code, outcome: 'refused' });
  expect(await late.get('key')).toBeNull();
  expect(changes).toEqual([]);
}

test('OOM: writes are refused, reads are not, and the connection is kept', async () => {
  const redis = await connect(server().url);
  await configured({ maxmemory: '1' });
  await refusesWrites(redis, 'OOM');
});

test('NOREPLICAS: likewise', async () => {
  const redis = await connect(server().url);
  await configured({ 'min-replicas-to-write': '1' });
  await refusesWrites(redis, 'NOREPLICAS');
});

test('MISCONF: likewise, though PING is refused as well; a pool keeps the members that it asks', async () => {
  const redis = await connect(server().url, { stallAfterMs: 100 });
  const members = pool(server().url, { max: 1, checkAfterIdleMs: 0 });
  // A file cannot take the place of a directory.
  await mkdir(join(server().directory, 'dump.rdb'));
  await configured({ save: '3600 1000000' });
  await server().inspect(['BGSAVE']);
  await until(async () =>
    String(await server().inspect(['INFO', 'persistence'])).includes('rdb_last_bgsave_status:err'),
  );
  expect(await failureOf(redis.ping())).toMatchObject({ code: 'MISCONF', outcome: 'refused' });
  await refusesWrites(redis, 'MISCONF');
  for (let round = 0; round < 3; round += 1) expect(await members.get('key')).toBeNull();
  expect(members.explain().counts).toMatchObject({ opened: 1 });
});

test('MASTERDOWN: it is refused, and connecting is tried again, until the replica serves', async () => {
  await using primary = await RedisServer.start();
  await using replica = await RedisServer.start({
    replicaOf: primary,
    args: ['--replica-serve-stale-data', 'no'],
  });
  const redis = await connect(replica.url, { role: 'any', whenDownWaitMs: 0 });
  await primary.kill();
  const isRefused = async (): Promise<boolean> =>
    redis.get('key').then(
      () => false,
      ({ code }: { code: string }) => code === 'MASTERDOWN',
    );
  await until(isRefused);
  const late = start(replica.url, { role: 'any', timeoutMs: 20_000, whenDownWaitMs: Infinity });
  await until(() => gaveAsReason(late, 'PING: MASTERDOWN'));
  await replica.inspect(['REPLICAOF', 'NO', 'ONE']);
  expect(await late.get('key')).toBeNull();
  expect(await redis.get('key')).toBeNull();
});

test('CLUSTERDOWN: what has a key is refused, what has none is not, and the connection is kept', async () => {
  await using node = await RedisServer.start({ clusterNode: true });
  const redis = await connect(node.url);
  const changes = changesOf(redis);
  expect(await failureOf(redis.get('key'))).toMatchObject({ code: 'CLUSTERDOWN', outcome: 'refused' });
  expect(await redis.ping()).toBe('PONG');
  expect(changes).toEqual([]);
});
