import { READ_ONLY } from '../command-table.ts';

const BY_CHANCE = 'it answers by chance';
const BY_TIME = 'its answer changes as time passes, and the server does not tell of that';

/** Commands that only read keys and are not kept all the same, each with the reason. */
export const NEVER_CACHED: ReadonlyMap<string, string> = new Map([
  ['SRANDMEMBER', BY_CHANCE],
  ['HRANDFIELD', BY_CHANCE],
  ['ZRANDMEMBER', BY_CHANCE],
  ['TTL', BY_TIME],
  ['PTTL', BY_TIME],
  ['HTTL', BY_TIME],
  ['HPTTL', BY_TIME],
  ['OBJECT', 'its answer changes with each access, and the server does not tell of that'],
  ['XPENDING', BY_TIME],
  ['XINFO', BY_TIME],
  ['XREAD', 'what it answers depends on when it is asked, and it may wait'],
  ['SORT_RO', 'it may read keys that it does not name, of which the server does not tell'],
]);

/** Why replies to a command are not kept; `undefined` where they are. */
export function whyNotCached(name: string, keys: number): string | undefined {
  if (!READ_ONLY.has(name)) return 'it does not only read';
  return NEVER_CACHED.get(name) ?? (keys === 0 ? 'it names no key, or none that is known' : undefined);
}

/** The typed methods of the commands whose replies are kept. */
export const CACHED_METHODS = [
  'bitcount',
  'bitfieldRo',
  'bitpos',
  'dump',
  'exists',
  'expiretime',
  'geodist',
  'geohash',
  'geopos',
  'georadiusbymemberRo',
  'georadiusRo',
  'geosearch',
  'get',
  'getbit',
  'getrange',
  'hexists',
  'hexpiretime',
  'hget',
  'hgetall',
  'hkeys',
  'hlen',
  'hmget',
  'hpexpiretime',
  'hstrlen',
  'hvals',
  'lcs',
  'lindex',
  'llen',
  'lpos',
  'lrange',
  'mget',
  'pexpiretime',
  'scard',
  'sdiff',
  'sinter',
  'sintercard',
  'sismember',
  'smembers',
  'smismember',
  'strlen',
  'substr',
  'sunion',
  'type',
  'xlen',
  'xrange',
  'xrevrange',
  'zcard',
  'zcount',
  'zdiff',
  'zinter',
  'zintercard',
  'zlexcount',
  'zmscore',
  'zrange',
  'zrangebylex',
  'zrangebyscore',
  'zrank',
  'zrevrange',
  'zrevrangebylex',
  'zrevrangebyscore',
  'zrevrank',
  'zscore',
  'zunion',
] as const;

/** One of {@link CACHED_METHODS}. */
export type CachedMethodName = (typeof CACHED_METHODS)[number];
