import { expect, test } from '@jest/globals';
import { HawserError } from 'hawser';
import { Redis } from 'hawser/redis';
import { RedisServer } from 'hawser/testing';

test('a test that is an ES module imports it', async () => {
  const server = await RedisServer.start();
  const redis = await Redis.connect(server.url);
  expect(await redis.incr('visits')).toBe(1);
  await expect(redis.command(['NONE'])).rejects.toBeInstanceOf(HawserError);
  await redis.close();
  await server[Symbol.asyncDispose]();
});
