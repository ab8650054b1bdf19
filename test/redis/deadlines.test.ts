import { Redis } from 'hawser/redis';
import { expect, test } from 'vitest';
import type { Clock } from '../../src/core/index.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

test('calls that are late in one turn share one explanation, though time goes on between them', async () => {
  const world = new RedisWorld();
  const { clock: virtual, network } = world;
  let looks = 0;
  // As the system's, which never tells the same time twice.
  const clock: Clock = {
    now: () => virtual.now() + (looks += 1) / 1_000_000,
    setTimer: (callback, delayMs) => virtual.setTimer(callback, delayMs),
    clearTimer: (timer) => virtual.clearTimer(timer),
    afterPoll: (callback) => virtual.afterPoll(callback),
  };
  const client = Redis.start(
    'redis://redis.test',
    {},
    { clock, random: new SeededRandom(1).next, dial: network.dial },
  );
  await virtual.waitFor(client.ready());
  world.redis.on('GET', () => 'silence');
  const endings = Promise.all(
    Array.from({ length: 100 }, () => endingOf(client.get('key', { timeoutMs: 50 }))),
  );
  const explanations = new Set<unknown>();
  for (const ending of await virtual.waitFor(endings)) {
    if (!('error' in ending)) throw new Error('It was answered.');
    expect(ending.error.explanation).toMatchObject({ state: 'ready', inFlight: 100 });
    explanations.add(ending.error.explanation);
  }
  expect(explanations.size).toBe(1);
  await virtual.waitFor(client.close({ timeoutMs: 0 }));
});
