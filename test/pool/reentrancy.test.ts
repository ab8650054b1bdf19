import { describe, expect, test } from 'vitest';
import { HawserError, type Lease } from '../../src/core/index.ts';
import type { CountedLoan } from './counting-source.ts';
import { poolOf } from './stage.ts';

const away = new HawserError('CONNECT_FAILED', 'nobody listens', { outcome: 'not-sent' });

describe('a pool that is asked for something by what it has just called', () => {
  test('reports the lease that a listener for leaks has taken, when that leaks too', async () => {
    const { clock, pool } = poolOf({ max: 2, leakAfterMs: 1_000, checkAfterIdleMs: Infinity });
    const [spare, held] = await clock.waitFor(Promise.all([pool.checkout(), pool.checkout()]));
    spare.release();
    const leases: Promise<Lease<CountedLoan>>[] = [];
    const leaks: number[] = [];
    pool.onLeak(() => {
      leaks.push(clock.now());
      if (leases.length === 0) leases.push(pool.checkout());
    });
    await clock.advance(3_000);
    expect(leaks).toHaveLength(2);
    held.release();
    (await leases[0])?.release();
  });
});

describe('a pool whose source is at fault', () => {
  test('remembers the first reason of a member that is said to be lost twice', async () => {
    const { clock, pool } = poolOf();
    const lease = await clock.waitFor(pool.checkout());
    lease.connection.member.lost(new Error('read ECONNRESET'));
    lease.connection.member.lost(new Error('the socket was closed'));
    lease.release();
    expect(pool.explain().closings).toMatchObject([{ reason: 'lost', cause: 'read ECONNRESET' }]);
  });
});

describe('the dial of a pool that had no room for it', () => {
  test('is not the one of before an invalidation that came before it began', async () => {
    const { clock, source, pool } = poolOf({ max: 1 });
    const lease = await clock.waitFor(pool.checkout());
    lease.connection.member.lost(away);
    await clock.advance(500);
    expect([pool.state, source.dials.length]).toEqual(['connecting', 1]);
    pool.invalidate();
    lease.release();
    await clock.advance(1_000);
    expect([pool.state, source.dials.length, source.closed]).toEqual(['ready', 2, [1]]);
  });
});
