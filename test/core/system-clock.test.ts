import { performance } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/system-clock.ts';

function afterTimer(delayMs: number): Promise<number> {
  const start = systemClock.now();
  return new Promise((resolve) => {
    systemClock.setTimer(() => resolve(systemClock.now() - start), delayMs);
  });
}

describe('the system clock', () => {
  test('never fires a timer before its time', async () => {
    const delays = Array.from({ length: 40 }, (_, index) => index * 0.37);
    const waited = await Promise.all(delays.map(afterTimer));
    for (const [index, delayMs] of delays.entries()) expect(waited[index]).toBeGreaterThanOrEqual(delayMs);
  });

  test('fires a timer that is already due, and none that was cleared', async () => {
    const timer = systemClock.setTimer(() => expect.unreachable(), 1);
    systemClock.clearTimer(timer);
    systemClock.clearTimer(timer);
    await afterTimer(-1);
    await afterTimer(5);
  });

  test('keeps a timer that is further away than a timer of Node can be', async () => {
    const timers = [2 ** 31, Infinity].map((delayMs) =>
      systemClock.setTimer(() => expect.unreachable(), delayMs),
    );
    await afterTimer(5);
    for (const timer of timers) systemClock.clearTimer(timer);
  });

  test('polls for what has arrived before it calls back', async () => {
    const start = performance.now();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        systemClock.afterPoll(() => {
          order.push('after the poll');
          resolve();
        });
        queueMicrotask(() => order.push('microtask'));
      }, 1);
    });
    expect(order).toEqual(['microtask', 'after the poll']);
    expect(systemClock.now()).toBeGreaterThanOrEqual(start);
  });
});
