import type { Redis } from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { RedisWorld } from '../support/redis-world.ts';

/** A call, the command that it sends, the server's answer, and the value that the caller gets. */
type Case = readonly [
  call: (client: Redis) => Promise<unknown>,
  sent: string,
  answer: Buffer,
  value: unknown,
];

const text = resp.bulk;
const list = (...items: string[]): Buffer => resp.array(items.map((item) => text(item)));

const CASES: readonly Case[] = [
  [(client) => client.get('k'), 'GET k', text('v'), 'v'],
  [(client) => client.get('k'), 'GET k', resp.nil(3), null],
  [(client) => client.get('k', { buffers: true }), 'GET k', text('v'), Buffer.from('v')],
  [(client) => client.set('k', 'v'), 'SET k v', resp.simple('OK'), 'OK'],
  [(client) => client.set('k', 1, { px: 500, nx: true }), 'SET k 1 NX PX 500', resp.nil(3), null],
  [(client) => client.set('k', 'v', { ex: 5, xx: true }), 'SET k v XX EX 5', resp.simple('OK'), 'OK'],
  [(client) => client.set('k', 'v', { keepttl: true }), 'SET k v KEEPTTL', resp.simple('OK'), 'OK'],
  [(client) => client.set('k', 'v', { nx: false, timeoutMs: 1_000 }), 'SET k v', resp.simple('OK'), 'OK'],
  [(client) => client.del('k'), 'DEL k', resp.integer(1), 1],
  [(client) => client.del(['k', 'l']), 'DEL k l', resp.integer(2), 2],
  [(client) => client.del(Buffer.from('k')), 'DEL k', resp.integer(1), 1],
  [(client) => client.exists(['k', 'k']), 'EXISTS k k', resp.integer(2), 2],
  [(client) => client.incr('k'), 'INCR k', resp.integer(9_007_199_254_740_991n), 9_007_199_254_740_991],
  [(client) => client.incr('k', { bigints: true }), 'INCR k', resp.integer(3), 3n],
  [(client) => client.incrby('k', -5n), 'INCRBY k -5', resp.integer(-5), -5],
  [(client) => client.pexpire('k', 1_500), 'PEXPIRE k 1500', resp.integer(1), true],
  [(client) => client.pexpire('k', 1_500), 'PEXPIRE k 1500', resp.integer(0), false],
  [(client) => client.pttl('k'), 'PTTL k', resp.integer(-2), -2],
  [(client) => client.mget(['a', 'b']), 'MGET a b', resp.array([text('1'), resp.nil(3)]), ['1', null]],
  [(client) => client.mget(['a'], { buffers: true }), 'MGET a', list('1'), [Buffer.from('1')]],
  [(client) => client.mset({ a: '1', b: 2 }), 'MSET a 1 b 2', resp.simple('OK'), 'OK'],
  [(client) => client.hget('h', 'f'), 'HGET h f', text('v'), 'v'],
  [(client) => client.hset('h', { f: 'v', g: 1 }), 'HSET h f v g 1', resp.integer(2), 2],
  [(client) => client.hdel('h', ['f', 'g']), 'HDEL h f g', resp.integer(1), 1],
  [(client) => client.lrange('l', 0, -1), 'LRANGE l 0 -1', list('a', 'b'), ['a', 'b']],
  [(client) => client.rpush('l', ['a', 'b']), 'RPUSH l a b', resp.integer(2), 2],
  [(client) => client.rpush('l', 'a'), 'RPUSH l a', resp.integer(1), 1],
  [(client) => client.ping(), 'PING', resp.simple('PONG'), 'PONG'],
];

test.each(CASES)('%s sends %s', async (call, sent, answer, value) => {
  const world = new RedisWorld();
  const client = await world.connect();
  world.redis.on(sent.split(' ')[0]!, () => ({ bytes: answer }));
  const received = world.server(1).commands.length;
  expect(await world.clock.waitFor(call(client))).toEqual(value);
  expect(
    world
      .server(1)
      .commands.slice(received)
      .map((command) => command.text),
  ).toEqual([sent]);
});

describe('hgetall', () => {
  const fields = ['name', 'Ada', '__proto__', 'a field', '', 'empty'];

  test.each([
    [
      'RESP3',
      resp.map(
        fields.map((field) => text(field)),
        3,
      ),
    ],
    ['RESP2', list(...fields)],
  ])('answers with an object without a prototype, from %s', async (_, bytes) => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('HGETALL', () => ({ bytes }));
    const record = await world.clock.waitFor(client.hgetall('h'));
    expect(Object.getPrototypeOf(record)).toBeNull();
    expect(Object.entries(record)).toEqual([
      ['name', 'Ada'],
      ['__proto__', 'a field'],
      ['', 'empty'],
    ]);
  });

  test('answers with Buffers where they are asked for, under names that are text', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('HGETALL', () => ({ bytes: list('f', 'v') }));
    const record = await world.clock.waitFor(client.hgetall('h', { buffers: true }));
    expect(Object.entries(record)).toEqual([['f', Buffer.from('v')]]);
  });

  test('of nothing is empty', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('HGETALL', () => ({ bytes: resp.map([], 3) }));
    expect(Object.keys(await world.clock.waitFor(client.hgetall('none')))).toEqual([]);
  });

  test('of what is no hash is a violation, and harms nobody else', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('HGETALL', () => ({ bytes: resp.integer(1) }));
    expect(await world.failureOf(client.hgetall('h'))).toMatchObject({
      code: 'PROTOCOL_VIOLATION',
      outcome: 'unknown',
    });
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
  });
});

test('what only reads is asked again after a loss, what writes is not', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  const calls: readonly [name: string, call: Promise<unknown>][] = [
    ['EXISTS', client.exists('r')],
    ['PTTL', client.pttl('r')],
    ['MGET', client.mget(['r'])],
    ['HGET', client.hget('r', 'f')],
    ['HGETALL', client.hgetall('r')],
    ['LRANGE', client.lrange('r', 0, 1)],
    ['DEL', client.del('w')],
    ['PEXPIRE', client.pexpire('w', 1)],
    ['MSET', client.mset({ w: 1 })],
    ['HSET', client.hset('w', { f: 1 })],
    ['HDEL', client.hdel('w', 'f')],
    ['RPUSH', client.rpush('w', 'e')],
  ];
  for (const [name] of calls)
    world.redis.on(name, ({ connection }) =>
      connection.number === 1 ? 'silence' : { bytes: resp.array([]) },
    );
  const endings = world.endings(calls.map(([, call]) => call));
  await endings;
  const again = world.received(2).map((command) => command.split(' ')[0]);
  expect(again).toEqual(['EXISTS', 'PTTL', 'MGET', 'HGET', 'HGETALL', 'LRANGE']);
});
