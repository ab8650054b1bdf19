import { describe, expect, test } from 'vitest';
import type { HawserError } from '../../src/core/index.ts';
import { poolOf } from './stage.ts';

describe('a lease', () => {
  test('refuses its connection after the end, and may be released again without harm', async () => {
    const { clock, pool } = poolOf({ max: 1 });
    const lease = await clock.waitFor(pool.checkout());
    lease.release();
    expect(() => lease.connection).toThrow(
      expect.objectContaining({ code: 'LEASE_ENDED', outcome: 'not-sent' }) as HawserError,
    );
    const next = await clock.waitFor(pool.checkout());
    lease.release();
    lease.condemn('too late');
    expect(pool.explain().leased).toBe(1);
    next.release();
    expect(pool.explain()).toMatchObject({ idle: 1, closings: [] });
  });

  test('ends with its block, by dispose and by asyncDispose', async () => {
    const { clock, pool } = poolOf();
    const one = await clock.waitFor(pool.checkout());
    one[Symbol.dispose]();
    const other = await clock.waitFor(pool.checkout());
    await other[Symbol.asyncDispose]();
    expect(pool.explain()).toMatchObject({ idle: 1, leased: 0, counts: { opened: 1 } });
  });

  test('that is condemned has its member closed on release and not before, and the pool says why', async () => {
    const { clock, source, pool } = poolOf();
    const lease = await clock.waitFor(pool.checkout());
    lease.condemn('it left a temporary table');
    await clock.advance(10);
    expect(source.closed).toEqual([]);
    lease.release();
    await clock.advance(10);
    expect(source.closed).toEqual([1]);
    const { closings } = pool.explain();
    expect(closings).toEqual([{ agoMs: 10, reason: 'condemned', cause: 'it left a temporary table' }]);
  });

  test('that is returned dirty is reset before the next caller has the member, and counts as used until then', async () => {
    const { clock, source, pool } = poolOf({ max: 1 });
    source.resetMs = 20;
    const lease = await clock.waitFor(pool.checkout());
    lease.connection.member.leftover = 'dirty';
    lease.release();
    expect(pool.metrics()['db.client.connection.count']).toEqual({ idle: 0, used: 1 });
    const start = clock.now();
    const next = await clock.waitFor(pool.checkout());
    expect([next.connection.member.number, clock.now() - start]).toEqual([1, 20]);
    next.release();
  });

  test.each([
    ['cannot be reset', 'dirty', (resetsTo: boolean) => !resetsTo],
    ['is broken', 'broken', (resetsTo: boolean) => resetsTo],
  ] as const)(
    'whose member %s is closed, and the next caller gets another one',
    async (_, leftover, says) => {
      const { clock, source, pool } = poolOf({ max: 1 });
      source.resetsTo = says(true);
      const lease = await clock.waitFor(pool.checkout());
      lease.connection.member.leftover = leftover;
      lease.release();
      const next = await clock.waitFor(pool.checkout());
      expect([next.connection.member.number, source.closed, source.socketsMost]).toEqual([2, [1], 1]);
      expect(pool.explain().counts.closed).toMatchObject({ [leftover]: 1 });
      next.release();
    },
  );

  test('whose reset does not end costs the member, not the slot', async () => {
    const { clock, source, pool } = poolOf({ max: 1, checkTimeoutMs: 300 });
    source.resetMs = Infinity;
    const lease = await clock.waitFor(pool.checkout());
    lease.connection.member.leftover = 'dirty';
    lease.release();
    const next = await clock.waitFor(pool.checkout());
    expect(next.connection.member.number).toBe(2);
    expect(pool.explain().closings[0]).toMatchObject({ reason: 'dirty' });
    next.release();
  });

  test('of a source that throws when it lends fails that checkout alone', async () => {
    const { clock, source, pool } = poolOf();
    source.lendError = new TypeError('a fault of the source');
    await expect(clock.waitFor(pool.checkout())).rejects.toMatchObject({
      code: 'PROTOCOL_VIOLATION',
      outcome: 'not-sent',
      cause: source.lendError,
    });
    source.lendError = undefined;
    const lease = await clock.waitFor(pool.checkout());
    lease.release();
    expect(pool.explain()).toMatchObject({ idle: 1, counts: { opened: 2 } });
  });
});
