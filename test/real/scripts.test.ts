import { defineLibrary, defineScript, type Redis, type RedisOptions, type RedisPool } from 'hawser/redis';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, failureOf, pool, until } from './clients.ts';
import { killInMidTraffic, OPTIONS, POSSIBLE_FAILURES } from './kills.ts';
import { adding, Load } from './load.ts';

const TRANSFER = defineScript({
  lua: `redis.call('DECRBY', KEYS[1], ARGV[1])
        return redis.call('INCRBY', KEYS[2], ARGV[1])`,
  keys: ['from', 'to'],
  args: ['amount'],
  reply: Number,
});
const COUNT = defineScript({ lua: `return redis.call('INCR', KEYS[1])`, keys: 1, reply: Number });
const READ = defineScript({ lua: `return redis.call('GET', KEYS[1])`, keys: 1, readOnly: true });
const STOCK = defineLibrary({
  code: `#!lua name=stock
    redis.register_function('count', function(keys, args) return redis.call('INCR', keys[1]) end)
    redis.register_function{
      function_name = 'look', flags = { 'no-writes' },
      callback = function(keys, args) return redis.call('GET', keys[1]) end
    }`,
  functions: { count: { keys: 1, args: 0, reply: Number }, look: { keys: 1, readOnly: true } },
});

const server = redisServer({ appendOnly: true });

/** For what is to succeed however slowly connections are opened. */
const PATIENT: RedisOptions = { whenDownWaitMs: Infinity };

const WAYS: readonly (readonly [string, (options?: RedisOptions) => Promise<Redis | RedisPool>])[] = [
  ['a shared connection', (options = OPTIONS) => connect(server().url, options)],
  ['a pool', (options = OPTIONS) => Promise.resolve(pool(server().url, { ...options, max: 10 }))],
];

describe.each(WAYS)('over %s', (_way, client) => {
  test('scripts and functions answer with what they are defined to', async () => {
    const redis = await client();
    await server().inspect(['FLUSHALL']);
    await server().inspect(['SCRIPT', 'FLUSH']);
    await server().inspect(['FUNCTION', 'FLUSH']);
    const moved = redis.invoke(TRANSFER, { from: 'a', to: 'b' }, { amount: 5 });
    expectTypeOf(moved).resolves.toEqualTypeOf<number>();
    expect(await moved).toBe(5);
    expect(await redis.invoke(READ, ['a'], [])).toBe('-5');
    expect(await redis.invoke(READ, ['a'], [], { buffers: true })).toEqual(Buffer.from('-5'));
    const counted = redis.invoke(STOCK.functions.count, ['c'], []);
    expectTypeOf(counted).resolves.toEqualTypeOf<number>();
    expect(await counted).toBe(1);
    expect(await redis.invoke(STOCK.functions.look, ['c'], [])).toBe('1');
  });

  test('a thousand callers at once after SCRIPT FLUSH are each served once', async () => {
    const redis = await client(PATIENT);
    await server().inspect(['DEL', 'flushed']);
    await server().inspect(['SCRIPT', 'FLUSH']);
    await server().inspect(['FUNCTION', 'FLUSH']);
    const calls = Array.from({ length: 1_000 }, (_, index) =>
      index % 2 === 0
        ? redis.invoke(COUNT, ['flushed'], [])
        : redis.invoke(STOCK.functions.count, ['flushed'], []),
    );
    const values = await Promise.all(calls);
    expect(new Set(values).size).toBe(1_000);
    expect(await server().inspect(['GET', 'flushed'])).toBe('1000');
  });

  test('a server that is killed under load, three times, loses its scripts: the counter adds up all the same', async () => {
    const redis = await client();
    await server().inspect(['DEL', 'counter']);
    const load = new Load(20, () => redis.invoke(COUNT, ['counter'], []), adding('counter'));
    await killInMidTraffic(server(), [load]);
    const counter = Number(await server().inspect(['GET', 'counter']));
    expect(load.history.checkCounter('counter', counter)).toEqual([]);
    expect(POSSIBLE_FAILURES).toEqual(expect.arrayContaining(load.failures));
  });

  test('a server that loses its scripts and functions under load loses no call', async () => {
    const redis = await client();
    await server().inspect(['DEL', 'counter']);
    const scripts = new Load(10, () => redis.invoke(COUNT, ['counter'], []), adding('counter'));
    const functions = new Load(
      10,
      () => redis.invoke(STOCK.functions.count, ['called'], []),
      adding('called'),
    );
    for (let round = 1; round <= 10; round += 1) {
      await until(() => scripts.count('confirmed') > round * 50 && functions.count('confirmed') > round * 50);
      await server().inspect(['SCRIPT', 'FLUSH']);
      await server().inspect(['FUNCTION', 'FLUSH']);
    }
    await Promise.all([scripts.stop(), functions.stop()]);
    expect([...scripts.failures, ...functions.failures]).toEqual([]);
    expect(Number(await server().inspect(['GET', 'counter']))).toBe(scripts.count('confirmed'));
  });
});

describe('a script', () => {
  test('that only reads is refused by the server when it writes', async () => {
    const redis = await connect(server().url);
    const liar = defineScript({ lua: `return redis.call('SET', KEYS[1], 1)`, keys: 1, readOnly: true });
    const failure = await failureOf(redis.invoke(liar, ['k'], []));
    expect(failure).toMatchObject({ outcome: 'refused', command: 'EVAL_RO' });
  });

  test("is a command of a pipeline, of a transaction and of a connection of one's own", async () => {
    const redis = await connect(server().url);
    await server().inspect(['DEL', 'many']);
    await server().inspect(['SCRIPT', 'FLUSH']);
    expect(await redis.pipeline([COUNT.command(['many'], []), READ.command(['many'], [])])).toEqual([1, '1']);
    expect(await redis.transaction([COUNT.command(['many'], []), ['GET', 'many']])).toEqual([2, '2']);
    await server().inspect(['SCRIPT', 'FLUSH']);
    expect(await redis.dedicated((own) => own.invoke(COUNT, ['many'], []))).toBe(3);
  });

  test('whose converter throws rejects with that', async () => {
    const redis = await connect(server().url);
    const strict = defineScript({
      lua: 'return 1',
      reply: () => {
        throw new TypeError('not mine');
      },
    });
    await expect(redis.invoke(strict, [], [])).rejects.toThrow(new TypeError('not mine'));
  });
});
