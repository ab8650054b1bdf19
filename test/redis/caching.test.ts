import { resp } from 'hawser/testing';
import type { Redis } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

const LATENCY = { toClient: { latencyMs: 5 }, toServer: { latencyMs: 5 } } as const;

/** What the server was asked, without the handshake and without who asked. */
function asked(world: RedisWorld): string[] {
  return world.redis.commands
    .filter(({ name, text }) => name !== 'HELLO' && text !== 'PING' && !text.startsWith('CLIENT'))
    .map(({ text }) => text);
}

async function worldWith(values: Record<string, string>): Promise<RedisWorld> {
  const world = new RedisWorld(LATENCY);
  for (const [key, value] of Object.entries(values)) world.redis.data().set(key, Buffer.from(value));
  return world;
}

function counted(redis: Redis): Record<string, number> {
  const { hits, misses, shared, stale, invalidations } = redis.explain().cache!;
  return { hits, misses, shared, stale, invalidations };
}

describe('a cached read', () => {
  test('asks the server once, and is answered from memory until the server tells of a change', async () => {
    const world = await worldWith({ name: 'rope' });
    const redis = await world.connect({ cache: {} });
    const other = await world.connect();
    const read = (): Promise<string | null> => world.clock.waitFor(redis.cached.get('name'));
    expect([await read(), await read(), await read()]).toEqual(['rope', 'rope', 'rope']);
    expect(asked(world)).toEqual(['GET name']);
    await world.clock.waitFor(other.set('name', 'sail'));
    await world.clock.advance(10);
    expect([await read(), await read()]).toEqual(['sail', 'sail']);
    expect(asked(world)).toEqual(['GET name', 'SET name sail', 'GET name']);
    expect(counted(redis)).toEqual({ hits: 3, misses: 2, shared: 0, stale: 0, invalidations: 1 });
    expect(redis.explain().cache).toMatchObject({ tracking: 'on', entries: 1, evictions: 0 });
  });

  test('knows replies apart by the bytes of the command and by how they are wanted', async () => {
    const world = await worldWith({ é: 'à', count: '7' });
    const redis = await world.connect({ cache: {} });
    const { cached } = redis;
    const twice = async (): Promise<unknown[]> =>
      world.clock.waitFor(
        Promise.all([
          cached.get('é'),
          cached.get(Buffer.from('é')),
          cached.get('é', { buffers: true }),
          cached.command(['get', 'é']),
          cached.exists('count'),
          cached.exists('count', { bigints: true }),
          cached.get('Ã©'),
        ]),
      );
    const expected = ['à', 'à', Buffer.from('à'), 'à', 1, 1n, null];
    expect(await twice()).toEqual(expected);
    expect(await twice()).toEqual(expected);
    expect(asked(world)).toEqual(['GET é', 'GET é', 'GET é', 'EXISTS count', 'EXISTS count', 'GET Ã©']);
  });

  test('is one request for all who ask the same at the same time, each with its own deadline and signal', async () => {
    const world = await worldWith({ name: 'rope' });
    const redis = await world.connect({ cache: {} });
    const abort = new AbortController();
    const early = redis.cached.get('name', { timeoutMs: 2 });
    const aborted = redis.cached.get('name', { signal: abort.signal });
    const patient = redis.cached.get('name');
    const [late, gone] = [endingOf(early), endingOf(aborted)];
    await world.clock.advance(3);
    abort.abort('enough');
    expect(await late).toMatchObject({ error: { code: 'DEADLINE', outcome: 'unknown', command: 'GET' } });
    expect(await gone).toMatchObject({
      error: { code: 'ABORTED', outcome: 'unknown', name: 'AbortError', cause: 'enough' },
    });
    expect(await world.clock.waitFor(patient)).toBe('rope');
    expect(asked(world)).toEqual(['GET name']);
    expect(counted(redis)).toMatchObject({ misses: 1, shared: 2 });
  });

  test('is known whatever its argument is written as, and not by an argument that looks like several', async () => {
    const world = await worldWith({ 7: 'seven', a: '1' });
    const redis = await world.connect({ cache: {} });
    const { cached } = redis;
    const values = await world.clock.waitFor(
      Promise.all([
        cached.get('7'),
        cached.get(7),
        cached.get(7n),
        cached.get(Buffer.from('7')),
        cached.exists(['a', '7']),
        cached.exists('*3\r\n$6\r\nEXISTS\r\n$1\r\na\r\n$1\r\n7\r\n'),
      ]),
    );
    expect(values).toEqual(['seven', 'seven', 'seven', 'seven', 2, 0]);
    expect(counted(redis)).toMatchObject({ misses: 3, shared: 3 });
    expect(await world.failureOf(cached.get(Number.NaN))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await world.failureOf(cached.get(undefined as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('takes no timer of its own, and leaves none behind', async () => {
    const world = await worldWith({ name: 'rope' });
    const redis = await world.connect({ cache: {} });
    await world.clock.waitFor(redis.cached.get('name'));
    const before = world.clock.pendingTimers;
    const reads = Array.from({ length: 100 }, (_, index) => redis.cached.get(`key${index}`));
    expect(world.clock.pendingTimers).toBe(before + 1);
    await world.clock.waitFor(Promise.all(reads));
    expect(world.clock.pendingTimers).toBe(before);
  });

  test('is shared by 100,000 callers at most', async () => {
    const world = await worldWith({ name: 'rope' });
    const redis = await world.connect({ cache: {} });
    const reads = Array.from({ length: 100_000 }, () => redis.cached.get('name'));
    expect(await world.failureOf(redis.cached.get('name'))).toMatchObject({
      code: 'OVERLOADED',
      outcome: 'not-sent',
      command: 'GET',
    });
    expect(new Set(await world.clock.waitFor(Promise.all(reads)))).toEqual(new Set(['rope']));
    expect(asked(world)).toEqual(['GET name']);
  });

  test('that its only caller leaves before it is sent is never sent', async () => {
    const world = await worldWith({ name: 'rope' });
    world.crash();
    const redis = world.start({ cache: {}, backoff: { baseMs: 20, capMs: 20 } });
    const abort = new AbortController();
    const left = redis.cached.get('name', { signal: abort.signal });
    const late = redis.cached.get('other', { timeoutMs: 5 });
    const [gone, tooLate] = [endingOf(left), endingOf(late)];
    abort.abort();
    await world.clock.advance(10);
    expect(await gone).toMatchObject({ error: { code: 'ABORTED', outcome: 'not-sent' } });
    expect(await tooLate).toMatchObject({ error: { code: 'DEADLINE', outcome: 'not-sent' } });
    expect(redis.explain()).toMatchObject({ waiting: 0, pendingBytes: 0 });
    world.restart();
    await world.clock.waitFor(redis.ready());
    await world.clock.advance(100);
    expect(asked(world)).toEqual([]);
  });

  test('whose signal has fired is not asked, though the answer is known', async () => {
    const world = await worldWith({ name: 'rope' });
    const redis = await world.connect({ cache: {} });
    await world.clock.waitFor(redis.cached.get('name'));
    const signal = AbortSignal.abort('no');
    expect(await world.failureOf(redis.cached.get('name', { signal }))).toMatchObject({
      code: 'ABORTED',
      outcome: 'not-sent',
    });
  });

  test('gives each caller a value of its own', async () => {
    const world = new RedisWorld();
    const redis = await world.connect({ cache: {} });
    await world.clock.waitFor(redis.hset('ship', { sail: 'white', mast: 'oak' }));
    await world.clock.waitFor(redis.rpush('list', ['a', 'b']));
    const { cached } = redis;
    const readAll = (): Promise<[Record<string, string>, string[], Buffer[], unknown]> =>
      world.clock.waitFor(
        Promise.all([
          cached.hgetall('ship'),
          cached.lrange('list', 0, -1),
          cached.lrange('list', 0, -1, { buffers: true }),
          cached.command(['HGETALL', 'ship']),
        ]),
      );
    for (let round = 0; round < 3; round += 1) {
      const [ship, list, buffers, map] = await readAll();
      expect({ ...ship }).toEqual({ sail: 'white', mast: 'oak' });
      expect(list).toEqual(['a', 'b']);
      expect(buffers).toEqual([Buffer.from('a'), Buffer.from('b')]);
      expect(map).toEqual(
        new Map([
          ['sail', 'white'],
          ['mast', 'oak'],
        ]),
      );
      ship['sail'] = 'torn';
      list.push('c');
      buffers[0]!.fill(0);
      (map as Map<string, string>).clear();
    }
    expect(counted(redis)).toMatchObject({ hits: 8, misses: 4 });
  });

  test('that the server refuses is not kept, and all who share it are told', async () => {
    const world = new RedisWorld();
    const redis = await world.connect({ cache: {} });
    await world.clock.waitFor(redis.rpush('list', 'a'));
    const both = [redis.cached.get('list'), redis.cached.get('list')];
    for (const ending of await world.endings(both)) {
      expect(ending).toMatchObject({ error: { code: 'WRONGTYPE', outcome: 'refused' } });
    }
    expect(redis.explain().cache).toMatchObject({ entries: 0, misses: 1, shared: 1 });
  });

  test('is refused for a command whose replies are not kept, and asks nobody', async () => {
    const world = new RedisWorld();
    const redis = await world.connect({ cache: {} });
    const { cached } = redis;
    const refused = [
      ['SET', 'a', 'b'],
      ['TTL', 'a'],
      ['SRANDMEMBER', 'a'],
      ['PING'],
      ['NOSUCH', 'a'],
      ['EXISTS'],
    ];
    for (const command of refused) {
      const failure = await world.failureOf(cached.command(command));
      expect(failure).toMatchObject({ code: 'INVALID_ARGUMENT', outcome: 'not-sent' });
      expect(failure.message).toMatch(/is not kept: .*; ask without redis\.cached/);
    }
    expect(await world.failureOf(cached.get('a', { timeoutMs: -1 }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(await world.failureOf(cached.get('a', { buffers: 1 } as never))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(asked(world)).toEqual([]);
  });

  test('has the keys that the prefix makes, as changes are told of', async () => {
    const world = await worldWith({ 'app:name': 'rope', name: 'another' });
    const redis = await world.connect({ cache: {}, keyPrefix: 'app:' });
    const other = await world.connect();
    expect(await world.clock.waitFor(redis.cached.mget(['name']))).toEqual(['rope']);
    await world.clock.waitFor(other.set('app:name', 'sail'));
    await world.clock.advance(10);
    expect(await world.clock.waitFor(redis.cached.mget(['name']))).toEqual(['sail']);
    await world.clock.waitFor(redis.set('name', 'mast'));
    expect(await world.clock.waitFor(redis.cached.mget(['name']))).toEqual(['mast']);
    expect(await world.clock.waitFor(redis.cached.mget(['name']))).toEqual(['mast']);
  });
});

describe('what is read and changed at the same time', () => {
  test('is not kept when the change is told of right behind the reply, in the same bytes', async () => {
    const world = await worldWith({ name: 'old' });
    const stop = world.redis.on('GET', ({ run }) => {
      const reply = run();
      world.redis.data().set('name', Buffer.from('new'));
      const change = Buffer.from('>2\r\n$10\r\ninvalidate\r\n*1\r\n$4\r\nname\r\n');
      return { bytes: Buffer.concat([reply, change]) };
    });
    const redis = await world.connect({ cache: {} });
    expect(await world.clock.waitFor(redis.cached.get('name'))).toBe('old');
    expect(redis.explain().cache).toMatchObject({ entries: 0, invalidations: 1 });
    stop();
    expect(await world.clock.waitFor(redis.cached.get('name'))).toBe('new');
  });

  test('is kept when the change is told of before the reply: it was read behind that', async () => {
    const world = await worldWith({ name: 'new' });
    world.redis.on('GET', ({ run }) => ({
      bytes: Buffer.concat([Buffer.from('>2\r\n$10\r\ninvalidate\r\n*1\r\n$4\r\nname\r\n'), run()]),
    }));
    const redis = await world.connect({ cache: {} });
    expect(await world.clock.waitFor(redis.cached.get('name'))).toBe('new');
    expect(redis.explain().cache).toMatchObject({ entries: 1, invalidations: 1 });
  });

  test('is forgotten as a whole when the server says so', async () => {
    const world = await worldWith({ a: '1', b: '2' });
    const redis = await world.connect({ cache: {} });
    await world.clock.waitFor(Promise.all([redis.cached.get('a'), redis.cached.get('b')]));
    world.server(1).send('>2\r\n$10\r\ninvalidate\r\n_\r\n');
    await world.clock.advance(10);
    expect(redis.explain().cache).toMatchObject({ entries: 0, bytes: 0, invalidations: 1 });
  });

  test.each([
    '>2\r\n$10\r\ninvalidate\r\n:1\r\n',
    '>2\r\n$10\r\ninvalidate\r\n*1\r\n:1\r\n',
    '>1\r\n$10\r\ninvalidate\r\n',
  ])('ends the connection where it is told of as %j, which no server says', async (bytes) => {
    const world = await worldWith({ a: '1' });
    const redis = await world.connect({ cache: {} });
    world.server(1).send(bytes);
    await world.clock.advance(10);
    expect(redis.explain().lastCause).toMatch(/expected/);
    expect(await world.clock.waitFor(redis.cached.get('a'))).toBe('1');
  });
});

describe('a client reads what it has written', () => {
  test('at once, also before the write is answered', async () => {
    const world = await worldWith({ name: 'old' });
    const redis = await world.connect({ cache: {} });
    await world.clock.waitFor(redis.cached.get('name'));
    const before = redis.cached.get('name');
    const written = redis.set('name', 'new');
    const behind = redis.cached.get('name');
    const all = await world.clock.waitFor(Promise.all([before, written, behind]));
    expect(all).toEqual(['old', 'OK', 'new']);
    expect(await world.clock.waitFor(redis.cached.get('name'))).toBe('new');
  });

  test('though a read from before the write is still on its way, also one that nobody waits for', async () => {
    const world = await worldWith({ name: 'old' });
    const redis = await world.connect({ cache: {} });
    const early = redis.cached.get('name');
    const left = redis.cached.mget(['name'], { timeoutMs: 1 });
    const late = endingOf(left);
    await world.clock.advance(2);
    const written = redis.set('name', 'new');
    const behind = redis.cached.get('name');
    expect(await world.clock.waitFor(Promise.all([early, written, behind]))).toEqual(['old', 'OK', 'new']);
    expect(await late).toMatchObject({ error: { code: 'DEADLINE' } });
    expect(await world.clock.waitFor(redis.cached.mget(['name']))).toEqual(['new']);
    expect(await world.clock.waitFor(redis.cached.get('name'))).toBe('new');
  });

  test.each([
    [
      'a pipeline',
      (redis: Redis) =>
        redis.pipeline([
          ['GET', 'other'],
          ['SET', 'name', 'new'],
        ]),
    ],
    ['a transaction', (redis: Redis) => redis.transaction([['SET', 'name', 'new']])],
    ['a command by name', (redis: Redis) => redis.command(['set', Buffer.from('name'), 'new'])],
    ['a connection of its own', (redis: Redis) => redis.dedicated((own) => own.set('name', 'new'))],
    [
      'a transaction step by step on a connection of its own',
      (redis: Redis) =>
        redis.dedicated(async (own) => {
          await own.command(['MULTI']);
          await own.set('name', 'new');
          return own.command(['EXEC']);
        }),
    ],
  ])('by %s', async (_by, write) => {
    const world = await worldWith({ name: 'old', other: 'x' });
    const redis = await world.connect({ cache: {} });
    await world.clock.waitFor(redis.cached.get('name'));
    // On its way while the write runs: nobody may be given it afterwards.
    const early = redis.cached.mget(['name']);
    // What the server tells by itself does not come in time.
    world.server(1).session.tracking!.keys.clear();
    await world.clock.waitFor(write(redis));
    expect(await world.clock.waitFor(redis.cached.get('name'))).toBe('new');
    expect(await world.clock.waitFor(redis.cached.mget(['name']))).toEqual(['new']);
    await world.clock.waitFor(early);
  });

  test('by a call that waits on the server', async () => {
    const world = new RedisWorld(LATENCY);
    world.redis.on('BLPOP', () => {
      world.redis.data().delete('list');
      return { bytes: resp.array([resp.bulk('list'), resp.bulk('a')]) };
    });
    const redis = await world.connect({ cache: {} });
    await world.clock.waitFor(redis.rpush('list', 'a'));
    expect(await world.clock.waitFor(redis.cached.llen('list'))).toBe(1);
    world.server(1).session.tracking!.keys.clear();
    const popped = redis.blpop('list', 1);
    await world.clock.waitFor(redis.cached.llen('list'));
    await world.clock.waitFor(popped);
    expect(await world.clock.waitFor(redis.cached.llen('list'))).toBe(0);
  });

  test.each([
    ['that is not known', ['XSET', 'name', 'new']],
    ['of all keys', ['FLUSHALL']],
    ['of a script without keys', ['EVAL', 'return 1', '0']],
  ])('by forgetting everything at a command %s', async (_which, command) => {
    const world = await worldWith({ a: '1', b: '2' });
    const redis = await world.connect({ cache: {} });
    await world.clock.waitFor(Promise.all([redis.cached.get('a'), redis.cached.get('b')]));
    const onItsWay = redis.cached.mget(['a']);
    const done = redis.command(command).catch(() => undefined);
    expect(redis.explain().cache).toMatchObject({ entries: 0 });
    await world.clock.waitFor(Promise.all([onItsWay, done]));
    expect(redis.explain().cache).toMatchObject({ entries: 0 });
  });

  test('and forgets nothing at a command that changes no key, or another', async () => {
    const world = await worldWith({ a: '1' });
    const redis = await world.connect({ cache: {} });
    await world.clock.waitFor(redis.cached.get('a'));
    const commands = [
      ['PUBLISH', 'a', 'b'],
      ['GET', 'a'],
      ['CLIENT', 'ID'],
      ['SET', 'b', '1'],
    ];
    for (const command of commands) await world.clock.waitFor(redis.command(command));
    await world.clock.waitFor(redis.dedicated((own) => own.get('a')));
    expect(redis.explain().cache).toMatchObject({ entries: 1 });
  });
});
