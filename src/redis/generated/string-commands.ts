// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { RedisPairs, Values } from '../command-values.ts';

/** Options of {@link StringCommands.getex}. */
export interface GetexOptions extends CallOptions {
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

/** Options of {@link StringCommands.lcs}. */
export interface LcsOptions extends CallOptions {
  /** `LEN` */
  readonly len?: boolean | undefined;
  /** `IDX` */
  readonly idx?: boolean | undefined;
  /** `MINMATCHLEN minmatchlen` */
  readonly minmatchlen?: number | bigint | undefined;
  /** `WITHMATCHLEN` */
  readonly withmatchlen?: boolean | undefined;
}

/** What {@link StringCommands.lcs} answers with. */
export type LcsIdxReply<Integer> = { matches: { first: { start: Integer; end: Integer }; second: { start: Integer; end: Integer }; length?: Integer }[]; len: Integer };

/** Options of {@link StringCommands.set}. */
export interface SetOptions extends CallOptions {
  /** `NX` */
  readonly nx?: boolean | undefined;
  /** `XX` */
  readonly xx?: boolean | undefined;
  /** `IFEQ ifeq` */
  readonly ifeq?: RedisArgument | undefined;
  /** `GET` */
  readonly get?: boolean | undefined;
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

/** Commands of the group string. */
export interface StringCommands {
  /**
   * Append a value to a key.
   *
   * `APPEND key value`, since 2.0.0. O(1). The amortized time complexity is O(1) assuming the appended value is small and the already present value is of any size, since the dynamic string library used by Redis will double the free space available on every reallocation.
   */
  append(key: RedisArgument, value: RedisArgument, options?: CallOptions & AsNumbers): Promise<number>;
  append(key: RedisArgument, value: RedisArgument, options: CallOptions & AsBigints): Promise<bigint>;
  append(key: RedisArgument, value: RedisArgument, options?: CallOptions): Promise<number | bigint>;

  /**
   * Decrement the integer value of a key by one.
   *
   * `DECR key`, since 1.0.0. O(1).
   */
  decr(key: RedisArgument, options?: CallOptions & AsNumbers): Promise<number>;
  decr(key: RedisArgument, options: CallOptions & AsBigints): Promise<bigint>;
  decr(key: RedisArgument, options?: CallOptions): Promise<number | bigint>;

  /**
   * Decrement the integer value of a key by the given number.
   *
   * `DECRBY key decrement`, since 1.0.0. O(1).
   */
  decrby(key: RedisArgument, decrement: number | bigint, options?: CallOptions & AsNumbers): Promise<number>;
  decrby(key: RedisArgument, decrement: number | bigint, options: CallOptions & AsBigints): Promise<bigint>;
  decrby(key: RedisArgument, decrement: number | bigint, options?: CallOptions): Promise<number | bigint>;

  /**
   * Delete a key if it has this value.
   *
   * `DELIFEQ key value`, since Valkey 9.0.
   */
  delifeq(key: RedisArgument, value: RedisArgument, options?: CallOptions): Promise<boolean>;

  /**
   * Get the value of a key.
   *
   * `GET key`, since 1.0.0. O(1).
   */
  get(key: RedisArgument, options?: CallOptions & AsText): Promise<string | null>;
  get(key: RedisArgument, options: CallOptions & AsBuffers): Promise<Buffer | null>;
  get(key: RedisArgument, options?: CallOptions): Promise<string | Buffer | null>;

  /**
   * Get the value of a key and delete the key.
   *
   * `GETDEL key`, since 6.2.0. O(1).
   */
  getdel(key: RedisArgument, options?: CallOptions & AsText): Promise<string | null>;
  getdel(key: RedisArgument, options: CallOptions & AsBuffers): Promise<Buffer | null>;
  getdel(key: RedisArgument, options?: CallOptions): Promise<string | Buffer | null>;

  /**
   * Get the value of a key and optionally set its expiration.
   *
   * `GETEX key [EX ex | PX px | EXAT exat | PXAT pxat | PERSIST]`, since 6.2.0. O(1).
   */
  getex(key: RedisArgument, options?: GetexOptions & AsText): Promise<string | null>;
  getex(key: RedisArgument, options: GetexOptions & AsBuffers): Promise<Buffer | null>;
  getex(key: RedisArgument, options?: GetexOptions): Promise<string | Buffer | null>;

  /**
   * Get a substring of the string stored at a key.
   *
   * `GETRANGE key start end`, since 2.4.0. O(N) where N is the length of the returned string. The complexity is ultimately determined by the returned length, but because creating a substring from an existing string is very cheap, it can be considered O(1) for small strings.
   */
  getrange(key: RedisArgument, start: number | bigint, end: number | bigint, options?: CallOptions & AsText): Promise<string>;
  getrange(key: RedisArgument, start: number | bigint, end: number | bigint, options: CallOptions & AsBuffers): Promise<Buffer>;
  getrange(key: RedisArgument, start: number | bigint, end: number | bigint, options?: CallOptions): Promise<string | Buffer>;

  /**
   * Set the string value of a key and return its old value.
   *
   * `GETSET key value`, since 1.0.0. O(1).
   *
   * @deprecated since 6.2.0: use `SET` with the `GET` argument
   */
  getset(key: RedisArgument, value: RedisArgument, options?: CallOptions & AsText): Promise<string | null>;
  getset(key: RedisArgument, value: RedisArgument, options: CallOptions & AsBuffers): Promise<Buffer | null>;
  getset(key: RedisArgument, value: RedisArgument, options?: CallOptions): Promise<string | Buffer | null>;

  /**
   * Increment the integer value of a key by one.
   *
   * `INCR key`, since 1.0.0. O(1).
   */
  incr(key: RedisArgument, options?: CallOptions & AsNumbers): Promise<number>;
  incr(key: RedisArgument, options: CallOptions & AsBigints): Promise<bigint>;
  incr(key: RedisArgument, options?: CallOptions): Promise<number | bigint>;

  /**
   * Increment the integer value of a key by the given amount.
   *
   * `INCRBY key increment`, since 1.0.0. O(1).
   */
  incrby(key: RedisArgument, increment: number | bigint, options?: CallOptions & AsNumbers): Promise<number>;
  incrby(key: RedisArgument, increment: number | bigint, options: CallOptions & AsBigints): Promise<bigint>;
  incrby(key: RedisArgument, increment: number | bigint, options?: CallOptions): Promise<number | bigint>;

  /**
   * Increment the float value of a key by the given amount.
   *
   * `INCRBYFLOAT key increment`, since 2.6.0. O(1).
   */
  incrbyfloat(key: RedisArgument, increment: number, options?: CallOptions): Promise<string>;

  /**
   * Find longest common substring.
   *
   * `LCS key1 key2 [LEN] [IDX] [MINMATCHLEN minmatchlen] [WITHMATCHLEN]`, since 7.0.0. O(N*M) where N and M are the lengths of s1 and s2, respectively.
   */
  lcs(key1: RedisArgument, key2: RedisArgument, options?: LcsOptions & AsText & { readonly len?: false | undefined; readonly idx?: false | undefined }): Promise<string>;
  lcs(key1: RedisArgument, key2: RedisArgument, options: LcsOptions & AsBuffers & { readonly len?: false | undefined; readonly idx?: false | undefined }): Promise<Buffer>;
  lcs(key1: RedisArgument, key2: RedisArgument, options: LcsOptions & AsNumbers & { readonly len: true }): Promise<number>;
  lcs(key1: RedisArgument, key2: RedisArgument, options: LcsOptions & AsBigints & { readonly len: true }): Promise<bigint>;
  lcs(key1: RedisArgument, key2: RedisArgument, options: LcsOptions & AsNumbers & { readonly idx: true }): Promise<LcsIdxReply<number>>;
  lcs(key1: RedisArgument, key2: RedisArgument, options: LcsOptions & AsBigints & { readonly idx: true }): Promise<LcsIdxReply<bigint>>;
  lcs(key1: RedisArgument, key2: RedisArgument, options?: LcsOptions): Promise<string | Buffer | number | bigint | LcsIdxReply<number | bigint>>;

  /**
   * Get the values of all the given keys.
   *
   * `MGET key ...`, since 1.0.0. O(N) where N is the number of keys to retrieve.
   */
  mget(key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Promise<(string | null)[]>;
  mget(key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Promise<(Buffer | null)[]>;
  mget(key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<(string | Buffer | null)[]>;

  /**
   * Set multiple keys to multiple values.
   *
   * `MSET values ...`, since 1.0.1. O(N) where N is the number of keys to set.
   */
  mset<V extends Values<V>>(values: V | RedisPairs, options?: CallOptions): Promise<'OK'>;

  /**
   * Set multiple keys to multiple values, only if none of the keys exist.
   *
   * `MSETNX values ...`, since 1.0.1. O(N) where N is the number of keys to set.
   */
  msetnx<V extends Values<V>>(values: V | RedisPairs, options?: CallOptions): Promise<boolean>;

  /**
   * Set the value and expiration in milliseconds of a key.
   *
   * `PSETEX key milliseconds value`, since 2.6.0. O(1).
   */
  psetex(key: RedisArgument, milliseconds: number | bigint, value: RedisArgument, options?: CallOptions): Promise<'OK'>;

  /**
   * Set the string value of a key.
   *
   * `SET key value [NX | XX | IFEQ ifeq] [GET] [EX ex | PX px | EXAT exat | PXAT pxat | KEEPTTL]`, since 1.0.0. O(1).
   */
  set(key: RedisArgument, value: RedisArgument, options?: SetOptions & { readonly get?: false | undefined }): Promise<'OK' | null>;
  set(key: RedisArgument, value: RedisArgument, options: SetOptions & AsText & { readonly get: true }): Promise<string | null>;
  set(key: RedisArgument, value: RedisArgument, options: SetOptions & AsBuffers & { readonly get: true }): Promise<Buffer | null>;
  set(key: RedisArgument, value: RedisArgument, options?: SetOptions): Promise<string | Buffer | null>;

  /**
   * Set the value and expiration of a key.
   *
   * `SETEX key seconds value`, since 2.0.0. O(1).
   */
  setex(key: RedisArgument, seconds: number | bigint, value: RedisArgument, options?: CallOptions): Promise<'OK'>;

  /**
   * Set the value of a key, only if the key does not exist.
   *
   * `SETNX key value`, since 1.0.0. O(1).
   */
  setnx(key: RedisArgument, value: RedisArgument, options?: CallOptions): Promise<boolean>;

  /**
   * Overwrite part of a string at key starting at the specified offset.
   *
   * `SETRANGE key offset value`, since 2.2.0. O(1), not counting the time taken to copy the new string in place. Usually, this string is very small so the amortized complexity is O(1). Otherwise, complexity is O(M) with M being the length of the value argument.
   */
  setrange(key: RedisArgument, offset: number | bigint, value: RedisArgument, options?: CallOptions & AsNumbers): Promise<number>;
  setrange(key: RedisArgument, offset: number | bigint, value: RedisArgument, options: CallOptions & AsBigints): Promise<bigint>;
  setrange(key: RedisArgument, offset: number | bigint, value: RedisArgument, options?: CallOptions): Promise<number | bigint>;

  /**
   * Get the length of the value stored in a key.
   *
   * `STRLEN key`, since 2.2.0. O(1).
   */
  strlen(key: RedisArgument, options?: CallOptions & AsNumbers): Promise<number>;
  strlen(key: RedisArgument, options: CallOptions & AsBigints): Promise<bigint>;
  strlen(key: RedisArgument, options?: CallOptions): Promise<number | bigint>;

  /**
   * Get a substring of the string stored at a key.
   *
   * `SUBSTR key start end`, since 1.0.0. O(N) where N is the length of the returned string. The complexity is ultimately determined by the returned length, but because creating a substring from an existing string is very cheap, it can be considered O(1) for small strings.
   *
   * @deprecated since 2.0.0: use `GETRANGE`
   */
  substr(key: RedisArgument, start: number | bigint, end: number | bigint, options?: CallOptions & AsText): Promise<string>;
  substr(key: RedisArgument, start: number | bigint, end: number | bigint, options: CallOptions & AsBuffers): Promise<Buffer>;
  substr(key: RedisArgument, start: number | bigint, end: number | bigint, options?: CallOptions): Promise<string | Buffer>;
}
