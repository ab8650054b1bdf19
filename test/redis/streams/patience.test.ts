import { HawserError } from 'hawser';
import { VirtualClock } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { mayPass, Patience } from '../../../src/redis/streams/patience.ts';

const LOADING = new HawserError('LOADING', 'not yet', { outcome: 'refused' });

/** Patience with a server that is reached, and whose chance makes each pause as long as it may be. */
function patienceOf(clock: VirtualClock): Patience {
  const { signal } = new AbortController();
  return new Patience({ clock, random: () => 1, signal, ready: () => Promise.resolve(), endures: mayPass });
}

describe('what is refused for now', () => {
  test('is asked again after a pause that is no longer than it was refused for, nor than 2 s', async () => {
    const clock = new VirtualClock();
    const patience = patienceOf(clock);
    const askedAt: number[] = [];
    const ask = (): Promise<string> => {
      askedAt.push(clock.now());
      return askedAt.length === 10 ? Promise.resolve('answer') : Promise.reject(LOADING);
    };
    expect(await clock.waitFor(patience.ask(ask))).toBe('answer');
    expect(askedAt).toEqual([0, 50, 100, 200, 400, 800, 1_600, 3_200, 5_200, 7_200]);
  });

  test('is asked again soon when it was answered before, however long ago the refusals began', async () => {
    const clock = new VirtualClock();
    const patience = patienceOf(clock);
    for (let count = 0; count < 8; count += 1) await clock.waitFor(patience.endure(LOADING));
    patience.succeeded();
    const startedAt = clock.now();
    for (let count = 0; count < 2; count += 1) await clock.waitFor(patience.endure(LOADING));
    expect(clock.now() - startedAt).toBe(100);
  });
});
