import type { CallOptions, Redis, RedisOptions } from 'hawser/redis';
import { expect, test } from 'vitest';
import { ENDPOINT, RedisWorld } from '../support/redis-world.ts';

// Calls as programs write them. That they need no casts is what the compiler shows; that they work, the test.

interface Row {
  readonly name: string;
  readonly age: number;
}

/** A function of a program that hands options on. */
async function read(redis: Redis, key: string, options?: CallOptions): Promise<string | Buffer | null> {
  return redis.get(key, options);
}

test('what a program has made elsewhere can be passed as it is', async () => {
  const world = new RedisWorld();
  const host: string | undefined = world.network.connections.length > 0 ? undefined : ENDPOINT.host;
  const options: RedisOptions = {
    endpoints: host === undefined ? undefined : [{ host, port: ENDPOINT.port }],
    name: undefined,
    timeoutMs: undefined,
  };
  const client = await world.connect(options);
  const words = 'SET key value'.split(' ');
  const commands = ['key', 'other'].map((key) => ['GET', key]);
  const row: Row = { name: 'x', age: 1 };
  const calls = [
    client.command(words),
    client.pipeline(commands),
    client.transaction(commands),
    read(client, 'key', { timeoutMs: 100 }),
    client.mset(row),
    client.mget(['name', 'age'], { timeoutMs: 100 }),
    client.mset({ a: 1, b: Buffer.from('2'), c: 3n }),
  ] as const;
  world.redis.on('MSET', () => ({ bytes: '+OK\r\n' }));
  expect(await world.clock.waitFor(Promise.all(calls))).toEqual([
    'OK',
    ['value', null],
    ['value', null],
    'value',
    'OK',
    [null, null],
    'OK',
  ]);
  expect(world.received(1)).toContain('MSET name x age 1');
});
