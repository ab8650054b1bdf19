import { Redis } from 'iovalkey';
import { adapt } from './ioredis-like.mjs';

/** @returns {Promise<import('../workloads.mjs').Adapter>} */
export function connect(url, settings) {
  return adapt(Redis, url, settings);
}
