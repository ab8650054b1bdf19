import { inspect } from 'node:util';
import { RedisReplyError } from 'hawser/redis';
import { resp, type SimulatedRedisAnswer } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { RedisWorld, endingOf } from '../../support/redis-world.ts';
import { connected, receivedBy, WAYS } from './ways.ts';

const STALL_MS = 1_500;
const SECRET = 's3cret';

describe.each(WAYS)('failures, over $name', (way) => {
  describe('a connection that is lost', () => {
    test('leaves a write in flight `unknown`, and it is not asked again', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('INCR', ({ count, run }) => {
        const bytes = run();
        return count === 1 ? 'reset' : { bytes };
      });
      const error = await world.failureOf(client.incr('n'));
      expect(error).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown', command: 'INCR' });
      expect(error.message).toContain('INCR: the connection was lost before its reply');
      expect(await world.clock.waitFor(client.incr('n'))).toBe(2);
      expect(world.redis.timesApplied('n')).toBe(2);
    });

    test('has a read asked once more, unless told otherwise; a write only when told', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('GET', ({ count, run }) => (count === 1 || count === 3 ? 'reset' : { bytes: run() }));
      world.redis.on('SET', ({ count, run }) => (count === 1 ? 'reset' : { bytes: run() }));
      expect(await world.clock.waitFor(client.get('a'))).toBe(null);
      expect(await world.failureOf(client.get('b', { retry: 'never' }))).toMatchObject({
        code: 'CONNECTION_LOST',
        outcome: 'unknown',
      });
      expect(await world.clock.waitFor(client.set('c', 1, { retry: 'always' }))).toBe('OK');
      expect(receivedBy(world)).toEqual(['GET a', 'GET a', 'GET b', 'SET c 1', 'SET c 1']);
    });

    test('has no call asked a third time', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('GET', () => 'reset');
      expect(await world.failureOf(client.get('a'))).toMatchObject({
        code: 'CONNECTION_LOST',
        outcome: 'unknown',
      });
      expect(receivedBy(world)).toEqual(['GET a', 'GET a']);
    });

    test('leaves a call `unknown` that is refused when it is asked again, for it may have run before', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('SET', ({ count, run }) => {
        if (count === 1) run();
        return count === 1 ? 'reset' : { bytes: resp.error('READONLY it was made a replica') };
      });
      const error = await world.failureOf(client.set('a', 1, { retry: 'always' }));
      expect(error).toBeInstanceOf(RedisReplyError);
      expect(error).toMatchObject({ code: 'READONLY', outcome: 'unknown', command: 'SET' });
      expect(await world.clock.waitFor(client.get('a'))).toBe('1');
      // Asked once, it has surely not run.
      expect(await world.failureOf(client.set('b', 1, { retry: 'always' }))).toMatchObject({
        code: 'READONLY',
        outcome: 'refused',
      });
    });

    test('leaves what is refused of a pipeline `unknown`, if that is asked again', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('SET', ({ count }) =>
        count === 1 ? 'reset' : { bytes: resp.error('READONLY it was made a replica') },
      );
      const commands = [
        ['SET', 'a', 1],
        ['GET', 'a'],
      ] as const;
      const expected = (outcome: string): unknown[] => [{ code: 'READONLY', outcome, command: 'SET' }, null];
      const again = await world.clock.waitFor(client.pipeline(commands, { retry: 'always' }));
      expect(again).toMatchObject(expected('unknown'));
      const once = await world.clock.waitFor(client.pipeline(commands, { retry: 'always' }));
      expect(once).toMatchObject(expected('refused'));
    });

    test('leaves a transaction `unknown` that is given up when it is asked again', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('EXEC', ({ count, run }) => {
        if (count === 1) run();
        return count === 1 ? 'reset' : { bytes: resp.error('EXECABORT given up') };
      });
      const asked = (): Promise<unknown> => client.transaction([['INCR', 'n']], { retry: 'always' });
      expect(await world.failureOf(asked())).toMatchObject({ code: 'EXECABORT', outcome: 'unknown' });
      expect(await world.failureOf(asked())).toMatchObject({ code: 'EXECABORT', outcome: 'refused' });
    });

    test('leaves a read that could not be asked again `unknown`, for it was sent', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('GET', () => {
        world.crash();
        return 'silence';
      });
      const error = await world.failureOf(client.get('a'));
      expect(error).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'unknown', command: 'GET' });
    });
  });

  describe('a server that answers what it must not', () => {
    test.each([
      ['garbage', '@\r\n', 'PROTOCOL_VIOLATION'],
      ['a line that is too long', `+${'x'.repeat(200)}`, 'LIMIT_EXCEEDED'],
    ])(
      '%s: the call is %s, its connection is replaced, and the next one is answered',
      async (_, bytes, code) => {
        const world = new RedisWorld();
        const client = await connected(way, world, { limits: { maxLineBytes: 100 } });
        const restore = world.redis.on('GET', () => ({ bytes }));
        expect(await world.failureOf(client.get('a'))).toMatchObject({
          code,
          outcome: 'unknown',
          command: 'GET',
        });
        restore();
        expect(await world.clock.waitFor(client.get('a'))).toBe(null);
        expect(world.network.dials).toHaveLength(2);
      },
    );
  });

  describe('a server that falls silent', () => {
    test('is found within two stall intervals: the call is STALLED and unknown', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('INCR', () => 'silence');
      const startedAt = world.clock.now();
      expect(await world.failureOf(client.incr('n'))).toMatchObject({ code: 'STALLED', outcome: 'unknown' });
      expect(world.clock.now() - startedAt).toBeLessThanOrEqual(2 * STALL_MS);
    });

    test('may be silent over a call for as long as that has said', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 3_500 }));
      expect(await world.clock.waitFor(client.incr('n', { timeoutMs: 4_000 }))).toBe(1);
    });
  });

  describe('a deadline', () => {
    test('that passes in flight leaves the call `unknown`, on time; later calls get their own answers', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('ECHO', ({ run, count }) => ({ bytes: run(), afterMs: count === 1 ? 300 : 0 }));
      const startedAt = world.clock.now();
      const error = await world.failureOf(client.command(['ECHO', 'late'], { timeoutMs: 100 }));
      expect(error).toMatchObject({ code: 'DEADLINE', outcome: 'unknown', command: 'ECHO' });
      expect(error.explanation).toBeDefined();
      expect(world.clock.now() - startedAt).toBeLessThanOrEqual(101);
      const answers = ['a', 'b', 'c'].map((text) => client.command(['ECHO', text]));
      expect(await world.clock.waitFor(Promise.all(answers))).toEqual(['a', 'b', 'c']);
    });

    test('that passes while there is no connection leaves it `not-sent`, and it is never sent', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world, { whenDownWaitMs: 10_000 });
      world.crash();
      await world.clock.advance(10);
      const error = await world.failureOf(client.incr('n', { timeoutMs: 500 }));
      expect(error).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent', command: 'INCR' });
      world.restart();
      await world.clock.advance(20_000);
      expect(receivedBy(world)).toEqual([]);
    });

    test('of Infinity is none', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world, { stallAfterMs: Infinity });
      world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 100_000 }));
      expect(await world.clock.waitFor(client.incr('n', { timeoutMs: Infinity }))).toBe(1);
    });
  });

  describe('an abort', () => {
    test('before the call leaves it `not-sent`', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      const signal = AbortSignal.abort('no');
      expect(await world.failureOf(client.incr('n', { signal }))).toMatchObject({
        name: 'AbortError',
        code: 'ABORTED',
        outcome: 'not-sent',
        command: 'INCR',
        cause: 'no',
      });
      expect(receivedBy(world)).toEqual([]);
    });

    test('in flight leaves it `unknown`, at once, and nobody gets its answer', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('ECHO', ({ run, count }) => ({ bytes: run(), afterMs: count === 1 ? 300 : 0 }));
      const abort = new AbortController();
      const call = endingOf(client.command(['ECHO', 'secret'], { signal: abort.signal }));
      await world.clock.advance(50);
      abort.abort();
      const abortedAt = world.clock.now();
      expect(await world.clock.waitFor(call)).toMatchObject({
        error: { name: 'AbortError', code: 'ABORTED', outcome: 'unknown', command: 'ECHO' },
      });
      expect(world.clock.now()).toBe(abortedAt);
      const answers = Array.from({ length: 20 }, (_, index) => client.command(['ECHO', `own:${index}`]));
      expect(await world.clock.waitFor(Promise.all(answers))).toEqual(
        Array.from({ length: 20 }, (_, index) => `own:${index}`),
      );
    });

    test('while there is no connection leaves it `not-sent`, and it is never sent', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world, { whenDownWaitMs: 10_000 });
      world.crash();
      await world.clock.advance(10);
      const abort = new AbortController();
      const call = endingOf(client.incr('n', { signal: abort.signal }));
      await world.clock.advance(10);
      abort.abort();
      expect(await world.clock.waitFor(call)).toMatchObject({
        error: { code: 'ABORTED', outcome: 'not-sent', command: 'INCR' },
      });
      world.restart();
      await world.clock.advance(20_000);
      expect(receivedBy(world)).toEqual([]);
    });

    test('behind the answer does nothing', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      const abort = new AbortController();
      expect(await world.clock.waitFor(client.incr('n', { signal: abort.signal }))).toBe(1);
      abort.abort();
      expect(await world.clock.waitFor(client.incr('n'))).toBe(2);
      expect(world.network.dials).toHaveLength(1);
    });
  });

  describe('no argument and no secret', () => {
    test.each<[code: string, answer: SimulatedRedisAnswer | undefined]>([
      ['CONNECTION_LOST', 'reset'],
      ['DEADLINE', { bytes: ':1\r\n', afterMs: 600 }],
      ['PROTOCOL_VIOLATION', { bytes: `@${SECRET}\r\n` }],
      ['ERR', { bytes: resp.error(`ERR unknown command 'INCR', with args beginning with: '${SECRET}'`) }],
      ['NOT_CONNECTED', undefined],
    ])('is in the error of a call, nor in explain(): %s', async (code, answer) => {
      const credentials = { username: 'default', password: SECRET };
      const world = new RedisWorld({ credentials });
      const client = await connected(way, world, { credentials });
      world.redis.on('INCR', () => answer);
      if (answer === undefined) {
        world.crash();
        await world.clock.advance(2_500);
      }
      const calls = [
        client.incr(`key-${SECRET}`, { timeoutMs: 500 }),
        client.transaction([['INCR', `key-${SECRET}`]], { timeoutMs: 500 }),
        client.dedicated((connection) => connection.incr(SECRET, { timeoutMs: 500 })),
      ];
      const endings = await world.endings<unknown>(calls);
      expect(endings[0]).toMatchObject({ error: { code } });
      for (const ending of endings) {
        const { error } = ending as { error: Error };
        const shown = inspect(error, { depth: Infinity, showHidden: true });
        expect(shown + String(error.stack) + JSON.stringify(error)).not.toContain(SECRET);
      }
      expect(JSON.stringify(client.explain())).not.toContain(SECRET);
    });
  });
});
