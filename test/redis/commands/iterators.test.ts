import { Buffer } from 'node:buffer';
import { Redis } from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { redisServer } from '../../support/redis.ts';
import { RedisWorld } from '../../support/redis-world.ts';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe.each([3, 2] as const)('on a real server, over RESP%i', (protocol) => {
  const server = redisServer();
  const NAMES = Array.from({ length: 500 }, (_, index) => `item:${index}`);

  test('scan gives every key, hscan, sscan and zscan every part', async () => {
    await using redis = await Redis.connect(server().url, { protocol });
    await redis.flushall();
    await redis.mset(Object.fromEntries(NAMES.map((name) => [name, name])));
    await redis.hset('hash', Object.fromEntries(NAMES.map((name) => [name, `${name}!`])));
    await redis.sadd('set', NAMES);
    await redis.zadd(
      'zset',
      NAMES.map((member, score) => ({ score, member })),
    );
    const keys = new Set(await all(redis.scan({ match: 'item:*', count: 50, type: 'string' })));
    expect([...keys].toSorted()).toEqual(NAMES.toSorted());
    const fields = new Map(
      (await all(redis.hscan('hash', { count: 7 }))).map(({ field, value }) => [field, value]),
    );
    expect(fields).toEqual(new Map([...fields.keys()].map((field) => [field, `${field}!`])));
    expect(fields.size).toBe(NAMES.length);
    expect(new Set(await all(redis.sscan('set', { match: 'item:*' })))).toEqual(new Set(NAMES));
    const scores = new Map((await all(redis.zscan('zset'))).map(({ member, score }) => [member, score]));
    expect(scores).toEqual(new Map([...scores.keys()].map((member) => [member, NAMES.indexOf(member)])));
    expect(scores.size).toBe(NAMES.length);
  });

  test('of nothing they give nothing, and Buffers where these are asked for', async () => {
    await using redis = await Redis.connect(server().url, { protocol });
    await redis.flushall();
    expect(await all(redis.scan())).toEqual([]);
    expect(await all(redis.hscan('none'))).toEqual([]);
    await redis.hset('hash', { f: 'v' });
    expect(await all(redis.scan({ buffers: true }))).toEqual([Buffer.from('hash')]);
    expect(await all(redis.hscan('hash', { buffers: true }))).toEqual([
      { field: Buffer.from('f'), value: Buffer.from('v') },
    ]);
  });
});

const page = (cursor: string, ...keys: string[]): Buffer =>
  resp.array([resp.bulk(cursor), resp.array(keys.map((key) => resp.bulk(key)))]);

test('a page is asked for when the one before is used up, each from where that ended', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  const pages = [page('17', 'a', 'b'), page('5'), page('0', 'c')];
  world.redis.on('SCAN', () => ({ bytes: pages.shift()! }));
  const keys = client.scan({ count: 2, timeoutMs: 1_000 });
  const next = async (): Promise<unknown> => world.clock.waitFor(keys.next());
  expect(await next()).toEqual({ done: false, value: 'a' });
  expect(await next()).toEqual({ done: false, value: 'b' });
  expect(world.received(1).slice(-1)).toEqual(['SCAN 0 COUNT 2']);
  expect(await next()).toEqual({ done: false, value: 'c' });
  expect(world.received(1).slice(-3)).toEqual(['SCAN 0 COUNT 2', 'SCAN 17 COUNT 2', 'SCAN 5 COUNT 2']);
  expect(await next()).toEqual({ done: true, value: undefined });
});

test('who stops early asks for no more, and a signal ends it between pages', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  world.redis.on('SSCAN', () => ({ bytes: page('9', 'a') }));
  const stopped = client.sscan('s');
  await world.clock.waitFor(stopped.next());
  expect(await stopped.return()).toEqual({ done: true, value: undefined });
  expect(await stopped.next()).toEqual({ done: true, value: undefined });
  const abort = new AbortController();
  const aborted = client.sscan('s', { signal: abort.signal });
  await world.clock.waitFor(aborted.next());
  abort.abort();
  expect(await world.failureOf(aborted.next())).toMatchObject({ code: 'ABORTED', outcome: 'not-sent' });
  expect(await world.clock.waitFor(aborted.next())).toEqual({ done: true, value: undefined });
  expect(world.received(1).filter((text) => text.startsWith('SSCAN'))).toHaveLength(2);
});

test('a page that fails ends the iteration with its error', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  world.redis.on('SCAN', () => ({ bytes: resp.error('NOPERM no') }));
  expect(await world.failureOf(client.scan().next())).toMatchObject({ code: 'NOPERM', outcome: 'refused' });
  const bad = client.scan({ cout: 5 } as never);
  expect(await world.failureOf(bad.next())).toMatchObject({ code: 'INVALID_ARGUMENT', outcome: 'not-sent' });
});
