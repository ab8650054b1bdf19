/** Why a command is not for a connection, and what to do instead. */
export interface Refusal {
  readonly why: string;
  readonly instead: string;
}

/**
 * Whose a connection is: `shared` by many callers at once, `pooled` for one call at a time, or `leased` to one caller
 * for as long as it needs it.
 */
export type Ownership = 'shared' | 'pooled' | 'leased';

/** Why a command is refused, by whose the connection is. `undefined`: there it is not. */
export type Refusals = Readonly<Record<Ownership, Refusal | undefined>>;

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

/** Where a command says for how long it waits on the server, in its first or last argument or in an option, and in which unit. */
export interface Waiting {
  readonly at: 'first' | 'last' | 'option';
  readonly unitMs: 1 | 1_000;
}

/** Commands that wait on the server, those with an option if they have it, unless they are part of a transaction. */
export const WAITING: ReadonlyMap<string, Waiting> = new Map([
  ...waiting('BLPOP BRPOP BRPOPLPUSH BLMOVE BZPOPMIN BZPOPMAX', { at: 'last', unitMs: 1_000 }),
  ...waiting('BLMPOP BZMPOP', { at: 'first', unitMs: 1_000 }),
  ...waiting('XREAD XREADGROUP', { at: 'option', unitMs: 1 }),
  ...waiting('WAIT WAITAOF', { at: 'last', unitMs: 1 }),
]);

const OWN_CONNECTION = 'use redis.dedicated()';

/** Why what waits on the server is refused in a pipeline. */
export const BLOCKING_REFUSAL: Refusal = {
  why: "it would hold up every other caller's replies while it waits",
  instead: 'call it by itself, which takes a connection of its own, or use redis.dedicated()',
};

/** What some connections cannot take, in a transaction or not. Subcommands are written as in ACL rules. */
export const REFUSED: ReadonlyMap<string, Refusals> = new Map([
  ...leasedOnly('WATCH UNWATCH', "it would decide over other callers' transactions"),
  ...leasedOnly(
    'MULTI EXEC DISCARD',
    "other callers' commands would become part of the transaction",
    'use redis.transaction([...]) or redis.dedicated()',
  ),
  ...leasedOnly(
    'SELECT',
    'it would move every caller to another database',
    'pass the database in the URL or as the option database, or use redis.dedicated()',
  ),
  ...leasedOnly(
    'CLIENT|SETNAME CLIENT|SETINFO',
    'what the server knows of the connection is for every caller',
    'to name the connection, pass the option clientName, or use redis.dedicated()',
  ),
  ...leasedOnly(
    'CLIENT|NO-TOUCH CLIENT|NO-EVICT CLIENT|CAPA CLIENT|IMPORT-SOURCE',
    'it would hold for every caller',
  ),
  ...refusals('WAIT WAITAOF', {
    shared: {
      why: "it would hold up every other caller's replies, and waits for their writes too",
      instead: OWN_CONNECTION,
    },
    pooled: {
      why: 'it waits for what was written on its own connection, which here each call has another of',
      instead: OWN_CONNECTION,
    },
    leased: undefined,
  }),
  ...subscribing('SUBSCRIBE UNSUBSCRIBE', 'subscribe'),
  ...subscribing('PSUBSCRIBE PUNSUBSCRIBE', 'psubscribe'),
  ...subscribing('SSUBSCRIBE SUNSUBSCRIBE', 'ssubscribe'),
  ...nowhere(
    'MONITOR',
    'it turns the connection into a log of all commands',
    'use redis.monitor() of a client made by Redis.connect() or Redis.start()',
  ),
  ...nowhere(
    'SYNC PSYNC REPLCONF',
    'it turns the connection into a stream of replication',
    'there is no way to it yet',
  ),
  ...nowhere(
    'AUTH',
    'it makes another user of whoever has the connection',
    'pass the option credentials, a function where they change',
  ),
  ...nowhere(
    'HELLO',
    'it changes the protocol under replies that are due',
    'the handshake does it, by the options credentials and clientName',
  ),
  ...nowhere('RESET', 'it would undo the handshake', 'close this client and start another'),
  ...nowhere('QUIT', 'it would end the connection for whoever has it next', 'use redis.close()'),
  ...nowhere(
    'READONLY READWRITE',
    'it changes what a node of a cluster answers',
    'pass the option readonly, with which the handshake does it',
  ),
  ...nowhere('ASKING', 'it changes what a node of a cluster answers', 'RedisClusterClient asks it by itself'),
  ...nowhere(
    'CLIENT|REPLY',
    'replies would be missing, and the others would reach the wrong calls',
    'there is no way to it yet',
  ),
  ...nowhere(
    'CLIENT|TRACKING CLIENT|CACHING',
    'it changes what the connection receives',
    'pass the option cache and read by redis.cached',
  ),
  ...nowhere('SCRIPT|DEBUG', 'it turns the connection into a debugger', 'use redis-cli --ldb'),
]);

/** What ends a transaction before its end, or begins another in it; inside one it is refused everywhere. */
export const TRANSACTION_BOUNDS: ReadonlySet<string> = words('MULTI EXEC DISCARD WATCH');

/** Subcommands of CLIENT that leave the connection as it is. Any other may have changed a setting of it. */
export const HARMLESS_OF_CLIENT: ReadonlySet<string> = words(
  'ID INFO LIST GETNAME GETREDIR TRACKINGINFO KILL PAUSE UNPAUSE UNBLOCK HELP',
);

/** Commands of which some subcommands are refused. */
export const CONTAINERS: ReadonlySet<string> = new Set(
  [...REFUSED.keys()].filter((name) => name.includes('|')).map((name) => name.slice(0, name.indexOf('|'))),
);

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** What a caller may do on a connection that is its own until it gives it back. */
function leasedOnly(
  names: string,
  why: string,
  instead: string = OWN_CONNECTION,
): [name: string, refusals: Refusals][] {
  const pooled = { why: 'it would be left behind for whichever call has the connection next', instead };
  return refusals(names, { shared: { why, instead }, pooled, leased: undefined });
}

/** What would break a connection for its caller too. */
function nowhere(names: string, why: string, instead: string): [name: string, refusals: Refusals][] {
  const refusal = { why, instead };
  return refusals(names, { shared: refusal, pooled: refusal, leased: refusal });
}

/** What changes what a connection receives, and has a method of clients with a shared connection. */
function subscribing(names: string, method: string): [name: string, refusals: Refusals][] {
  const why = 'it changes what the connection receives';
  const elsewhere = {
    why,
    instead: `use redis.${method}() of a client made by Redis.connect() or Redis.start()`,
  };
  return refusals(names, {
    shared: { why, instead: `use redis.${method}()` },
    pooled: elsewhere,
    leased: elsewhere,
  });
}

function refusals(names: string, each: Refusals): [name: string, refusals: Refusals][] {
  return [...words(names)].map((name) => [name, each]);
}

function waiting(names: string, how: Waiting): [name: string, how: Waiting][] {
  return [...words(names)].map((name) => [name, how]);
}
