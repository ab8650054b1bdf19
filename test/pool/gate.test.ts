import { describe, expect, test } from 'vitest';
import { HawserError } from '../../src/core/index.ts';
import { endings } from '../protocols/stage.ts';
import { poolOf } from './stage.ts';

const away = new HawserError('CONNECT_FAILED', 'nobody listens', { outcome: 'not-sent' });
const refused = new HawserError('HANDSHAKE_REFUSED', 'wrong password', { outcome: 'not-sent' });

describe('the gate for dials', () => {
  test('lets one through until the server is reached, one until one more is open, then two, up to max', async () => {
    const { clock, source, pool } = poolOf({ max: 8 }, (fake) => {
      fake.openMs = 100;
    });
    const ends = endings(Array.from({ length: 50 }, () => pool.checkout()));
    await clock.advance(4_000);
    expect(source.dials.map((at) => at - 1_000)).toEqual([0, 100, 200, 200, 300, 300, 400, 400]);
    await clock.waitFor(pool.close({ timeoutMs: 0 }));
    await ends;
  });

  test('costs nobody who waits anything, however slowly it fills the pool anew after an outage', async () => {
    const { clock, source, pool } = poolOf({ max: 10, timeoutMs: 60_000, whenDownWaitMs: 60_000 });
    const before = await clock.waitFor(Promise.all(Array.from({ length: 10 }, () => pool.checkout())));
    const ends = Promise.all(Array.from({ length: 10 }, () => pool.checkout()));
    source.fail(away);
    for (const lease of before) lease.release();
    await clock.advance(1_000);
    source.refusal = undefined;
    source.openMs = 1_500;
    const after = await clock.waitFor(ends);
    expect([after.length, pool.explain().counts.shed]).toEqual([10, 0]);
    for (const lease of after) lease.release();
  });

  test('is not passed by the dial of a caller that has left, and what that opens is kept', async () => {
    const { clock, source, pool } = poolOf({}, (fake) => {
      fake.openMs = 100;
    });
    const gone = endings([pool.checkout({ timeoutMs: 10 })]);
    expect(await clock.waitFor(gone)).toEqual(['not-sent DEADLINE']);
    await clock.advance(200);
    expect(pool.explain()).toMatchObject({ idle: 1, leased: 0, opening: 0 });
    expect(source.dials).toHaveLength(1);
  });

  test('starts no dial for those who were served by others meanwhile', async () => {
    const { clock, source, pool } = poolOf({ max: 10 }, (fake) => {
      fake.openMs = 50;
    });
    const use = (): Promise<unknown> => pool.with(async () => {});
    const callers = Array.from({ length: 50 }, use);
    await clock.waitFor(Promise.all(callers));
    await clock.advance(1_000);
    // The prober's member served all of them; one more was under way when it came.
    expect(source.dials.length).toBeLessThanOrEqual(2);
  });

  test('is shut for a while when a dial fails beside living members, which stay', async () => {
    const { clock, source, pool } = poolOf({ max: 2 });
    const holder = await clock.waitFor(pool.checkout());
    source.refusal = away;
    const waiting = pool.checkout();
    await clock.advance(3_000);
    // Half of what it has lasted each time: 50, 50, 50, 75, 113 ms, and so on, the millisecond of each dial beside it.
    expect(source.dials.length).toBeLessThan(14);
    expect([pool.state, source.closed]).toEqual(['ready', []]);
    holder.release();
    const served = await clock.waitFor(waiting);
    expect(served.connection.member.number).toBe(1);
    served.release();
  });

  test('is shut with a reason, which those who wait in vain are told, until one more is open', async () => {
    const { clock, source, pool } = poolOf({ max: 2 });
    const holder = await clock.waitFor(pool.checkout());
    source.refusal = away;
    const late = pool.checkout({ timeoutMs: 500 });
    await expect(clock.waitFor(late)).rejects.toMatchObject({
      code: 'DEADLINE',
      message: expect.stringContaining('to open one more failed: nobody listens') as string,
    });
    expect(pool.explain()).toMatchObject({ state: 'ready', lastCause: 'nobody listens' });
    source.refusal = undefined;
    const second = await clock.waitFor(pool.checkout());
    expect(pool.explain().lastCause).toBeUndefined();
    second.release();
    holder.release();
  });

  test('opens at once by retryNow, also while a dial beside living members waits', async () => {
    const { clock, source, pool } = poolOf({ max: 2, slowRetryMs: 30_000 });
    const holder = await clock.waitFor(pool.checkout());
    source.refusal = refused;
    const waiting = pool.checkout({ timeoutMs: 20_000 });
    await clock.advance(100);
    expect(pool.explain().nextAttemptInMs).toBeGreaterThan(29_000);
    source.refusal = undefined;
    pool.retryNow();
    const lease = await clock.waitFor(waiting);
    expect(source.dials).toHaveLength(3);
    lease.release();
    holder.release();
  });

  test('counts a dial that is given up as a socket until its source has let go', async () => {
    const { clock, source, pool } = poolOf(
      { max: 1, openTimeoutMs: 100, whenDownWaitMs: Infinity },
      (fake) => {
        fake.openMs = Infinity;
        fake.letGoMs = 500;
      },
    );
    const waiting = pool.checkout();
    await clock.advance(400);
    expect([source.dials.length, pool.explain().opening]).toEqual([1, 1]);
    source.openMs = 1;
    const lease = await clock.waitFor(waiting);
    expect([source.dials.length, source.socketsMost]).toEqual([2, 1]);
    lease.release();
  });

  test('has the prober wait for a socket that the holder of a lost member still has', async () => {
    const { clock, source, pool } = poolOf({ max: 1 });
    const holder = await clock.waitFor(pool.checkout());
    holder.connection.member.lost(away);
    expect(pool.state).toBe('backing-off');
    await clock.advance(1_000);
    expect([pool.state, source.dials.length]).toEqual(['connecting', 1]);
    holder.release();
    await clock.advance(10);
    expect([pool.state, source.dials.length, source.socketsMost]).toEqual(['ready', 2, 1]);
  });

  test('lends nothing that was dialled before invalidate(), not even to who checks out as the pool becomes ready', async () => {
    const { clock, source, pool } = poolOf({}, (counting) => {
      counting.openMs = 100;
    });
    const leases: Promise<number>[] = [];
    pool.onState(({ to }) => {
      if (to === 'ready') leases.push(pool.with(({ member }) => member.number));
    });
    const ready = pool.ready();
    await clock.advance(50);
    pool.invalidate();
    await clock.waitFor(ready);
    expect(await clock.waitFor(Promise.all(leases))).toEqual([2]);
    expect(source.closed).toEqual([1]);
  });

  test('treats a member that is lost before it was open as a dial that failed', async () => {
    const { clock, source, pool } = poolOf({ whenDownWaitMs: 0 }, (fake) => {
      fake.lostWhileOpening = away;
    });
    await clock.waitFor(endings([pool.checkout()]));
    await clock.advance(10);
    expect(pool.explain()).toMatchObject({ state: 'backing-off', lastCause: 'nobody listens' });
    expect(source.sockets).toBe(0);
  });
});
