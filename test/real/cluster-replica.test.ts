import type { RedisServer } from 'hawser/testing';
import { expect, test } from 'vitest';
import { redisCluster } from '../support/redis.ts';
import { connect, failureOf, pool, until } from './clients.ts';

// The fewest that make a cluster with a replica.
const cluster = redisCluster({ masters: 1, replicasPerMaster: 1 });

test('with `readonly` a replica of a cluster answers reads, without it sends them to its primary', async () => {
  const [primary, replica] = cluster().nodes as [RedisServer, RedisServer];
  await (await connect(primary.url)).set('key', 'value');
  const reader = await connect(replica.url, { readonly: true });
  await until(async () => (await reader.get('key')) === 'value');
  expect(await pool(replica.url, { readonly: true }).get('key')).toBe('value');
  expect(await failureOf(reader.set('key', 'other'))).toMatchObject({ code: 'MOVED', outcome: 'refused' });
  const other = await connect(replica.url, { role: 'any' });
  expect(await failureOf(other.get('key'))).toMatchObject({ code: 'MOVED', outcome: 'refused' });
});
