import { expect, test } from 'vitest';
import { late } from '../../faults/late.ts';
import { Starvation } from '../../faults/starved.ts';
import { GRACE_MS } from '../../faults/tempo.ts';

test('something is late beyond its limit, what is allowed for anyway, and the time in which the process was kept from running', () => {
  const limitMs = 1_000 + GRACE_MS;
  expect(late('it ended', { ms: limitMs, starvedMs: 0 }, 1_000)).toEqual([]);
  expect(late('it ended', { ms: limitMs + 1, starvedMs: 0 }, 1_000)).toEqual([
    `it ended after ${limitMs + 1} ms, of 1000`,
  ]);
  expect(late('it ended', { ms: limitMs + 200, starvedMs: 200 }, 1_000)).toEqual([]);
});

test('the time in which a process was kept from running is never less than none', () => {
  const starvation = new Starvation();
  expect(starvation.ms).toBeGreaterThanOrEqual(0);
});
