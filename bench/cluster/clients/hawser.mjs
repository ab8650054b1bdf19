import { RedisClusterClient } from '../../../dist/redis/cluster/index.js';
import { adaptCluster } from './adapt.mjs';

/** @returns {Promise<import('../../redis/workloads.mjs').Adapter>} */
export async function connect(url) {
  const redis = await RedisClusterClient.connect(url);
  return adaptCluster({
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    incr: (key) => redis.incr(key),
    pipeline: (keys) => redis.pipeline(keys.map((key) => ['GET', key])),
    close: () => redis.close(),
  });
}
