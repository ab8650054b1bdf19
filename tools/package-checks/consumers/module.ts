import { Redis } from 'hawser/redis';
import { RedisServer } from 'hawser/testing';

export async function visits(): Promise<number> {
  await using server = await RedisServer.start();
  await using redis = await Redis.connect(server.url);
  const before: string | null = await redis.get('visits');
  return before === null ? await redis.incr('visits') : Number(before);
}
