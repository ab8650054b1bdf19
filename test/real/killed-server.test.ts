import { Redis } from 'hawser/redis';
import { LeakCheck, RedisServer, type RedisValue } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import {
  changesOf,
  connect,
  everyoneGetsTheirOwn,
  failureOf,
  PATIENCE_MS,
  start,
  until,
  untilReady,
} from './clients.ts';
import { killInMidTraffic, OPTIONS, POSSIBLE_FAILURES } from './kills.ts';
import { adding, Load, storing } from './load.ts';

function asNumber(value: RedisValue): number {
  return Number(value);
}

describe('a server that is killed under load, three times, and keeps its data', () => {
  const server = redisServer({ appendOnly: true });

  test('increments: confirmed <= counter <= confirmed + unknown, and no value is given twice', async () => {
    const redis = await connect(server().url, OPTIONS);
    const load = new Load(40, () => redis.incr('counter'), adding('counter'));
    await killInMidTraffic(server(), [load]);
    const counter = asNumber(await server().inspect(['GET', 'counter']));
    expect(load.history.checkCounter('counter', counter)).toEqual([]);
    expect(POSSIBLE_FAILURES).toEqual(expect.arrayContaining(load.failures));
  });

  test('entries with names: each confirmed one is there once, none that was not sent, none twice, and callers find theirs in order', async () => {
    const redis = await connect(server().url, OPTIONS);
    const load = new Load(40, (id) => redis.rpush('entries', id), storing('entries'));
    await killInMidTraffic(server(), [load]);
    const range = await server().inspect(['LRANGE', 'entries', '0', '-1'], { timeoutMs: PATIENCE_MS });
    const stored = range as readonly string[];
    expect(load.history.checkLedger('entries', stored)).toEqual([]);
    expect(load.history.checkOrder('entries', stored)).toEqual([]);
    expect(POSSIBLE_FAILURES).toEqual(expect.arrayContaining(load.failures));
  });

  test('transactions and pipelines: a transaction has run whole or not at all', async () => {
    const redis = await connect(server().url, OPTIONS);
    const transactions = new Load(
      20,
      () =>
        redis.transaction([
          ['INCR', 'left'],
          ['INCR', 'right'],
        ]),
      adding('left'),
    );
    const pipelines = new Load(
      20,
      async () => {
        const [reply] = await redis.pipeline([['INCR', 'piped'], ['PING']]);
        if (reply instanceof Error) throw reply;
        return reply;
      },
      adding('piped'),
    );
    await killInMidTraffic(server(), [transactions, pipelines]);
    const [left, right, piped] = (
      (await server().inspect(['MGET', 'left', 'right', 'piped'])) as string[]
    ).map(Number);
    expect(left).toBe(right);
    expect(transactions.history.checkCounter('left', left!)).toEqual([]);
    expect(pipelines.history.checkCounter('piped', piped!)).toEqual([]);
    expect(POSSIBLE_FAILURES).toEqual(
      expect.arrayContaining([...transactions.failures, ...pipelines.failures]),
    );
  });
});

describe('a server that is killed with calls in flight', () => {
  test('writes in flight are `unknown`; what only reads is asked again once the server is back', async () => {
    await using server = await RedisServer.start({ appendOnly: true });
    const redis = await connect(server.url, {
      stallAfterMs: Infinity,
      timeoutMs: PATIENCE_MS,
      whenDownWaitMs: PATIENCE_MS,
    });
    await redis.set('name', 'Ishmael');
    // Frozen, so that all of them are in flight for certain when it dies.
    server.pause();
    const reads = [redis.get('name'), redis.mget(['name', 'none'])];
    const write = failureOf(redis.incr('counter'));
    const mixture = redis.pipeline([
      ['GET', 'name'],
      ['INCR', 'counter'],
    ]);
    const never = failureOf(redis.get('name', { retry: 'never' }));
    await until(() => redis.explain().inFlight === 5);
    await server.kill();
    expect(await write).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown', command: 'INCR' });
    expect(await never).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown', command: 'GET' });
    expect(await mixture).toMatchObject([
      { code: 'CONNECTION_LOST', outcome: 'unknown', command: 'GET' },
      { code: 'CONNECTION_LOST', outcome: 'unknown', command: 'INCR' },
    ]);
    await server.restart();
    expect(await Promise.all(reads)).toEqual(['Ishmael', ['Ishmael', null]]);
    expect(await redis.exists('counter')).toBe(0);
  });
});

describe('a server that is away', () => {
  test('calls made while it restarts wait for it, and it is found again', async () => {
    await using server = await RedisServer.start({ appendOnly: true });
    const redis = await connect(server.url, { whenDownWaitMs: PATIENCE_MS, timeoutMs: PATIENCE_MS });
    const changes = changesOf(redis);
    await redis.set('before', '1');
    process.kill(server.pid!, 'SIGTERM');
    await until(() => redis.state !== 'ready');
    const waiting = redis.pipeline([
      ['GET', 'before'],
      ['INCR', 'before'],
    ]);
    await until(() => server.pid === undefined);
    await server.restart();
    expect(await waiting).toEqual(['1', 2]);
    expect(changes[0]).toMatchObject({
      from: 'ready',
      to: 'backing-off',
      cause: { code: 'CONNECTION_LOST' },
    });
    expect(changes.at(-1)).toMatchObject({ from: 'handshaking', to: 'ready' });
  });

  test('past `whenDownWaitMs` calls fail at once, say since when and why, and never run', async () => {
    await using server = await RedisServer.start();
    const redis = await connect(server.url, { whenDownWaitMs: 0 });
    await server.kill();
    await until(() => redis.state !== 'ready');
    const failures = await Promise.all([
      failureOf(redis.incr('late')),
      failureOf(redis.transaction([['INCR', 'late']])),
    ]);
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent' });
      expect(failure.message).toMatch(/not connected for \d+ ms.*(?:attempt).*last cause: /);
    }
    await server.restart();
    await untilReady(redis);
    expect(await everyoneGetsTheirOwn(redis, 100)).toBe(true);
    expect(await redis.exists('late')).toBe(0);
  });

  test('`start` before there is a server connects as soon as there is one', async () => {
    await using server = await RedisServer.start();
    await server.kill();
    const redis = start(server.url, { whenDownWaitMs: PATIENCE_MS, timeoutMs: PATIENCE_MS });
    const early = redis.incr('counter');
    await until(() => redis.explain().failures >= 2);
    expect(redis.explain().lastCause).toContain('ECONNREFUSED');
    await server.restart();
    expect(await early).toBe(1);
  });

  test('`connect` rejects with the reason and leaves nothing behind', async () => {
    await using server = await RedisServer.start();
    await server.kill();
    const check = await LeakCheck.begin();
    const failure = await failureOf(Redis.connect(server.url));
    expect(failure).toMatchObject({ code: 'CONNECT_FAILED', outcome: 'not-sent' });
    expect(failure.message).toContain('ECONNREFUSED');
    expect(await check.leftovers()).toEqual([]);
  });
});
