import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

describe('VirtualClock', () => {
  test('time stands still until it is told to pass', async () => {
    const clock = new VirtualClock({ startMs: 40 });
    let fired = 0;
    clock.setTimer(() => (fired += 1), 1);
    await clock.settle();
    expect([clock.now(), fired]).toEqual([40, 0]);
    await clock.advance(1);
    expect([clock.now(), fired]).toEqual([41, 1]);
  });

  test('timers fire in order of time, those of one instant in the order in which they were set', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const note = (name: string) => () => void fired.push(`${name}@${clock.now()}`);
    clock.setTimer(note('late'), 30);
    clock.setTimer(note('first of two'), 20);
    clock.setTimer(note('second of two'), 20);
    clock.setTimer(note('early'), 10.5);
    clock.setTimer(note('negative'), -5);
    await clock.advance(100);
    expect(fired).toEqual(['negative@0', 'early@10.5', 'first of two@20', 'second of two@20', 'late@30']);
    expect(clock.now()).toBe(100);
  });

  test('agrees with sorting for any set of timers, some of them cleared', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const delays = Array.from({ length: 500 }, (_, index) => (index * 7919) % 101);
    const timers = delays.map((delayMs, index) => clock.setTimer(() => void fired.push(index), delayMs));
    const isCleared = (index: number): boolean => index % 3 === 0;
    timers.filter((_, index) => isCleared(index)).forEach((timer) => clock.clearTimer(timer));
    await clock.advance(101);
    const expected = delays
      .map((delayMs, index) => ({ delayMs, index }))
      .filter(({ index }) => !isCleared(index))
      .toSorted((one, other) => one.delayMs - other.delayMs || one.index - other.index);
    expect(fired).toEqual(expected.map(({ index }) => index));
    expect(clock.pendingTimers).toBe(0);
  });

  test('a timer set in a promise continuation during an advance fires at its own time', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    clock.setTimer(() => {
      void Promise.resolve()
        .then(() => undefined)
        .then(() => clock.setTimer(() => fired.push(clock.now()), 5));
    }, 10);
    clock.setTimer(() => fired.push(clock.now()), 20);
    await clock.advance(30);
    expect(fired).toEqual([15, 20]);
  });

  test('between two timers of one instant, all microtasks, ticks and immediates have run', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.setTimer(() => {
      void (async () => {
        for (let hop = 0; hop < 1000; hop += 1) await Promise.resolve();
        order.push('a thousand microtasks');
        process.nextTick(() => {
          void Promise.resolve().then(() => process.nextTick(() => order.push('ticks of ticks')));
        });
        setImmediate(() => {
          order.push('immediate');
          void Promise.resolve().then(() => order.push('after the immediate'));
        });
      })();
    }, 10);
    clock.setTimer(() => order.push('second timer'), 10);
    await clock.advance(10);
    expect(order).toEqual([
      'a thousand microtasks',
      'ticks of ticks',
      'immediate',
      'after the immediate',
      'second timer',
    ]);
  });

  test('work queued before the clock is moved runs before the first timer', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.setTimer(() => order.push('timer'), 0);
    void Promise.resolve().then(() => order.push('microtask'));
    await clock.settle();
    expect(order).toEqual(['microtask', 'timer']);
  });

  test('a cleared timer does not fire, even when cleared by one of the same instant', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.setTimer(() => clock.clearTimer(second), 5);
    const second = clock.setTimer(() => fired.push('second'), 5);
    const third = clock.setTimer(() => fired.push('third'), 5);
    await clock.advance(5);
    clock.clearTimer(third);
    clock.clearTimer(second);
    expect(fired).toEqual(['third']);
  });

  test('pending timers are counted and described, next one first', async () => {
    const clock = new VirtualClock();
    const stall = clock.setTimer(() => undefined, 20);
    clock.setTimer(function retry() {}, 10);
    expect(clock.pendingTimers).toBe(2);
    expect(clock.describeTimers()).toEqual([
      '10 ms: function retry() {}',
      expect.stringMatching(/^20 ms: \(\) => /),
    ]);
    clock.clearTimer(stall);
    await clock.advance(10);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('afterPoll', () => {
  test('calls back after everything due at this instant, and before time moves on', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.setTimer(() => {
      clock.afterPoll(() => order.push(`after poll@${clock.now()}`));
      clock.setTimer(() => order.push('set meanwhile'), 0);
    }, 10);
    clock.setTimer(() => order.push('due at the same instant'), 10);
    clock.setTimer(() => order.push('next instant'), 10.001);
    await clock.advance(11);
    expect(order).toEqual(['due at the same instant', 'set meanwhile', 'after poll@10', 'next instant']);
  });

  test('what a callback leaves due at this instant runs before the next callback', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.afterPoll(() => {
      order.push('first');
      clock.setTimer(() => order.push('due'), 0);
      clock.afterPoll(() => order.push('third'));
    });
    clock.afterPoll(() => order.push('second'));
    await clock.settle();
    expect(order).toEqual(['first', 'due', 'second', 'third']);
  });
});

describe('jump', () => {
  test('moves time with nothing firing; then all that is overdue fires late, in order', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const note = (name: string) => () => void fired.push(`${name}@${clock.now()}`);
    clock.setTimer(note('second'), 20);
    clock.setTimer(note('first'), 10);
    clock.setTimer(note('not yet'), 31);
    clock.jump(30);
    await Promise.resolve();
    expect(fired).toEqual([]);
    await clock.settle();
    expect(fired).toEqual(['first@30', 'second@30']);
  });

  test('lets a deadline that fires late find what arrived while the process was frozen', async () => {
    const clock = new VirtualClock();
    let hasAnswer = false;
    let verdict = '';
    clock.setTimer(() => clock.afterPoll(() => (verdict = hasAnswer ? 'answered' : 'expired')), 10);
    clock.setTimer(() => (hasAnswer = true), 20);
    clock.jump(30);
    await clock.settle();
    expect(verdict).toBe('answered');
  });

  test('tells when something that was due could run', async () => {
    const clock = new VirtualClock();
    await clock.advance(10);
    clock.jump(20);
    await clock.advance(5);
    clock.jump(5);
    clock.jump(10);
    const later = [0, 9, 10, 29, 30, 34, 35, 49, 50, 60].map((ms) => clock.afterJumps(ms));
    expect(later).toEqual([0, 9, 30, 30, 30, 34, 50, 50, 50, 60]);
    expect([7, 8, 9, 33, 50].map((ms) => clock.afterJumps(ms, 2))).toEqual([7, 30, 30, 50, 50]);
    expect([9, 30].map((ms) => clock.afterJumps(ms, 5))).toEqual([50, 50]);
  });

  test('may be called by a callback: one that blocks the event loop', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    clock.setTimer(() => clock.jump(500), 10);
    clock.setTimer(() => fired.push(clock.now()), 20);
    await clock.advance(100);
    expect(fired).toEqual([510]);
    expect(clock.now()).toBe(510);
  });
});

describe('a pause', () => {
  test('is over when all that is due by then has run, what follows from it included', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const note = (what: string): void => void order.push(`${what}@${clock.now()}`);
    const paused = clock.pause(10).then(() => note('over'));
    clock.setTimer(() => {
      note('due');
      clock.afterPoll(() => {
        note('read');
        clock.setTimer(() => note('followed'), 0);
      });
    }, 10);
    clock.setTimer(() => note('later'), 11);
    await clock.waitFor(paused);
    expect(order).toEqual(['due@10', 'read@10', 'followed@10', 'over@10']);
    await clock.advance(5);
    expect(order.at(-1)).toBe('later@11');
  });

  test('lets code wait that is itself waited for, as often as it likes, and several at once', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const walk = async (name: string, ...pauses: readonly number[]): Promise<void> => {
      for (const ms of pauses) {
        await clock.pause(ms);
        order.push(`${name}@${clock.now()}`);
      }
    };
    await clock.waitFor(Promise.all([walk('a', 5, 0, 10), walk('b', 5, 5)]));
    expect(order).toEqual(['a@5', 'b@5', 'a@5', 'b@10', 'a@15']);
  });

  test('ends late when time jumps, behind all timers that were overdue', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const paused = clock.pause(10).then(() => order.push('over'));
    clock.setTimer(() => order.push('timer'), 20);
    clock.jump(30);
    expect(clock.jumpedMs).toBe(30);
    await clock.waitFor(paused);
    expect([order, clock.now(), clock.jumpedMs]).toEqual([['timer', 'over'], 30, 30]);
  });

  test('counts as a timer, until it is over', async () => {
    const clock = new VirtualClock();
    void clock.pause(20);
    clock.setTimer(function later() {}, 30);
    clock.setTimer(function sooner() {}, 10);
    expect([clock.pendingTimers, clock.describeTimers()]).toEqual([
      3,
      [
        '10 ms: function sooner() {}',
        '20 ms: function pauseIsOver() { resolve(); }',
        '30 ms: function later() {}',
      ],
    ]);
    await clock.advance(30);
    expect([clock.pendingTimers, clock.steps]).toEqual([0, 3]);
    await expect(clock.pause(-1)).rejects.toThrow(
      'pause: expected a finite number of milliseconds from 0 on, not -1',
    );
  });
});

describe('waitFor', () => {
  test('passes just enough time for a promise to settle', async () => {
    const clock = new VirtualClock();
    const answer = new Promise<string>((resolve) => clock.setTimer(() => resolve('pong'), 70));
    clock.setTimer(() => undefined, 71);
    expect(await clock.waitFor(answer)).toBe('pong');
    expect(clock.now()).toBe(70);
    expect(clock.pendingTimers).toBe(1);
  });

  test('takes no time for a promise that has settled, and passes on a rejection', async () => {
    const clock = new VirtualClock();
    clock.setTimer(() => undefined, 5);
    await expect(clock.waitFor(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(clock.now()).toBe(0);
  });

  test('says so when nothing can settle the promise any more', async () => {
    const clock = new VirtualClock();
    clock.setTimer(() => undefined, 2000);
    await expect(clock.waitFor(new Promise(() => undefined), 1000)).rejects.toThrow(
      'still pending, and no timer is due within 1000 ms',
    );
    expect(clock.pendingTimers).toBe(1);
  });
});

describe('misuse', () => {
  test('an endless loop of timers without delay is reported, with its callback', async () => {
    const clock = new VirtualClock({ stepsPerInstantMax: 500 });
    const spin = (): void => void clock.setTimer(spin, 0);
    spin();
    await expect(clock.advance(10)).rejects.toThrow(
      /Time stands still at 0 ms: 500 .* clock\.setTimer\(spin/,
    );
  });

  test('as many callbacks as that are fine when time moves on between them', async () => {
    const clock = new VirtualClock({ stepsPerInstantMax: 10 });
    let ticks = 0;
    const tick = (): void => {
      ticks += 1;
      clock.setTimer(tick, 1);
    };
    tick();
    await clock.advance(1000);
    expect(ticks).toBe(1001);
  });

  test('a callback that throws rejects the advance, and the clock goes on from there', async () => {
    const clock = new VirtualClock();
    let fired = 0;
    clock.setTimer(() => {
      throw new Error('a timer threw');
    }, 5);
    clock.setTimer(() => (fired += 1), 6);
    await expect(clock.advance(10)).rejects.toThrow('a timer threw');
    expect([clock.now(), fired]).toEqual([5, 0]);
    await clock.advance(5);
    expect(fired).toBe(1);
  });

  test('two movements at a time are refused', async () => {
    const clock = new VirtualClock();
    const first = clock.advance(1);
    await expect(clock.settle()).rejects.toThrow('already being moved');
    await first;
    await clock.settle();
  });

  test('delays and movements that are no finite time are refused', async () => {
    const clock = new VirtualClock();
    expect(() => clock.setTimer(() => undefined, NaN)).toThrow(RangeError);
    expect(() => clock.setTimer(() => undefined, Infinity)).toThrow(RangeError);
    expect(() => clock.jump(-1)).toThrow(RangeError);
    await expect(clock.advance(-1)).rejects.toThrow(RangeError);
    await expect(clock.advance(Infinity)).rejects.toThrow(RangeError);
    expect(() => clock.clearTimer({})).toThrow(TypeError);
  });
});
