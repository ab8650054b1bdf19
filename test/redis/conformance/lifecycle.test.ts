import type { StateChange } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { ENDPOINT, RedisWorld, endingOf } from '../../support/redis-world.ts';
import { connected, receivedBy, WAYS } from './ways.ts';

describe.each(WAYS)('the life of a client, over $name', (way) => {
  describe('connecting', () => {
    test('calls that are made before there is a connection wait for it', async () => {
      const world = new RedisWorld();
      const client = way.start(world);
      expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
      expect(client.state).toBe('ready');
    });

    test('ready() resolves when it is ready, rejects with DEADLINE and why, and with ABORTED', async () => {
      const world = new RedisWorld();
      world.network.answerDials(ENDPOINT, { kind: 'refuse' });
      const client = way.start(world);
      const error = await world.failureOf(client.ready({ timeoutMs: 500 }));
      expect(error).toMatchObject({
        code: 'DEADLINE',
        outcome: 'not-sent',
        cause: { code: 'CONNECT_FAILED' },
      });
      const aborted = client.ready({ signal: AbortSignal.abort() });
      expect(await world.failureOf(aborted)).toMatchObject({ code: 'ABORTED', outcome: 'not-sent' });
    });

    test('a wrong password parks it: everyone is told why, until retryNow()', async () => {
      const world = new RedisWorld({ script: ['refuse-auth', 'refuse-auth'] });
      const client = way.start(world, { credentials: { password: 'x' } });
      const error = await world.failureOf(client.incr('n'));
      expect(error).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent' });
      expect(client.state).toBe('parked');
      const again = await world.failureOf(client.ready());
      expect(again).toMatchObject({ code: 'NOT_CONNECTED', cause: { code: 'HANDSHAKE_REFUSED' } });
      expect(world.network.dials).toHaveLength(1);
      world.redis.script('normal');
      client.retryNow();
      await world.clock.advance(100);
      client.retryNow();
      expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    });

    test('every connection is in its database and has its name before a call goes out on it', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world, { database: 3, clientName: 'worker' });
      await world.clock.waitFor(Promise.all([client.incr('n'), client.incr('n'), client.incr('n')]));
      expect(world.redis.value('n', 3)).toBe('3');
      for (const { session } of world.redis.connections) {
        expect(session).toMatchObject({ protocol: 3, database: 3, clientName: 'worker' });
      }
    });
  });

  describe('down and back', () => {
    test('calls wait for whenDownWaitMs, then fail with NOT_CONNECTED at once, and never run', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.crash();
      await world.clock.advance(10);
      const startedAt = world.clock.now();
      const waiting = await world.failureOf(client.incr('n'));
      expect(waiting).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent', command: 'INCR' });
      expect(waiting.message).toMatch(/not connected for \d+ ms.*last cause: /);
      expect(world.clock.now() - startedAt).toBeLessThanOrEqual(2_001);
      const failedAt = world.clock.now();
      const error = await world.failureOf(client.transaction([['INCR', 'n']]));
      expect(error).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent', command: 'MULTI' });
      const pipeline = await world.failureOf(client.pipeline([['INCR', 'n']]));
      expect(pipeline).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent' });
      expect(world.clock.now()).toBe(failedAt);
      world.restart();
      await world.clock.waitFor(client.ready({ timeoutMs: Infinity }));
      expect(receivedBy(world)).toEqual([]);
      expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    });

    test('calls made while it restarts wait for it', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.crash();
      await world.clock.advance(300);
      const call = client.incr('n');
      await world.clock.advance(300);
      world.restart();
      expect(await world.clock.waitFor(call)).toBe(1);
    });

    test('a crash under load settles every call, and says the truth of each', async () => {
      const world = new RedisWorld({ toServer: { latencyMs: 3 }, toClient: { latencyMs: 3 } });
      const client = await connected(way, world);
      const keys = Array.from({ length: 200 }, (_, index) => `key:${index}`);
      world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 1 }));
      world.clock.setTimer(() => world.crash(), 12);
      world.clock.setTimer(() => world.restart(), 400);
      const endings = await world.endings(keys.map((key) => client.incr(key)));
      const [confirmed, failed] = [
        endings.filter((each) => 'value' in each),
        endings.filter((each) => 'error' in each),
      ];
      expect(confirmed.length).toBeGreaterThan(0);
      expect(failed.length).toBeGreaterThan(0);
      for (const [index, ending] of endings.entries()) {
        const times = world.redis.timesApplied(keys[index]!);
        if ('value' in ending) expect(times).toBe(1);
        else if (ending.error.outcome === 'not-sent') expect(times).toBe(0);
        else expect(times).toBeLessThanOrEqual(1);
      }
      await world.clock.advance(1_000);
      expect(await world.clock.waitFor(client.incr('after'))).toBe(1);
    });

    test('listeners are told of each change of state, with its cause, until they are removed', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      const changes: StateChange[] = [];
      const remove = client.onState((change) => changes.push(change));
      world.crash();
      await world.clock.advance(50);
      expect(changes[0]).toMatchObject({ from: 'ready', to: 'backing-off' });
      expect(changes[0]?.cause?.message).toContain('ECONNRESET');
      world.restart();
      await world.clock.waitFor(client.ready({ timeoutMs: Infinity }));
      expect(changes.at(-1)).toMatchObject({ from: 'handshaking', to: 'ready' });
      const { length } = changes;
      remove();
      await world.clock.waitFor<unknown>(client.close());
      expect(changes).toHaveLength(length);
    });

    test('explain() says since when it is down, why, and how many wait', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      expect(client.explain()).toMatchObject({ state: 'ready', name: 'redis.test:6379', waiting: 0 });
      world.crash();
      await world.clock.advance(5);
      const call = endingOf(client.incr('n'));
      await world.clock.advance(500);
      const explanation = client.explain();
      expect(explanation).toMatchObject({ waiting: 1 });
      expect(explanation.downForMs).toBeGreaterThan(490);
      expect(explanation.lastCause).toContain('refused');
      expect(explanation.failures).toBeGreaterThan(0);
      await world.clock.waitFor(call);
    });
  });

  describe('closing', () => {
    test('lets what is in flight finish, and takes nothing more', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 100 }));
      const call = client.incr('n');
      await world.clock.advance(10);
      const closed = client.close();
      const later = [client.incr('n'), client.ready(), client.dedicated(() => 1)];
      for (const ending of await world.endings<unknown>(later)) {
        expect(ending).toMatchObject({ error: { code: 'CLOSED', outcome: 'not-sent' } });
      }
      expect(await world.clock.waitFor(call)).toBe(1);
      await world.clock.waitFor<unknown>(closed);
      expect(client.state).toBe('closed');
      expect(world.network.openTransports).toBe(0);
      expect(receivedBy(world)).toEqual(['INCR n']);
    });

    test('ends at its deadline, and what is in flight then is CLOSED and unknown', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world, { stallAfterMs: 60_000, timeoutMs: 60_000 });
      world.redis.on('INCR', () => 'silence');
      const call = endingOf(client.incr('n'));
      await world.clock.advance(10);
      const startedAt = world.clock.now();
      await world.clock.waitFor<unknown>(client.close({ timeoutMs: 200 }));
      expect(world.clock.now() - startedAt).toBeLessThanOrEqual(201);
      expect(await world.clock.waitFor(call)).toMatchObject({
        error: { code: 'CLOSED', outcome: 'unknown', command: 'INCR' },
      });
    });

    test('while down fails what waits, as CLOSED and not-sent, and ends at once', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      world.crash();
      await world.clock.advance(10);
      const call = endingOf(client.incr('n'));
      await world.clock.advance(10);
      const startedAt = world.clock.now();
      await world.clock.waitFor<unknown>(client.close());
      expect(world.clock.now() - startedAt).toBeLessThanOrEqual(1);
      expect(await world.clock.waitFor(call)).toMatchObject({
        error: { code: 'CLOSED', outcome: 'not-sent', command: 'INCR' },
      });
    });

    test('may be asked for again, also by `await using`', async () => {
      const world = new RedisWorld();
      const client = await connected(way, world);
      await world.clock.waitFor<unknown>(
        Promise.all([client.close(), client.close(), client[Symbol.asyncDispose]()]),
      );
      await world.clock.waitFor<unknown>(client.close());
      expect(client.state).toBe('closed');
    });

    test('before anything was asked leaves nothing', async () => {
      const world = new RedisWorld();
      const client = way.start(world);
      await world.clock.waitFor<unknown>(client.close());
      expect(client.state).toBe('closed');
      expect(await world.failureOf(client.incr('n'))).toMatchObject({ code: 'CLOSED', outcome: 'not-sent' });
    });
  });
});
