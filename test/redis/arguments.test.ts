import { inspect } from 'node:util';
import { Redis } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { ENDPOINT, RedisWorld } from '../support/redis-world.ts';

// Callers without types: whatever they pass, a method that asks rejects and says what was wrong, and asks nothing.

/** A client as JavaScript sees it. */
type Untyped = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

const METHODS_WITH_OPTIONS: readonly [method: string, args: readonly unknown[]][] = [
  ['command', [['SET', 'key', 'value']]],
  ['pipeline', [[['SET', 'key', 'value']]]],
  ['transaction', [[['SET', 'key', 'value']]]],
  ['get', ['key']],
  ['set', ['key', 'value']],
  ['del', ['key']],
  ['exists', ['key']],
  ['incr', ['key']],
  ['incrby', ['key', 1]],
  ['pexpire', ['key', 1]],
  ['pttl', ['key']],
  ['mget', [['key']]],
  ['mset', [{ key: 'value' }]],
  ['hget', ['key', 'field']],
  ['hset', ['key', { field: 'value' }]],
  ['hdel', ['key', 'field']],
  ['hgetall', ['key']],
  ['lrange', ['key', 0, -1]],
  ['rpush', ['key', 'element']],
  ['ping', []],
];

const BAD_OPTIONS: readonly unknown[] = [
  null,
  5,
  'EX',
  true,
  () => {},
  [],
  { timeoutMs: '5' },
  { timeoutMs: null },
  { timeoutMs: -1 },
  { timeoutMs: NaN },
  { timeoutMs: 2 ** 31 },
  { signal: null },
  { signal: {} },
  { signal: 5 },
  { signal: { aborted: false } },
  { retry: 'maybe' },
  { retry: null },
  { retry: true },
  { buffers: 'yes' },
  { buffers: 1 },
  { buffers: null },
];

const BAD_CALLS: readonly [method: string, args: readonly unknown[]][] = [
  ...[undefined, null, 5, 'GET', '', {}, { length: 0 }].flatMap((list): [string, readonly unknown[]][] => [
    ['command', [list]],
    ['pipeline', [list]],
    ['transaction', [list]],
  ]),
  ...[undefined, null, 5, 'field', ['field', 'value'], new Set()].flatMap(
    (fields): [string, readonly unknown[]][] => [
      ['mset', [fields]],
      ['hset', ['key', fields, 'value']],
      ['hset', ['key', fields]],
    ],
  ),
  ...[undefined, null, {}, [], NaN, Symbol('key'), new Date(0)].flatMap(
    (key): [string, readonly unknown[]][] => [
      ['get', [key]],
      ['set', [key, 'value']],
      ['set', ['key', key]],
      ['del', [[key]]],
      ['hget', ['key', key]],
      ['hset', ['key', { field: key }]],
      ['mget', [[key]]],
      ['rpush', ['key', [key]]],
      ['incrby', ['key', key]],
      ['pexpire', ['key', key]],
      ['lrange', ['key', key, 1]],
      ['command', [['GET', key]]],
      ['command', [[key]]],
      [
        'pipeline',
        [
          [
            ['GET', 'key'],
            ['GET', key],
          ],
        ],
      ],
      ['transaction', [[['GET', 'key'], [key]]]],
    ],
  ),
  ['del', [null]],
  ['del', [undefined]],
  ['exists', [{}]],
  ['hdel', ['key', null]],
  ['rpush', ['key', undefined]],
  // As other clients have it.
  ['set', ['key', 'value', 'EX', 10]],
  ['del', ['key', 'other']],
  ['hset', ['key', 'field', 'value']],
  ['set', ['key', 'value', { ex: null }]],
  ['set', ['key', 'value', { px: {} }]],
  ['set', ['key', 'value', { px: NaN }]],
  ['set', ['key', 'value', { nx: 1 }]],
  ['set', ['key', 'value', { xx: 'yes' }]],
  ['set', ['key', 'value', { keepttl: null }]],
];

const BAD_WAITS: readonly unknown[] = [
  null,
  5,
  'now',
  [],
  { timeoutMs: '5' },
  { timeoutMs: -1 },
  { signal: {} },
];

/** What a call rejects with. Throws when it throws instead, or resolves. */
async function rejectionOf(world: RedisWorld, call: () => Promise<unknown>): Promise<unknown> {
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch (error) {
    throw new Error('It threw instead of rejecting.', { cause: error });
  }
  return world.failureOf(promise);
}

const REFUSAL = { name: 'HawserError', code: 'INVALID_ARGUMENT', outcome: 'not-sent' };

describe('a bad argument rejects with INVALID_ARGUMENT, and nothing is sent:', () => {
  test.each(BAD_CALLS.map(([method, args]) => [method, inspect(args), args] as const))(
    '%s(%s)',
    async (method, _, args) => {
      const world = new RedisWorld();
      const client = await world.connect();
      const untyped = client as unknown as Untyped;
      expect(await rejectionOf(world, () => untyped[method]!(...args))).toMatchObject(REFUSAL);
      expect(world.received(1)).toEqual([]);
      expect(client.explain()).toMatchObject({ state: 'ready', waiting: 0, inFlight: 0, abandoned: 0 });
    },
  );
});

describe('bad options reject with INVALID_ARGUMENT, and nothing is sent:', () => {
  test.each(BAD_OPTIONS.map((options) => [inspect(options), options] as const))('%s', async (_, options) => {
    const world = new RedisWorld();
    const client = await world.connect();
    const untyped = client as unknown as Untyped;
    for (const [method, args] of METHODS_WITH_OPTIONS) {
      const error = await rejectionOf(world, () => untyped[method]!(...args, options));
      expect({ method, error }).toMatchObject({ method, error: REFUSAL });
    }
    expect(world.received(1)).toEqual([]);
    expect(await world.clock.waitFor(client.set('key', 'value'))).toBe('OK');
  });

  test.each(BAD_WAITS.map((options) => [inspect(options), options] as const))(
    '%s, where something is waited for',
    async (_, options) => {
      const world = new RedisWorld();
      const client = await world.connect();
      const untyped = client as unknown as Untyped;
      for (const method of ['ready', 'capacity', 'close']) {
        const error = await rejectionOf(world, () => untyped[method]!(options));
        expect({ method, error }).toMatchObject({ method, error: REFUSAL });
      }
      expect(client.state).toBe('ready');
    },
  );
});

describe('what is passed to no avail', () => {
  test.each([[undefined], [null], [5], ['listener'], [{}]])(
    'a listener that is %j throws INVALID_ARGUMENT',
    async (listener) => {
      const world = new RedisWorld();
      const client = await world.connect();
      expect(() => client.onState(listener as never)).toThrow(expect.objectContaining(REFUSAL));
      expect(() => client.onPush(listener as never)).toThrow(expect.objectContaining(REFUSAL));
    },
  );
});

describe('options of a connection that are none are refused with INVALID_OPTION:', () => {
  const environment = {
    clock: { now: () => 0 } as never,
    random: () => 0,
    dial: (): never => undefined as never,
  };
  test.each<[string, unknown]>([
    ['null', null],
    ['5', 5],
    ['text', 'secret'],
    ['a list', []],
    ['a function', () => {}],
    ['maxPending null', { maxPending: null }],
    ['maxPending 5', { maxPending: 5 }],
    ['backoff null', { backoff: null }],
    ['backoff text', { backoff: 'secret' }],
    ['limits 5', { limits: 5 }],
    ['limits text', { limits: 'secret' }],
    ['tls text', { tls: 'secret' }],
    ['tls 5', { tls: 5 }],
    ['limits null', { limits: null }],
    ['a passphrase that is a number', { tls: { passphrase: 12_345 } }],
    ['a servername that is a number', { tls: { servername: 5 } }],
    ['name 5', { name: 5 }],
    ['name null', { name: null }],
    ['credentials null', { credentials: null }],
    ['an endpoint that is null', { endpoints: [null] }],
    ['signal 5', { signal: 5 }],
    ['signal {}', { signal: {} }],
  ])('%s', async (what, options) => {
    const error = expect.objectContaining({ code: 'INVALID_OPTION', outcome: 'not-sent' });
    if (!what.startsWith('signal')) {
      expect(() => Redis.start('redis://', options as never, environment)).toThrow(error);
    }
    await expect(Redis.connect('redis://', options as never, environment)).rejects.toEqual(error);
  });

  test.each([
    ['an object without a text', Object.create(null)],
    ['a symbol', Symbol('redis://')],
    ['a port alone', 'redis:6379'],
    ['a host without its slashes', 'redis:cache'],
    ['a socket whose path lacks its first slash', 'unix://run/redis.sock'],
  ])('an address that is %s', (_, address) => {
    const error = expect.objectContaining({ code: 'INVALID_OPTION', outcome: 'not-sent' });
    expect(() => Redis.start(address as never, {}, environment)).toThrow(error);
  });
});

test('a list of endpoints that its owner empties later changes nothing', async () => {
  const world = new RedisWorld();
  const endpoints: { host: string; port: number }[] = [{ ...ENDPOINT }];
  const client = world.start({ endpoints });
  endpoints[0]!.host = 'elsewhere.test';
  endpoints.length = 0;
  await world.clock.waitFor(client.ready());
  world.server(1).reset();
  await world.clock.advance(1_000);
  expect(client.state).toBe('ready');
});

test.each([{ tls: { passphrase: 98_765, key: 'key' } }, { credentials: { password: 98_765 } }])(
  'a secret that is a number is in no error: %o',
  async (options) => {
    const error: unknown = await Redis.connect('rediss://127.0.0.1:1', options as never).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'INVALID_OPTION' });
    expect((error as Error).message).not.toContain('98765');
  },
);

test('a client is not made with new, and says how it is made', () => {
  const Untyped = Redis as unknown as new (url?: string) => Redis;
  for (const make of [() => new Untyped(), () => new Untyped('redis://:secret@cache')]) {
    expect(make).toThrow('expected Redis.start() or Redis.connect()');
    expect(make).not.toThrow('secret');
  }
});
