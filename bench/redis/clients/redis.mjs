import { createClient } from 'redis';

/** @returns {Promise<import('../workloads.mjs').Adapter>} */
export async function connect(url, { timeout }) {
  const redis = createClient({
    url,
    disableOfflineQueue: true,
    // A command timeout of zero is none. Left alone, it is five seconds.
    ...(timeout === undefined ? {} : { commandOptions: { timeout } }),
  });
  // Without a listener, an error would end the process. The calls themselves tell what went wrong.
  redis.on('error', () => undefined);
  await redis.connect();
  return {
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    incr: (key) => redis.incr(key),
    mget: (keys) => redis.mGet(keys),
    lrange: (key) => redis.lRange(key, 0, -1),
    hgetall: (key) => redis.hGetAll(key),
    pipeline(keys) {
      const batch = redis.multi();
      for (const key of keys) batch.get(key);
      return batch.execAsPipeline();
    },
    pipelined: (reply, index) => reply[index],
    field: (hash, name) => hash[name],
    command: (args) => redis.sendCommand(args),
    close: () => redis.close(),
  };
}
