import { describe, expect, test } from 'vitest';
import { Growth, MAX_OPENING } from '../../src/core/machine/index.ts';

const backoff = { baseMs: 100, capMs: 1_000 };
const none = { unserved: 0, kept: 0, opening: 0, sockets: 0 };

/** How many dials a pool would start for a crowd, with nothing there yet. */
function crowd(growth: Growth): number {
  return growth.wanted({ ...none, unserved: 50 });
}

describe('the growth of a pool', () => {
  test('is one dial at a time until one has succeeded, then two at the most', () => {
    const growth = new Growth({ min: 0, max: 10 }, backoff);
    expect(crowd(growth)).toBe(1);
    growth.succeeded();
    expect([crowd(growth), MAX_OPENING]).toEqual([2, 2]);
    expect(growth.wanted({ unserved: 50, kept: 1, opening: 1, sockets: 2 })).toBe(1);
  });

  test('is for those who ask, or for min, and never for more', () => {
    const growth = new Growth({ min: 2, max: 10 }, backoff);
    growth.succeeded();
    expect(growth.wanted({ ...none, kept: 2, sockets: 2 })).toBe(0);
    expect(growth.wanted({ ...none, kept: 1, sockets: 1 })).toBe(1);
    expect(growth.wanted({ unserved: 1, kept: 2, opening: 0, sockets: 2 })).toBe(1);
    expect(growth.wanted({ unserved: 1, kept: 2, opening: 1, sockets: 3 })).toBe(0);
  });

  test('never has more sockets than max, the closing ones counted', () => {
    const growth = new Growth({ min: 0, max: 3 }, backoff);
    growth.succeeded();
    expect(growth.wanted({ unserved: 50, kept: 1, opening: 0, sockets: 3 })).toBe(0);
    expect(growth.wanted({ unserved: 50, kept: 1, opening: 0, sockets: 2 })).toBe(1);
  });

  test('waits longer after each failure in a row, at random, up to a bound', () => {
    const growth = new Growth({ min: 0, max: 10 }, backoff);
    // Each dial takes a second to fail.
    const waits = [1_000, 2_000, 3_000, 4_000, 5_000].map((now) => {
      growth.failed(now, 0.5, undefined);
      expect(crowd(growth)).toBe(0);
      return growth.waitsUntil! - now;
    });
    expect(waits).toEqual([50, 100, 200, 400, 500]);
  });

  test('waits no longer than the failures have lasted, and anew so after a success', () => {
    const growth = new Growth({ min: 0, max: 10 }, backoff);
    const until = (now: number): number => {
      growth.failed(now, 1, undefined);
      return growth.waitsUntil!;
    };
    expect([until(0), until(100), until(200), until(400)]).toEqual([100, 200, 400, 800]);
    growth.succeeded();
    expect([until(60_000), until(60_100)]).toEqual([60_100, 60_200]);
  });

  test('begins slowly when a wait is over, and knows of no failure after a success', () => {
    const growth = new Growth({ min: 0, max: 10 }, backoff);
    growth.failed(0, 0.5, undefined);
    growth.failed(0, 0.5, undefined);
    growth.resume();
    expect([crowd(growth), growth.waitsUntil]).toEqual([1, undefined]);
    growth.succeeded();
    growth.failed(0, 0.5, undefined);
    expect(growth.waitsUntil).toBe(50);
  });

  test('waits as long as it is told where the server has refused', () => {
    const growth = new Growth({ min: 0, max: 10 }, backoff);
    growth.failed(1_000, 0.5, 30_000);
    expect(growth.waitsUntil).toBe(31_000);
    growth.restart();
    expect(crowd(growth)).toBe(1);
  });
});
