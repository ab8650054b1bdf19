import type { OptionNames } from '../core/index.ts';
import type { RedisOptions, RedisPoolLimits, RedisPoolOptions } from './options.ts';

type OfOneServer = 'database' | 'role' | 'readonly' | 'sentinel';

/** Of every connection, also of those to the nodes of a cluster. */
export const NODE_OPTIONS: OptionNames<Omit<RedisPoolOptions, OfOneServer | keyof RedisPoolLimits>> = {
  endpoints: true,
  tls: true,
  credentials: true,
  clientName: true,
  name: true,
  keyPrefix: true,
  protocol: true,
  timeoutMs: true,
  whenDownWaitMs: true,
  stallAfterMs: true,
  connectTimeoutMs: true,
  handshakeTimeoutMs: true,
  backoff: true,
  slowRetryMs: true,
  limits: true,
};

const SERVER_OPTIONS: OptionNames<Omit<RedisOptions, 'maxPending' | 'cache' | 'dedicated'>> = {
  ...NODE_OPTIONS,
  database: true,
  role: true,
  readonly: true,
  sentinel: true,
};

/** What is a pool's own. */
export const POOL_LIMITS: OptionNames<RedisPoolLimits> = {
  max: true,
  min: true,
  idleOrder: true,
  whenBusy: true,
  maxWaiting: true,
  shedding: true,
  openTimeoutMs: true,
  lifetimeMs: true,
  idleTimeoutMs: true,
  checkAfterIdleMs: true,
  checkTimeoutMs: true,
  leakAfterMs: true,
};

/** Of `Redis.start()`. */
export const REDIS_OPTIONS: OptionNames<RedisOptions> = {
  ...SERVER_OPTIONS,
  maxPending: true,
  cache: true,
  dedicated: true,
};

/** Of `Redis.pool()`. */
export const REDIS_POOL_OPTIONS: OptionNames<RedisPoolOptions> = { ...SERVER_OPTIONS, ...POOL_LIMITS };
