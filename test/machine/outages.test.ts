import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { comeback } from './fleet.ts';

const CLIENTS = 1_000;
const SECOND = 1_000;

/** Attempts of the clients from one time to another. */
function between(attempts: readonly number[], fromMs: number, toMs: number): number {
  return attempts.filter((at) => at >= fromMs && at < toMs).length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('a thousand clients that lost the same server together', () => {
  test.each([0.5, 1, 2, 4, 8])('are back before an outage of %d s has become twice as long', (seconds) => {
    const outageMs = seconds * SECOND;
    const { lateness } = comeback(CLIENTS, outageMs, seededRandom(seconds * 10));
    expect(lateness.at(-1)).toBeLessThanOrEqual(outageMs);
    // A third of it on average, for waits of any length up to it.
    expect(mean(lateness)).toBeLessThan(outageMs / 3);
  });

  test.each([30, 120])('are back within the cap after an outage of %d s', (seconds) => {
    const { lateness } = comeback(CLIENTS, seconds * SECOND, seededRandom(seconds));
    expect(lateness.at(-1)).toBeLessThanOrEqual(10_000);
    expect(mean(lateness)).toBeLessThan(4_000);
  });

  test('try twice in the time in which an outage doubles, then at the pace of the cap', () => {
    const { attempts } = comeback(CLIENTS, 120 * SECOND, seededRandom(1));
    for (let ms = 200; ms < 10_000; ms *= 2) {
      expect(between(attempts, ms, 2 * ms) / CLIENTS).toBeLessThan(2);
    }
    expect(between(attempts, 20 * SECOND, 120 * SECOND) / CLIENTS).toBeLessThan(100 / 5 + 1);
    expect(attempts.length / CLIENTS).toBeLessThan(40);
  });

  test('never try more often than in the first moment', () => {
    const { attempts } = comeback(CLIENTS, 120 * SECOND, seededRandom(2));
    const first = between(attempts, 0, 100);
    // A wait of 50 ms on average, then another one.
    expect(first).toBeLessThan(2 * CLIENTS);
    for (let ms = 100; ms < 20_000; ms += 100) {
      expect(between(attempts, ms, ms + 100)).toBeLessThan(1.1 * first);
    }
  });

  test('do not come back together', () => {
    for (const seconds of [0.5, 4, 30]) {
      const { lateness } = comeback(CLIENTS, seconds * SECOND, seededRandom(seconds * 10));
      const withinMs = Math.min(seconds * SECOND, 10_000) / 20;
      for (const lateMs of lateness) {
        const crowd = lateness.filter((other) => other >= lateMs && other < lateMs + withinMs).length;
        expect(crowd).toBeLessThan(CLIENTS / 5);
      }
    }
  });
});
