/** ioredis and iovalkey, a fork of it, are spoken to alike. @returns {Promise<import('../workloads.mjs').Adapter>} */
export async function adapt(Client, url, { autoPipelining }) {
  const redis = new Client(url, {
    enableAutoPipelining: autoPipelining,
    enableOfflineQueue: false,
    lazyConnect: true,
  });
  await redis.connect();
  return {
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    incr: (key) => redis.incr(key),
    mget: (keys) => redis.mget(keys),
    lrange: (key) => redis.lrange(key, 0, -1),
    hgetall: (key) => redis.hgetall(key),
    pipeline: (keys) => redis.pipeline(keys.map((key) => ['get', key])).exec(),
    // One pair per call: its error and its value.
    pipelined: (reply, index) => reply[index][1],
    field: (hash, name) => hash[name],
    command: ([name, ...args]) => redis.call(name, args),
    close: () => redis.quit(),
  };
}
