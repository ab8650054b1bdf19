import { pipelineSource, type Environment, type LeasedPipeline, type PoolSource } from '../core/index.ts';
import type { SessionMark } from './dead-sessions.ts';
import { leasedProtocol, LeasedSession } from './leased-session.ts';
import type { RedisLine } from './line.ts';
import type { ResolvedRedisOptions } from './options.ts';
import type { RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';

/**
 * A source of connections to Redis that are lent. `died` is told of each that is over for us while the server may hold a call
 * on it, and needs not know that nobody is there any more.
 */
export function leasedSource(
  options: ResolvedRedisOptions,
  environment: Environment,
  died: (mark: SessionMark) => void,
): PoolSource<RedisLine, LeasedPipeline<RedisRequest, RedisReply>> {
  const source = pipelineSource(leasedProtocol(options), options.connection, environment);
  return {
    ...source,
    async open(attempt) {
      const line = await source.open(attempt);
      const { session } = line;
      line.onState(({ to }) => {
        if (to !== 'closed' || !(session instanceof LeasedSession)) return;
        if (session.isHeld && session.mark !== undefined) died(session.mark);
      });
      return line;
    },
  };
}
