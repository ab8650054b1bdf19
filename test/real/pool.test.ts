import { HawserError, type RedisConnection } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, failureOf, PATIENCE_MS, pool, until } from './clients.ts';
import { killInMidTraffic, OPTIONS, POSSIBLE_FAILURES } from './kills.ts';
import { adding, Load, storing } from './load.ts';

describe('a pool whose server is killed under load, three times, and keeps its data', () => {
  const server = redisServer({ appendOnly: true });

  test('increments: confirmed <= counter <= confirmed + unknown, and no value is given twice', async () => {
    const redis = pool(server().url, { ...OPTIONS, max: 8, shedding: false });
    const load = new Load(40, () => redis.incr('counter'), adding('counter'));
    await killInMidTraffic(server(), [load]);
    const counter = Number(await server().inspect(['GET', 'counter']));
    expect(load.history.checkCounter('counter', counter)).toEqual([]);
    expect(POSSIBLE_FAILURES).toEqual(expect.arrayContaining(load.failures));
  });

  test('entries with names: each confirmed one is there once, none that was not sent, none twice, and callers find theirs in order', async () => {
    const redis = pool(server().url, { ...OPTIONS, max: 8, shedding: false });
    const load = new Load(40, (id) => redis.rpush('entries', id), storing('entries'));
    await killInMidTraffic(server(), [load]);
    const range = await server().inspect(['LRANGE', 'entries', '0', '-1'], { timeoutMs: PATIENCE_MS });
    const stored = range as readonly string[];
    expect(load.history.checkLedger('entries', stored)).toEqual([]);
    expect(load.history.checkOrder('entries', stored)).toEqual([]);
    expect(POSSIBLE_FAILURES).toEqual(expect.arrayContaining(load.failures));
  });

  test('transactions have run whole or not at all', async () => {
    const redis = pool(server().url, { ...OPTIONS, max: 8, shedding: false });
    const load = new Load(
      20,
      () =>
        redis.transaction([
          ['INCR', 'left'],
          ['INCR', 'right'],
        ]),
      adding('left'),
    );
    await killInMidTraffic(server(), [load]);
    const [left, right] = ((await server().inspect(['MGET', 'left', 'right'])) as string[]).map(Number);
    expect(left).toBe(right);
    expect(load.history.checkCounter('left', left!)).toEqual([]);
  });
});

describe('a connection of its own, on a real server', () => {
  const server = redisServer();

  test('watches: increments that read, add and write are never lost in a race', async () => {
    const redis = await connect(server().url, {
      dedicated: { max: 5, shedding: false },
      timeoutMs: PATIENCE_MS,
    });
    let races = 0;
    const add = async (connection: RedisConnection): Promise<boolean> => {
      await connection.command(['WATCH', 'raced']);
      const value = Number(await connection.get('raced'));
      return (await connection.transaction([['SET', 'raced', value + 1]])) !== null;
    };
    const worker = async (): Promise<void> => {
      for (let added = 0; added < 20;) {
        if (await redis.dedicated(add)) added += 1;
        else races += 1;
      }
    };
    await Promise.all(Array.from({ length: 10 }, worker));
    expect(await redis.get('raced')).toBe('200');
    expect(races).toBeGreaterThan(0);
  });

  test('takes a transaction step by step, and what is left open of it has no effect', async () => {
    const redis = await connect(server().url, { dedicated: { max: 1 } });
    const replies = redis.dedicated(async (connection) => [
      await connection.command(['MULTI']),
      await connection.hset('hash', { field: 'value' }),
      await connection.hgetall('hash'),
      await connection.command(['EXEC']),
    ]);
    expect(await replies).toEqual(['OK', 'QUEUED', 'QUEUED', [1, new Map([['field', 'value']])]]);
    await redis.dedicated(async (connection) => {
      await connection.command(['WATCH', 'other']);
      await connection.command(['MULTI']);
      await connection.set('open', 1);
    });
    expect(await redis.dedicated((connection) => connection.set('next', 1))).toBe('OK');
    expect(await redis.exists(['open', 'next'])).toBe(1);
  });

  test('in another database does not leave the next one there', async () => {
    const redis = await connect(server().url, { dedicated: { max: 1 } });
    const id = (connection: RedisConnection): Promise<unknown> => connection.command(['CLIENT', 'ID']);
    const first = await redis.dedicated(async (connection) => {
      await connection.command(['SELECT', 7]);
      await connection.set('where', 'seven');
      return id(connection);
    });
    const [second, where] = await redis.dedicated(async (connection) => [
      await id(connection),
      await connection.get('where'),
    ]);
    expect(second).toBe(first);
    expect(where).toBe(null);
    expect(await server().inspect(['GET', 'where'])).toBe(null);
  });

  test('with a setting of its own is closed instead of lent again', async () => {
    const redis = await connect(server().url, { dedicated: { max: 1 } });
    await redis.dedicated((connection) => connection.command(['CLIENT', 'SETNAME', 'mine']));
    expect(await redis.dedicated((connection) => connection.command(['CLIENT', 'GETNAME']))).toBe(null);
  });
});

describe('a command that waits on a real server', () => {
  const server = redisServer();

  async function blockedClients(): Promise<number> {
    const text = String(await server().inspect(['INFO', 'clients']));
    return Number(/blocked_clients:(\d+)/.exec(text)?.[1]);
  }

  test.each([
    ['BLPOP', ['BLPOP', 'none', 0.7], null],
    ['BLMPOP', ['BLMPOP', '0.7', 1, 'none', 'LEFT'], null],
    ['XREAD', ['XREAD', 'BLOCK', 700, 'STREAMS', 'none', '$'], null],
    ['WAIT', ['WAIT', 1, 700], 0],
  ] as const)('%s may take longer than a server may be silent', async (_, command, reply) => {
    const redis = await connect(server().url, { stallAfterMs: 200, dedicated: { max: 1 } });
    const ids = await redis.dedicated(async (connection) => {
      const before = await connection.command(['CLIENT', 'ID']);
      expect(await connection.command(command)).toBe(reply);
      return [before, await connection.command(['CLIENT', 'ID'])];
    });
    expect(ids[1]).toBe(ids[0]);
  });

  test('gets what another caller of the pool puts there', async () => {
    const redis = pool(server().url);
    const popped = redis.command(['BLPOP', 'queue', 0]);
    await until(async () => (await blockedClients()) === 1);
    expect(await redis.rpush('queue', 'job')).toBe(1);
    expect(await popped).toEqual(['queue', 'job']);
  });

  test('takes nothing any more once it was aborted: its connection is closed', async () => {
    const redis = pool(server().url, { max: 1 });
    const abort = new AbortController();
    const failure = failureOf(redis.command(['BLPOP', 'jobs', 0], { signal: abort.signal }));
    await until(async () => (await blockedClients()) === 1);
    abort.abort();
    expect(await failure).toMatchObject({ code: 'ABORTED', outcome: 'unknown' });
    await until(async () => (await blockedClients()) === 0);
    expect(await redis.rpush('jobs', 'kept')).toBe(1);
    expect(await redis.lrange('jobs', 0, -1)).toEqual(['kept']);
    expect(redis.explain().counts).toMatchObject({ opened: 2 });
  });

  test('never has more connections than `max`', async () => {
    const redis = pool(server().url, { max: 3, clientName: 'of-the-pool', shedding: false });
    const calls = Array.from({ length: 12 }, () => redis.command(['BLPOP', 'nothing', 0.05]));
    let most = 0;
    const watching = until(async () => {
      const list = String(await server().inspect(['CLIENT', 'LIST']));
      most = Math.max(most, list.split('name=of-the-pool').length - 1);
      return redis.explain().waiting === 0 && redis.explain().leased === 0;
    });
    expect(await Promise.all(calls)).toEqual(calls.map(() => null));
    await watching;
    expect(most).toBe(3);
  });

  test('refuses a timeout that is none, by the server', async () => {
    const redis = pool(server().url);
    const failure = await failureOf(redis.command(['BLPOP', 'a', -1]));
    expect(failure).toBeInstanceOf(HawserError);
    expect(failure).toMatchObject({ code: 'ERR', outcome: 'refused' });
  });
});
