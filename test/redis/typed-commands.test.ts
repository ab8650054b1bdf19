import { Buffer } from 'node:buffer';
import {
  commands,
  defineScript,
  type HawserError,
  valuesOf,
  type Redis,
  type RedisConnection,
  type RedisReply,
} from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { ClusterWorld } from '../support/cluster-world.ts';
import { RedisWorld } from '../support/redis-world.ts';
import { connected, receivedBy, WAYS } from './conformance/ways.ts';

describe.each(WAYS)('commands with types, over $name', (way) => {
  test('are answered in a pipeline as their methods are, and arrays beside them as the server says', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    world.redis.on('HGETALL', () => ({ bytes: resp.map([resp.bulk('f'), resp.bulk('v')], 3) }));
    const replies = await world.clock.waitFor(
      client.pipeline([
        commands.set('a', 1, { px: 5, nx: true }),
        commands.incr('a', { bigints: true }),
        commands.get('a', { buffers: true }),
        commands.expire('a', 5),
        commands.hgetall('h'),
        ['INCR', 'a'],
        ['GET', 'a'],
        ['HGETALL', 'h'],
      ]),
    );
    const fields = Object.assign(Object.create(null) as object, { f: 'v' });
    expect(replies).toEqual(['OK', 2n, Buffer.from('2'), true, fields, 3, '3', new Map([['f', 'v']])]);
    expect(receivedBy(world).slice(0, 2)).toEqual(['SET a 1 NX PX 5', 'INCR a']);
  });

  test('are answered in a transaction as their methods are', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    const replies = client.transaction([commands.incr('a'), commands.exists('a'), ['GET', 'a']]);
    expect(await world.clock.waitFor(replies)).toEqual([1, 1, '1']);
    expect(receivedBy(world)).toEqual(['MULTI', 'INCR a', 'EXISTS a', 'GET a', 'EXEC']);
  });

  test('that are refused, or whose answer cannot be told, are errors in their places', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    world.redis.data().set('text', Buffer.from('no number'));
    world.redis.on('DECR', () => ({ bytes: resp.integer(-(2n ** 60n)) }));
    world.redis.on('STRLEN', () => ({ bytes: resp.bulk('long') }));
    const replies = await world.clock.waitFor(
      client.pipeline([commands.incr('text'), commands.decr('a'), commands.strlen('a'), commands.incr('b')]),
    );
    expect(replies).toMatchObject([
      { code: 'ERR', outcome: 'refused', command: 'INCR' },
      { code: 'UNSAFE_INTEGER', outcome: 'unknown', command: 'DECR' },
      { code: 'PROTOCOL_VIOLATION', outcome: 'unknown', command: 'STRLEN' },
      1,
    ]);
    expect(() => valuesOf(replies)).toThrow(replies[0]);
  });

  test('have the prefix of the keys put on, and taken off', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world, { keyPrefix: 'app:' });
    world.redis.on('KEYS', () => ({ bytes: resp.array([resp.bulk('app:a')]) }));
    const replies = client.pipeline([commands.set('a', 1), commands.keys('*'), ['KEYS', '*']]);
    expect(await world.clock.waitFor(replies)).toEqual(['OK', ['a'], ['app:a']]);
    expect(receivedBy(world)).toEqual(['SET app:a 1', 'KEYS app:*', 'KEYS app:*']);
  });

  test('of which one cannot be sent make the whole fail, and nothing is sent', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    const nothing = undefined as unknown as string;
    const failure = await world.failureOf(client.pipeline([commands.incr('a'), commands.get(nothing)]));
    expect(failure).toMatchObject({ code: 'INVALID_ARGUMENT', outcome: 'not-sent' });
    expect(receivedBy(world)).toEqual([]);
  });
});

test.each([
  [
    'an option that there is not',
    () => commands.get('a', { ex: 5 } as object),
    'options of GET: there is no ex',
  ],
  [
    'a limit of its own',
    () => commands.get('a', { timeoutMs: 5 }),
    'timeoutMs of GET: expected it among the options',
  ],
  [
    'a signal of its own',
    () => commands.blpop('a', 0, { signal: AbortSignal.abort() }),
    'signal of BLPOP: expected it',
  ],
  [
    'a way to repeat it',
    () => commands.incr('a', { retry: 'always' }),
    'retry of INCR: expected it among the options',
  ],
  [
    'a form that is none',
    () => commands.get('a', { buffers: 1 as unknown as true }),
    'buffers of GET: expected boolean',
  ],
])('%s throws when the command is made', (_, make, message) => {
  expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', outcome: 'not-sent' }));
  expect(make).toThrow(message);
});

test("on a connection of one's own a transaction of them is null when a watched key has changed", async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  world.redis.on('EXEC', () => ({ bytes: '_\r\n' }));
  const sold = client.dedicated((own) => own.transaction([commands.decr('stock')]));
  expect(await world.clock.waitFor(sold)).toBeNull();
});

describe('the command of a script', () => {
  const state = defineScript({
    lua: 'return redis.call("GET", KEYS[1])',
    keys: ['job'],
    args: 0,
    reply: (reply) => ({ state: reply }),
  });

  test('is answered with the value of its reply, whatever that is', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('EVAL', () => ({ bytes: resp.bulk('QUEUED') }));
    const replies = client.pipeline([state.command({ job: 'a' }, []), commands.incr('b')]);
    expectTypeOf(replies).resolves.toEqualTypeOf<
      [{ state: RedisReply } | HawserError, number | HawserError]
    >();
    expect(await world.clock.waitFor(replies)).toEqual([{ state: 'QUEUED' }, 1]);
    expect(receivedBy(world)).toEqual([`EVAL ${state.lua} 1 a`, 'INCR b']);
    const own = client.dedicated((connection) => connection.pipeline([state.command({ job: 'a' }, [])]));
    expect(await world.clock.waitFor(own)).toEqual([{ state: 'QUEUED' }]);
  });

  test('may want Buffers, in a transaction too', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('EVAL', () => ({ bytes: resp.simple('QUEUED') }));
    world.redis.on('EXEC', () => ({ bytes: resp.array(['v', 'w', 'x'].map((text) => resp.bulk(text))) }));
    const bytes = state.command({ job: 'a' }, [], { buffers: true });
    const replies = client.transaction([bytes, ['GET', 'none'], state.command({ job: 'a' }, [])]);
    expect(await world.clock.waitFor(replies)).toEqual([{ state: Buffer.from('v') }, 'w', { state: 'x' }]);
  });

  test('whose converter throws makes the whole reject with that', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('EVAL', () => ({ bytes: resp.bulk('v') }));
    const cause = new Error('no such state');
    const strict = defineScript({
      lua: 'return 1',
      reply: () => {
        throw cause;
      },
    });
    const replies = client.pipeline([strict.command([], []), commands.incr('b')]);
    await expect(world.clock.waitFor(replies)).rejects.toBe(cause);
  });
});

test('between MULTI and EXEC they are answered with QUEUED', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  const replies = client.dedicated(async (own) => {
    await own.multi();
    const queued = await own.pipeline([commands.incr('a'), commands.exists('a')]);
    await own.discard();
    const atOnce = await own.pipeline([
      commands.multi(),
      commands.exists('a'),
      commands.exec(),
      commands.exists('a'),
    ]);
    return [...queued, ...atOnce];
  });
  expect(await world.clock.waitFor(replies)).toEqual(['QUEUED', 'QUEUED', 'OK', 'QUEUED', [0], 0]);
});

test('over a cluster they go to the nodes of their keys', async () => {
  const world = new ClusterWorld();
  const client = await world.connect();
  const [one, other] = [world.keyAt('a'), world.keyAt('b')];
  const replies = client.pipeline([
    commands.incr(one),
    commands.set(other, 'v'),
    commands.expire(other, 5),
    ['GET', other],
  ]);
  expect(await world.clock.waitFor(replies)).toEqual([1, 'OK', true, 'v']);
  expect(world.node('a').received).toEqual([`INCR ${one}`]);
  expect(await world.clock.waitFor(client.transaction([commands.incr(one), commands.exists(one)]))).toEqual([
    2, 1,
  ]);
});

test('`valuesOf` gives the replies, where none is an error', () => {
  expect(valuesOf([1, null, 'a'])).toEqual([1, null, 'a']);
  expect(valuesOf([])).toEqual([]);
});

/** Never called: the compiler reads it. */
async function types(redis: Redis, own: RedisConnection): Promise<void> {
  const replies = await redis.pipeline([
    commands.incr('a'),
    commands.get('b', { buffers: true }),
    ['GET', 'c'],
  ]);
  expectTypeOf(replies).toEqualTypeOf<
    [number | HawserError, Buffer | null | HawserError, RedisReply | HawserError]
  >();
  expectTypeOf(valuesOf(replies)).toEqualTypeOf<[number, Buffer | null, Exclude<RedisReply, HawserError>]>();
  const list = await redis.pipeline(['a', 'b'].map((key) => commands.get(key)));
  expectTypeOf(valuesOf(list)).toEqualTypeOf<(string | null)[]>();
  const both = await redis.transaction([commands.hgetall('h'), ['INCR', 'a']]);
  expectTypeOf(both).toEqualTypeOf<[Record<string, string> | HawserError, RedisReply]>();
  expectTypeOf(await redis.transaction([['INCR', 'a']])).toEqualTypeOf<[RedisReply]>();
  expectTypeOf(await own.transaction([commands.decr('a')])).toEqualTypeOf<[number | HawserError] | null>();
  // @ts-expect-error a command that is not sent has nothing to wait for
  expectTypeOf(commands.get('a')).resolves.toEqualTypeOf<string | null>();
}

test('each has the type that its method promises', () => {
  expect(types).toBeTypeOf('function');
});
