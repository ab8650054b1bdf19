import { checkGroup, invalidOption, MAX_TIMER_MS, type OptionNames } from '../../core/index.ts';

/** What a client keeps of what it has read, for `redis.cached`. */
export interface RedisCacheOptions {
  /** Most replies that are kept; the one that was not read for longest goes first. Default 10,000. */
  readonly maxEntries?: number | undefined;
  /** Most memory that they take, with their keys, as it is estimated. Default 16 MiB. */
  readonly maxBytes?: number | undefined;
  /** How long a reply is kept at most, in milliseconds, whether the server tells of a change or not. Default: no limit. */
  readonly ttlMs?: number | undefined;
  /**
   * For how long after a loss of the connection `redis.cached.evenIfDown()` answers with what was known before it, in
   * milliseconds. Default 0: not at all, and what is known is forgotten with the connection.
   */
  readonly staleIfDownMs?: number | undefined;
}

/** {@link RedisCacheOptions}, checked and complete. */
export interface ResolvedCacheOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly ttlMs: number;
  readonly staleIfDownMs: number;
}

const NAMES: OptionNames<RedisCacheOptions> = {
  maxEntries: true,
  maxBytes: true,
  ttlMs: true,
  staleIfDownMs: true,
};

/** Throws INVALID_OPTION; also where the connection cannot be told of changes, since it speaks RESP2. */
export function resolveCacheOptions(
  cache: RedisCacheOptions | undefined,
  protocol: 2 | 3,
): ResolvedCacheOptions | undefined {
  if (cache === undefined) return undefined;
  const {
    maxEntries = 10_000,
    maxBytes = 16 * 1_048_576,
    ttlMs = Infinity,
    staleIfDownMs = 0,
  } = checkGroup('cache', cache, NAMES);
  if (protocol === 2) throw invalidOption('protocol', '3, since the option cache needs RESP3', protocol);
  for (const [name, value] of Object.entries({ maxEntries, maxBytes })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw invalidOption(`cache.${name}`, 'a whole number above 0', value);
  }
  for (const [name, value] of Object.entries({ ttlMs, staleIfDownMs })) {
    if (value === Infinity || (typeof value === 'number' && value >= 0 && value <= MAX_TIMER_MS)) continue;
    throw invalidOption(`cache.${name}`, `milliseconds from 0 to ${MAX_TIMER_MS} or Infinity`, value);
  }
  return { maxEntries, maxBytes, ttlMs, staleIfDownMs };
}
