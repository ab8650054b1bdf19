import { Batch, GlideClient } from '@valkey/valkey-glide';

/** @returns {Promise<import('../workloads.mjs').Adapter>} */
export async function connect(url) {
  const { hostname, port } = new URL(url);
  const glide = await GlideClient.createClient({
    addresses: [{ host: hostname, port: Number(port) }],
    // By default it refuses more than 1,000 calls at a time and gives up after 250 ms, which no burst survives.
    inflightRequestsLimit: 200_000,
    requestTimeout: 60_000,
  });
  return {
    get: (key) => glide.get(key),
    set: (key, value) => glide.set(key, value),
    incr: (key) => glide.incr(key),
    mget: (keys) => glide.mget(keys),
    lrange: (key) => glide.lrange(key, 0, -1),
    hgetall: (key) => glide.hgetall(key),
    pipeline(keys) {
      const batch = new Batch(false);
      for (const key of keys) batch.get(key);
      return glide.exec(batch, false);
    },
    pipelined: (reply, index) => reply[index],
    // A hash comes as a list of its fields.
    field: (hash, name) => hash.find((entry) => entry.field === name)?.value,
    command: (args) => glide.customCommand(args),
    close: async () => glide.close(),
  };
}
