import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { HawserError } from '../../src/core/machine/index.ts';
import { Waits } from '../../src/core/waits.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

const late = (): HawserError => new HawserError('DEADLINE', 'too late', { outcome: 'not-sent' });

/** Waits, and how and when they ended, as `what@when`. */
class Waiting {
  readonly clock = new VirtualClock();
  readonly waits: Waits = new Waits(this.clock, 'wait');
  readonly ends: string[] = [];

  begin(name: string, timeoutMs: number, signal?: AbortSignal): void {
    const end = (how: string) => void this.ends.push(`${name}: ${how}@${this.clock.now()}`);
    this.waits.wait(timeoutMs, signal, late).then(
      () => end('well'),
      (error: HawserError) => end(error.code),
    );
  }
}

describe('Waits', () => {
  test('those who wait are told in their order, as many as there is room for', async () => {
    const waiting = new Waiting();
    for (const name of 'abc') waiting.begin(name, 1_000);
    expect(waiting.waits.size).toBe(3);
    waiting.waits.resolve(0);
    waiting.waits.resolve(2);
    await waiting.clock.advance(10);
    waiting.waits.resolve();
    await waiting.clock.settle();
    expect(waiting.ends).toEqual(['a: well@0', 'b: well@0', 'c: well@10']);
    expect([waiting.waits.size, waiting.clock.pendingTimers]).toEqual([0, 0]);
  });

  test('a wait ends at its deadline, and others go on', async () => {
    const waiting = new Waiting();
    waiting.begin('a', 100);
    waiting.begin('b', 300);
    await waiting.clock.advance(200);
    expect([waiting.ends, waiting.waits.size]).toEqual([['a: DEADLINE@100'], 1]);
    await waiting.clock.advance(200);
    expect([waiting.ends[1], waiting.waits.size]).toEqual(['b: DEADLINE@300', 0]);
  });

  test('a wait without a limit needs no timer', async () => {
    const waiting = new Waiting();
    waiting.begin('a', Infinity);
    expect(waiting.clock.pendingTimers).toBe(0);
    await waiting.clock.advance(1e9);
    waiting.waits.resolve();
    await waiting.clock.settle();
    expect(waiting.ends).toEqual(['a: well@1000000000']);
  });

  test('all waits can fail for one reason, with an error each', async () => {
    const waiting = new Waiting();
    for (const name of 'ab') waiting.begin(name, 100);
    const made: HawserError[] = [];
    waiting.waits.reject(() => {
      made.push(new HawserError('CLOSED', 'over', { outcome: 'not-sent' }));
      return made.at(-1)!;
    });
    await waiting.clock.advance(1_000);
    expect(waiting.ends).toEqual(['a: CLOSED@0', 'b: CLOSED@0']);
    expect([made.length, waiting.waits.size, waiting.clock.pendingTimers]).toEqual([2, 0, 0]);
  });

  test('a signal ends the wait, and its reason is the cause', async () => {
    const { waits, clock } = new Waiting();
    const controller = new AbortController();
    const wait = waits.wait(1_000, controller.signal, late);
    controller.abort(new Error('no longer needed'));
    await expect(wait).rejects.toMatchObject({
      code: 'ABORTED',
      name: 'AbortError',
      outcome: 'not-sent',
      cause: new Error('no longer needed'),
    });
    expect([waits.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  test('with a signal that has fired before, nothing begins', async () => {
    const { waits, clock } = new Waiting();
    await expect(waits.wait(1_000, AbortSignal.abort(), late)).rejects.toMatchObject({ code: 'ABORTED' });
    expect([waits.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  test.each<[string, (waiting: Waiting, controller: AbortController) => void]>([
    ['well', ({ waits }) => waits.resolve()],
    ['with an error', ({ waits }) => waits.reject(late)],
    ['at its deadline', () => {}],
    ['by its signal', (_, controller) => controller.abort()],
  ])('however it ends, its signal is listened to no more: %s', async (_, end) => {
    const waiting = new Waiting();
    const controller = new AbortController();
    waiting.begin('a', 100, controller.signal);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    end(waiting, controller);
    await waiting.clock.advance(1_000);
    expect(waiting.ends).toHaveLength(1);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });
});
