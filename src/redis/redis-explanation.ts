import type { Explanation, PoolExplanation } from '../core/index.ts';
import type { ExplainedBeside } from './beside.ts';
import type { CacheExplanation } from './caching/cache-explanation.ts';
import type { ExplainedReach } from './reach.ts';

/** What a client with a shared connection says of itself. */
export interface RedisExplanation extends Explanation, ExplainedBeside, ExplainedReach {
  /** What is kept of what was read; `undefined` without the option `cache`. */
  readonly cache: CacheExplanation | undefined;
}

/** What a pool of connections to Redis says of itself. */
export interface RedisPoolExplanation extends PoolExplanation, ExplainedReach {}
