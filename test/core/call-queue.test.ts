import { describe, expect, test } from 'vitest';
import { CallQueue } from '../../src/core/call-queue.ts';
import { HawserError, type Clock, type Slot, type Timer } from '../../src/core/machine/index.ts';
import type { Request } from '../../src/core/protocol.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

function requestOf(command: string): Request {
  return { command, bytes: 1, repeatable: false, silenceMs: 0, expectsReply: true };
}

/** An event loop: each turn takes a millisecond, runs the timers that are due, reads, and then what waits for that. */
class TurningClock implements Clock {
  #now = 0;
  readonly #timers = new Map<object, { readonly dueMs: number; readonly callback: () => void }>();
  readonly #afterPoll: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer = {};
    this.#timers.set(timer, { dueMs: this.#now + delayMs, callback });
    return timer;
  }

  clearTimer(timer: Timer): void {
    this.#timers.delete(timer);
  }

  afterPoll(callback: () => void): void {
    this.#afterPoll.push(callback);
  }

  turn(read: () => void): void {
    this.#now += 1;
    for (const [timer, { dueMs, callback }] of this.#timers) {
      if (dueMs > this.#now) continue;
      this.#timers.delete(timer);
      callback();
    }
    read();
    for (const callback of this.#afterPoll.splice(0)) callback();
  }
}

/** A queue that notes what became of its calls, as `command: outcome at time`. */
class Calls {
  readonly clock = new VirtualClock();
  readonly ends: string[] = [];
  /** How often the owner was told that calls have left, with how many are left. */
  readonly left: number[] = [];
  readonly queue: CallQueue<Request> = new CallQueue<Request>(this.clock, {
    late: (slot) => this.#error('DEADLINE', slot),
    aborted: (slot) => this.#error('ABORTED', slot),
    left: () => this.left.push(this.queue.slots.unsettled),
  });

  /** Makes a call and ends the tick with it. */
  add(command: string, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const ended = this.queue.add(requestOf(command), timeoutMs, 0, signal).then(
      (value) => void this.ends.push(`${command}: ${String(value)} at ${this.clock.now()}`),
      (error: HawserError) => void this.ends.push(`${error.message} at ${this.clock.now()}`),
    );
    this.queue.stamp(this.clock.now());
    return ended;
  }

  #error(code: string, slot: Slot<Request>): HawserError {
    return new HawserError(code, `${slot.request!.command}: ${code} while ${slot.phase}`, {
      outcome: 'unknown',
    });
  }
}

describe('CallQueue', () => {
  test('every call ends at its own deadline, in whatever order they were made', async () => {
    const calls = new Calls();
    void calls.add('a', 300);
    void calls.add('b', 100);
    void calls.add('c', 200);
    await calls.clock.advance(50);
    void calls.add('d', 100);
    await calls.clock.advance(1_000);
    expect(calls.ends).toEqual([
      'b: DEADLINE while waiting at 100',
      'd: DEADLINE while waiting at 150',
      'c: DEADLINE while waiting at 200',
      'a: DEADLINE while waiting at 300',
    ]);
    expect(calls.left).toEqual([3, 2, 1, 0]);
    expect([calls.queue.slots.requests, calls.clock.pendingTimers]).toEqual([0, 0]);
  });

  test('a deadline is kept though calls are made in every turn of the event loop', async () => {
    const clock = new TurningClock();
    const late: number[] = [];
    const queue: CallQueue<Request> = new CallQueue<Request>(clock, {
      late: () => {
        late.push(clock.now());
        return new HawserError('DEADLINE', 'late', { outcome: 'unknown' });
      },
      aborted: () => expect.unreachable('nothing is aborted'),
      left: () => {},
    });
    const call = (timeoutMs: number): void => {
      queue.add(requestOf('a'), timeoutMs, 0, undefined).catch(() => {});
      queue.stamp(clock.now());
    };
    call(10);
    for (let turn = 0; turn < 50; turn += 1) clock.turn(() => call(100_000));
    expect(late).toEqual([10]);
    await Promise.resolve();
  });

  test('the time of a call begins at the end of the tick in which it was made', async () => {
    const calls = new Calls();
    const ended = calls.queue.add(requestOf('a'), 100, 0, undefined).catch((error: unknown) => {
      calls.ends.push(`${(error as Error).message} at ${calls.clock.now()}`);
    });
    await calls.clock.advance(500);
    expect(calls.ends).toEqual([]);
    calls.queue.stamp(calls.clock.now());
    await calls.clock.waitFor(ended);
    expect(calls.ends).toEqual(['a: DEADLINE while waiting at 600']);
  });

  test('a call without a limit waits for ever, and no timer with it', async () => {
    const calls = new Calls();
    void calls.add('a', Infinity);
    expect(calls.clock.pendingTimers).toBe(0);
    await calls.clock.advance(1e9);
    expect(calls.ends).toEqual([]);
  });

  test('thousands of calls share one timer', () => {
    const calls = new Calls();
    for (let count = 0; count < 5_000; count += 1) void calls.add('a', 1_000 + (count % 7));
    expect(calls.clock.pendingTimers).toBe(1);
  });

  test('a call in flight that is late leaves its slot behind for the reply', async () => {
    const calls = new Calls();
    void calls.add('a', 100);
    calls.queue.slots.handOver(calls.queue.slots.nextWaiting()!);
    await calls.clock.advance(100);
    expect(calls.ends).toEqual(['a: DEADLINE while in-flight at 100']);
    const { slots } = calls.queue;
    expect([slots.abandoned, slots.head()?.phase]).toEqual([1, 'abandoned']);
  });

  test('an answered call does not end again at its deadline', async () => {
    const calls = new Calls();
    void calls.add('a', 100);
    void calls.add('b', 100);
    const { slots } = calls.queue;
    const slot = slots.nextWaiting()!;
    slots.handOver(slot);
    slots.answerHead(slot);
    calls.queue.settle(slot, 'fine');
    await calls.clock.advance(1_000);
    expect(calls.ends).toEqual(['a: fine at 0', 'b: DEADLINE while waiting at 100']);
  });

  test('a signal ends its calls in their order, and the watch over it ends with them', async () => {
    const calls = new Calls();
    const controller = new AbortController();
    void calls.add('a', 1_000, controller.signal);
    void calls.add('b', 1_000, controller.signal);
    const { slots } = calls.queue;
    slots.handOver(slots.nextWaiting()!);
    expect(calls.queue.signals).toBe(1);
    controller.abort();
    await calls.clock.settle();
    expect(calls.ends).toEqual(['a: ABORTED while in-flight at 0', 'b: ABORTED while waiting at 0']);
    expect([calls.queue.signals, slots.unsettled, slots.requests]).toEqual([0, 0, 1]);
    expect(calls.left).toEqual([1, 0]);
  });

  test('a call that ends in another way is watched no longer', async () => {
    const calls = new Calls();
    const controller = new AbortController();
    void calls.add('a', 100, controller.signal);
    await calls.clock.advance(100);
    expect(calls.queue.signals).toBe(0);
    controller.abort();
    await calls.clock.settle();
    expect(calls.ends).toEqual(['a: DEADLINE while waiting at 100']);
  });

  test('a queue that was stopped has no timer left', () => {
    const calls = new Calls();
    void calls.add('a', 100);
    calls.queue.stop();
    expect(calls.clock.pendingTimers).toBe(0);
  });
});
