import { expect, test } from 'vitest';
import { KINDS } from '../../faults/soak/kinds/index.ts';
import { Schedule, type Bout } from '../../faults/soak/schedule.ts';

const BOUTS = 200;

function boutsOf(seed: number, count = BOUTS): readonly Bout[] {
  const schedule = new Schedule(seed, KINDS);
  return Array.from({ length: count }, () => schedule.next());
}

test('the schedule of a seed is always the same, to the last millisecond and choice', () => {
  expect(boutsOf(7)).toEqual(boutsOf(7));
  expect(boutsOf(7)).not.toEqual(boutsOf(8));
});

test('no kind comes again long before all others have come', () => {
  const played = boutsOf(1).flatMap(({ faults }) => faults.map(({ kind }) => kind));
  const times = KINDS.map(({ name }) => played.filter((kind) => kind === name).length);
  expect(Math.min(...times)).toBeGreaterThan(0);
  expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(2);
});

test('of one bout, one fault concerns the server and one the process at most, and none comes twice', () => {
  for (const { faults } of boutsOf(2)) {
    const kinds = faults.map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    for (const where of ['server', 'process'] as const) {
      const there = KINDS.filter((kind) => kind.where === where && kinds.includes(kind.name));
      expect(there.length).toBeLessThanOrEqual(1);
    }
  }
});

test('there are bouts of one fault, and such of several, in which each begins before the others are over', () => {
  const bouts = boutsOf(3);
  const sizes = bouts.map(({ faults }) => faults.length);
  expect(new Set(sizes)).toEqual(new Set([1, 2, 3]));
  for (const { faults } of bouts) {
    let endMs = 0;
    for (const { afterMs, holdMs } of faults) {
      expect(afterMs).toBeGreaterThanOrEqual(0);
      expect(afterMs).toBeLessThanOrEqual(endMs);
      endMs = Math.max(endMs, afterMs + holdMs);
    }
  }
});

test('every fault lasts as long as its kind may', () => {
  for (const { kind, holdMs } of boutsOf(4).flatMap(({ faults }) => faults)) {
    const [least, most] = KINDS.find(({ name }) => name === kind)!.holdMs;
    expect(holdMs).toBeGreaterThanOrEqual(least);
    expect(holdMs).toBeLessThanOrEqual(most);
  }
});

test('where there is one kind of fault alone, it comes alone', () => {
  const [one] = KINDS;
  const schedule = new Schedule(5, [one!]);
  for (let bout = 0; bout < BOUTS; bout += 1) {
    expect(schedule.next().faults.map(({ kind }) => kind)).toEqual([one!.name]);
  }
});
