import { describe, expect, test } from 'vitest';
import { SeededRandom, seededRandom, sfc32 } from '../../src/testing/seeded-random.ts';

const take = (count: number, next: () => number): number[] => Array.from({ length: count }, () => next());

test('sfc32 gives the published output for the seed 1, 2, 3', () => {
  const words = take(4, sfc32(1, 2, 3)).map((number) => number * 2 ** 32);
  expect(words).toEqual([0x736a3b41, 0xb2e53014, 0x3d56e4c7, 0xeda6a65f]);
});

describe('seededRandom', () => {
  test('the same seed gives the same numbers, for good', () => {
    expect(take(3, seededRandom(1)).map((number) => number * 2 ** 32)).toEqual([
      441792574, 614447336, 1644328534,
    ]);
    expect(take(100, seededRandom(2 ** 40 + 7))).toEqual(take(100, seededRandom(2 ** 40 + 7)));
  });

  test('seeds that differ give sequences that differ, beyond 32 bits and below zero too', () => {
    const seeds = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    const sequences = new Set(seeds.map((seed) => take(4, seededRandom(seed)).join()));
    expect(sequences.size).toBe(seeds.length);
  });

  test('numbers lie in [0, 1) and fill it evenly', () => {
    const buckets = Array.from({ length: 10 }, () => 0);
    const numbers = take(100_000, seededRandom(42));
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    for (const number of numbers) {
      const bucket = Math.floor(number * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test('a seed that is no safe integer is refused', () => {
    expect(() => seededRandom(0.5)).toThrow(RangeError);
    expect(() => seededRandom(NaN)).toThrow(RangeError);
  });
});

describe('SeededRandom', () => {
  test('integers reach both bounds and nothing beyond', () => {
    const random = new SeededRandom(7);
    expect(new Set(take(200, () => random.integer(-1, 2)))).toEqual(new Set([-1, 0, 1, 2]));
    expect(random.integer(5, 5)).toBe(5);
    expect(() => random.integer(2, 1)).toThrow(RangeError);
  });

  test('pick returns each item some time, and refuses an empty list', () => {
    const random = new SeededRandom(7);
    expect(new Set(take(100, () => random.pick([1, 2, 3])))).toEqual(new Set([1, 2, 3]));
    expect(() => random.pick([])).toThrow(RangeError);
  });

  test('chance keeps to its probability', () => {
    const random = new SeededRandom(7);
    const hits = (probability: number): number =>
      take(10_000, () => Number(random.chance(probability))).reduce((sum, hit) => sum + hit, 0);
    expect(hits(0)).toBe(0);
    expect(hits(1)).toBe(10_000);
    expect(Math.abs(hits(0.25) - 2500)).toBeLessThan(200);
  });

  test('a fork is reproducible, and using it shifts nothing in the generator it came from', () => {
    const one = new SeededRandom(7);
    const other = new SeededRandom(7);
    const fork = one.fork();
    expect(take(5, fork.next)).toEqual(take(5, other.fork().next));
    expect(take(5, one.next)).toEqual(take(5, other.next));
  });
});
