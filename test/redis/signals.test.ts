import { getEventListeners } from 'node:events';
import { resp } from 'hawser/testing';
import { expect, onTestFinished, test } from 'vitest';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

const MANY = 12;

test('one signal for all that a program asks has one listener of ours, and so is no leak to Node', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error): void => void warnings.push(warning);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  const world = new RedisWorld();
  world.redis.on('BLPOP', () => 'silence');
  world.redis.on('XREAD', () => 'silence');
  world.redis.on('GET', () => 'silence');
  world.redis.on('MONITOR', () => ({ bytes: resp.simple('OK') }));
  world.redis.on('CLIENT', ({ command }) =>
    command.text.startsWith('CLIENT UNBLOCK') ? { bytes: resp.integer(0) } : undefined,
  );
  const controller = new AbortController();
  const { signal } = controller;
  const redis = await world.connect({ dedicated: { max: 3 * MANY } });
  const pool = world.pool({ max: MANY });
  const endings: Promise<unknown>[] = [];
  for (let index = 0; index < MANY; index += 1) {
    endings.push(
      endingOf(redis.blpop('jobs', 0, { signal })),
      endingOf(redis.subscribe(`news-${index}`, { signal }).next()),
      endingOf(redis.stream({ orders: '0' }, { signal }).next()),
      endingOf(redis.monitor({ signal }).next()),
      endingOf(pool.get('key', { signal })),
      endingOf(redis.ready({ signal })),
    );
  }
  await world.clock.advance(100);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  controller.abort();
  await world.clock.waitFor(Promise.all(endings));
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(warnings).toEqual([]);
});
