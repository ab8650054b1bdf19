import { RedisClient } from 'bun';

/** @returns {Promise<import('../workloads.mjs').Adapter>} */
export async function connect(url) {
  const redis = new RedisClient(url);
  await redis.connect();
  return {
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    incr: (key) => redis.incr(key),
    mget: (keys) => redis.mget(...keys),
    lrange: (key) => redis.send('LRANGE', [key, '0', '-1']),
    hgetall: (key) => redis.send('HGETALL', [key]),
    // It has no explicit pipeline; calls of one tick are sent together.
    pipeline: (keys) => Promise.all(keys.map((key) => redis.get(key))),
    pipelined: (reply, index) => reply[index],
    field: (hash, name) => hash[name],
    command: ([name, ...args]) => redis.send(name, args),
    close: async () => redis.close(),
  };
}
