import { describe, expect, test } from 'vitest';
import { HawserError, type Lease } from '../../src/core/index.ts';
import { endings } from '../protocols/stage.ts';
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

  test('does not lend a member twice when its source asks for one while it lends', async () => {
    const { clock, source, pool } = poolOf({ max: 2, checkAfterIdleMs: Infinity });
    const both = await clock.waitFor(Promise.all([pool.checkout(), pool.checkout()]));
    for (const lease of both) lease.release();
    const inner: Promise<Lease<CountedLoan>>[] = [];
    const { lend } = source;
    source.lend = (member) => {
      source.lend = lend;
      inner.push(pool.checkout());
      return source.lend(member);
    };
    const outer = await clock.waitFor(pool.checkout());
    const other = await inner[0]!;
    expect(other.connection.member).not.toBe(outer.connection.member);
    expect(pool.explain()).toMatchObject({ leased: 2, idle: 0 });
    outer.release();
    other.release();
    expect(pool.explain()).toMatchObject({ leased: 0, idle: 2 });
  });

  test('closes a member once that is lost while it is being lent', async () => {
    const { clock, source, pool } = poolOf({ checkAfterIdleMs: Infinity });
    (await clock.waitFor(pool.checkout())).release();
    const { lend } = source;
    source.lend = (member) => {
      source.lend = lend;
      member.lost(away);
      return source.lend(member);
    };
    const lease = await clock.waitFor(pool.checkout());
    lease.release();
    expect(pool.explain()).toMatchObject({ leased: 0, idle: 0, closing: 1 });
    await clock.advance(10);
    expect(source.closed).toEqual([1]);
    expect(pool.explain()).toMatchObject({ closing: 0, counts: { closed: { lost: 1, broken: 0 } } });
  });

  test('lends nothing to a source that asks while it closes what it has', async () => {
    const { clock, source, pool } = poolOf({ max: 2, checkAfterIdleMs: Infinity });
    const both = await clock.waitFor(Promise.all([pool.checkout(), pool.checkout()]));
    for (const lease of both) lease.release();
    const asked: Promise<Lease<CountedLoan>>[] = [];
    const { close } = source;
    source.close = (member) => {
      asked.push(pool.checkout());
      return close.call(source, member);
    };
    const report = pool.close();
    expect(await clock.waitFor(endings(asked))).toEqual(['not-sent CLOSED', 'not-sent CLOSED']);
    expect(await clock.waitFor(report)).toEqual({ leasesOut: [] });
  });
});

describe('a pool whose source is at fault', () => {
  test('keeps its slot when lend returns nothing', async () => {
    const { clock, source, pool } = poolOf({ max: 1 });
    const { lend } = source;
    source.lend = () => undefined as never;
    await expect(clock.waitFor(pool.checkout())).rejects.toMatchObject({
      code: 'PROTOCOL_VIOLATION',
      outcome: 'not-sent',
    });
    source.lend = lend;
    const lease = await clock.waitFor(pool.checkout());
    expect(source.closed).toEqual([1]);
    lease.release();
  });

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

  test('is not foretold by the end of a wait that is over with the outage', async () => {
    const { clock, source, pool } = poolOf({ max: 2, slowRetryMs: 30_000 });
    const lease = await clock.waitFor(pool.checkout());
    source.refusal = new HawserError('HANDSHAKE_REFUSED', 'too many', { outcome: 'not-sent' });
    const ends = endings([pool.checkout()]);
    await clock.advance(100);
    expect(pool.explain().nextAttemptInMs).toBeGreaterThan(29_000);
    source.openMs = Infinity;
    lease.connection.member.lost(away);
    lease.release();
    await clock.advance(500);
    expect(pool.explain()).toMatchObject({ state: 'connecting', nextAttemptInMs: undefined });
    await clock.waitFor(pool.close({ timeoutMs: 0 }));
    expect(pool.explain().nextAttemptInMs).toBeUndefined();
    await clock.waitFor(ends);
  });
});
