import { describe, expect, test } from 'vitest';
import { Judge } from '../../src/core/judge.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

function judging(): { clock: VirtualClock; judge: Judge; decidedAt: number[] } {
  const clock = new VirtualClock({ startMs: 1_000 });
  const decidedAt: number[] = [];
  return { clock, judge: new Judge(clock, () => decidedAt.push(clock.now())), decidedAt };
}

describe('Judge', () => {
  test('decides once, at the instant it was set to', async () => {
    const { clock, judge, decidedAt } = judging();
    judge.set(1_250);
    expect(judge.at).toBe(1_250);
    await clock.advance(10_000);
    expect(decidedAt).toEqual([1_250]);
    expect(judge.at).toBe(Infinity);
    expect(clock.pendingTimers).toBe(0);
  });

  test('an instant that has passed is decided at once', async () => {
    const { clock, judge, decidedAt } = judging();
    judge.set(10);
    await clock.settle();
    expect(decidedAt).toEqual([1_000]);
  });

  test('the last instant set is the only one that counts', async () => {
    const { clock, judge, decidedAt } = judging();
    judge.set(1_100);
    judge.set(1_300);
    judge.set(1_200);
    await clock.advance(1_000);
    expect(decidedAt).toEqual([1_200]);
  });

  test('an infinite instant takes the decision back and leaves no timer', async () => {
    const { clock, judge, decidedAt } = judging();
    judge.set(1_100);
    judge.set(Infinity);
    expect([judge.at, clock.pendingTimers]).toEqual([Infinity, 0]);
    await clock.advance(1_000);
    expect(decidedAt).toEqual([]);
  });

  test('a cleared decision does not fire and leaves no timer', async () => {
    const { clock, judge, decidedAt } = judging();
    judge.set(1_100);
    judge.clear();
    judge.clear();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(1_000);
    expect(decidedAt).toEqual([]);
  });

  test('after the event loop was blocked, what has arrived is read before anything is decided', async () => {
    const { clock, judge, decidedAt } = judging();
    judge.set(1_100);
    clock.setTimer(() => clock.jump(5_000), 50);
    // Due in the same turn as the decision, like bytes that waited in the kernel meanwhile.
    clock.setTimer(() => judge.clear(), 5_040);
    await clock.advance(60_000);
    expect(decidedAt).toEqual([]);
  });

  test('what is read may also put the decision off', async () => {
    const { clock, judge, decidedAt } = judging();
    judge.set(1_100);
    clock.setTimer(() => clock.jump(5_000), 50);
    clock.setTimer(() => judge.set(clock.now() + 200), 5_040);
    await clock.advance(60_000);
    expect(decidedAt).toEqual([6_250]);
  });

  test('while it waits for the bytes to be read it still says for which instant', async () => {
    const { clock, judge, decidedAt } = judging();
    const seen: number[] = [];
    judge.set(1_100);
    clock.setTimer(() => seen.push(judge.at), 100);
    await clock.advance(100);
    expect(seen).toEqual([1_100]);
    expect(decidedAt).toEqual([1_100]);
  });

  test('a decision may set the next one', async () => {
    const clock = new VirtualClock();
    const decidedAt: number[] = [];
    const judge = new Judge(clock, () => {
      decidedAt.push(clock.now());
      if (decidedAt.length < 3) judge.set(clock.now() + 10);
    });
    judge.set(5);
    await clock.advance(100);
    expect(decidedAt).toEqual([5, 15, 25]);
  });
});
