import { describe, expect, test } from 'vitest';
import { SENTINELS_LEARNT_MAX, SentinelGroup } from '../../src/redis/sentinel/sentinel-group.ts';
import { ENDPOINT, RedisWorld } from '../support/redis-world.ts';
import { OTHER, SENTINELS } from '../support/sentinel-world.ts';

describe('what is remembered of Sentinels', () => {
  test('is bounded, and those that were listed are never forgotten', () => {
    const group = new SentinelGroup('main', SENTINELS);
    const many = Array.from({ length: 1_000 }, (_, index) => ({ host: `s${index}.test`, port: 26_379 }));
    group.believe({ from: OTHER, primary: ENDPOINT, epoch: 1, others: many, replicas: [] });
    group.believe({ from: many[7]!, primary: ENDPOINT, epoch: 1, others: [], replicas: [] });
    expect(group.sentinels.slice(0, 5)).toEqual([many[7], OTHER, ...SENTINELS]);
    expect(group.sentinels).toHaveLength(SENTINELS.length + SENTINELS_LEARNT_MAX);
  });
});

describe('options', () => {
  test.each([
    [{ sentinel: 'main' }, 'option sentinel: expected an object, got string'],
    [{ sentinel: {} }, 'option sentinel.group: expected a name, got undefined'],
    [
      { sentinel: { group: 'main', credentials: 5 } },
      'option sentinel.credentials: expected an object or a function',
    ],
    [{ sentinel: { group: 'main' }, endpoints: [] }, 'option endpoints: expected at least one endpoint'],
  ])('%j is refused by name', (options, message) => {
    const world = new RedisWorld();
    expect(() => world.start(options as object)).toThrow(message);
  });
});
