import {
  HawserError,
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

/** Connections of their own for those who have a shared one. The pool of them is made when the first is asked for. */
export class DedicatedConnections {
  readonly #start: () => RedisLeases;
  #leases: RedisLeases | 'unasked' | 'closed' = 'unasked';

  constructor(start: () => RedisLeases) {
    this.#start = start;
  }

  /** The pool. Throws CLOSED. */
  get leases(): RedisLeases {
    if (this.#leases === 'closed') {
      const init = { outcome: 'not-sent', command: 'dedicated' } as const;
      throw new HawserError('CLOSED', 'dedicated: the client was closed by its owner', init);
    }
    if (this.#leases === 'unasked') this.#leases = this.#start();
    return this.#leases;
  }

  /** Accepts nothing more, and ends as `Pool.close` does. */
  async close(options: WaitOptions | undefined): Promise<void> {
    if (this.#leases === 'unasked') this.#leases = 'closed';
    if (this.#leases !== 'closed') await this.#leases.close(options);
  }
}
