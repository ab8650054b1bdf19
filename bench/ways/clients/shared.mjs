import { weigh } from '../footprint.mjs';
import { Redis } from '../../../dist/redis/index.js';
import { adapt } from './redis-pool.mjs';

export async function connect(url) {
  const redis = Redis.start(url);
  await redis.ready();
  return { ...adapt(redis), weigh };
}
