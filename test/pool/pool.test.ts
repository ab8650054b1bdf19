import { describe, expect, test } from 'vitest';
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
});
