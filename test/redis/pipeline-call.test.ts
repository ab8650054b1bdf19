import type { RedisCommand } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

const NO_NUMBER = Buffer.from('no number');

describe('a pipeline', () => {
  test('resolves to values and errors in place', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.data().set('text', NO_NUMBER);
    const replies = await world.clock.waitFor(
      client.pipeline([
        ['SET', 'a', '1'],
        ['INCR', 'text'],
        ['GET', 'none'],
        ['FLY', 'away'],
        ['INCR', 'a'],
      ]),
    );
    expect(replies).toMatchObject([
      'OK',
      { name: 'RedisReplyError', code: 'ERR', outcome: 'refused', command: 'INCR' },
      null,
      { name: 'RedisReplyError', code: 'ERR', outcome: 'refused', command: 'FLY' },
      2,
    ]);
  });

  test('of no commands resolves to nothing and asks nothing', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    expect(await world.clock.waitFor(client.pipeline([]))).toEqual([]);
    expect(world.received(1)).toEqual([]);
  });

  test('is contiguous: no concurrent caller comes between', async () => {
    const world = new RedisWorld({ toServer: { slicing: 'random' }, toClient: { slicing: 'random' } });
    const client = await world.connect();
    const calls = Array.from({ length: 20 }, (_, index) => [
      client.incr(`single:${index}`),
      client.pipeline([
        ['INCR', `first:${index}`],
        ['INCR', `second:${index}`],
        ['GET', `first:${index}`],
      ]),
    ]).flat();
    const endings = await world.endings<unknown>(calls);
    expect(endings).toEqual(Array.from({ length: 20 }, () => [{ value: 1 }, { value: [1, 1, '1'] }]).flat());
    const texts = world.received(1).join('\n');
    expect(texts.match(/INCR first:(\d+)\nINCR second:\1\nGET first:\1/g)).toHaveLength(20);
  });

  test('stays contiguous when it is larger than what the kernel takes at once', async () => {
    const world = new RedisWorld({ kernelBufferBytes: 4_096 });
    const client = await world.connect();
    const value = 'x'.repeat(10_000);
    const commands = ['a', 'b', 'c'].map((key): RedisCommand => ['SET', key, value]);
    const pipeline = client.pipeline(commands);
    const single = client.incr('single');
    expect(await world.clock.waitFor(pipeline)).toEqual(['OK', 'OK', 'OK']);
    expect(await world.clock.waitFor(single)).toBe(1);
    expect(world.redis.commands.slice(-4).map(({ name, args }) => `${name} ${String(args[0])}`)).toEqual([
      'SET a',
      'SET b',
      'SET c',
      'INCR single',
    ]);
  });

  test('answers with text, or with Buffers where they are asked for, beside calls that want the other', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.data().set('key', Buffer.from([0xff]));
    const commands: readonly RedisCommand[] = [
      ['GET', 'key'],
      ['MGET', 'key', 'none'],
    ];
    const [bytes, text, single] = await world.clock.waitFor(
      Promise.all([
        client.pipeline(commands, { buffers: true }),
        client.pipeline(commands),
        client.get('key', { buffers: true }),
      ]),
    );
    expect(bytes).toEqual([Buffer.from([0xff]), [Buffer.from([0xff]), null]]);
    expect(text).toEqual(['\ufffd', ['\ufffd', null]]);
    expect(single).toEqual(Buffer.from([0xff]));
  });
});

describe('it is admitted whole or not at all', () => {
  test.each([
    ['a command that is not for a shared connection', ['SUBSCRIBE', 'news'], 'UNSHAREABLE_COMMAND'],
    ['an argument that cannot be sent', ['SET', 'b', undefined], 'INVALID_ARGUMENT'],
    ['an empty command', [], 'INVALID_ARGUMENT'],
  ])('%s among the others rejects it, and none is sent', async (_, bad, code) => {
    const world = new RedisWorld();
    const client = await world.connect();
    const pipeline = client.pipeline([['INCR', 'a'], bad as unknown as RedisCommand, ['INCR', 'c']]);
    expect(await world.failureOf(pipeline)).toMatchObject({ code, outcome: 'not-sent' });
    await world.clock.advance(1_000);
    expect(world.redis.effects).toEqual([]);
  });

  test('without room for all of it none is sent: OVERLOADED', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ maxPending: { bytes: 1_000 } });
    const commands = ['a', 'b', 'c'].map((key): RedisCommand => ['SET', key, 'x'.repeat(400)]);
    expect(await world.failureOf(client.pipeline(commands))).toMatchObject({
      code: 'OVERLOADED',
      outcome: 'not-sent',
    });
    await world.clock.advance(1_000);
    expect(world.redis.effects).toEqual([]);
  });
});

describe('it rejects for no element', () => {
  const COMMANDS: readonly RedisCommand[] = [
    ['INCR', 'n'],
    ['GET', 'none'],
    ['INCR', 'm'],
    ['GET', 'last'],
  ];

  test('when the connection is lost, answers that came before are kept, null among them', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', ({ count }) => (count === 2 ? 'reset' : undefined));
    const replies = await world.clock.waitFor(client.pipeline(COMMANDS));
    const lost = { code: 'CONNECTION_LOST', outcome: 'unknown' };
    expect(replies).toMatchObject([1, null, { ...lost, command: 'INCR' }, { ...lost, command: 'GET' }]);
    await world.clock.advance(60_000);
    expect(world.redis.timesReceived('n')).toBe(1);
  });

  test('one deadline holds for all; what was answered by then is kept', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', ({ run, count }) => ({ bytes: run(), afterMs: count === 2 ? 600 : 0 }));
    const startedAt = world.clock.now();
    const replies = await world.clock.waitFor(client.pipeline(COMMANDS, { timeoutMs: 500 }));
    expect(world.clock.now() - startedAt).toBe(500);
    const late = { code: 'DEADLINE', outcome: 'unknown' };
    expect(replies).toMatchObject([1, null, { ...late, command: 'INCR' }, { ...late, command: 'GET' }]);
    expect(await world.clock.waitFor(client.command(['ECHO', 'own']))).toBe('own');
    expect(replies[2]).toMatchObject(late);
  });

  test('an abort leaves an AbortError in the place of each that was not answered', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('GET', () => 'silence');
    const abort = new AbortController();
    const pipeline = endingOf(client.pipeline(COMMANDS.slice(0, 2), { signal: abort.signal }));
    await world.clock.advance(10);
    abort.abort(new Error('the user left'));
    const aborted = {
      name: 'AbortError',
      code: 'ABORTED',
      outcome: 'unknown',
      cause: { message: 'the user left' },
    };
    expect(await world.clock.waitFor(pipeline)).toMatchObject({ value: [1, aborted] });
  });

  test('a frame that breaks the protocol leaves its error in the places that were not answered', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('GET', () => ({ bytes: ':4x2\r\n' }));
    const replies = await world.clock.waitFor(client.pipeline(COMMANDS.slice(0, 3), { retry: 'always' }));
    const violation = { code: 'PROTOCOL_VIOLATION', outcome: 'unknown' };
    expect(replies).toMatchObject([1, violation, violation]);
  });

  test('closed, and made when there is no connection: then it does reject, for nothing of it was accepted', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    await world.clock.waitFor(client.close());
    expect(await world.failureOf(client.pipeline(COMMANDS))).toMatchObject({
      code: 'CLOSED',
      outcome: 'not-sent',
    });
  });
});
