import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { HawserError } from '../../src/core/machine/index.ts';
import { WaitLimits, type Wait, type WaitOwner } from '../../src/core/wait-limits.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

/** Those who wait for one thing, and how and when their waits ended, as `what@when`. */
class Thing implements WaitOwner<string> {
  readonly ends: string[] = [];
  readonly waits: Wait<string>[] = [];
  readonly #clock: VirtualClock;
  readonly #limits: WaitLimits<string>;

  constructor(clock: VirtualClock, limits: WaitLimits<string>) {
    this.#clock = clock;
    this.#limits = limits;
  }

  begin(timeoutMs: number, signal?: AbortSignal): Promise<string> {
    const result = new Promise<string>((settle) => {
      this.waits.push(this.#limits.begin(this, settle, timeoutMs, signal));
    });
    result.then(
      (value) => this.ends.push(`${value}@${this.#clock.now()}`),
      (error: HawserError) => this.ends.push(`${error.code}@${this.#clock.now()}`),
    );
    return result;
  }

  late(): HawserError {
    return new HawserError('DEADLINE', 'too late', { outcome: 'not-sent' });
  }

  aborted(): HawserError {
    return new HawserError('ABORTED', 'aborted', { outcome: 'not-sent' });
  }

  left(wait: Wait<string>): void {
    this.waits.splice(this.waits.indexOf(wait), 1);
  }
}

function things(): { clock: VirtualClock; limits: WaitLimits<string>; one: Thing; other: Thing } {
  const clock = new VirtualClock();
  const limits = new WaitLimits<string>(clock);
  return { clock, limits, one: new Thing(clock, limits), other: new Thing(clock, limits) };
}

test('waits for several things have one timer, and each ends at its own deadline', async () => {
  const { clock, one, other } = things();
  for (const timeoutMs of [100, 300, 200]) {
    one.begin(timeoutMs).catch(() => {});
    other.begin(timeoutMs + 50).catch(() => {});
  }
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(1_000);
  expect(one.ends).toEqual(['DEADLINE@100', 'DEADLINE@200', 'DEADLINE@300']);
  expect(other.ends).toEqual(['DEADLINE@150', 'DEADLINE@250', 'DEADLINE@350']);
  expect([one.waits, other.waits, clock.pendingTimers]).toEqual([[], [], 0]);
});

test('there is no timer once nobody waits with a deadline', async () => {
  const { clock, limits, one } = things();
  for (const timeoutMs of [Infinity, 100, 200]) void one.begin(timeoutMs);
  const [forever, ...timed] = one.waits;
  for (const wait of timed) limits.end(wait, 'there');
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(1_000);
  limits.end(forever!, 'there');
  await clock.settle();
  expect(one.ends).toEqual(['there@0', 'there@0', 'there@1000']);
});

test('nobody gets less time than was asked for, and part of a millisecond is a whole one', async () => {
  const { clock, one } = things();
  for (const timeoutMs of [10.9, 10.1]) one.begin(timeoutMs).catch(() => {});
  await clock.advance(100);
  expect(one.ends).toEqual(['DEADLINE@11', 'DEADLINE@11']);
});

test('a signal ends the waits that were given it, and is listened to once for all of them', async () => {
  const { clock, one, other } = things();
  const controller = new AbortController();
  const { signal } = controller;
  one.begin(100, signal).catch(() => {});
  other.begin(100, signal).catch(() => {});
  other.begin(100).catch(() => {});
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  controller.abort();
  await clock.advance(100);
  expect([one.ends, other.ends]).toEqual([['ABORTED@0'], ['ABORTED@0', 'DEADLINE@100']]);
});

test('an error has the stack of whoever awaits it', async () => {
  const { clock, limits, one } = things();
  async function askTheServer(): Promise<string> {
    return await new Promise<string>((settle) => {
      one.waits.push(limits.begin(one, settle, 100, undefined));
    });
  }
  const ends = Promise.allSettled([askTheServer(), askTheServer()]);
  limits.fail(one.waits[1]!, new Error('no'));
  await clock.advance(100);
  for (const end of await ends) {
    const { stack } = (end as PromiseRejectedResult).reason as Error;
    expect(stack).toMatch(/^(Hawser)?Error: (too late|no)\n {4}at (async )?askTheServer /);
  }
});

test('waits within one another are over when the time is that the first was given, whatever part of a millisecond it is', async () => {
  const clock = new VirtualClock();
  await clock.advance(1_000.25);
  const waits = [1, 2, 3].map(() => new Thing(clock, new WaitLimits<string>(clock)));
  await clock.waitFor(
    waits[0]!
      .begin(0)
      .catch(() => waits[1]!.begin(0))
      .catch(() => waits[2]!.begin(0))
      .catch(() => {}),
  );
  expect(clock.now()).toBe(1_000.25);
  waits[0]!.begin(2.5).catch(() => {});
  await clock.advance(3);
  expect(waits[0]!.ends).toEqual(['DEADLINE@1000.25', 'DEADLINE@1003.25']);
});
