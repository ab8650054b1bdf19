import { Cluster } from 'ioredis';
import { adaptCluster } from './adapt.mjs';

/** @returns {Promise<import('../../redis/workloads.mjs').Adapter>} */
export async function connect(url, { autoPipelining }) {
  const redis = new Cluster([url], { enableAutoPipelining: autoPipelining, lazyConnect: true });
  redis.on('error', () => undefined);
  await redis.connect();
  return adaptCluster({
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    incr: (key) => redis.incr(key),
    close: () => redis.quit(),
  });
}
