import { getEventListeners } from 'node:events';
import { VirtualClock } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { firstAnswer, STAGGER_MS } from '../../src/core/first-answer.ts';

const never = new Promise<never>(() => {});

describe('the first answer of several', () => {
  test('is that of the next where the one before has failed or is slow, and ends those that are still asked', async () => {
    const clock = new VirtualClock();
    const outer = new AbortController();
    const signals = new Map<string, AbortSignal>();
    const answer = firstAnswer(
      clock,
      ['refuses', 'hangs', 'answers', 'is spared'],
      async (candidate, signal) => {
        signals.set(candidate, signal);
        if (candidate === 'refuses') throw new Error('no');
        return candidate === 'hangs' ? never : candidate;
      },
      outer.signal,
    );
    expect(await clock.waitFor(answer)).toBe('answers');
    expect(clock.now()).toBe(STAGGER_MS);
    expect([...signals.keys()]).toEqual(['refuses', 'hangs', 'answers']);
    expect(signals.get('hangs')?.aborted).toBe(true);
    expect(getEventListeners(outer.signal, 'abort')).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('is not waited for once the outer signal has fired, whatever those do that are asked', async () => {
    const clock = new VirtualClock();
    const outer = new AbortController();
    const reason = new Error('closed');
    const answer = firstAnswer(clock, ['hangs', 'hangs too'], () => never, outer.signal);
    outer.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(getEventListeners(outer.signal, 'abort')).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('of nobody is none, and says what each has said', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    const errors = [new Error('one'), new Error('other')];
    const ask = async (index: number): Promise<never> => {
      throw errors[index]!;
    };
    await expect(firstAnswer(clock, [0, 1], ask, signal)).rejects.toMatchObject({ errors });
    await expect(firstAnswer(clock, [], ask, signal)).rejects.toMatchObject({ errors: [] });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
