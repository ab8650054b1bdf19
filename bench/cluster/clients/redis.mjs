import { createCluster } from 'redis';
import { adaptCluster } from './adapt.mjs';

/** @returns {Promise<import('../../redis/workloads.mjs').Adapter>} */
export async function connect(url, { timeout }) {
  const redis = createCluster({
    rootNodes: [{ url }],
    ...(timeout === undefined ? {} : { defaults: { commandOptions: { timeout } } }),
  });
  redis.on('error', () => undefined);
  await redis.connect();
  return adaptCluster({
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    incr: (key) => redis.incr(key),
    close: () => redis.close(),
  });
}
