import {
  Pool,
  pipelineSource,
  systemEnvironment,
  type Environment,
  type LeasedPipeline,
  type Pipeline,
  type WaitOptions,
} from '../core/index.ts';
import { leasedProtocol } from './leased-session.ts';
import type { CommandLimits, ResolvedRedisOptions } from './options.ts';
import { RedisConnection } from './redis-connection.ts';
import type { RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';
import { invalidArgument } from './resp-encoder.ts';

/** Connections to Redis that are lent, one caller each. */
export type RedisLeases = Pool<
  Pipeline<RedisRequest, RedisReply, RedisReply[]>,
  LeasedPipeline<RedisRequest, RedisReply>
>;

/** A pool of connections to Redis; none is opened before it is asked for. */
export function startLeases(
  options: ResolvedRedisOptions,
  environment: Environment = systemEnvironment,
): RedisLeases {
  const source = pipelineSource(leasedProtocol(options), options.connection, environment);
  return Pool.start(source, options.pool, environment);
}

/** Lends a connection for as long as `use` takes. */
export function lendFor<T>(
  leases: RedisLeases,
  limits: CommandLimits,
  use: (connection: RedisConnection) => Promise<T> | T,
  options: WaitOptions | undefined,
): Promise<T> {
  if (typeof use !== 'function') {
    return Promise.reject(invalidArgument('what dedicated() is for', 'function', use, 'dedicated'));
  }
  return leases.with((leased) => use(new RedisConnection(leased, limits)), options);
}
