import { weigh } from '../footprint.mjs';
import { Redis } from '../../../dist/redis/index.js';

export async function connect(url, options) {
  return { ...adapt(Redis.pool(url, options)), weigh };
}

/** @returns {Omit<import('../ways.mjs').WayClient, 'weigh'>} */
export function adapt(redis) {
  return {
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    mget: (keys) => redis.mget(keys),
    command: (args) => redis.command(args),
    close: () => redis.close(),
  };
}
