import { Redis } from '../../../dist/redis/index.js';

/** @returns {Promise<import('../workloads.mjs').Adapter>} */
export async function connect(url) {
  const redis = await Redis.connect(url);
  return {
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    incr: (key) => redis.incr(key),
    mget: (keys) => redis.mget(keys),
    lrange: (key) => redis.lrange(key, 0, -1),
    hgetall: (key) => redis.hgetall(key),
    pipeline: (keys) => redis.pipeline(keys.map((key) => ['GET', key])),
    pipelined: (reply, index) => reply[index],
    field: (hash, name) => hash[name],
    command: (args) => redis.command(args),
    close: () => redis.close(),
  };
}
