import { expect, onTestFinished } from 'vitest';
import { Pool } from '../../src/core/pool/pool.ts';
import type { PoolOptions } from '../../src/core/pool/pool-options.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { CountingSource, type CountedLoan, type CountedMember } from './counting-source.ts';

/** A pool over a counting source in virtual time. */
export interface PoolWorld {
  readonly clock: VirtualClock;
  readonly source: CountingSource;
  readonly pool: Pool<CountedMember, CountedLoan>;
}

/** Makes a {@link PoolWorld}; nothing of it may be left when the test is over. */
export function poolOf(
  options: PoolOptions = {},
  prepare: (source: CountingSource) => void = () => {},
): PoolWorld {
  const clock = new VirtualClock({ startMs: 1_000 });
  const source = new CountingSource(clock);
  prepare(source);
  const pool = Pool.start(source, options, { clock, random: () => 0.5 });
  onTestFinished(async () => {
    await clock.waitFor(pool.close({ timeoutMs: 0 }));
    await clock.advance(60_000);
    expect(clock.describeTimers()).toEqual([]);
    expect(source.sockets).toBe(0);
  });
  return { clock, source, pool };
}
