import type { RedisCommand } from 'hawser/redis';
import { resp, type SimulatedRedisHandler } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

const INCREMENTS: readonly RedisCommand[] = [
  ['INCR', 'a'],
  ['INCR', 'b'],
];

describe('a transaction', () => {
  test('goes out between MULTI and EXEC and resolves to what EXEC answers', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const replies = await world.clock.waitFor(
      client.transaction([
        ['SET', 'a', '41'],
        ['INCR', 'a'],
        ['GET', 'none'],
      ]),
    );
    expect(replies).toEqual(['OK', 42, null]);
    expect(world.received(1)).toEqual(['MULTI', 'SET a 41', 'INCR a', 'GET none', 'EXEC']);
  });

  test('of no commands resolves to nothing and asks nothing', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    expect(await world.clock.waitFor(client.transaction([]))).toEqual([]);
    expect(world.received(1)).toEqual([]);
  });

  test('is contiguous: no concurrent caller comes between', async () => {
    const world = new RedisWorld({ toServer: { slicing: 'random' }, toClient: { slicing: 'random' } });
    const client = await world.connect();
    const endings = await world.endings<unknown>(
      Array.from({ length: 20 }, (_, index) => [
        client.incr(`single:${index}`),
        client.transaction([
          ['INCR', `first:${index}`],
          ['INCR', `second:${index}`],
        ]),
      ]).flat(),
    );
    expect(endings).toEqual(Array.from({ length: 20 }, () => [{ value: 1 }, { value: [1, 1] }]).flat());
    const texts = world.received(1).join('\n');
    expect(texts.match(/MULTI\nINCR first:(\d+)\nINCR second:\1\nEXEC/g)).toHaveLength(20);
  });

  test('answers with text, or with Buffers where they are asked for', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.data().set('key', Buffer.from([0xff, 0x00]));
    const commands: readonly RedisCommand[] = [
      ['GET', 'key'],
      ['SET', 'other', 'x'],
    ];
    const [bytes, text] = await world.clock.waitFor(
      Promise.all([client.transaction(commands, { buffers: true }), client.transaction(commands)]),
    );
    expect(bytes).toEqual([Buffer.from([0xff, 0x00]), Buffer.from('OK')]);
    expect(text).toEqual(['\ufffd\u0000', 'OK']);
  });
});

describe('a command that fails while the transaction runs', () => {
  test('has its error in place; the others have run', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.data().set('text', Buffer.from('no number'));
    const replies = await world.clock.waitFor(
      client.transaction([
        ['INCR', 'a'],
        ['INCR', 'text'],
        ['INCR', 'b'],
      ]),
    );
    expect(replies).toMatchObject([
      1,
      { name: 'RedisReplyError', code: 'ERR', outcome: 'refused', command: 'INCR' },
      1,
    ]);
    expect(world.redis.value('b')).toBe('1');
  });
});

describe('a command that is refused before the transaction runs', () => {
  test('rejects the whole with EXECABORT, of which it is the cause, and none has run', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const error = await world.failureOf(
      client.transaction([['INCR', 'a'], ['INCR'], ['FLY', 'away'], ['INCR', 'b']]),
    );
    expect(error).toMatchObject({
      name: 'RedisReplyError',
      code: 'EXECABORT',
      outcome: 'refused',
      command: 'MULTI',
      cause: { code: 'ERR', outcome: 'refused', command: 'INCR' },
    });
    expect((error.cause as Error).message).toBe("ERR wrong number of arguments for 'incr' command");
    expect(world.redis.effects).toEqual([]);
    expect(await world.clock.waitFor(client.incr('after'))).toBe(1);
    expect(world.network.dials).toHaveLength(1);
  });

  test('MULTI itself, and all behind it: the refusal is the cause', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('*', () => ({ bytes: resp.error('NOPERM no permissions') }));
    const error = await world.failureOf(client.transaction(INCREMENTS));
    expect(error).toMatchObject({ code: 'NOPERM', outcome: 'refused', cause: { code: 'NOPERM' } });
    expect(world.network.dials).toHaveLength(1);
  });
});

describe('a server that does not queue the commands as a transaction', () => {
  const torn: readonly [string, Readonly<Record<string, SimulatedRedisHandler>>][] = [
    [
      'refuses MULTI and runs the commands',
      { MULTI: () => ({ bytes: resp.error('NOPERM no permissions') }) },
    ],
    ['answers MULTI with something else', { MULTI: () => ({ bytes: resp.simple('QUEUED') }) }],
    ['answers a command with a value', { INCR: () => ({ bytes: resp.integer(7) }) }],
    ['answers a command with OK', { INCR: () => ({ bytes: resp.simple('OK') }) }],
    ['answers EXEC with null', { EXEC: () => ({ bytes: resp.nil(3) }) }],
    ['answers EXEC with text', { EXEC: () => ({ bytes: resp.simple('OK') }) }],
    [
      'answers EXEC with replies though it refused a command',
      {
        INCR: ({ count }) => (count === 1 ? { bytes: resp.error('ERR no') } : undefined),
        EXEC: () => ({ bytes: resp.array([resp.integer(1)]) }),
      },
    ],
  ];

  test.each(torn)(
    'because it %s: TRANSACTION_TORN, `unknown`, and the connection is dropped',
    async (_, handlers) => {
      const world = new RedisWorld();
      const client = await world.connect();
      world.redis.data().set('key', Buffer.from('value'));
      const forget = Object.entries(handlers).map(([name, handler]) => world.redis.on(name, handler));
      const [transaction, write, read] = await world.endings<unknown>([
        client.transaction(INCREMENTS, { retry: 'always' }),
        client.set('behind', '1'),
        client.get('key'),
      ]);
      expect(transaction).toMatchObject({
        error: { code: 'TRANSACTION_TORN', outcome: 'unknown', command: 'MULTI' },
      });
      expect(write).toMatchObject({ error: { code: 'CONNECTION_LOST', outcome: 'unknown' } });
      expect(read).toEqual({ value: 'value' });
      expect(world.wire(1).isOpen).toBe(false);
      expect(world.received(2)).toEqual(['GET key']);
      for (const each of forget) each();
      const values = await world.clock.waitFor(client.transaction(INCREMENTS));
      expect(values).toHaveLength(2);
    },
  );
});

describe('a transaction whose connection is lost', () => {
  test('is `unknown` and not asked again, though it only reads and some of it was answered', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('EXEC', () => 'reset');
    const error = await world.failureOf(client.transaction(INCREMENTS));
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown', command: 'MULTI' });
    await world.clock.advance(60_000);
    expect(world.redis.timesReceived('a')).toBe(1);
    expect(world.redis.effects).toEqual([]);
  });

  test('with `retry: always` is asked again as a whole; what was answered before is forgotten', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', ({ count }) => (count === 2 ? 'reset' : undefined));
    const replies = await world.clock.waitFor(client.transaction(INCREMENTS, { retry: 'always' }));
    expect(replies).toEqual([1, 1]);
    expect(world.received(2)).toEqual(['MULTI', 'INCR a', 'INCR b', 'EXEC']);
  });
});

test('one deadline holds for the whole, and what comes later is swallowed as a whole', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 400 }));
  const late = client.transaction(INCREMENTS, { timeoutMs: 500 });
  const next = endingOf(client.command(['ECHO', 'next']));
  expect(await world.failureOf(late)).toMatchObject({
    code: 'DEADLINE',
    outcome: 'unknown',
    command: 'MULTI',
  });
  expect(await world.clock.waitFor(next)).toEqual({ value: 'next' });
  expect(world.redis.effects).toHaveLength(2);
  expect(world.network.dials).toHaveLength(1);
});
