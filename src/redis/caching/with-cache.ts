import { systemEnvironment, type Environment } from '../../core/index.ts';
import type { RedisProtocol } from '../line.ts';
import type { ResolvedRedisOptions } from '../options.ts';
import { redisProtocol } from '../session.ts';
import { cachingProtocol } from './caching-session.ts';
import { ReadCache } from './read-cache.ts';

/** A client's options with its cache, if it is to have one: its connection keeps that, and all that writes tells it. */
export function withCache(
  resolved: ResolvedRedisOptions,
  { clock }: Environment = systemEnvironment,
): {
  readonly resolved: ResolvedRedisOptions;
  readonly cache: ReadCache | undefined;
  readonly protocol: RedisProtocol;
} {
  const { cache: options, commands, credentials } = resolved;
  if (options === undefined) return { resolved, cache: undefined, protocol: redisProtocol(resolved) };
  const { keyPrefix, timeoutMs, stallAfterMs } = commands;
  const mayChangeUser = typeof credentials.given === 'function';
  const cache = new ReadCache({ clock, options, keyPrefix, timeoutMs, stallAfterMs, mayChangeUser });
  // Before the connection authenticates anew: what is read from then on is read behind that.
  credentials.onRenewed(() => cache.userMayHaveChanged());
  return {
    resolved: { ...resolved, commands: { ...commands, writes: cache } },
    cache,
    protocol: cachingProtocol(resolved, cache),
  };
}
