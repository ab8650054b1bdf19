import type { RedisServer } from 'hawser/testing';
import { expect, test } from 'vitest';
import { startTogether } from '../../src/testing/servers/start-together.ts';

test('servers that have started are stopped when one of them has not, whose error is told', async () => {
  const stopped: string[] = [];
  const server = (name: string): RedisServer => {
    const parts = { kill: () => Promise.resolve(), stop: () => Promise.resolve(void stopped.push(name)) };
    return parts as Partial<RedisServer> as RedisServer;
  };
  const failure = new Error('no port');
  const late = new Promise<RedisServer>((resolve) => setImmediate(resolve, server('late')));
  const start = startTogether([Promise.resolve(server('early')), Promise.reject(failure), late]);
  await expect(start).rejects.toBe(failure);
  expect(stopped).toEqual(['early', 'late']);
});
