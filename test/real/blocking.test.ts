import { setTimeout as wait } from 'node:timers/promises';
import type { Redis, RedisPool } from 'hawser/redis';
import { FaultProxy, History } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, failureOf, PATIENCE_MS, until } from './clients.ts';
import { Redis as RedisClient } from '../../src/redis/index.ts';

const server = redisServer();

/** Sessions of the server that wait in a blocking command. */
async function held(): Promise<number> {
  const list = String(await server().inspect(['CLIENT', 'LIST']));
  return list.split('\n').filter((line) => /\bflags=\S*b/.test(line)).length;
}

function pool(url: string): RedisPool {
  const client = RedisClient.pool(url, { max: 4, timeoutMs: PATIENCE_MS });
  onTestFinished(async () => void (await client.close({ timeoutMs: 0 })));
  return client;
}

const WAYS: readonly (readonly [string, () => Promise<Redis | RedisPool>])[] = [
  ['a shared connection', () => connect(server().url, { timeoutMs: PATIENCE_MS })],
  ['a pool', () => Promise.resolve(pool(server().url))],
];

describe.each(WAYS)('over %s, a command that waits', (_way, client) => {
  test('has a connection of its own, and the others go on meanwhile', async () => {
    const redis = await client();
    const popped = redis.command(['BLPOP', 'others', 0]);
    await until(async () => (await held()) === 1);
    expect(await redis.rpush('others', 'an element')).toBe(1);
    expect(await popped).toEqual(['others', 'an element']);
  });

  test('is taken back from the server when its caller leaves: nothing is lost, and its connection is used again', async () => {
    const redis = await client();
    const abort = new AbortController();
    const left = failureOf(redis.command(['BLPOP', 'left', 0], { signal: abort.signal }));
    await until(async () => (await held()) === 1);
    abort.abort(new Error('enough'));
    expect(await left).toMatchObject({
      name: 'AbortError',
      code: 'ABORTED',
      outcome: 'refused',
      command: 'BLPOP',
      cause: { message: 'enough' },
    });
    expect(await held()).toBe(0);
    expect(await redis.rpush('left', 'an element')).toBe(1);
    expect(await redis.command(['BLPOP', 'left', 0])).toEqual(['left', 'an element']);
    const explanation = redis.explain();
    const connections = 'dedicated' in explanation ? explanation.dedicated : explanation;
    expect(connections?.counts.closed.broken).toBe(0);
  });

  test('is taken back before its own limit, where that is shorter than the server would wait', async () => {
    const redis = await client();
    const late = await failureOf(redis.command(['BLPOP', 'late', 60], { timeoutMs: 400 }));
    expect(late).toMatchObject({ code: 'DEADLINE', outcome: 'refused', command: 'BLPOP' });
    expect(await redis.rpush('late', 'an element')).toBe(1);
    expect(await redis.command(['BLPOP', 'late', 0])).toEqual(['late', 'an element']);
  });

  test('loses no element to callers who leave as elements come', { timeout: 60_000 }, async () => {
    const redis = await client();
    const history = new History();
    const pushed: string[] = [];
    const taken: string[] = [];
    for (let round = 0; round < 60; round += 1) {
      const key = `race-${round}`;
      const abort = new AbortController();
      const pop = redis.command(['BLPOP', key, 0], { signal: abort.signal }).then(
        (reply) => void taken.push((reply as [string, string])[1]),
        (error: { outcome: string }) => expect(error.outcome).toBe('refused'),
      );
      await until(async () => (await held()) === 1);
      const leave = wait(round % 3).then(() => abort.abort());
      const entry = `element-${round}`;
      pushed.push(entry);
      await history.call({ caller: 1, what: entry, stores: { ledger: 'elements', entry } }, () =>
        redis.rpush(key, entry),
      );
      await Promise.all([pop, leave]);
    }
    const left = await Promise.all(
      pushed.map(
        async (_, round) => (await server().inspect(['LRANGE', `race-${round}`, '0', '-1'])) as string[],
      ),
    );
    expect(history.checkLedger('elements', [...taken, ...left.flat()])).toEqual([]);
  });

  test('is `unknown` when its session is killed', async () => {
    const redis = await client();
    const killed = failureOf(redis.command(['BLPOP', 'killed', 0]));
    await until(async () => (await held()) === 1);
    const list = String(await server().inspect(['CLIENT', 'LIST']));
    const id = /^id=(\d+).*\bflags=\S*b/m.exec(list)?.[1] ?? '';
    await server().inspect(['CLIENT', 'KILL', 'ID', id]);
    expect(await killed).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown', command: 'BLPOP' });
  });
});

describe("a connection of one's own", () => {
  test('is as good as before when a call that waits on it is given up', async () => {
    const redis = await connect(server().url, { timeoutMs: PATIENCE_MS });
    await redis.dedicated(async (connection) => {
      const abort = new AbortController();
      const left = failureOf(connection.command(['BLPOP', 'own', 0], { signal: abort.signal }));
      await until(async () => (await held()) === 1);
      abort.abort();
      expect(await left).toMatchObject({ code: 'ABORTED', outcome: 'refused' });
      expect(await connection.command(['PING'])).toBe('PONG');
    });
  });

  test('queues what would wait between MULTI and EXEC', async () => {
    const redis = await connect(server().url);
    await redis.dedicated(async (connection) => {
      await connection.command(['MULTI']);
      expect(await connection.command(['BLPOP', 'queued', 0])).toBe('QUEUED');
      expect(await connection.command(['EXEC'])).toEqual([null]);
    });
  });
});

describe('a peer that is silent behind a command that waits for ever', () => {
  test('is found, since the server says that it does not hold the call any more', async () => {
    const proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port: server().port } });
    onTestFinished(() => proxy.close());
    const redis = await connect(`redis://${proxy.host}:${proxy.port}`, {
      stallAfterMs: 200,
      timeoutMs: PATIENCE_MS,
    });
    const lost = failureOf(redis.command(['BLPOP', 'silent', 0]));
    await until(async () => (await held()) === 1);
    // The second connection is the one on which it waits: what comes back on it is lost.
    proxy.add({ kind: 'blackhole', direction: 'to-client' }, { connection: 2 });
    await redis.rpush('silent', 'an element');
    expect(await lost).toMatchObject({ code: 'STALLED', outcome: 'unknown', command: 'BLPOP' });
    expect(await redis.command(['PING'])).toBe('PONG');
  });

  test('is found when the whole server is', async () => {
    const redis = await connect(server().url, {
      stallAfterMs: 200,
      whenDownWaitMs: 200,
      timeoutMs: PATIENCE_MS,
    });
    const lost = failureOf(redis.command(['BLPOP', 'stopped', 0]));
    await until(async () => (await held()) === 1);
    server().pause();
    onTestFinished(() => undefined);
    try {
      expect(await lost).toMatchObject({ code: 'STALLED', outcome: 'unknown' });
    } finally {
      server().resume();
    }
  });

  test('is not suspected while the server holds the call', async () => {
    const redis = await connect(server().url, { stallAfterMs: 400, timeoutMs: PATIENCE_MS });
    // Long enough to be asked about three times.
    expect(await redis.command(['BLPOP', 'patient', 1.5])).toBe(null);
    expect(redis.explain().dedicated?.counts.closed.broken).toBe(0);
  });
});
