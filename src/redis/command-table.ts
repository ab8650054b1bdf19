/** Why a command is not for a connection that many callers share, and what to do instead. */
export interface Refusal {
  readonly why: string;
  readonly instead: string;
}

/**
 * Commands that only read: asked twice, they change nothing more than asked once. Without scripts, cursors, commands
 * that may block, and those that have subcommands which write. TOUCH and PFCOUNT are not among them: they write.
 */
export const READ_ONLY: ReadonlySet<string> = words(`
  GET MGET GETRANGE SUBSTR STRLEN LCS GETBIT BITCOUNT BITPOS BITFIELD_RO DIGEST
  EXISTS TYPE TTL PTTL EXPIRETIME PEXPIRETIME KEYS RANDOMKEY DUMP OBJECT SORT_RO
  HGET HMGET HGETALL HKEYS HVALS HLEN HEXISTS HSTRLEN HRANDFIELD HTTL HPTTL HEXPIRETIME HPEXPIRETIME
  LRANGE LINDEX LLEN LPOS
  SMEMBERS SISMEMBER SMISMEMBER SCARD SRANDMEMBER SINTER SINTERCARD SUNION SDIFF
  ZRANGE ZRANGEBYSCORE ZRANGEBYLEX ZREVRANGE ZREVRANGEBYSCORE ZREVRANGEBYLEX ZRANK ZREVRANK ZSCORE ZMSCORE ZCARD
  ZCOUNT ZLEXCOUNT ZINTER ZINTERCARD ZUNION ZDIFF ZRANDMEMBER
  XRANGE XREVRANGE XREAD XLEN XPENDING XINFO
  GEODIST GEOHASH GEOPOS GEOSEARCH GEORADIUS_RO GEORADIUSBYMEMBER_RO
  PING ECHO TIME DBSIZE INFO LASTSAVE ROLE COMMAND PUBSUB
`);

/** Commands that wait on the server, unless they are part of a transaction. */
export const BLOCKING: ReadonlySet<string> = words(
  'BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP',
);

/** Commands that wait on the server if they have the option BLOCK, unless they are part of a transaction. */
export const BLOCKING_ON_REQUEST: ReadonlySet<string> = words('XREAD XREADGROUP');

/** Why what waits on the server is refused. */
export const BLOCKING_REFUSAL: Refusal = {
  why: "it would hold up every other caller's replies while it waits",
  instead: 'connections of their own for blocking commands are not there yet',
};

/** What a shared connection cannot take, in a transaction or not. Subcommands are written as in ACL rules. */
export const REFUSED: ReadonlyMap<string, Refusal> = new Map([
  ...refusals(
    'SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE',
    'it changes what the connection receives, for every caller',
    'subscriptions are not there yet',
  ),
  ...refusals('MONITOR', 'it turns the connection into a log of all commands', 'there is no way to it yet'),
  ...refusals(
    'SYNC PSYNC REPLCONF',
    'it turns the connection into a stream of replication',
    'there is no way to it yet',
  ),
  ...refusals(
    'WATCH UNWATCH',
    "it would decide over other callers' transactions",
    'leases, which it needs, are not there yet',
  ),
  ...refusals(
    'MULTI EXEC DISCARD',
    "other callers' commands would become part of the transaction",
    'use redis.transaction([...])',
  ),
  ...refusals(
    'SELECT',
    'it would move every caller to another database',
    'pass the database in the URL or as the option database',
  ),
  ...refusals(
    'AUTH',
    'it would make another user of every caller',
    'pass the option credentials, a function where they change',
  ),
  ...refusals(
    'HELLO',
    'it would change the protocol under replies that are due',
    'the handshake does it, by the options credentials and clientName',
  ),
  ...refusals('RESET', 'it would undo the handshake', 'close this connection and open another'),
  ...refusals('QUIT', 'it would end the connection for every caller', 'use redis.close()'),
  ...refusals(
    'WAIT WAITAOF',
    "it would hold up every other caller's replies, and waits for their writes too",
    'leases, which it needs, are not there yet',
  ),
  ...refusals(
    'READONLY READWRITE ASKING',
    'it would change what every caller is answered',
    'Redis Cluster is not there yet',
  ),
  ...refusals(
    'CLIENT|REPLY',
    'replies would be missing, and the others would reach the wrong callers',
    'there is no way to it yet',
  ),
  ...refusals(
    'CLIENT|TRACKING CLIENT|CACHING',
    'it changes what the connection receives, for every caller',
    'client-side caching is not there yet',
  ),
  ...refusals('CLIENT|SETNAME', 'the name is that of every caller', 'pass the option clientName'),
  ...refusals(
    'CLIENT|SETINFO',
    'the handshake has told the server what Hawser is',
    'to name the connection, pass the option clientName',
  ),
  ...refusals(
    'CLIENT|NO-TOUCH CLIENT|NO-EVICT CLIENT|CAPA CLIENT|IMPORT-SOURCE',
    'it would hold for every caller',
    'leases, which it needs, are not there yet',
  ),
  ...refusals('SCRIPT|DEBUG', 'it turns the connection into a debugger', 'use redis-cli --ldb'),
]);

/** Commands of which some subcommands are refused. */
export const CONTAINERS: ReadonlySet<string> = new Set(
  [...REFUSED.keys()].filter((name) => name.includes('|')).map((name) => name.slice(0, name.indexOf('|'))),
);

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

function refusals(names: string, why: string, instead: string): [name: string, refusal: Refusal][] {
  return [...words(names)].map((name) => [name, { why, instead }]);
}
