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
    const waits: (number | undefined)[] = [];
    for (let failure = 0; failure < 5; failure += 1) {
      growth.failed(1_000, 0.5, undefined);
      waits.push(growth.waitsUntil);
      expect(crowd(growth)).toBe(0);
    }
    expect(waits).toEqual([1_050, 1_100, 1_200, 1_400, 1_500]);
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
