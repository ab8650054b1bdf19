import { describe, expect, test } from 'vitest';
import { HawserError } from '../../src/core/index.ts';
import { endings } from '../protocols/stage.ts';
import { poolOf } from './stage.ts';

const away = new HawserError('CONNECT_FAILED', 'nobody listens', { outcome: 'not-sent' });

describe('at its limits, a pool', () => {
  test('has max sockets and not one more, those that close counted', async () => {
    const { clock, source, pool } = poolOf({ max: 3 });
    source.closeMs = 500;
    const leases = await clock.waitFor(Promise.all([1, 2, 3].map(() => pool.checkout())));
    for (const lease of leases) {
      lease.condemn('to see its socket close');
      lease.release();
    }
    const next = pool.checkout();
    await clock.advance(400);
    expect(pool.explain()).toMatchObject({ closing: 3, opening: 0, waiting: 1 });
    (await clock.waitFor(next)).release();
    expect(source.socketsMost).toBe(3);
  });

  test('says of a socket that does not close why nobody is served', async () => {
    const { clock, source, pool } = poolOf({ max: 1 });
    source.closeMs = 10_000;
    const lease = await clock.waitFor(pool.checkout());
    lease.condemn('to see it closed');
    lease.release();
    await expect(clock.waitFor(pool.checkout({ timeoutMs: 100 }))).rejects.toMatchObject({
      code: 'DEADLINE',
      message: expect.stringContaining('0 are being opened, 1 have still to close their sockets;') as string,
    });
  });

  test('keeps min, and closes what is beyond it and idle for idleTimeoutMs', async () => {
    const { clock, source, pool } = poolOf({ min: 1, max: 3, idleTimeoutMs: 1_000 });
    const leases = await clock.waitFor(Promise.all([1, 2, 3].map(() => pool.checkout())));
    for (const lease of leases) lease.release();
    await clock.advance(999);
    expect(source.closed).toEqual([]);
    await clock.advance(1);
    expect([source.closed, pool.explain().idle]).toEqual([[1, 2], 1]);
    await clock.advance(60_000);
    expect([source.dials.length, pool.explain().idle]).toEqual([3, 1]);
  });

  test('closes a member at an age within lifetimeMs, when it is idle or returned', async () => {
    const lifetimeMs = { least: 10_000, most: 20_000 };
    const { clock, source, pool } = poolOf({ lifetimeMs });
    await clock.waitFor(pool.ready());
    await clock.advance(14_998);
    expect(source.closed).toEqual([]);
    await clock.advance(2);
    expect(source.closed).toEqual([1]);
    const lease = await clock.waitFor(pool.checkout());
    await clock.advance(60_000);
    expect(source.closed).toEqual([1]);
    lease.release();
    expect(pool.explain().counts.closed.lifetime).toBe(2);
  });

  test('lets maxWaiting wait, and says how many do to the next one', async () => {
    const { clock, pool } = poolOf({ max: 1, maxWaiting: 2 });
    const holder = await clock.waitFor(pool.checkout());
    const ends = endings([pool.checkout(), pool.checkout()]);
    await expect(clock.waitFor(pool.checkout())).rejects.toMatchObject({
      code: 'OVERLOADED',
      outcome: 'not-sent',
      message: expect.stringMatching(
        /^checkout: no more than 2 may wait: 1 of at most 1 are checked out, 2 callers wait/,
      ) as string,
    });
    await clock.waitFor(pool.close({ timeoutMs: 0 }));
    expect(await ends).toEqual(['not-sent CLOSED', 'not-sent CLOSED']);
    holder.release();
  });

  test('says at once that none is free, by whenBusy reject', async () => {
    const { clock, pool } = poolOf({ max: 1, whenBusy: 'reject' });
    const holder = await clock.waitFor(pool.checkout());
    await expect(pool.checkout()).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: expect.stringMatching(/^checkout: none is free: 1 of at most 1 are checked out/) as string,
    });
    holder.release();
    (await clock.waitFor(pool.checkout())).release();
  });

  test('never calls an outage an overload', async () => {
    const { clock, source, pool } = poolOf({ max: 1, maxWaiting: 1, whenDownWaitMs: 5_000 });
    await clock.waitFor(pool.ready());
    source.fail(away);
    const ends = endings([pool.checkout(), pool.checkout()]);
    await clock.advance(0);
    await expect(pool.checkout()).rejects.toMatchObject({ code: 'NOT_CONNECTED', cause: away });
    await clock.waitFor(pool.close({ timeoutMs: 0 }));
    expect(await ends).toEqual(['not-sent CLOSED', 'not-sent NOT_CONNECTED']);
  });

  test('fails a checkout at its own timeoutMs, or else at that of the pool', async () => {
    const { clock, pool } = poolOf({ max: 1, timeoutMs: 400, shedding: false });
    const holder = await clock.waitFor(pool.checkout());
    const start = clock.now();
    const ended: number[] = [];
    const note = (): void => void ended.push(clock.now() - start);
    const ends = [pool.checkout({ timeoutMs: 50.5 }), pool.checkout(), pool.checkout({ timeoutMs: 0 })];
    for (const end of ends) end.catch(note);
    expect(await clock.waitFor(endings(ends))).toEqual(Array(3).fill('not-sent DEADLINE'));
    expect(ended).toEqual([0, 50, 400]);
    holder.release();
  });

  test('gives an attempt openTimeoutMs, and a check and a reset checkTimeoutMs', async () => {
    const { clock, source, pool } = poolOf({ openTimeoutMs: 300, checkTimeoutMs: 200, max: 1 }, (fake) => {
      fake.openMs = Infinity;
    });
    await expect(clock.waitFor(pool.checkout())).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
      cause: { code: 'CONNECT_TIMEOUT' },
    });
    source.openMs = 1;
    await clock.waitFor(pool.ready({ timeoutMs: Infinity }));
    // A lease that comes back clean proves the server: the failures before it count no more.
    await clock.waitFor(pool.with(() => {}));
    await clock.advance(5_000);
    source.checkMs = Infinity;
    const start = clock.now();
    const lease = await clock.waitFor(pool.checkout());
    // 200 ms for the check, half of 100 for the backoff, one to open.
    expect([clock.now() - start, lease.connection.member.number]).toEqual([251, 2]);
    lease.release();
  });

  test('remembers 20 members that were closed', async () => {
    const { clock, pool } = poolOf();
    for (let round = 0; round < 25; round += 1) {
      const lease = await clock.waitFor(pool.checkout());
      lease.condemn(`round ${round}`);
      lease.release();
    }
    const { closings, counts } = pool.explain();
    expect([closings.length, closings[0]?.cause, counts.closed.condemned]).toEqual([20, 'round 5', 25]);
  });

  test('gives 5,000 ms to leases when it is closed, unless it is told otherwise', async () => {
    const { clock, pool } = poolOf();
    const lease = await clock.waitFor(pool.checkout());
    const start = clock.now();
    const { leasesOut } = await clock.waitFor(pool.close());
    expect([clock.now() - start, leasesOut]).toEqual([5_000, [{ heldForMs: 5_000, stack: undefined }]]);
    lease.release();
  });
});
