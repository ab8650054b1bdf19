import { Redis } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { RedisPool } from '../../src/redis/redis-pool.ts';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

const STALL_MS = 1_500;

describe('a pool of connections to Redis', () => {
  test('opens nothing before it is asked, and no more than `max`, however many ask', async () => {
    const world = new RedisWorld();
    const pool = world.pool({ max: 3, shedding: false });
    await world.clock.advance(1_000);
    expect(pool.state).toBe('idle');
    expect(world.network.dials).toHaveLength(0);
    let most = 0;
    world.redis.on('INCR', ({ run }) => {
      most = Math.max(most, world.network.openTransports);
      return { bytes: run(), afterMs: 5 };
    });
    const calls = Array.from({ length: 100 }, () => pool.incr('n'));
    const values = await world.clock.waitFor(Promise.all(calls));
    expect(values.map(Number).toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    expect(most).toBe(3);
    expect(world.network.dials).toHaveLength(3);
  });

  test('gives each call a connection that no other call is on', async () => {
    const world = new RedisWorld();
    const pool = world.pool();
    const busy = new Set<number>();
    world.redis.on('INCR', ({ connection, run }) => {
      expect(busy.has(connection.number)).toBe(false);
      busy.add(connection.number);
      world.clock.setTimer(() => busy.delete(connection.number), 9);
      return { bytes: run(), afterMs: 10 };
    });
    await world.clock.waitFor(Promise.all(Array.from({ length: 40 }, () => pool.incr('n'))));
  });

  test('keeps connections for later calls', async () => {
    const world = new RedisWorld();
    const pool = world.pool();
    for (let calls = 0; calls < 20; calls += 1) await world.clock.waitFor(pool.incr('n'));
    expect(world.network.dials).toHaveLength(1);
    expect(pool.explain()).toMatchObject({ idle: 1, leased: 0 });
    expect(pool.metrics()['db.client.connection.pool.name']).toBe('redis.test:6379');
  });

  test('is made by Redis.pool(), which checks its options at once', () => {
    expect(() => Redis.pool('redis://localhost', { max: 0 })).toThrow(/option max/);
    expect(() => Redis.pool('redis://localhost', { timeoutMs: -1 })).toThrow(/option timeoutMs/);
    expect(() => Redis.pool('http://localhost')).toThrow(/option url/);
    expect(() => new (RedisPool as never as new (url: string) => unknown)('redis://x')).toThrow(
      /Redis\.pool\(\)/,
    );
  });
});

describe('the deadline of a pooled call', () => {
  test('spans the wait for a connection and the reply', async () => {
    const world = new RedisWorld();
    const pool = world.pool({ max: 1, shedding: false });
    world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 300 }));
    const first = pool.incr('n');
    const startedAt = world.clock.now();
    const second = await world.failureOf(pool.incr('n', { timeoutMs: 400 }));
    expect(second).toMatchObject({ code: 'DEADLINE', outcome: 'unknown', command: 'INCR' });
    expect(world.clock.now() - startedAt).toBeLessThanOrEqual(401);
    expect(await world.clock.waitFor(first)).toBe(1);
  });

  test('is not put off by an event loop that is blocked in the turn in which it gets its connection', async () => {
    const world = new RedisWorld();
    const pool = world.pool({ max: 1, stallAfterMs: 60_000, shedding: false });
    world.redis.on('INCR', ({ run, count }) => (count === 1 ? { bytes: run(), afterMs: 10 } : 'silence'));
    let blockedUntilMs = 0;
    const first = pool.incr('n').then(() => {
      world.clock.jump(6_000);
      blockedUntilMs = world.clock.now();
    });
    const second = await world.failureOf(pool.incr('n', { timeoutMs: 1_000 }));
    expect(second).toMatchObject({ code: 'DEADLINE', outcome: 'unknown' });
    expect(world.clock.now()).toBe(blockedUntilMs);
    await first;
  });

  test('leaves a call that got no connection `not-sent`, and says what was in its way', async () => {
    const world = new RedisWorld();
    const pool = world.pool({ max: 1, shedding: false });
    world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 1_000 }));
    const first = pool.incr('n');
    const late = await world.failureOf(pool.incr('other', { timeoutMs: 200 }));
    expect(late).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent', command: 'INCR' });
    expect(late.message).toMatch(/^INCR: checkout: .*1 of at most 1 are checked out/);
    expect(late.explanation).toMatchObject({ waiting: 1, leased: 1 });
    const pipeline = await world.failureOf(pool.pipeline([['INCR', 'other']], { timeoutMs: 200 }));
    expect(pipeline).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent', command: 'PIPELINE' });
    await world.clock.waitFor(first);
    await world.clock.advance(5_000);
    expect(world.redis.timesReceived('other')).toBe(0);
  });

  test('does not hide a silent server from a call that has waited', async () => {
    const world = new RedisWorld();
    const pool = world.pool({ max: 1, shedding: false });
    world.redis.on('INCR', ({ run, count }) => (count === 1 ? { bytes: run(), afterMs: 100 } : 'silence'));
    const first = pool.incr('n');
    const startedAt = world.clock.now();
    expect(await world.failureOf(pool.incr('n'))).toMatchObject({ code: 'STALLED', outcome: 'unknown' });
    expect(world.clock.now() - startedAt).toBeLessThanOrEqual(110 + 2 * STALL_MS);
    await world.clock.waitFor(first);
  });

  test('is for both attempts of a read that is asked again', async () => {
    const world = new RedisWorld();
    const pool = world.pool({ stallAfterMs: 60_000 });
    world.redis.on('GET', ({ count }) =>
      count === 1 ? { bytes: '', afterMs: 600, afterwards: 'reset' } : 'silence',
    );
    const startedAt = world.clock.now();
    expect(await world.failureOf(pool.get('a', { timeoutMs: 1_000 }))).toMatchObject({
      code: 'DEADLINE',
      outcome: 'unknown',
    });
    expect(world.redis.timesReceived('a')).toBe(2);
    expect(world.clock.now() - startedAt).toBeLessThanOrEqual(1_001);
  });
});

describe('a connection on which a reply is due', () => {
  test.each([
    ['whose call was aborted', 'abort'],
    ['whose call was late', 'deadline'],
  ])('%s is closed, never lent again', async (_, how) => {
    const world = new RedisWorld();
    const pool = world.pool({ max: 1, stallAfterMs: 60_000, shedding: false });
    world.redis.on('ECHO', ({ run, count }) => ({ bytes: run(), afterMs: count === 1 ? 2_000 : 0 }));
    const abort = new AbortController();
    const options = how === 'abort' ? { signal: abort.signal } : { timeoutMs: 50 };
    const call = endingOf(pool.command(['ECHO', 'a'], options));
    await world.clock.advance(20);
    abort.abort();
    expect(await world.clock.waitFor(call)).toMatchObject({
      error: { code: how === 'abort' ? 'ABORTED' : 'DEADLINE', outcome: 'unknown' },
    });
    const answer = pool.command(['ECHO', 'b']);
    expect(await world.clock.waitFor(answer)).toBe('b');
    expect(world.server(1).isOpen).toBe(false);
    expect(world.received(1)).toEqual(['ECHO a']);
    expect(world.received(2)).toEqual(['ECHO b']);
  });
});

describe('a busy pool', () => {
  test('refuses at once with OVERLOADED where that is asked for, or too many wait', async () => {
    const world = new RedisWorld();
    world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 100 }));
    const rejecting = world.pool({ max: 1, whenBusy: 'reject' });
    const queueing = world.pool({ max: 1, maxWaiting: 1 });
    for (const pool of [rejecting, queueing]) {
      await world.clock.waitFor(pool.ping());
      const calls = [pool.incr('n')];
      if (pool === queueing) calls.push(pool.incr('n'));
      const error = await world.failureOf(pool.incr('over'));
      expect(error).toMatchObject({ code: 'OVERLOADED', outcome: 'not-sent', command: 'INCR' });
      await world.clock.waitFor(Promise.all(calls));
    }
    expect(world.redis.timesReceived('over')).toBe(0);
  });
});

describe('a read that was lost', () => {
  test('and finds too many waiting when it is asked again is OVERLOADED, and unknown: it was sent', async () => {
    const world = new RedisWorld();
    const pool = world.pool({ max: 2, maxWaiting: 1 });
    await world.clock.waitFor(pool.ping());
    world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 200 }));
    world.redis.on('GET', () => ({ bytes: '', afterMs: 50, afterwards: 'reset' }));
    const writing = pool.incr('n');
    const lost = endingOf(pool.get('a'));
    await world.clock.advance(20);
    const waiting = pool.incr('n');
    expect(await world.clock.waitFor(lost)).toMatchObject({
      error: { code: 'OVERLOADED', outcome: 'unknown', command: 'GET' },
    });
    await world.clock.waitFor(Promise.all([writing, waiting]));
  });
});

describe('commands that wait on the server', () => {
  test('may be called, and the others go on meanwhile', async () => {
    const world = new RedisWorld();
    const pool = world.pool();
    world.redis.on('BLPOP', () => ({ bytes: '*2\r\n$1\r\na\r\n$1\r\n1\r\n', afterMs: 8_000 }));
    const popped = pool.command(['BLPOP', 'a', 10]);
    for (let calls = 1; calls <= 5; calls += 1) {
      expect(await world.clock.waitFor(pool.incr('n'))).toBe(calls);
    }
    expect(await world.clock.waitFor(popped)).toEqual(['a', '1']);
  });

  test.each([
    ['BLPOP a 2', 2_000 + STALL_MS, 'STALLED'],
    ['XREAD BLOCK 3000 STREAMS a $', 3_000 + STALL_MS, 'STALLED'],
  ])('%s: a server that is silent for longer than it may be is found', async (command, mostMs, code) => {
    const world = new RedisWorld();
    const pool = world.pool();
    await world.clock.waitFor(pool.ping());
    world.redis.on('*', () => 'silence');
    const startedAt = world.clock.now();
    const error = await world.failureOf(pool.command(command.split(' '), { retry: 'never' }));
    expect(error).toMatchObject({ code, outcome: 'unknown' });
    const tookMs = world.clock.now() - startedAt;
    expect(tookMs).toBeGreaterThanOrEqual(mostMs);
    expect(tookMs).toBeLessThanOrEqual(mostMs + STALL_MS);
  });

  test('have their own time besides the limit of a call, unless they are given one', async () => {
    const world = new RedisWorld();
    const pool = world.pool({ stallAfterMs: 60_000, timeoutMs: 1_000 });
    await world.clock.waitFor(pool.ping());
    world.redis.on('BLPOP', () => 'silence');
    let startedAt = world.clock.now();
    expect(await world.failureOf(pool.command(['BLPOP', 'a', 3]))).toMatchObject({ code: 'DEADLINE' });
    expect(world.clock.now() - startedAt).toBe(4_000);
    startedAt = world.clock.now();
    const given = pool.command(['BLPOP', 'a', 3], { timeoutMs: 500 });
    expect(await world.failureOf(given)).toMatchObject({ code: 'DEADLINE' });
    expect(world.clock.now() - startedAt).toBe(500);
    startedAt = world.clock.now();
    const both = pool.pipeline([
      ['BLPOP', 'a', 3],
      ['BLPOP', 'b', 2],
    ]);
    expect(await world.clock.waitFor(both)).toMatchObject([{ code: 'DEADLINE' }, { code: 'DEADLINE' }]);
    // Deadlines are whole milliseconds.
    expect(world.clock.now() - startedAt).toBeCloseTo(6_000, 0);
  });

  test('for ever have no deadline and may be silent for ever; an abort ends them', async () => {
    const world = new RedisWorld();
    const pool = world.pool();
    world.redis.on('BLPOP', () => 'silence');
    const abort = new AbortController();
    const call = endingOf(pool.command(['BLPOP', 'a', 0], { signal: abort.signal }));
    await world.clock.advance(3_600_000);
    expect(pool.explain()).toMatchObject({ leased: 1 });
    // This server cannot be asked to let go of it, so that its connection is closed.
    abort.abort();
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'ABORTED', outcome: 'unknown' } });
    await world.clock.advance(10);
    expect(pool.explain().counts.closed).toMatchObject({ broken: 1 });
    expect(pool.explain()).toMatchObject({ leased: 0 });
  });

  test('for longer than a timer can be set have no deadline', async () => {
    const world = new RedisWorld();
    const pool = world.pool();
    world.redis.on('BLPOP', () => ({ bytes: '_\r\n', afterMs: 10_000 }));
    expect(await world.clock.waitFor(pool.command(['BLPOP', 'a', 1e12]))).toBe(null);
  });
});
