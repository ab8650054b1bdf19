import { Buffer } from 'node:buffer';
import { RedisReplyError, type RedisCommand, type RedisReply } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, failureOf, PATIENCE_MS, until } from './clients.ts';

const server = redisServer();
const MAX_INTEGER = 2n ** 63n - 1n;
const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const TEXTS = {
  umlauts: 'grüß\r\ngött\0',
  'characters beyond 16 bits': '⚓ 🪢 👩‍🚀 \u{10FFFF}',
  'nothing at all': '',
  'text that looks like a reply': '$-1\r\n+OK\r\n*2\r\n:1\r\n',
  'long text of all widths': 'aé€🪢'.repeat(20_000),
};

describe('text and bytes', () => {
  test('bytes are safe in keys, values, fields and elements', async () => {
    const redis = await connect(server().url);
    const buffers = { buffers: true } as const;
    expect(await redis.set(ALL_BYTES, ALL_BYTES)).toBe('OK');
    expect(await redis.get(ALL_BYTES, buffers)).toEqual(ALL_BYTES);
    expect(await redis.mget([ALL_BYTES, 'none'], buffers)).toEqual([ALL_BYTES, null]);
    await redis.command(['HSET', 'bytes', ALL_BYTES, ALL_BYTES]);
    expect(await redis.hget('bytes', ALL_BYTES, buffers)).toEqual(ALL_BYTES);
    expect(await redis.rpush('list-of-bytes', [ALL_BYTES, new Uint8Array([0, 255])])).toBe(2);
    const elements = await redis.lrange('list-of-bytes', 0, -1, buffers);
    expect(elements).toEqual([ALL_BYTES, Buffer.from([0, 255])]);
  });

  test.each(Object.entries(TEXTS))('%s: text comes back as it was, as key and as value', async (_, text) => {
    const redis = await connect(server().url);
    await redis.set(`key ${text}`, text);
    expect(await redis.get(`key ${text}`)).toBe(text);
    const bytes = await redis.get(`key ${text}`, { buffers: true });
    expect(bytes?.equals(Buffer.from(text))).toBe(true);
    expect(await redis.command(['STRLEN', `key ${text}`])).toBe(Buffer.byteLength(text));
  });

  test.each([1, 20])(
    'a value of %s MiB goes there and comes back, as bytes and as text',
    async (mebibytes) => {
      const redis = await connect(server().url, { timeoutMs: PATIENCE_MS, stallAfterMs: PATIENCE_MS });
      const bytes = Buffer.alloc(mebibytes * 1_048_576, 'hawser ');
      await redis.set('large', bytes);
      expect(bytes.equals((await redis.get('large', { buffers: true }))!)).toBe(true);
      const text = bytes.toString();
      await redis.set('large', text);
      expect((await redis.get('large')) === text).toBe(true);
      expect(await redis.del('large')).toBe(1);
    },
  );

  test('large values of many callers at once, between small ones, each reach their own', async () => {
    const redis = await connect(server().url, { timeoutMs: PATIENCE_MS, stallAfterMs: PATIENCE_MS });
    const values = Array.from({ length: 40 }, (_, index) =>
      String(index).repeat(index % 2 === 0 ? 1 : 200_000),
    );
    await Promise.all(values.map((value, index) => redis.set(`mixed:${index}`, value)));
    const read = await Promise.all(values.map((_, index) => redis.get(`mixed:${index}`)));
    expect(read.map((value, index) => value === values[index])).toEqual(values.map(() => true));
  });
});

describe('numbers', () => {
  test('integers are numbers while they are exact; beyond, an error says that the command has run', async () => {
    const redis = await connect(server().url);
    await redis.set('number', Number.MAX_SAFE_INTEGER - 1);
    expect(await redis.incr('number')).toBe(Number.MAX_SAFE_INTEGER);
    expect(await failureOf(redis.incr('number'))).toMatchObject({
      code: 'UNSAFE_INTEGER',
      outcome: 'unknown',
      command: 'INCR',
      message: expect.stringMatching(/has run.*bigints: true/),
    });
    expect(await redis.get('number')).toBe(String(2n ** 53n));
    expect(await redis.incr('number', { bigints: true })).toBe(2n ** 53n + 1n);
  });

  test('integers are bigints where they are asked for, whatever their size', async () => {
    const redis = await connect(server().url);
    await redis.set('number', MAX_INTEGER - 7n);
    expect(await redis.incrby('number', 7, { bigints: true })).toBe(MAX_INTEGER);
    expect(await redis.incrby('number', -MAX_INTEGER, { bigints: true })).toBe(0n);
    expect(await redis.incrby('number', -MAX_INTEGER - 1n, { bigints: true })).toBe(-MAX_INTEGER - 1n);
    expect(await redis.command(['EXISTS', 'number'], { bigints: true })).toBe(1n);
    expect(await redis.pipeline([['EXISTS', 'number']], { bigints: true })).toEqual([1n]);
    expect(await redis.transaction([['EXISTS', 'number']], { bigints: true })).toEqual([1n]);
  });

  test('raw replies keep their type: a number where one is exact, a bigint beyond', async () => {
    const redis = await connect(server().url);
    await redis.set('number', Number.MAX_SAFE_INTEGER - 1);
    const replies = await redis.pipeline([
      ['INCR', 'number'],
      ['INCR', 'number'],
    ]);
    expect(replies).toEqual([Number.MAX_SAFE_INTEGER, 2n ** 53n]);
  });

  test('one that would overflow is refused and stays as it was', async () => {
    const redis = await connect(server().url);
    await redis.set('full', MAX_INTEGER);
    const failure = await failureOf(redis.incr('full'));
    expect(failure).toBeInstanceOf(RedisReplyError);
    expect(failure).toMatchObject({ code: 'ERR', outcome: 'refused', command: 'INCR' });
    expect(await redis.get('full')).toBe(String(MAX_INTEGER));
  });
});

describe('typed methods', () => {
  test('answer with the types that they promise', async () => {
    const redis = await connect(server().url);
    expect(await redis.set('typed', 'a', { nx: true, px: 60_000 })).toBe('OK');
    expect(await redis.set('typed', 'b', { nx: true })).toBeNull();
    expect(await redis.pttl('typed')).toBeGreaterThan(0);
    expect(await redis.set('typed', 'c', { keepttl: true, xx: true })).toBe('OK');
    expect(await redis.pexpire('typed', 50_000)).toBe(true);
    expect(await redis.pexpire('typed:none', 1)).toBe(false);
    expect(await redis.pttl('typed:none')).toBe(-2);
    expect(await redis.mset({ 'typed:1': 'one', 'typed:2': 2 })).toBe('OK');
    expect(await redis.mget(['typed:1', 'typed:none', 'typed:2'])).toEqual(['one', null, '2']);
    expect(await redis.exists(['typed:1', 'typed:1', 'typed:none'])).toBe(2);
    expect(await redis.hset('typed:hash', { one: 1, __proto__: 'x', two: 'zwei' })).toBe(2);
    expect(await redis.hset('typed:hash', { ['__proto__']: 'a field' })).toBe(1);
    const fields = await redis.hgetall('typed:hash');
    expect(Object.entries(fields)).toEqual(
      expect.arrayContaining([
        ['one', '1'],
        ['two', 'zwei'],
        ['__proto__', 'a field'],
      ]),
    );
    expect(await redis.hgetall('typed:none')).toEqual({});
    expect(await redis.hget('typed:hash', 'none')).toBeNull();
    expect(await redis.hdel('typed:hash', ['one', 'none'])).toBe(1);
    expect(await redis.rpush('typed:list', ['a', 'b', 'c'])).toBe(3);
    expect(await redis.lrange('typed:list', 1, -1)).toEqual(['b', 'c']);
    expect(await redis.del(['typed', 'typed:1', 'typed:none'])).toBe(2);
    expect(await redis.ping()).toBe('PONG');
  });
});

describe('RESP3', () => {
  const REPLIES: readonly [string, RedisReply][] = [
    ['STRING', 'Hello World'],
    ['INTEGER', 12345],
    ['NULL', null],
    ['ARRAY', [0, 1, 2]],
    ['SET', new Set([0, 1, 2])],
    [
      'MAP',
      new Map<RedisReply, RedisReply>([
        [0, false],
        [1, true],
        [2, false],
      ]),
    ],
    ['ATTRIB', 'Some real reply following the attribute'],
    ['BIGNUM', 1234567999999999999999999999999999999n],
    ['VERBATIM', 'This is a verbatim\nstring'],
    ['TRUE', true],
    ['FALSE', false],
  ];

  test.each(REPLIES)('the server’s own sample of %s is what it means', async (type, expected) => {
    const redis = await connect(server().url);
    expect(await redis.command(['DEBUG', 'PROTOCOL', type])).toEqual(expected);
    expect(await redis.command(['ECHO', 'next'])).toBe('next');
  });

  test('a score is a number, the members of a set are a Set', async () => {
    const redis = await connect(server().url);
    await redis.command(['ZADD', 'resp3:scores', 2.5, 'half', '-inf', 'least']);
    expect(await redis.command(['ZSCORE', 'resp3:scores', 'half'])).toBe(2.5);
    expect(await redis.command(['ZSCORE', 'resp3:scores', 'least'])).toBe(-Infinity);
    await redis.command(['SADD', 'resp3:set', 'a', 'b']);
    expect(await redis.command(['SMEMBERS', 'resp3:set'])).toEqual(new Set(['a', 'b']));
  });

  test('a push message reaches its listener, and no caller', async () => {
    const redis = await connect(server().url);
    const messages: unknown[] = [];
    redis.onPush((message) => messages.push(message));
    const replies = await Promise.all([
      redis.command(['DEBUG', 'PROTOCOL', 'PUSH']),
      redis.command(['ECHO', 'next']),
    ]);
    expect(replies).toEqual(['Some real reply following the push reply', 'next']);
    expect(messages).toEqual([['server-cpu-usage', 42]]);
  });
});

describe('many at once', () => {
  test('100,000 calls made in one tick are answered, in order', async () => {
    const redis = await connect(server().url, { timeoutMs: PATIENCE_MS, stallAfterMs: PATIENCE_MS });
    const answered: number[] = [];
    const calls = Array.from({ length: 100_000 }, (_, index) =>
      redis.incr('burst').then((value) => {
        answered.push(index);
        return value;
      }),
    );
    const values = await Promise.all(calls);
    expect(values.every((value, index) => value === index + 1)).toBe(true);
    expect(answered.every((index, position) => index === position)).toBe(true);
    expect(redis.explain()).toMatchObject({ inFlight: 0, waiting: 0, pendingBytes: 0 });
  });

  test('10,000 in one tick, of which every other leaves at once: the others get their own', async () => {
    const redis = await connect(server().url, { timeoutMs: PATIENCE_MS, stallAfterMs: PATIENCE_MS });
    const leaving = new AbortController();
    const calls = Array.from({ length: 10_000 }, (_, index) =>
      redis
        .command(['ECHO', index], index % 2 === 0 ? undefined : { signal: leaving.signal })
        .catch(() => 'left'),
    );
    process.nextTick(() => leaving.abort());
    const answers = await Promise.all(calls);
    expect(answers.every((answer, index) => answer === (index % 2 === 0 ? String(index) : 'left'))).toBe(
      true,
    );
    await until(() => redis.explain().abandoned === 0);
  });

  test('a pipeline of 10,000 commands has each reply in its place, errors too', async () => {
    const redis = await connect(server().url, { timeoutMs: PATIENCE_MS, stallAfterMs: PATIENCE_MS });
    await redis.rpush('a-list', 'element');
    const commands = Array.from({ length: 10_000 }, (_, index): RedisCommand =>
      index % 1_000 === 999 ? ['INCR', 'a-list'] : ['ECHO', index],
    );
    const replies = await redis.pipeline(commands);
    expect(replies).toHaveLength(commands.length);
    for (const [index, reply] of replies.entries()) {
      if (index % 1_000 === 999)
        expect(reply).toMatchObject({ code: 'WRONGTYPE', outcome: 'refused', command: 'INCR' });
      else if (reply !== String(index)) expect(reply).toBe(String(index));
    }
  });
});

describe('transactions', () => {
  test('nobody else’s command comes between, and Buffers are for replies only', async () => {
    const redis = await connect(server().url);
    const rival = await connect(server().url);
    const transactions = Array.from({ length: 200 }, () =>
      redis.transaction(
        [
          ['INCR', 'shared'],
          ['GET', 'shared'],
        ],
        { buffers: true },
      ),
    );
    const others = Array.from({ length: 200 }, () => rival.incr('shared'));
    for (const [incremented, read] of await Promise.all(transactions)) {
      expect(read).toEqual(Buffer.from(String(Number(incremented))));
    }
    await Promise.all(others);
    expect(await redis.get('shared')).toBe('400');
  });

  test('a command that fails while it runs is an error in its place, and the others have run', async () => {
    const redis = await connect(server().url);
    await redis.rpush('transaction:list', 'element');
    const replies = await redis.transaction([
      ['INCR', 'transaction:counter'],
      ['INCR', 'transaction:list'],
      ['INCR', 'transaction:counter'],
    ]);
    expect(replies).toMatchObject([1, { code: 'WRONGTYPE', outcome: 'refused' }, 2]);
  });

  test('a command that is refused before it runs: EXECABORT with the reason, and none has run', async () => {
    const redis = await connect(server().url);
    const failure = await failureOf(
      redis.transaction([
        ['INCR', 'aborted:counter'],
        ['NO-SUCH-COMMAND', 'secret'],
      ]),
    );
    expect(failure).toMatchObject({ code: 'EXECABORT', outcome: 'refused', cause: { code: 'ERR' } });
    expect(`${failure.message} ${String(failure.cause)}`).not.toContain('secret');
    expect(await redis.exists('aborted:counter')).toBe(0);
    expect(await redis.transaction([['INCR', 'aborted:counter']])).toEqual([1]);
  });

  test('a blocking command does not block within one, and is refused in a pipeline', async () => {
    const redis = await connect(server().url);
    expect(await redis.transaction([['BLPOP', 'transaction:none', 0]])).toEqual([null]);
    const outside = await failureOf(redis.pipeline([['BLPOP', 'transaction:none', 0]]));
    expect(outside).toMatchObject({ code: 'UNSHAREABLE_COMMAND', outcome: 'not-sent' });
  });
});
