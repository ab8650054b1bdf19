import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Redis } from 'hawser/redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, idOf, start, until, untilReady } from './clients.ts';

describe('cached reads, with a real server', () => {
  const server = redisServer();

  test('are answered from memory until another client writes, whatever type the key has', async () => {
    const redis = await connect(server().url, { cache: {} });
    const other = await connect(server().url);
    await other.pipeline([
      ['SET', 'string', 'a'],
      ['HSET', 'hash', 'field', '1'],
      ['RPUSH', 'list', 'a', 'b'],
      ['SADD', 'set', 'm'],
      ['ZADD', 'sorted', '1', 'm'],
      ['XADD', 'stream', '1-1', 'f', 'v'],
    ]);
    const { cached } = redis;
    const readAll = (): Promise<unknown[]> =>
      Promise.all([
        cached.get('string'),
        cached.hgetall('hash'),
        cached.lrange('list', 0, -1),
        cached.smembers('set'),
        cached.zrange('sorted', 0, -1),
        cached.xlen('stream'),
        cached.exists(['string', 'missing']),
      ]);
    const first = await readAll();
    const asked = redis.explain().cache!.misses;
    expect(await readAll()).toEqual(first);
    expect(redis.explain().cache!.misses).toBe(asked);
    await other.pipeline([
      ['SET', 'string', 'b'],
      ['HSET', 'hash', 'field', '2'],
      ['RPUSH', 'list', 'c'],
      ['SADD', 'set', 'n'],
      ['ZADD', 'sorted', '2', 'n'],
      ['XADD', 'stream', '2-1', 'f', 'v'],
      ['SET', 'missing', 'there'],
    ]);
    await until(() => redis.explain().cache!.entries === 0);
    const [string, hash, list, set, sorted, stream, exist] = (await readAll()) as [
      string,
      Record<string, string>,
      string[],
      string[],
      string[],
      number,
      number,
    ];
    expect([string, { ...hash }, list, set.toSorted(), sorted, stream, exist]).toEqual([
      'b',
      { field: '2' },
      ['a', 'b', 'c'],
      ['m', 'n'],
      ['m', 'n'],
      2,
      2,
    ]);
  });

  test('know of keys that expire, and of all that are deleted', async () => {
    const redis = await connect(server().url, { cache: {} });
    await redis.pipeline([
      ['SET', 'brief', 'a', 'PX', 50],
      ['SET', 'long', 'b'],
    ]);
    await Promise.all([redis.cached.get('brief'), redis.cached.get('long')]);
    await until(() => redis.explain().cache!.entries === 1);
    expect(await redis.cached.get('brief')).toBeNull();
    await server().inspect(['FLUSHALL']);
    await until(() => redis.explain().cache!.entries === 0);
    expect(await redis.cached.get('long')).toBeNull();
  });

  test.each([
    ['a call', async (redis: Redis) => redis.incr('count')],
    ['a pipeline', async (redis: Redis) => (await redis.pipeline([['INCR', 'count']]))[0]],
    ['a transaction', async (redis: Redis) => (await redis.transaction([['INCR', 'count']]))[0]],
    [
      'a script',
      async (redis: Redis) => redis.command(['EVAL', "return redis.call('INCR', KEYS[1])", 1, 'count']),
    ],
    [
      'a script that does not say what it writes',
      async (redis: Redis) => redis.command(['EVAL', "return redis.call('INCR', 'count')", 0]),
    ],
    ['a connection of its own', async (redis: Redis) => redis.dedicated((own) => own.incr('count'))],
  ])('know at once what their own client has written, by %s', async (_by, write) => {
    const redis = await connect(server().url, { cache: {} });
    for (let round = 0; round < 100; round += 1) {
      const before = redis.cached.get('count');
      const written = await write(redis);
      const after = await redis.cached.get('count');
      const again = await redis.cached.get('count');
      expect([Number(after), Number(again)]).toEqual([written, written]);
      await before;
    }
  });

  test('never go back, while others write as fast as they can and the connection is killed', async () => {
    const redis = await connect(server().url, { cache: {} });
    const other = await connect(server().url);
    let isOver = false;
    onTestFinished(() => void (isOver = true));
    const writing = (async () => {
      while (!isOver) await Promise.all(Array.from({ length: 20 }, () => other.incr('grows')));
    })();
    let last = 0;
    let kills = 0;
    const hasSeenAll = (): boolean => {
      const { hits, invalidations } = redis.explain().cache!;
      return hits > 100 && invalidations > 100 && kills === 3;
    };
    for (let round = 0; !hasSeenAll(); round += 1) {
      if (round % 100 === 50 && kills < 3) {
        await server().inspect(['CLIENT', 'KILL', 'ID', await idOf(redis)]);
        kills += 1;
      }
      const [one, [many]] = await Promise.all([redis.cached.get('grows'), redis.cached.mget(['grows'])]);
      const least = Math.min(Number(one), Number(many));
      if (least < last) throw new Error(`${least} was read behind ${last}`);
      last = Math.max(Number(one), Number(many));
      // What is known is answered before the event loop goes on, which else would never hear of a change.
      if (round % 10 === 0) await nextTurn();
    }
    isOver = true;
    await writing;
    const final = Number(await other.get('grows'));
    await until(async () => Number(await redis.cached.get('grows')) === final);
  });

  test('track only what they read', async () => {
    const redis = await connect(server().url, { cache: {} });
    const tracked = async (): Promise<number> =>
      Number(/tracking_total_keys:(\d+)/.exec((await server().inspect(['INFO', 'stats'])) as string)![1]);
    await server().inspect(['FLUSHALL']);
    expect(await tracked()).toBe(0);
    for (let index = 0; index < 50; index += 1) await redis.get(`uncached-${index}`);
    await redis.cached.get('kept');
    await redis.get('uncached');
    expect(await tracked()).toBe(1);
  });

  test('go on when the server forgets what they have read, for want of room', async () => {
    const redis = await connect(server().url, { cache: {} });
    await server().inspect(['CONFIG', 'SET', 'tracking-table-max-keys', '10']);
    for (let index = 0; index < 200; index += 1) await redis.cached.get(`many-${index}`);
    await until(() => redis.explain().cache!.entries <= 20);
    await server().inspect(['CONFIG', 'SET', 'tracking-table-max-keys', '1000000']);
    expect(await redis.cached.get('many-1')).toBeNull();
  });

  test('serve what was known while the server is away, marked', async () => {
    const redis = start(server().url, { cache: { staleIfDownMs: 60_000 }, whenDownWaitMs: 0 });
    await untilReady(redis);
    await redis.set('name', 'rope');
    const read = (): ReturnType<typeof redis.cached.evenIfDown<string | null>> =>
      redis.cached.evenIfDown((reads) => reads.get('name'));
    expect(await read()).toEqual({ value: 'rope', isStale: false });
    await server().kill();
    await until(() => redis.state !== 'ready');
    expect(await read()).toMatchObject({ value: 'rope', isStale: true });
    await server().restart();
    await untilReady(redis);
    expect(await read()).toEqual({ value: null, isStale: false });
  });

  test('ask every time where the user may not have changes told', async () => {
    await server().inspect(['ACL', 'SETUSER', 'blind', 'on', 'nopass', '~*', '+@all', '-client|tracking']);
    const redis = await connect(server().url, {
      cache: {},
      credentials: { username: 'blind', password: 'x' },
    });
    expect(await redis.cached.get('a')).toBeNull();
    expect(await redis.cached.get('a')).toBeNull();
    expect(redis.explain().cache).toMatchObject({
      tracking: 'off',
      reason: expect.stringMatching(/NOPERM|permission/) as string,
      misses: 2,
    });
  });
});
