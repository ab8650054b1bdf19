// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { RedisPairs, Values } from '../command-values.ts';
import type { Answers } from '../typed-command.ts';

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
export interface StringCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Append a value to a key.
   *
   * `APPEND key value`, since 2.0.0. O(1). The amortized time complexity is O(1) assuming the appended value is small and the already present value is of any size, since the dynamic string library used by Redis will double the free space available on every reallocation.
   */
  append(key: RedisArgument, value: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  append(key: RedisArgument, value: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  append(key: RedisArgument, value: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Decrement the integer value of a key by one.
   *
   * `DECR key`, since 1.0.0. O(1).
   */
  decr(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  decr(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  decr(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Decrement the integer value of a key by the given number.
   *
   * `DECRBY key decrement`, since 1.0.0. O(1).
   */
  decrby(key: RedisArgument, decrement: number | bigint, options?: CallOptions & AsNumbers): Answers<number>[As];
  decrby(key: RedisArgument, decrement: number | bigint, options: CallOptions & AsBigints): Answers<bigint>[As];
  decrby(key: RedisArgument, decrement: number | bigint, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Delete a key if it has this value.
   *
   * `DELIFEQ key value`, since Valkey 9.0.
   */
  delifeq(key: RedisArgument, value: RedisArgument, options?: CallOptions): Answers<boolean>[As];

  /**
   * Get the value of a key.
   *
   * `GET key`, since 1.0.0. O(1).
   */
  get(key: RedisArgument, options?: CallOptions & AsText): Answers<string | null>[As];
  get(key: RedisArgument, options: CallOptions & AsBuffers): Answers<Buffer | null>[As];
  get(key: RedisArgument, options?: CallOptions): Answers<string | Buffer | null>[As];

  /**
   * Get the value of a key and delete the key.
   *
   * `GETDEL key`, since 6.2.0. O(1).
   */
  getdel(key: RedisArgument, options?: CallOptions & AsText): Answers<string | null>[As];
  getdel(key: RedisArgument, options: CallOptions & AsBuffers): Answers<Buffer | null>[As];
  getdel(key: RedisArgument, options?: CallOptions): Answers<string | Buffer | null>[As];

  /**
   * Get the value of a key and optionally set its expiration.
   *
   * `GETEX key [EX ex | PX px | EXAT exat | PXAT pxat | PERSIST]`, since 6.2.0. O(1).
   */
  getex(key: RedisArgument, options?: GetexOptions & AsText): Answers<string | null>[As];
  getex(key: RedisArgument, options: GetexOptions & AsBuffers): Answers<Buffer | null>[As];
  getex(key: RedisArgument, options?: GetexOptions): Answers<string | Buffer | null>[As];

  /**
   * Get a substring of the string stored at a key.
   *
   * `GETRANGE key start end`, since 2.4.0. O(N) where N is the length of the returned string. The complexity is ultimately determined by the returned length, but because creating a substring from an existing string is very cheap, it can be considered O(1) for small strings.
   */
  getrange(key: RedisArgument, start: number | bigint, end: number | bigint, options?: CallOptions & AsText): Answers<string>[As];
  getrange(key: RedisArgument, start: number | bigint, end: number | bigint, options: CallOptions & AsBuffers): Answers<Buffer>[As];
  getrange(key: RedisArgument, start: number | bigint, end: number | bigint, options?: CallOptions): Answers<string | Buffer>[As];

  /**
   * Set the string value of a key and return its old value.
   *
   * `GETSET key value`, since 1.0.0. O(1).
   *
   * @deprecated since 6.2.0: use `SET` with the `GET` argument
   */
  getset(key: RedisArgument, value: RedisArgument, options?: CallOptions & AsText): Answers<string | null>[As];
  getset(key: RedisArgument, value: RedisArgument, options: CallOptions & AsBuffers): Answers<Buffer | null>[As];
  getset(key: RedisArgument, value: RedisArgument, options?: CallOptions): Answers<string | Buffer | null>[As];

  /**
   * Increment the integer value of a key by one.
   *
   * `INCR key`, since 1.0.0. O(1).
   */
  incr(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  incr(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  incr(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Increment the integer value of a key by the given amount.
   *
   * `INCRBY key increment`, since 1.0.0. O(1).
   */
  incrby(key: RedisArgument, increment: number | bigint, options?: CallOptions & AsNumbers): Answers<number>[As];
  incrby(key: RedisArgument, increment: number | bigint, options: CallOptions & AsBigints): Answers<bigint>[As];
  incrby(key: RedisArgument, increment: number | bigint, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Increment the float value of a key by the given amount.
   *
   * `INCRBYFLOAT key increment`, since 2.6.0. O(1).
   */
  incrbyfloat(key: RedisArgument, increment: number, options?: CallOptions): Answers<string>[As];

  /**
   * Find longest common substring.
   *
   * `LCS key1 key2 [LEN] [IDX] [MINMATCHLEN minmatchlen] [WITHMATCHLEN]`, since 7.0.0. O(N*M) where N and M are the lengths of s1 and s2, respectively.
   */
  lcs(key1: RedisArgument, key2: RedisArgument, options?: LcsOptions & AsText & { readonly len?: false | undefined; readonly idx?: false | undefined }): Answers<string>[As];
  lcs(key1: RedisArgument, key2: RedisArgument, options: LcsOptions & AsBuffers & { readonly len?: false | undefined; readonly idx?: false | undefined }): Answers<Buffer>[As];
  lcs(key1: RedisArgument, key2: RedisArgument, options: LcsOptions & AsNumbers & { readonly len: true }): Answers<number>[As];
  lcs(key1: RedisArgument, key2: RedisArgument, options: LcsOptions & AsBigints & { readonly len: true }): Answers<bigint>[As];
  lcs(key1: RedisArgument, key2: RedisArgument, options: LcsOptions & AsNumbers & { readonly idx: true }): Answers<LcsIdxReply<number>>[As];
  lcs(key1: RedisArgument, key2: RedisArgument, options: LcsOptions & AsBigints & { readonly idx: true }): Answers<LcsIdxReply<bigint>>[As];
  lcs(key1: RedisArgument, key2: RedisArgument, options?: LcsOptions): Answers<string | Buffer | number | bigint | LcsIdxReply<number | bigint>>[As];

  /**
   * Get the values of all the given keys.
   *
   * `MGET key ...`, since 1.0.0. O(N) where N is the number of keys to retrieve.
   */
  mget(key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Answers<(string | null)[]>[As];
  mget(key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Answers<(Buffer | null)[]>[As];
  mget(key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(string | Buffer | null)[]>[As];

  /**
   * Set multiple keys to multiple values.
   *
   * `MSET values ...`, since 1.0.1. O(N) where N is the number of keys to set.
   */
  mset<V extends Values<V>>(values: V | RedisPairs, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Set multiple keys to multiple values, only if none of the keys exist.
   *
   * `MSETNX values ...`, since 1.0.1. O(N) where N is the number of keys to set.
   */
  msetnx<V extends Values<V>>(values: V | RedisPairs, options?: CallOptions): Answers<boolean>[As];

  /**
   * Set the value and expiration in milliseconds of a key.
   *
   * `PSETEX key milliseconds value`, since 2.6.0. O(1).
   */
  psetex(key: RedisArgument, milliseconds: number | bigint, value: RedisArgument, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Set the string value of a key.
   *
   * `SET key value [NX | XX | IFEQ ifeq] [GET] [EX ex | PX px | EXAT exat | PXAT pxat | KEEPTTL]`, since 1.0.0. O(1).
   */
  set(key: RedisArgument, value: RedisArgument, options?: SetOptions & { readonly get?: false | undefined }): Answers<'OK' | null>[As];
  set(key: RedisArgument, value: RedisArgument, options: SetOptions & AsText & { readonly get: true }): Answers<string | null>[As];
  set(key: RedisArgument, value: RedisArgument, options: SetOptions & AsBuffers & { readonly get: true }): Answers<Buffer | null>[As];
  set(key: RedisArgument, value: RedisArgument, options?: SetOptions): Answers<string | Buffer | null>[As];

  /**
   * Set the value and expiration of a key.
   *
   * `SETEX key seconds value`, since 2.0.0. O(1).
   */
  setex(key: RedisArgument, seconds: number | bigint, value: RedisArgument, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Set the value of a key, only if the key does not exist.
   *
   * `SETNX key value`, since 1.0.0. O(1).
   */
  setnx(key: RedisArgument, value: RedisArgument, options?: CallOptions): Answers<boolean>[As];

  /**
   * Overwrite part of a string at key starting at the specified offset.
   *
   * `SETRANGE key offset value`, since 2.2.0. O(1), not counting the time taken to copy the new string in place. Usually, this string is very small so the amortized complexity is O(1). Otherwise, complexity is O(M) with M being the length of the value argument.
   */
  setrange(key: RedisArgument, offset: number | bigint, value: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  setrange(key: RedisArgument, offset: number | bigint, value: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  setrange(key: RedisArgument, offset: number | bigint, value: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Get the length of the value stored in a key.
   *
   * `STRLEN key`, since 2.2.0. O(1).
   */
  strlen(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  strlen(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  strlen(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Get a substring of the string stored at a key.
   *
   * `SUBSTR key start end`, since 1.0.0. O(N) where N is the length of the returned string. The complexity is ultimately determined by the returned length, but because creating a substring from an existing string is very cheap, it can be considered O(1) for small strings.
   *
   * @deprecated since 2.0.0: use `GETRANGE`
   */
  substr(key: RedisArgument, start: number | bigint, end: number | bigint, options?: CallOptions & AsText): Answers<string>[As];
  substr(key: RedisArgument, start: number | bigint, end: number | bigint, options: CallOptions & AsBuffers): Answers<Buffer>[As];
  substr(key: RedisArgument, start: number | bigint, end: number | bigint, options?: CallOptions): Answers<string | Buffer>[As];
}
