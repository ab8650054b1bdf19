// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { RedisPairs, Values } from '../command-values.ts';

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
export interface HashCommands {
  /**
   * Delete one or more hash fields.
   *
   * `HDEL key field ...`, since 2.0.0. O(N) where N is the number of fields to be removed.
   */
  hdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Promise<number>;
  hdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Promise<bigint>;
  hdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<number | bigint>;

  /**
   * Determine if a hash field exists.
   *
   * `HEXISTS key field`, since 2.0.0. O(1).
   */
  hexists(key: RedisArgument, field: RedisArgument, options?: CallOptions): Promise<boolean>;

  /**
   * Let fields of a hash expire after so many seconds.
   *
   * `HEXPIRE key seconds [NX | XX | GT | LT] FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hexpire(key: RedisArgument, seconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HexpireOptions & AsNumbers): Promise<number[]>;
  hexpire(key: RedisArgument, seconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options: HexpireOptions & AsBigints): Promise<bigint[]>;
  hexpire(key: RedisArgument, seconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HexpireOptions): Promise<(number | bigint)[]>;

  /**
   * Let fields of a hash expire at a time, in seconds.
   *
   * `HEXPIREAT key unixTimeSeconds [NX | XX | GT | LT] FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hexpireat(key: RedisArgument, unixTimeSeconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HexpireatOptions & AsNumbers): Promise<number[]>;
  hexpireat(key: RedisArgument, unixTimeSeconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options: HexpireatOptions & AsBigints): Promise<bigint[]>;
  hexpireat(key: RedisArgument, unixTimeSeconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HexpireatOptions): Promise<(number | bigint)[]>;

  /**
   * Tell when fields of a hash expire, in seconds.
   *
   * `HEXPIRETIME key FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Promise<number[]>;
  hexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Promise<bigint[]>;
  hexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<(number | bigint)[]>;

  /**
   * Get the value of a hash field.
   *
   * `HGET key field`, since 2.0.0. O(1).
   */
  hget(key: RedisArgument, field: RedisArgument, options?: CallOptions & AsText): Promise<string | null>;
  hget(key: RedisArgument, field: RedisArgument, options: CallOptions & AsBuffers): Promise<Buffer | null>;
  hget(key: RedisArgument, field: RedisArgument, options?: CallOptions): Promise<string | Buffer | null>;

  /**
   * Get all the fields and values in a hash.
   *
   * `HGETALL key`, since 2.0.0. O(N) where N is the size of the hash.
   */
  hgetall(key: RedisArgument, options?: CallOptions & AsText): Promise<Record<string, string>>;
  hgetall(key: RedisArgument, options: CallOptions & AsBuffers): Promise<Record<string, Buffer>>;
  hgetall(key: RedisArgument, options?: CallOptions): Promise<Record<string, string | Buffer>>;

  /**
   * Get fields of a hash, and remove them.
   *
   * `HGETDEL key FIELDS numkeys field ...`, since Redis 8.0.
   */
  hgetdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Promise<(string | null)[]>;
  hgetdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Promise<(Buffer | null)[]>;
  hgetdel(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<(string | Buffer | null)[]>;

  /**
   * Get fields of a hash, and set when they expire.
   *
   * `HGETEX key [EX ex | PX px | EXAT exat | PXAT pxat | PERSIST] FIELDS numkeys field ...`, since Redis 8.0, Valkey 9.0.
   */
  hgetex(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: HgetexOptions & AsText): Promise<(string | null)[]>;
  hgetex(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: HgetexOptions & AsBuffers): Promise<(Buffer | null)[]>;
  hgetex(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: HgetexOptions): Promise<(string | Buffer | null)[]>;

  /**
   * Increment the integer value of a hash field by the given number.
   *
   * `HINCRBY key field increment`, since 2.0.0. O(1).
   */
  hincrby(key: RedisArgument, field: RedisArgument, increment: number | bigint, options?: CallOptions & AsNumbers): Promise<number>;
  hincrby(key: RedisArgument, field: RedisArgument, increment: number | bigint, options: CallOptions & AsBigints): Promise<bigint>;
  hincrby(key: RedisArgument, field: RedisArgument, increment: number | bigint, options?: CallOptions): Promise<number | bigint>;

  /**
   * Increment the float value of a hash field by the given amount.
   *
   * `HINCRBYFLOAT key field increment`, since 2.6.0. O(1).
   */
  hincrbyfloat(key: RedisArgument, field: RedisArgument, increment: number, options?: CallOptions): Promise<string>;

  /**
   * Get all the fields in a hash.
   *
   * `HKEYS key`, since 2.0.0. O(N) where N is the size of the hash.
   */
  hkeys(key: RedisArgument, options?: CallOptions & AsText): Promise<string[]>;
  hkeys(key: RedisArgument, options: CallOptions & AsBuffers): Promise<Buffer[]>;
  hkeys(key: RedisArgument, options?: CallOptions): Promise<(string | Buffer)[]>;

  /**
   * Get the number of fields in a hash.
   *
   * `HLEN key`, since 2.0.0. O(1).
   */
  hlen(key: RedisArgument, options?: CallOptions & AsNumbers): Promise<number>;
  hlen(key: RedisArgument, options: CallOptions & AsBigints): Promise<bigint>;
  hlen(key: RedisArgument, options?: CallOptions): Promise<number | bigint>;

  /**
   * Get the values of all the given hash fields.
   *
   * `HMGET key field ...`, since 2.0.0. O(N) where N is the number of fields being requested.
   */
  hmget(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Promise<(string | null)[]>;
  hmget(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Promise<(Buffer | null)[]>;
  hmget(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<(string | Buffer | null)[]>;

  /**
   * Set multiple hash fields to multiple values.
   *
   * `HMSET key fields ...`, since 2.0.0. O(N) where N is the number of fields being set.
   *
   * @deprecated since 4.0.0: use `HSET` with multiple field-value pairs
   */
  hmset<V extends Values<V>>(key: RedisArgument, fields: V | RedisPairs, options?: CallOptions): Promise<'OK'>;

  /**
   * Let fields of a hash stay.
   *
   * `HPERSIST key FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hpersist(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Promise<number[]>;
  hpersist(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Promise<bigint[]>;
  hpersist(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<(number | bigint)[]>;

  /**
   * Let fields of a hash expire after so many milliseconds.
   *
   * `HPEXPIRE key milliseconds [NX | XX | GT | LT] FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hpexpire(key: RedisArgument, milliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HpexpireOptions & AsNumbers): Promise<number[]>;
  hpexpire(key: RedisArgument, milliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options: HpexpireOptions & AsBigints): Promise<bigint[]>;
  hpexpire(key: RedisArgument, milliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HpexpireOptions): Promise<(number | bigint)[]>;

  /**
   * Let fields of a hash expire at a time, in milliseconds.
   *
   * `HPEXPIREAT key unixTimeMilliseconds [NX | XX | GT | LT] FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hpexpireat(key: RedisArgument, unixTimeMilliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HpexpireatOptions & AsNumbers): Promise<number[]>;
  hpexpireat(key: RedisArgument, unixTimeMilliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options: HpexpireatOptions & AsBigints): Promise<bigint[]>;
  hpexpireat(key: RedisArgument, unixTimeMilliseconds: number | bigint, field: RedisArgument | readonly RedisArgument[], options?: HpexpireatOptions): Promise<(number | bigint)[]>;

  /**
   * Tell when fields of a hash expire, in milliseconds.
   *
   * `HPEXPIRETIME key FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hpexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Promise<number[]>;
  hpexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Promise<bigint[]>;
  hpexpiretime(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<(number | bigint)[]>;

  /**
   * Tell in how many milliseconds fields of a hash expire.
   *
   * `HPTTL key FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  hpttl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Promise<number[]>;
  hpttl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Promise<bigint[]>;
  hpttl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<(number | bigint)[]>;

  /**
   * Get one or multiple random fields from a hash.
   *
   * `HRANDFIELD key [count [WITHVALUES]]`, since 6.2.0. O(N) where N is the number of fields returned.
   */
  hrandfield(key: RedisArgument, options?: HrandfieldOptions & AsText & { readonly withvalues?: false | undefined; readonly count?: undefined }): Promise<string | null>;
  hrandfield(key: RedisArgument, options: HrandfieldOptions & AsBuffers & { readonly withvalues?: false | undefined; readonly count?: undefined }): Promise<Buffer | null>;
  hrandfield(key: RedisArgument, options: HrandfieldOptions & AsText & { readonly withvalues: true }): Promise<{ field: string; value: string }[]>;
  hrandfield(key: RedisArgument, options: HrandfieldOptions & AsBuffers & { readonly withvalues: true }): Promise<{ field: Buffer; value: Buffer }[]>;
  hrandfield(key: RedisArgument, options: HrandfieldOptions & AsText & { readonly count: number | bigint }): Promise<string[]>;
  hrandfield(key: RedisArgument, options: HrandfieldOptions & AsBuffers & { readonly count: number | bigint }): Promise<Buffer[]>;
  hrandfield(key: RedisArgument, options?: HrandfieldOptions): Promise<string | Buffer | { field: string | Buffer; value: string | Buffer }[] | (string | Buffer)[] | null>;

  /**
   * Incrementally iterate hash fields and associated values.
   *
   * `HSCAN key cursor [MATCH match] [COUNT count]`, since 2.8.0. O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection..
   */
  hscanPage(key: RedisArgument, cursor: RedisArgument, options?: HscanPageOptions & AsText): Promise<{ cursor: string; entries: { field: string; value: string }[] }>;
  hscanPage(key: RedisArgument, cursor: RedisArgument, options: HscanPageOptions & AsBuffers): Promise<{ cursor: string; entries: { field: Buffer; value: Buffer }[] }>;
  hscanPage(key: RedisArgument, cursor: RedisArgument, options?: HscanPageOptions): Promise<{ cursor: string; entries: { field: string | Buffer; value: string | Buffer }[] }>;

  /**
   * Set the string value of a hash field.
   *
   * `HSET key fields ...`, since 2.0.0. O(1) for each field/value pair added, so O(N) to add N field/value pairs when the command is called with multiple field/value pairs.
   */
  hset<V extends Values<V>>(key: RedisArgument, fields: V | RedisPairs, options?: CallOptions & AsNumbers): Promise<number>;
  hset<V extends Values<V>>(key: RedisArgument, fields: V | RedisPairs, options: CallOptions & AsBigints): Promise<bigint>;
  hset<V extends Values<V>>(key: RedisArgument, fields: V | RedisPairs, options?: CallOptions): Promise<number | bigint>;

  /**
   * Set fields of a hash, and when they expire.
   *
   * `HSETEX key [FNX | FXX] [EX ex | PX px | EXAT exat | PXAT pxat | KEEPTTL] FIELDS numkeys fields ...`, since Redis 8.0, Valkey 9.0.
   */
  hsetex<V extends Values<V>>(key: RedisArgument, fields: V | RedisPairs, options?: HsetexOptions): Promise<boolean>;

  /**
   * Set the value of a hash field, only if the field does not exist.
   *
   * `HSETNX key field value`, since 2.0.0. O(1).
   */
  hsetnx(key: RedisArgument, field: RedisArgument, value: RedisArgument, options?: CallOptions): Promise<boolean>;

  /**
   * Get the length of the value of a hash field.
   *
   * `HSTRLEN key field`, since 3.2.0. O(1).
   */
  hstrlen(key: RedisArgument, field: RedisArgument, options?: CallOptions & AsNumbers): Promise<number>;
  hstrlen(key: RedisArgument, field: RedisArgument, options: CallOptions & AsBigints): Promise<bigint>;
  hstrlen(key: RedisArgument, field: RedisArgument, options?: CallOptions): Promise<number | bigint>;

  /**
   * Tell in how many seconds fields of a hash expire.
   *
   * `HTTL key FIELDS numkeys field ...`, since Redis 7.4, Valkey 9.0.
   */
  httl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Promise<number[]>;
  httl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Promise<bigint[]>;
  httl(key: RedisArgument, field: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<(number | bigint)[]>;

  /**
   * Get all the values in a hash.
   *
   * `HVALS key`, since 2.0.0. O(N) where N is the size of the hash.
   */
  hvals(key: RedisArgument, options?: CallOptions & AsText): Promise<string[]>;
  hvals(key: RedisArgument, options: CallOptions & AsBuffers): Promise<Buffer[]>;
  hvals(key: RedisArgument, options?: CallOptions): Promise<(string | Buffer)[]>;
}
