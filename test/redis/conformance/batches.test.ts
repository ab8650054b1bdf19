import type { RedisCommand } from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { RedisWorld } from '../../support/redis-world.ts';
import { connected, receivedBy, WAYS } from './ways.ts';

const INCREMENTS: readonly RedisCommand[] = [
  ['INCR', 'a'],
  ['INCR', 'b'],
];

describe.each(WAYS)('several commands at once, over $name', (way) => {
  describe('a pipeline', () => {
    test('resolves to its replies in order, errors in their places', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.data().set('text', Buffer.from('no number'));
      const replies = await world.clock.waitFor(
        client.pipeline([
          ['INCR', 'a'],
          ['INCR', 'text'],
          ['GET', 'none'],
        ]),
      );
      expect(replies).toMatchObject([
        1,
        { name: 'RedisReplyError', code: 'ERR', outcome: 'refused', command: 'INCR' },
        null,
      ]);
    });

    test('of no commands resolves to nothing and asks nothing', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      expect(await world.clock.waitFor(client.pipeline([]))).toEqual([]);
      expect(await world.clock.waitFor(client.transaction([]))).toEqual([]);
      expect(receivedBy(world)).toEqual([]);
    });

    test('that is lost keeps what was answered, and says of the rest that it is unknown', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('INCR', ({ count, run }) => (count === 2 ? 'reset' : { bytes: run() }));
      const replies = await world.clock.waitFor(client.pipeline([...INCREMENTS, ['GET', 'a']]));
      expect(replies).toMatchObject([
        1,
        { code: 'CONNECTION_LOST', outcome: 'unknown', command: 'INCR' },
        { code: 'CONNECTION_LOST', outcome: 'unknown', command: 'GET' },
      ]);
    });

    test('that only reads is asked once more as a whole when it is lost', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('GET', ({ count, run }) => (count === 2 ? 'reset' : { bytes: run() }));
      const replies = client.pipeline([
        ['GET', 'a'],
        ['GET', 'b'],
      ]);
      expect(await world.clock.waitFor(replies)).toEqual([null, null]);
      expect(receivedBy(world)).toEqual(['GET a', 'GET b', 'GET a', 'GET b']);
    });

    test('has one deadline for all', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 60 }));
      const startedAt = world.clock.now();
      const replies = await world.clock.waitFor(client.pipeline(INCREMENTS, { timeoutMs: 100 }));
      expect(replies).toMatchObject([1, { code: 'DEADLINE', outcome: 'unknown', command: 'INCR' }]);
      expect(world.clock.now() - startedAt).toBeLessThanOrEqual(101);
    });
  });

  describe('a transaction', () => {
    test('goes out between MULTI and EXEC and resolves to what EXEC answers', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      const replies = await world.clock.waitFor(
        client.transaction([
          ['SET', 'a', '41'],
          ['INCR', 'a'],
          ['GET', 'none'],
        ]),
      );
      expect(replies).toEqual(['OK', 42, null]);
      expect(receivedBy(world)).toEqual(['MULTI', 'SET a 41', 'INCR a', 'GET none', 'EXEC']);
    });

    test('is contiguous: no concurrent caller comes between on its connection', async () => {
      const world = new RedisWorld({ toServer: { slicing: 'random' }, toClient: { slicing: 'random' } });
      const client = await connected(way, world);
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
      const texts = world.redis.connections.map(({ commands }) =>
        commands.map(({ text }) => text).join('\n'),
      );
      const whole = texts.flatMap(
        (text) => text.match(/MULTI\nINCR first:(\d+)\nINCR second:\1\nEXEC/g) ?? [],
      );
      expect(whole).toHaveLength(20);
    });

    test('has the error of a command that failed while it ran in its place', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.data().set('text', Buffer.from('no number'));
      const replies = client.transaction([
        ['INCR', 'a'],
        ['INCR', 'text'],
      ]);
      expect(await world.clock.waitFor(replies)).toMatchObject([1, { code: 'ERR', outcome: 'refused' }]);
    });

    test('rejects with EXECABORT and its cause when a command was refused before, and the next one runs', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      const error = await world.failureOf(client.transaction([['INCR'], ['INCR', 'a']]));
      expect(error).toMatchObject({ code: 'EXECABORT', outcome: 'refused', cause: { code: 'ERR' } });
      expect(world.redis.effects).toEqual([]);
      expect(await world.clock.waitFor(client.transaction(INCREMENTS))).toEqual([1, 1]);
      expect(world.network.dials).toHaveLength(1);
    });

    test('that was not queued is torn, and costs the connection', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      const restore = world.redis.on('MULTI', () => ({ bytes: resp.bulk('no') }));
      expect(await world.failureOf(client.transaction(INCREMENTS))).toMatchObject({
        code: 'TRANSACTION_TORN',
        outcome: 'unknown',
      });
      restore();
      expect(await world.clock.waitFor(client.transaction(INCREMENTS))).toHaveLength(2);
      expect(world.network.dials).toHaveLength(2);
    });

    test('that EXEC answers with null is torn: nobody watches', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('EXEC', () => ({ bytes: '_\r\n' }));
      expect(await world.failureOf(client.transaction(INCREMENTS))).toMatchObject({
        code: 'TRANSACTION_TORN',
      });
    });
  });
});
