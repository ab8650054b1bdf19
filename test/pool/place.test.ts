import { tracingChannel } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import type { Lease } from '../../src/core/index.ts';
import type { CountedLoan } from './counting-source.ts';
import { poolOf, type PoolWorld } from './stage.ts';

/** The user's own; pools are not the only ones that check out. */
function checkout({ clock, pool }: PoolWorld): Promise<Lease<CountedLoan>> {
  return clock.waitFor(pool.checkout());
}

async function firstPlace(world: PoolWorld, take: () => Promise<Lease<CountedLoan>>): Promise<string> {
  const lease = await take();
  const stack = world.pool.explain().longestLease?.stack ?? '';
  lease.release();
  return stack.split('\n')[0]!;
}

describe('where a lease was taken', () => {
  test('is the place of whoever asked, also in a function of theirs with the name of ours', async () => {
    const world = poolOf({ leakAfterMs: 1_000 });
    expect(await firstPlace(world, () => checkout(world))).toMatch(/^\s+at checkout .*place\.test\.ts/);
  });

  test('is not that of with() itself', async () => {
    const { clock, pool } = poolOf({ leakAfterMs: 1_000 });
    const stack = await clock.waitFor(pool.with(() => pool.explain().longestLease?.stack));
    expect(stack?.split('\n')[0]).toMatch(/place\.test\.ts/);
  });

  test('is written down for the longest lease alone, however many are out', async () => {
    const { clock, pool } = poolOf({ leakAfterMs: 1_000 });
    const leases = await clock.waitFor(Promise.all(Array.from({ length: 5 }, () => pool.checkout())));
    const { prepareStackTrace } = Error;
    let written = 0;
    Error.prepareStackTrace = (): string => {
      written += 1;
      return '';
    };
    try {
      pool.explain();
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
    expect(written).toBe(1);
    for (const lease of leases) lease.release();
  });

  test('is the same for who traces checkouts', async () => {
    const world = poolOf({ leakAfterMs: 1_000 });
    const channel = tracingChannel('hawser:pool:checkout');
    const heard = (): void => {};
    channel.start.subscribe(heard);
    try {
      expect(await firstPlace(world, () => checkout(world))).toMatch(/^\s+at checkout .*place\.test\.ts/);
    } finally {
      channel.start.unsubscribe(heard);
    }
  });
});
