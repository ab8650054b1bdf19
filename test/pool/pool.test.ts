import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import type { Pool, PoolLeak } from '../../src/core/index.ts';
import { endings } from '../protocols/stage.ts';
import { poolOf } from './stage.ts';

describe('a pool', () => {
  test('opens nothing before it is asked', async () => {
    const { clock, source, pool } = poolOf();
    await clock.advance(10_000);
    expect([pool.state, source.dials]).toEqual(['idle', []]);
  });

  test('opens for who asks first, and lends what was returned to who asks next', async () => {
    const { clock, source, pool } = poolOf();
    const first = await clock.waitFor(pool.checkout());
    const { member } = first.connection;
    first.release();
    const second = await clock.waitFor(pool.checkout());
    expect(second.connection.member).toBe(member);
    expect(second.epoch).not.toBe(first.epoch);
    expect(source.dials).toHaveLength(1);
    second.release();
  });

  test('gives what is returned to the one who has waited for longest', async () => {
    const { clock, pool } = poolOf({ max: 1 });
    const holder = await clock.waitFor(pool.checkout());
    const served: number[] = [];
    const waiting = [1, 2, 3].map(async (number) => {
      const lease = await pool.checkout();
      served.push(number);
      lease.release();
    });
    await clock.settle();
    holder.release();
    await clock.waitFor(Promise.all(waiting));
    expect(served).toEqual([1, 2, 3]);
  });

  test('is made ready by who waits for that, though nobody has checked out', async () => {
    const { clock, source, pool } = poolOf();
    await clock.waitFor(pool.ready());
    expect([pool.state, source.dials.length, pool.explain().idle]).toEqual(['ready', 1, 1]);
  });

  test('releases what it lends to with(), whatever becomes of that', async () => {
    const { clock, pool } = poolOf();
    expect(await clock.waitFor(pool.with(({ member }) => member.number))).toBe(1);
    const failure = pool.with(() => {
      throw new Error('a fault of the caller');
    });
    await expect(clock.waitFor(failure)).rejects.toThrow('a fault of the caller');
    expect(pool.explain()).toMatchObject({ idle: 1, leased: 0 });
  });

  test('goes with its block, by asyncDispose', async () => {
    const { clock, source, pool } = poolOf({ min: 2 });
    await clock.advance(100);
    await clock.waitFor(pool[Symbol.asyncDispose]());
    expect([pool.state, source.sockets]).toEqual(['closed', 0]);
  });

  test('tells of each change of state', async () => {
    const { clock, pool } = poolOf();
    const states: string[] = [];
    pool.onState(({ to }) => states.push(to));
    await clock.waitFor(pool.ready());
    await clock.waitFor(pool.close());
    expect(states).toEqual(['connecting', 'handshaking', 'ready', 'draining', 'closed']);
  });

  test('asks the next idle one when one is found bad', async () => {
    const { clock, source, pool } = poolOf({ max: 3, idleOrder: 'fifo' });
    const leases = await clock.waitFor(Promise.all([1, 2, 3].map(() => pool.checkout())));
    for (const lease of leases) lease.release();
    await clock.advance(5_000);
    source.openMs = Infinity;
    for (const number of [1, 2]) source.members[number - 1]!.sickness = new Error('it is bad');
    const lease = await clock.waitFor(pool.checkout());
    expect([source.checked, lease.connection.member.number]).toEqual([[1, 2, 3], 3]);
    lease.release();
  });

  test('has nobody wait for one idle member after the other, where one did not answer', async () => {
    const { clock, source, pool } = poolOf({ max: 5, checkTimeoutMs: 1_000 });
    const leases = await clock.waitFor(Promise.all([1, 2, 3, 4, 5].map(() => pool.checkout())));
    for (const lease of leases) lease.release();
    await clock.advance(5_000);
    source.checkMs = Infinity;
    const start = clock.now();
    const lease = await clock.waitFor(pool.checkout());
    // The question, the end of the socket, and a new one.
    expect([clock.now() - start, lease.connection.member.number]).toEqual([1_002, 6]);
    lease.release();
  });

  test('does not call it an overload when a member takes long to say that it is good', async () => {
    const { clock, source, pool } = poolOf({ checkTimeoutMs: 4_000 });
    await clock.waitFor(pool.ready());
    await clock.advance(5_000);
    source.checkMs = 3_000;
    const lease = await clock.waitFor(pool.checkout());
    expect(lease.connection.member.number).toBe(1);
    lease.release();
  });

  test('asks no more of the idle ones than there are callers', async () => {
    const { clock, source, pool } = poolOf({ max: 3 });
    const leases = await clock.waitFor(Promise.all([1, 2, 3].map(() => pool.checkout())));
    for (const lease of leases) lease.release();
    await clock.advance(5_000);
    const served = await clock.waitFor(Promise.all([pool.checkout(), pool.checkout()]));
    expect(source.checked).toEqual([3, 2]);
    for (const lease of served) lease.release();
  });

  test('lets each caller go on in its own async context, and calls its source in that in which it was made', async () => {
    const context = new AsyncLocalStorage<string>();
    const { clock, source, pool } = context.run('made', () =>
      poolOf({ max: 1 }, (counting) => {
        counting.seen = () => context.getStore();
      }),
    );
    const lease = await context.run('first', () => clock.waitFor(pool.checkout()));
    const second = context.run('second', async () => {
      const taken = await pool.checkout();
      const store = context.getStore();
      taken.connection.member.leftover = 'dirty';
      taken.release();
      return store;
    });
    context.run('releaser', () => lease.release());
    expect(await clock.waitFor(second)).toBe('second');
    await clock.advance(5_000);
    const third = await context.run('third', () => clock.waitFor(pool.checkout()));
    third.condemn('to see it closed');
    context.run('third', () => third.release());
    expect(source.contexts).toEqual(
      ['open', 'lend', 'lend', 'reset', 'check', 'lend', 'close'].map((what) => `${what} made`),
    );
  });

  test('leaves no timer when it is closed in the middle of a check, a reset or an attempt', async () => {
    const { clock, source, pool } = poolOf({ max: 3, openTimeoutMs: 60_000, checkTimeoutMs: 60_000 });
    const leases = await clock.waitFor(Promise.all([pool.checkout(), pool.checkout()]));
    leases[0].release();
    await clock.advance(5_000);
    source.openMs = source.checkMs = source.resetMs = Infinity;
    source.checksAreDeaf = true;
    leases[1].connection.member.leftover = 'dirty';
    leases[1].release();
    const ends = endings([pool.checkout(), pool.checkout()]);
    await clock.settle();
    expect(pool.explain()).toMatchObject({ checking: 1, resetting: 1, opening: 1 });
    await clock.waitFor(pool.close());
    expect([clock.describeTimers(), source.sockets]).toEqual([[], 0]);
    expect(await ends).toEqual(['not-sent CLOSED', 'not-sent CLOSED']);
  });
});

describe('what a pool tells', () => {
  test('of a checkout that was not served in time: who holds what, and for how long', async () => {
    const { clock, pool } = poolOf({ max: 1, name: 'db', leakAfterMs: 60_000 });
    const holder = await clock.waitFor(takeSomewhere(pool));
    await clock.advance(1_000);
    const late = pool.checkout({ timeoutMs: 100 });
    await expect(clock.waitFor(late)).rejects.toMatchObject({
      code: 'DEADLINE',
      outcome: 'not-sent',
      message: expect.stringMatching(
        /within 100 ms: db is ready; 1 of at most 1 are checked out, 1 callers wait, 0 are being opened, the longest lease has been held for 1100 ms \(taken at .*takeSomewhere/,
      ) as string,
      explanation: expect.objectContaining({ leased: 1, waiting: 1 }) as object,
    });
    holder.release();
  });

  test('of a lease that is held for too long: once, and where it was taken', async () => {
    const { clock, pool } = poolOf({ name: 'db', leakAfterMs: 1_000, checkAfterIdleMs: Infinity });
    const leaks: PoolLeak[] = [];
    const published: unknown[] = [];
    const listener = (leak: unknown): void => void published.push(leak);
    pool.onLeak((leak) => leaks.push(leak));
    subscribe('hawser:pool:leak', listener);
    const lease = await clock.waitFor(takeSomewhere(pool));
    const short = await clock.waitFor(pool.checkout());
    await clock.advance(500);
    short.release();
    await clock.advance(5_000);
    const other = await clock.waitFor(pool.checkout());
    await clock.advance(5_000);
    unsubscribe('hawser:pool:leak', listener);
    expect(leaks).toMatchObject([
      { pool: 'db', heldForMs: 1_000 },
      { pool: 'db', heldForMs: 1_000 },
    ]);
    expect(leaks[0]!.stack).toMatch(/^\s+at .*takeSomewhere/);
    expect(published).toEqual(leaks);
    lease.release();
    other.release();
  });

  test('of leases that are out when it is closed: for how long, and where they were taken', async () => {
    const { clock, pool } = poolOf({ leakAfterMs: 60_000 });
    const lease = await clock.waitFor(takeSomewhere(pool));
    await clock.advance(500);
    const report = await clock.waitFor(pool.close({ timeoutMs: 200 }));
    expect(report.leasesOut).toMatchObject([{ heldForMs: 700 }]);
    expect(report.leasesOut[0]!.stack).toMatch(/^\s+at .*takeSomewhere/);
    expect(() => lease.connection).toThrow(expect.objectContaining({ code: 'LEASE_ENDED' }));
  });

  test('by the names of OpenTelemetry: counts, and times in seconds', async () => {
    const { clock, pool } = poolOf({ max: 2, min: 1, name: 'db' }, (fake) => {
      fake.openMs = 200;
    });
    const lease = await clock.waitFor(pool.checkout());
    const late = endings([pool.checkout({ timeoutMs: 20 }), pool.checkout({ timeoutMs: 10_000 })]);
    await clock.advance(100);
    expect(pool.metrics()).toMatchObject({
      'db.client.connection.pool.name': 'db',
      'db.client.connection.count': { idle: 0, used: 1 },
      'db.client.connection.idle.max': 2,
      'db.client.connection.idle.min': 1,
      'db.client.connection.max': 2,
      'db.client.connection.pending_requests': 1,
      'db.client.connection.timeouts': 1,
      'db.client.connection.create_time': { count: 1, sum: 0.2, buckets: [0, 0, 0, 0, 0, 1, 0, 0, 0, 0] },
      'db.client.connection.wait_time': { count: 1, sum: 0.2 },
      'db.client.connection.use_time': { count: 0, sum: 0 },
    });
    lease.release();
    expect(pool.metrics()['db.client.connection.use_time']).toMatchObject({ count: 1, sum: 0.1 });
    await clock.waitFor(pool.close({ timeoutMs: 0 }));
    await late;
  });

  test('of a member that is asked or cleaned that it is used: each open one is counted once', async () => {
    const { clock, source, pool } = poolOf({ max: 2, min: 2, timeoutMs: 60_000 });
    const lease = await clock.waitFor(pool.checkout());
    await clock.advance(5_000);
    source.checkMs = Infinity;
    source.resetMs = Infinity;
    const ends = endings([pool.checkout()]);
    lease.connection.member.leftover = 'dirty';
    await clock.settle();
    expect(pool.metrics()['db.client.connection.count']).toEqual({ idle: 0, used: 2 });
    await clock.waitFor(pool.close({ timeoutMs: 0 }));
    await ends;
  });

  test('to who traces checkouts: that they were made and how they ended, never the lease', async () => {
    const { clock, pool } = poolOf({ name: 'db', max: 1 });
    const traced: unknown[] = [];
    const note = (what: string) => (context: object) => void traced.push([what, { ...context }]);
    const subscribers = {
      start: note('start'),
      end: () => {},
      asyncStart: () => {},
      asyncEnd: note('asyncEnd'),
      error: note('error'),
    };
    const channel = tracingChannel('hawser:pool:checkout');
    channel.subscribe(subscribers);
    const lease = await clock.waitFor(pool.checkout());
    const late = pool.checkout({ timeoutMs: 5 });
    await expect(clock.waitFor(late)).rejects.toMatchObject({ code: 'DEADLINE' });
    channel.unsubscribe(subscribers);
    const error = expect.objectContaining({ code: 'DEADLINE' }) as object;
    expect(traced).toEqual([
      ['start', { pool: 'db' }],
      ['asyncEnd', { pool: 'db', result: undefined }],
      ['start', { pool: 'db' }],
      ['error', { pool: 'db', error }],
      ['asyncEnd', { pool: 'db', error }],
    ]);
    lease.release();
  });

  test('with the stack of whoever asked, in an error that comes from a timer', async () => {
    const { clock, pool } = poolOf({ max: 1 });
    const lease = await clock.waitFor(pool.checkout());
    async function asksInVain(): Promise<void> {
      await pool.checkout({ timeoutMs: 5 });
    }
    await expect(clock.waitFor(asksInVain())).rejects.toMatchObject({
      stack: expect.stringContaining('asksInVain') as string,
    });
    lease.release();
  });
});

/** A function of a name that is to be found again. */
async function takeSomewhere<M, L>(pool: Pool<M, L>): ReturnType<Pool<M, L>['checkout']> {
  return pool.checkout();
}
