import { Buffer } from 'node:buffer';
import { Redis } from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { CATALOGUE, DESCRIBED } from '../../../scripts/commands/catalogue.ts';
import { NEWER } from '../../../scripts/commands/newer.ts';
import { READ_ONLY, WAITING } from '../../../src/redis/command-table.ts';
import { RedisConnection } from '../../../src/redis/redis-connection.ts';
import { RedisPool } from '../../../src/redis/redis-pool.ts';
import { RedisWorld } from '../../support/redis-world.ts';

/** A client as JavaScript sees it. */
type Untyped = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

/** What a call sends to a server that answers nothing of use. */
async function sentBy(call: (client: Redis) => Promise<unknown>): Promise<string> {
  const world = new RedisWorld();
  const client = await world.connect();
  const before = world.server(1).commands.length;
  await world.clock.waitFor(call(client).catch(() => undefined));
  return world
    .server(1)
    .commands.slice(before)
    .map(({ text }) => text)
    .join('; ');
}

describe('arguments', () => {
  test.each<[sent: string, call: (client: Redis) => Promise<unknown>]>([
    [
      'ZADD z NX CH 1 a 2 b',
      (client) =>
        client.zadd(
          'z',
          [
            { score: 1, member: 'a' },
            { member: 'b', score: 2 },
          ],
          { nx: true, ch: true },
        ),
    ],
    ['ZADD z -inf a', (client) => client.zadd('z', { score: -Infinity, member: 'a' })],
    [
      'ZRANGE z (1 inf BYSCORE REV LIMIT 0 5 WITHSCORES',
      (client) =>
        client.zrange('z', '(1', Infinity, {
          withscores: true,
          limit: { count: 5, offset: 0 },
          rev: true,
          byscore: true,
        }),
    ],
    [
      'ZUNION 2 a b WEIGHTS 1 0.5 AGGREGATE MAX',
      (client) => client.zunion(['a', 'b'], { weights: [1, 0.5], aggregate: 'MAX' }),
    ],
    ['EVAL x 0', (client) => client.eval('x')],
    ['EVAL x 0 a', (client) => client.eval('x', { args: 'a' })],
    ['EVAL x 2 k l 1 2', (client) => client.eval('x', { args: [1, 2], keys: ['k', 'l'] })],
    [
      'HSET h f 1 g 2',
      (client) =>
        client.hset(
          'h',
          new Map<string, string | number>([
            ['f', 1],
            ['g', '2'],
          ]),
        ),
    ],
    [
      'XADD s NOMKSTREAM MAXLEN ~ 5 LIMIT 9 * f 1',
      (client) =>
        client.xadd('s', '*', { f: 1 }, { nomkstream: true, maxlen: 5, approximate: true, limit: 9 }),
    ],
    ['XTRIM s MINID 1-1', (client) => client.xtrim('s', { minid: '1-1' })],
    ['XREAD COUNT 1 STREAMS a b 0 1-1', (client) => client.xread({ a: 0, b: '1-1' }, { count: 1 })],
    [
      'XPENDING s g IDLE 5 - + 10 c',
      (client) => client.xpending('s', 'g', { idle: 5, start: '-', end: '+', count: 10, consumer: 'c' }),
    ],
    [
      'GEOSEARCH g FROMLONLAT 1 2 BYBOX 3 4 KM ASC COUNT 5 ANY',
      (client) =>
        client.geosearch(
          'g',
          { fromlonlat: { longitude: 1, latitude: 2 } },
          { bybox: { width: 3, height: 4, unit: 'KM' } },
          { asc: true, count: 5, any: true },
        ),
    ],
    [
      'BITFIELD b OVERFLOW SAT INCRBY u8 0 5',
      (client) =>
        client.bitfield('b', [{ overflow: 'SAT' }, { incrby: { encoding: 'u8', offset: 0, increment: 5 } }]),
    ],
    [
      'SORT l BY w_* GET # GET v_* DESC STORE d',
      (client) => client.sort('l', { by: 'w_*', get: ['#', 'v_*'], desc: true, store: 'd' }),
    ],
    [
      'MIGRATE h 1  0 5 COPY AUTH2 u p KEYS a b',
      (client) =>
        client.migrate('h', 1, 0, 5, ['a', 'b'], { copy: true, auth2: { username: 'u', password: 'p' } }),
    ],
    [
      'CLIENT KILL ID 5 TYPE NORMAL SKIPME NO',
      (client) => client.clientKill({ id: 5, type: 'NORMAL', skipme: 'NO' }),
    ],
    ['CLUSTER SETSLOT 5 STABLE', (client) => client.clusterSetslot(5, 'STABLE')],
    ['CLUSTER SETSLOT 5 NODE a', (client) => client.clusterSetslot(5, { node: 'a' })],
    ['COMMAND LIST FILTERBY ACLCAT read', (client) => client.commandList({ filterby: { aclcat: 'read' } })],
    ['HEXPIRE h 5 NX FIELDS 2 f g', (client) => client.hexpire('h', 5, ['f', 'g'], { nx: true })],
    [
      'HSETEX h FNX EX 5 FIELDS 2 f 1 g 2',
      (client) => client.hsetex('h', { f: 1, g: 2 }, { fnx: true, ex: 5 }),
    ],
    ['GETEX k PERSIST', (client) => client.getex('k', { persist: true })],
    ['SET k v', (client) => client.set('k', 'v', { nx: false, ex: undefined })],
  ])('%s', async (sent, call) => {
    expect(await sentBy(call)).toBe(sent);
  });

  test.each<[what: string, call: (client: Untyped) => Promise<unknown>]>([
    [
      'options of ZRANGE: there is no withScores; there are byscore, bylex, rev, limit, withscores, timeoutMs, signal, retry, buffers, bigints',
      (client) => client['zrange']!('z', 0, 1, { withScores: true }),
    ],
    [
      'options of BITCOUNT: there is no range; there are start, end, byte, bit, timeoutMs,',
      (client) => client['bitcount']!('k', { range: { start: 0, end: 1 } }),
    ],
    [
      'options of BITCOUNT: byte has no meaning but beside start',
      (client) => client['bitcount']!('k', { byte: true }),
    ],
    ['options of GET: there is no ex; there are timeoutMs,', (client) => client['get']!('k', { ex: 5 })],
    [
      'options of XADD: limit has no meaning but beside maxlen or minid',
      (client) => client['xadd']!('s', '*', { f: 1 }, { limit: 5 }),
    ],
    [
      'options of XPENDING: consumer has no meaning but beside start',
      (client) => client['xpending']!('s', 'g', { consumer: 'c' }),
    ],
    [
      'start of XPENDING: expected string',
      (client) => client['xpending']!('s', 'g', { end: 5, start: Symbol('x') }),
    ],
    ['end of XPENDING: expected string', (client) => client['xpending']!('s', 'g', { start: '-' })],
    ['options of DEL: expected object (several values are one array', (client) => client['del']!('a', 'b')],
    ['names with values one object', (client) => client['hset']!('h', 'f', 'v')],
    [
      'words such as EX properties of the options), got string',
      (client) => client['set']!('k', 'v', 'EX', 60),
    ],
    ['fields of HSET: expected string, number', (client) => client['hset']!('h', { f: Infinity })],
    ['value of SET: expected string, number', (client) => client['set']!('k', -Infinity, { ex: 5 })],
    ['ex of SET: expected string, number', (client) => client['set']!('k', 'v', { ex: Infinity })],
    ['SET takes only one of nx, xx', (client) => client['set']!('k', 'v', { nx: true, xx: true })],
    [
      'items of ZADD: there is no scoree; there are score, member',
      (client) => client['zadd']!('z', { score: 1, member: 'a', scoree: 2 }),
    ],
    ['member of ZADD: expected string', (client) => client['zadd']!('z', [{ score: 1 }])],
    ['items of ZADD: expected object, got number', (client) => client['zadd']!('z', 1)],
    ['score of ZADD: expected string', (client) => client['zadd']!('z', { score: NaN, member: 'a' })],
    ['whereto of LMOVE: expected one of LEFT, RIGHT', (client) => client['lmove']!('a', 'b', 'LEFT', 'left')],
    [
      'from of GEOSEARCH: expected one of an object with frommember',
      (client) => client['geosearch']!('g', { member: 'a' }, {}),
    ],
    ['limit of ZRANGE: expected object', (client) => client['zrange']!('z', 0, 1, { limit: 5 })],
    ['offset of ZRANGE: expected string', (client) => client['zrange']!('z', 0, 1, { limit: { count: 5 } })],
    ['nx of ZADD: expected boolean', (client) => client['zadd']!('z', { score: 1, member: 'a' }, { nx: 1 })],
    ['streams of XREAD: expected object with a property for each', (client) => client['xread']!('s')],
  ])('what does not fit is refused: %s', async (what, call) => {
    const world = new RedisWorld();
    const client = await world.connect();
    const before = world.server(1).commands.length;
    const failure = await world.failureOf(call(client as unknown as Untyped));
    expect(failure).toMatchObject({ code: 'INVALID_ARGUMENT', outcome: 'not-sent' });
    expect(failure.message).toContain(what);
    expect(world.server(1).commands).toHaveLength(before);
  });
});

describe('replies', () => {
  const pairs = [resp.bulk('a'), resp.bulk('1.5'), resp.bulk('b'), resp.bulk('-inf')];

  test.each([
    ['in turn', resp.array(pairs)],
    ['one by one', resp.array([resp.array(pairs.slice(0, 2)), resp.array(pairs.slice(2))])],
  ])('members and scores are objects, whether they come %s', async (_, bytes) => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('ZRANGE', () => ({ bytes }));
    expect(await world.clock.waitFor(client.zrange('z', 0, -1, { withscores: true }))).toEqual([
      { member: 'a', score: 1.5 },
      { member: 'b', score: -Infinity },
    ]);
  });

  test('an integer beyond 2^53 - 1 fails its own call, and no other on the connection', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', () => ({ bytes: resp.integer(2n ** 53n) }));
    const calls = world.endings<unknown>([
      client.incr('a'),
      client.ping(),
      client.incr('b', { bigints: true }),
    ]);
    const [first, second, third] = await calls;
    expect(first).toMatchObject({ error: { code: 'UNSAFE_INTEGER', outcome: 'unknown', command: 'INCR' } });
    expect(second).toMatchObject({ value: 'PONG' });
    expect(third).toMatchObject({ value: 2n ** 53n });
    expect(world.redis.connections).toHaveLength(1);
  });

  test('bytes that text would destroy come as a Buffer, unasked', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('DUMP', () => ({ bytes: resp.bulk(Buffer.from([0xff, 0x00])) }));
    expect(await world.clock.waitFor(client.dump('k'))).toEqual(Buffer.from([0xff, 0x00]));
  });
});

describe('the table', () => {
  test('every command of Redis 7.0 that only reads may be asked twice, but those with a reason', () => {
    const reasons: Readonly<Record<string, string>> = {
      EVAL_RO: 'a script',
      EVALSHA_RO: 'a script',
      FCALL_RO: 'a function',
      SCAN: 'a cursor',
      HSCAN: 'a cursor',
      SSCAN: 'a cursor',
      ZSCAN: 'a cursor',
      PFCOUNT: 'it writes: it keeps the number that it has counted',
      TOUCH: 'it writes: the time of last use',
      'MEMORY|USAGE': 'a container with subcommands that write',
      LOLWUT: 'nobody misses it',
    };
    const missing = Object.entries(DESCRIBED)
      .filter(
        ([name, { flags }]) => flags.split(' ').includes('readonly') && !READ_ONLY.has(name.split('|')[0]!),
      )
      .map(([name]) => name);
    expect(missing).toEqual(Object.keys(reasons).toSorted());
  });

  test('nothing that writes may be asked twice', () => {
    const described = [...Object.entries(DESCRIBED), ...Object.entries(NEWER)];
    const writing = described.filter(([name, { flags }]) => {
      return READ_ONLY.has(name.split('|')[0]!) && /\b(?:write|admin)\b/.test(flags);
    });
    expect(writing.map(([name]) => name)).toEqual([]);
  });

  test('what may block is known to wait', () => {
    const blocking = CATALOGUE.filter(({ flags }) => flags.split(' ').includes('blocking'));
    // Redis 7.0 does not say it of WAIT, which does.
    expect([...blocking.map(({ name }) => name), 'WAIT'].toSorted()).toEqual([...WAITING.keys()].toSorted());
  });

  test('no method hides one that the client has besides', () => {
    const own = new Set<string>();
    const names = new Set(CATALOGUE.map(({ method }) => method));
    for (const client of [Redis, RedisPool, RedisConnection]) {
      let prototype: object = client.prototype;
      // The last one has the methods of the table.
      while (!Object.hasOwn(prototype, 'zadd')) {
        for (const name of Object.getOwnPropertyNames(prototype)) own.add(name);
        prototype = Object.getPrototypeOf(prototype) as object;
      }
    }
    expect([...own]).toEqual(expect.arrayContaining(['command', 'scan', 'dedicated', 'close', 'metrics']));
    expect([...own].filter((name) => names.has(name))).toEqual([]);
  });
});
