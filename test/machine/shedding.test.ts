import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Shedding } from '../../src/core/machine/index.ts';

const TARGET_MS = 50;
const INTERVAL_MS = 2_000;

function shedding(): Shedding {
  return new Shedding(TARGET_MS, INTERVAL_MS);
}

/** One that has seen a standing queue from 0 to 2,000. */
function overloaded(): Shedding {
  const standing = shedding();
  standing.roll(0, 0);
  standing.roll(1_000, 900);
  standing.served(100);
  standing.roll(2_000, 1_900);
  return standing;
}

interface Load {
  /** Calls that arrive in a millisecond, by the time. */
  readonly arrivals: (now: number) => number;
  /** Calls that are served in a millisecond, by the time. */
  readonly capacity: (now: number) => number;
  readonly untilMs: number;
}

/** A queue in front of servers without memory, looked at each millisecond in the way that a pool does. */
function run({ arrivals, capacity, untilMs }: Load): {
  served: number[];
  shed: { at: number; since: number }[];
} {
  const codel = shedding();
  const queue: number[] = [];
  const served: number[] = [];
  const shed: { at: number; since: number }[] = [];
  const look = (now: number): void => {
    codel.roll(now, queue[0]);
    while (queue.length > 0 && queue[0]! < codel.shedsBefore(now))
      shed.push({ at: now, since: queue.shift()! });
  };
  for (let now = 0; now < untilMs; now += 1) {
    for (let count = arrivals(now); count > 0; count -= 1) queue.push(now);
    if (now >= codel.nextRollAt) look(now);
    for (let count = capacity(now); count > 0; count -= 1) {
      look(now);
      const since = queue.shift();
      if (since === undefined) break;
      codel.served(now - since);
      served.push(now - since);
    }
  }
  return { served, shed };
}

describe('Shedding', () => {
  test('turns nobody away before a queue has stood for an interval', () => {
    const young = shedding();
    young.roll(0, 0);
    young.roll(1_999, 0);
    expect(young.isShedding).toBe(false);
    expect(young.shedsBefore(1_999)).toBe(-Infinity);
  });

  test('takes a queue for a standing one when the smallest wait of an interval was above the target', () => {
    const standing = overloaded();
    expect(standing.isShedding).toBe(true);
  });

  test('takes a queue for a burst when one of the interval was served within the target', () => {
    const burst = shedding();
    burst.roll(0, 0);
    burst.served(900);
    burst.served(TARGET_MS);
    burst.served(900);
    burst.roll(2_000, 1_000);
    expect(burst.isShedding).toBe(false);
  });

  test('judges by the wait of the first in the queue when nobody was served', () => {
    const stuck = shedding();
    stuck.roll(0, 0);
    stuck.roll(2_000, 1_949);
    expect(stuck.isShedding).toBe(true);
    const fresh = shedding();
    fresh.roll(0, 0);
    fresh.roll(2_000, 1_950);
    expect(fresh.isShedding).toBe(false);
  });

  test('sheds those who have waited for more than twice the target', () => {
    expect(overloaded().shedsBefore(2_500)).toBe(2_400);
  });

  test('ends with the interval in which one was served within the target', () => {
    const standing = overloaded();
    standing.served(10);
    standing.roll(3_999, 3_990);
    expect(standing.isShedding).toBe(true);
    standing.roll(4_000, 3_990);
    expect(standing.isShedding).toBe(false);
  });

  test('forgets the waits of an interval that is over', () => {
    const standing = overloaded();
    standing.served(10);
    standing.roll(4_000, 3_000);
    standing.served(60);
    standing.roll(6_000, 5_900);
    expect(standing.isShedding).toBe(true);
  });

  test('ends at once when nobody waits', () => {
    const standing = overloaded();
    standing.roll(2_100, undefined);
    expect(standing.isShedding).toBe(false);
  });

  test('begins an interval with the first waiter, however long nobody has waited before', () => {
    const quiet = shedding();
    quiet.roll(0, undefined);
    quiet.roll(60_100, 60_000);
    expect(quiet.nextRollAt).toBe(62_000);
    quiet.roll(61_999, 60_000);
    expect(quiet.isShedding).toBe(false);
    quiet.roll(62_000, 60_000);
    expect(quiet.isShedding).toBe(true);
  });

  test('does not count what was waited before a reset', () => {
    const recovered = overloaded();
    recovered.reset(10_000);
    expect(recovered.isShedding).toBe(false);
    recovered.roll(10_000, 8_500);
    expect(recovered.nextRollAt).toBe(12_000);
    recovered.roll(11_999, 8_500);
    expect(recovered.isShedding).toBe(false);
  });

  test('begins the interval of one who came after a reset with that one', () => {
    const recovered = shedding();
    recovered.reset(10_000);
    recovered.roll(11_950, 11_900);
    expect(recovered.nextRollAt).toBe(13_900);
  });

  test('is due at once when it has not seen the first of a queue', () => {
    expect(shedding().nextRollAt).toBeLessThanOrEqual(0);
    const seen = overloaded();
    seen.roll(2_100, undefined);
    expect(seen.nextRollAt).toBeLessThanOrEqual(2_100);
  });
});

describe('a queue with shedding', () => {
  test('sheds nobody when ten times the load arrives for 100 ms', () => {
    const { served, shed } = run({
      arrivals: (now) => (now >= 1_950 && now < 2_050 ? 10 : 0),
      capacity: () => 1,
      untilMs: 10_000,
    });
    expect(shed).toEqual([]);
    expect(served).toHaveLength(1_000);
    expect(Math.max(...served)).toBeGreaterThan(800);
  });

  test('goes on serving at full rate, and each in time, while twice as many arrive as can be served', () => {
    const { served, shed } = run({ arrivals: () => 2, capacity: () => 1, untilMs: 60_000 });
    expect(served).toHaveLength(60_000);
    expect(Math.min(...shed.map(({ at }) => at))).toBe(2 * INTERVAL_MS);
    expect(Math.max(...served.slice(2 * INTERVAL_MS + 1))).toBeLessThanOrEqual(2 * TARGET_MS);
  });

  test('sheds one interval after everything that serves got stuck, and nobody any more once it goes on', () => {
    const { shed, served } = run({
      arrivals: (now) => (now % 10 === 0 ? 1 : 0),
      capacity: (now) => (now < 500 || now >= 5_500 ? 1 : 0),
      untilMs: 20_000,
    });
    expect(shed[0]).toEqual({ at: 2_500, since: 500 });
    expect(Math.max(...shed.map(({ at }) => at))).toBe(5_500);
    expect(served).toHaveLength(2_000 - shed.length);
  });

  test('never sheds one who has waited for less than twice the target, nor in the first interval', () => {
    const rate = fc.array(fc.nat(2), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(rate, rate, (arrivals, capacity) => {
        const at = (rates: readonly number[]) => (now: number) => rates[Math.floor(now / 1_000)]!;
        const { shed } = run({ arrivals: at(arrivals), capacity: at(capacity), untilMs: 6_000 });
        expect(Math.min(...shed.map(({ at: shedAt, since }) => shedAt - since))).toBeGreaterThan(
          2 * TARGET_MS,
        );
        expect(Math.min(...shed.map(({ at: shedAt }) => shedAt))).toBeGreaterThanOrEqual(INTERVAL_MS);
      }),
      { numRuns: 30 },
    );
  });
});
