// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { RedisPairs, Values } from '../command-values.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link HashCommands.hexpire}. */
export interface HexpireOptions extends CallOptions {
  /** `NX` */
  readonly nx?: boolean | undefined;
  /** `XX` */
  readonly xx?: boolean | undefined;
  /** `GT` */
  readonly gt?: boolean | undefined;
  /** `LT` */
  readonly lt?: boolean | undefined;
}

/** Options of {@link HashCommands.hexpireat}. */
export interface HexpireatOptions extends CallOptions {
  /** `NX` */
  readonly nx?: boolean | undefined;
  /** `XX` */
  readonly xx?: boolean | undefined;
  /** `GT` */
  readonly gt?: boolean | undefined;
  /** `LT` */
  readonly lt?: boolean | undefined;
}

/** Options of {@link HashCommands.hgetex}. */
export interface HgetexOptions extends CallOptions {
  /** `EX ex` */
  readonly ex?: number | bigint | undefined;
  /** `PX px` */
  readonly px?: number | bigint | undefined;
  /** `EXAT exat` */
  readonly exat?: number | bigint | undefined;
  /** `PXAT pxat` */
  readonly pxat?: number | bigint | undefined;
  /** `PERSIST` */
  readonly persist?: boolean | undefined;
}

/** Options of {@link HashCommands.hpexpire}. */
export interface HpexpireOptions extends CallOptions {
  /** `NX` */
  readonly nx?: boolean | undefined;
  /** `XX` */
  readonly xx?: boolean | undefined;
  /** `GT` */
  readonly gt?: boolean | undefined;
  /** `LT` */
  readonly lt?: boolean | undefined;
}

/** Options of {@link HashCommands.hpexpireat}. */
export interface HpexpireatOptions extends CallOptions {
  /** `NX` */
  readonly nx?: boolean | undefined;
  /** `XX` */
  readonly xx?: boolean | undefined;
  /** `GT` */
  readonly gt?: boolean | undefined;
  /** `LT` */
  readonly lt?: boolean | undefined;
}

/** Options of {@link HashCommands.hrandfield}. */
export interface HrandfieldOptions extends CallOptions {
  /** `count [WITHVALUES]` */
  readonly count?: number | bigint | undefined;
  /** `WITHVALUES` */
  readonly withvalues?: boolean | undefined;
}

/** Options of {@link HashCommands.hscanPage}. */
export interface HscanPageOptions extends CallOptions {
  /** `MATCH match` */
  readonly match?: RedisArgument | undefined;
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
}

/** Options of {@link HashCommands.hsetex}. */
export interface HsetexOptions extends CallOptions {
  /** `FNX` */
  readonly fnx?: boolean | undefined;
  /** `FXX` */
  readonly fxx?: boolean | undefined;
  /** `EX ex` */
  readonly ex?: number | bigint | undefined;
  /** `PX px` */
  readonly px?: number | bigint | undefined;
  /** `EXAT exat` */
  readonly exat?: number | bigint | undefined;
  /** `PXAT pxat` */
  readonly pxat?: number | bigint | undefined;
  /** `KEEPTTL` */
  readonly keepttl?: boolean | undefined;
}

/** Commands of the group hash. */
export interface HashCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Delete one or more hash fields.
   *
   * `HDEL key field ...`, since 2.0.0. O(N) where N is the number of fields to be removed.
   */
  hdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  hdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  hdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Determine if a hash field exists.
   *
   * `HEXISTS key field`, since 2.0.0. O(1).
   */
  hexists(key: RedisArgument, field: RedisArgument, options?: CallOptions): Answers<boolean>[As];

  /**
   * Let fields of a hash expire after so many seconds.
   *
   * `HEXPIRE key seconds [NX | XX | GT | LT] FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hexpire(key: RedisArgument, seconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HexpireOptions & AsNumbers): Answers<number[]>[As];
  hexpire(key: RedisArgument, seconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options: HexpireOptions & AsBigints): Answers<bigint[]>[As];
  hexpire(key: RedisArgument, seconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HexpireOptions): Answers<(number | bigint)[]>[As];

  /**
   * Let fields of a hash expire at a time, in seconds.
   *
   * `HEXPIREAT key unixTimeSeconds [NX | XX | GT | LT] FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hexpireat(key: RedisArgument, unixTimeSeconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HexpireatOptions & AsNumbers): Answers<number[]>[As];
  hexpireat(key: RedisArgument, unixTimeSeconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options: HexpireatOptions & AsBigints): Answers<bigint[]>[As];
  hexpireat(key: RedisArgument, unixTimeSeconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HexpireatOptions): Answers<(number | bigint)[]>[As];

  /**
   * Tell when fields of a hash expire, in seconds.
   *
   * `HEXPIRETIME key FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number[]>[As];
  hexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint[]>[As];
  hexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(number | bigint)[]>[As];

  /**
   * Get the value of a hash field.
   *
   * `HGET key field`, since 2.0.0. O(1).
   */
  hget(key: RedisArgument, field: RedisArgument, options?: CallOptions & AsText): Answers<string | null>[As];
  hget(key: RedisArgument, field: RedisArgument, options: CallOptions & AsBuffers): Answers<Buffer | null>[As];
  hget(key: RedisArgument, field: RedisArgument, options?: CallOptions): Answers<string | Buffer | null>[As];

  /**
   * Get all the fields and values in a hash.
   *
   * `HGETALL key`, since 2.0.0. O(N) where N is the size of the hash.
   */
  hgetall(key: RedisArgument, options?: CallOptions & AsText): Answers<Record<string, string>>[As];
  hgetall(key: RedisArgument, options: CallOptions & AsBuffers): Answers<Record<string, Buffer>>[As];
  hgetall(key: RedisArgument, options?: CallOptions): Answers<Record<string, string | Buffer>>[As];

  /**
   * Get fields of a hash, and remove them.
   *
   * `HGETDEL key FIELDS numkeys field ...`, since Redis 8.0.
   */
  hgetdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Answers<(string | null)[]>[As];
  hgetdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Answers<(Buffer | null)[]>[As];
  hgetdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(string | Buffer | null)[]>[As];

  /**
   * Get fields of a hash, and set when they expire.
   *
   * `HGETEX key [EX ex | PX px | EXAT exat | PXAT pxat | PERSIST] FIELDS numkeys field ...`, since Redis 8.0, Valkey 9.0.
   */
  hgetex(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: HgetexOptions & AsText): Answers<(string | null)[]>[As];
  hgetex(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: HgetexOptions & AsBuffers): Answers<(Buffer | null)[]>[As];
  hgetex(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: HgetexOptions): Answers<(string | Buffer | null)[]>[As];

  /**
   * Increment the integer value of a hash field by the given number.
   *
   * `HINCRBY key field increment`, since 2.0.0. O(1).
   */
  hincrby(key: RedisArgument, field: RedisArgument, increment: number | bigint, options?: CallOptions & AsNumbers): Answers<number>[As];
  hincrby(key: RedisArgument, field: RedisArgument, increment: number | bigint, options: CallOptions & AsBigints): Answers<bigint>[As];
  hincrby(key: RedisArgument, field: RedisArgument, increment: number | bigint, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Increment the float value of a hash field by the given amount.
   *
   * `HINCRBYFLOAT key field increment`, since 2.6.0. O(1).
   */
  hincrbyfloat(key: RedisArgument, field: RedisArgument, increment: number, options?: CallOptions): Answers<string>[As];

  /**
   * Get all the fields in a hash.
   *
   * `HKEYS key`, since 2.0.0. O(N) where N is the size of the hash.
   */
  hkeys(key: RedisArgument, options?: CallOptions & AsText): Answers<string[]>[As];
  hkeys(key: RedisArgument, options: CallOptions & AsBuffers): Answers<Buffer[]>[As];
  hkeys(key: RedisArgument, options?: CallOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Get the number of fields in a hash.
   *
   * `HLEN key`, since 2.0.0. O(1).
   */
  hlen(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  hlen(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  hlen(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Get the values of all the given hash fields.
   *
   * `HMGET key field ...`, since 2.0.0. O(N) where N is the number of fields being requested.
   */
  hmget(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Answers<(string | null)[]>[As];
  hmget(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Answers<(Buffer | null)[]>[As];
  hmget(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(string | Buffer | null)[]>[As];

  /**
   * Set multiple hash fields to multiple values.
   *
   * `HMSET key fields ...`, since 2.0.0. O(N) where N is the number of fields being set.
   *
   * @deprecated since 4.0.0: use `HSET` with multiple field-value pairs
   */
  hmset<V extends Values<V>>(key: RedisArgument, fields: V | RedisPairs, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Let fields of a hash stay.
   *
   * `HPERSIST key FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hpersist(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number[]>[As];
  hpersist(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint[]>[As];
  hpersist(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(number | bigint)[]>[As];

  /**
   * Let fields of a hash expire after so many milliseconds.
   *
   * `HPEXPIRE key milliseconds [NX | XX | GT | LT] FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hpexpire(key: RedisArgument, milliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HpexpireOptions & AsNumbers): Answers<number[]>[As];
  hpexpire(key: RedisArgument, milliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options: HpexpireOptions & AsBigints): Answers<bigint[]>[As];
  hpexpire(key: RedisArgument, milliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HpexpireOptions): Answers<(number | bigint)[]>[As];

  /**
   * Let fields of a hash expire at a time, in milliseconds.
   *
   * `HPEXPIREAT key unixTimeMilliseconds [NX | XX | GT | LT] FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hpexpireat(key: RedisArgument, unixTimeMilliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HpexpireatOptions & AsNumbers): Answers<number[]>[As];
  hpexpireat(key: RedisArgument, unixTimeMilliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options: HpexpireatOptions & AsBigints): Answers<bigint[]>[As];
  hpexpireat(key: RedisArgument, unixTimeMilliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HpexpireatOptions): Answers<(number | bigint)[]>[As];

  /**
   * Tell when fields of a hash expire, in milliseconds.
   *
   * `HPEXPIRETIME key FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hpexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number[]>[As];
  hpexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint[]>[As];
  hpexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(number | bigint)[]>[As];

  /**
   * Tell in how many milliseconds fields of a hash expire.
   *
   * `HPTTL key FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hpttl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number[]>[As];
  hpttl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint[]>[As];
  hpttl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(number | bigint)[]>[As];

  /**
   * Get one or multiple random fields from a hash.
   *
   * `HRANDFIELD key [count [WITHVALUES]]`, since 6.2.0. O(N) where N is the number of fields returned.
   */
  hrandfield(key: RedisArgument, options?: HrandfieldOptions & AsText & { readonly withvalues?: false | undefined; readonly count?: undefined }): Answers<string | null>[As];
  hrandfield(key: RedisArgument, options: HrandfieldOptions & AsBuffers & { readonly withvalues?: false | undefined; readonly count?: undefined }): Answers<Buffer | null>[As];
  hrandfield(key: RedisArgument, options: HrandfieldOptions & AsText & { readonly withvalues: true }): Answers<{ field: string; value: string }[]>[As];
  hrandfield(key: RedisArgument, options: HrandfieldOptions & AsBuffers & { readonly withvalues: true }): Answers<{ field: Buffer; value: Buffer }[]>[As];
  hrandfield(key: RedisArgument, options: HrandfieldOptions & AsText & { readonly count: number | bigint }): Answers<string[]>[As];
  hrandfield(key: RedisArgument, options: HrandfieldOptions & AsBuffers & { readonly count: number | bigint }): Answers<Buffer[]>[As];
  hrandfield(key: RedisArgument, options?: HrandfieldOptions): Answers<string | Buffer | { field: string | Buffer; value: string | Buffer }[] | (string | Buffer)[] | null>[As];

  /**
   * Incrementally iterate hash fields and associated values.
   *
   * `HSCAN key cursor [MATCH match] [COUNT count]`, since 2.8.0. O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection..
   */
  hscanPage(key: RedisArgument, cursor: RedisArgument, options?: HscanPageOptions & AsText): Answers<{ cursor: string; entries: { field: string; value: string }[] }>[As];
  hscanPage(key: RedisArgument, cursor: RedisArgument, options: HscanPageOptions & AsBuffers): Answers<{ cursor: string; entries: { field: Buffer; value: Buffer }[] }>[As];
  hscanPage(key: RedisArgument, cursor: RedisArgument, options?: HscanPageOptions): Answers<{ cursor: string; entries: { field: string | Buffer; value: string | Buffer }[] }>[As];

  /**
   * Set the string value of a hash field.
   *
   * `HSET key fields ...`, since 2.0.0. O(1) for each field/value pair added, so O(N) to add N field/value pairs when the command is called with multiple field/value pairs.
   */
  hset<V extends Values<V>>(key: RedisArgument, fields: V | RedisPairs, options?: CallOptions & AsNumbers): Answers<number>[As];
  hset<V extends Values<V>>(key: RedisArgument, fields: V | RedisPairs, options: CallOptions & AsBigints): Answers<bigint>[As];
  hset<V extends Values<V>>(key: RedisArgument, fields: V | RedisPairs, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Set fields of a hash, and when they expire.
   *
   * `HSETEX key [FNX | FXX] [EX ex | PX px | EXAT exat | PXAT pxat | KEEPTTL] FIELDS numkeys fields ...`, since Redis 8.0, Valkey 9.0.
   */
  hsetex<V extends Values<V>>(key: RedisArgument, fields: V | RedisPairs, options?: HsetexOptions): Answers<boolean>[As];

  /**
   * Set the value of a hash field, only if the field does not exist.
   *
   * `HSETNX key field value`, since 2.0.0. O(1).
   */
  hsetnx(key: RedisArgument, field: RedisArgument, value: RedisArgument, options?: CallOptions): Answers<boolean>[As];

  /**
   * Get the length of the value of a hash field.
   *
   * `HSTRLEN key field`, since 3.2.0. O(1).
   */
  hstrlen(key: RedisArgument, field: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  hstrlen(key: RedisArgument, field: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  hstrlen(key: RedisArgument, field: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Tell in how many seconds fields of a hash expire.
   *
   * `HTTL key FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  httl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number[]>[As];
  httl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint[]>[As];
  httl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(number | bigint)[]>[As];

  /**
   * Get all the values in a hash.
   *
   * `HVALS key`, since 2.0.0. O(N) where N is the size of the hash.
   */
  hvals(key: RedisArgument, options?: CallOptions & AsText): Answers<string[]>[As];
  hvals(key: RedisArgument, options: CallOptions & AsBuffers): Answers<Buffer[]>[As];
  hvals(key: RedisArgument, options?: CallOptions): Answers<(string | Buffer)[]>[As];
}
