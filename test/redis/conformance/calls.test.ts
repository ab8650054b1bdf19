import type { RedisCommand } from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { RedisWorld } from '../../support/redis-world.ts';
import { connected, receivedBy, WAYS } from './ways.ts';

const BYTES = Buffer.from([0x00, 0xff, 0x0d, 0x0a, 0x80]);

describe.each(WAYS)('calls, over $name', (way) => {
  describe('replies', () => {
    test.each<[string, unknown]>([
      ['+OK\r\n', 'OK'],
      ['$6\r\nhällo\r\n', 'hällo'],
      [':42\r\n', 42],
      [':9223372036854775807\r\n', 9_223_372_036_854_775_807n],
      [',1.5\r\n', 1.5],
      ['#t\r\n', true],
      ['_\r\n', null],
      ['*-1\r\n', null],
      ['*2\r\n:1\r\n*1\r\n+a\r\n', [1, ['a']]],
      ['%1\r\n+key\r\n:1\r\n', new Map([['key', 1]])],
      ['~2\r\n+a\r\n+b\r\n', new Set(['a', 'b'])],
    ])('are as the protocol has them: %j', async (bytes, value) => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('ECHO', () => ({ bytes }));
      expect(await world.clock.waitFor(client.command(['ECHO', 'x']))).toEqual(value);
    });

    test('that are errors reject with the code of the server, `refused`, and cost no connection', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('GET', () => ({ bytes: resp.error('WRONGTYPE Operation against the wrong kind') }));
      for (let calls = 0; calls < 3; calls += 1) {
        expect(await world.failureOf(client.get('key'))).toMatchObject({
          name: 'RedisReplyError',
          code: 'WRONGTYPE',
          outcome: 'refused',
          command: 'GET',
        });
      }
      expect(world.network.dials).toHaveLength(1);
    });

    test('reach those who asked, however many ask at once', async () => {
      const world = new RedisWorld({ toServer: { slicing: 'random' }, toClient: { slicing: 'random' } });
      const client = await connected(way, world);
      const texts = Array.from({ length: 300 }, (_, index) => `own:${index}`);
      const calls = texts.map((text) => client.command(['ECHO', text]));
      expect(await world.clock.waitFor(Promise.all(calls))).toEqual(texts);
    });

    test('have text or Buffers, as each call asks; neighbours are not touched by that', async () => {
      const world = new RedisWorld({ toClient: { slicing: 'each-byte' } });
      const client = await connected(way, world);
      await world.clock.waitFor(client.set('key', BYTES));
      const [bytes, text, again, many] = await world.clock.waitFor(
        Promise.all([
          client.command(['GET', 'key'], { buffers: true }),
          client.command(['GET', 'key']),
          client.get('key', { buffers: true }),
          client.pipeline([['GET', 'key']], { buffers: true }),
        ]),
      );
      expect([bytes, text, again, many]).toEqual([BYTES, BYTES.toString(), BYTES, [BYTES]]);
    });

    test('of typed methods are what their types say', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('HGETALL', () => ({ bytes: '%1\r\n+field\r\n+value\r\n' }));
      const values = await world.clock.waitFor(
        Promise.all([
          client.set('a', 1),
          client.set('a', 2, { nx: true }),
          client.hgetall('h'),
          client.ping(),
        ]),
      );
      expect(values).toEqual(['OK', null, { field: 'value' }, 'PONG']);
    });
  });

  describe('commands that change the connection for others', () => {
    test.each<[RedisCommand]>([
      [['SUBSCRIBE', 'news']],
      [['monitor']],
      [['WATCH', 'key']],
      [['MULTI']],
      [['EXEC']],
      [['SELECT', '1']],
      [['AUTH', 's3cret']],
      [['HELLO', '3']],
      [['RESET']],
      [['QUIT']],
      [['CLIENT', 'REPLY', 'OFF']],
      [['client', 'tracking', 'on']],
      [['CLIENT', 'SETNAME', 's3cret']],
      [[Buffer.from('Subscribe'), 'news']],
      [['WAIT', '1', '0']],
    ])('%j is refused by command, pipeline and transaction alike, and nothing is sent', async (words) => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      const calls = [
        client.command(words),
        client.pipeline([['PING'], words]),
        client.transaction([['PING'], words]),
      ];
      for (const ending of await world.endings<unknown>(calls)) {
        expect(ending).toMatchObject({ error: { code: 'UNSHAREABLE_COMMAND', outcome: 'not-sent' } });
        if ('error' in ending) expect(ending.error.message).not.toContain('s3cret');
      }
      expect(receivedBy(world)).toEqual([]);
    });
  });

  describe('arguments', () => {
    test.each([[[]], ['GET'], [undefined], [null], [['GET', undefined]], [['GET', {}]], [['GET', NaN]]])(
      '%j are refused with INVALID_ARGUMENT by command, pipeline and transaction, and nothing is sent',
      async (words) => {
        const world = new RedisWorld();
        const client = await connected(way, world);
        const bad = words as never;
        const calls = [client.command(bad), client.pipeline([bad]), client.transaction([bad])];
        for (const ending of await world.endings<unknown>(calls)) {
          expect(ending).toMatchObject({ error: { code: 'INVALID_ARGUMENT', outcome: 'not-sent' } });
        }
        expect(receivedBy(world)).toEqual([]);
        expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
      },
    );

    test.each([[-1], [NaN], ['5'], [2_147_483_648]])('a timeoutMs of %j is refused', async (timeoutMs) => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      const options = { timeoutMs: timeoutMs as number };
      const calls = [
        client.incr('n', options),
        client.pipeline([['INCR', 'n']], options),
        client.ready(options),
        client.close(options),
        client.dedicated(() => 1, options),
      ];
      for (const ending of await world.endings<unknown>(calls)) {
        expect(ending).toMatchObject({ error: { code: 'INVALID_ARGUMENT', outcome: 'not-sent' } });
      }
      expect(client.state).toBe('ready');
      expect(receivedBy(world)).toEqual([]);
    });

    test('a signal that is none, and a retry that is none, are refused', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      const calls = [
        client.incr('n', { signal: {} as never }),
        client.incr('n', { retry: 'sometimes' as never }),
        client.incr('n', 5 as never),
      ];
      for (const ending of await world.endings<unknown>(calls)) {
        expect(ending).toMatchObject({ error: { code: 'INVALID_ARGUMENT', outcome: 'not-sent' } });
      }
      expect(receivedBy(world)).toEqual([]);
    });
  });
});
