// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link SetCommands.sintercard}. */
export interface SintercardOptions extends CallOptions {
  /** `LIMIT limit` */
  readonly limit?: number | bigint | undefined;
}

/** Options of {@link SetCommands.spop}. */
export interface SpopOptions extends CallOptions {
  /** `count` */
  readonly count?: number | bigint | undefined;
}

/** Options of {@link SetCommands.srandmember}. */
export interface SrandmemberOptions extends CallOptions {
  /** `count` */
  readonly count?: number | bigint | undefined;
}

/** Options of {@link SetCommands.sscanPage}. */
export interface SscanPageOptions extends CallOptions {
  /** `MATCH match` */
  readonly match?: RedisArgument | undefined;
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
}

/** Commands of the group set. */
export interface SetCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Add one or more members to a set.
   *
   * `SADD key member ...`, since 1.0.0. O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.
   */
  sadd(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  sadd(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  sadd(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Get the number of members in a set.
   *
   * `SCARD key`, since 1.0.0. O(1).
   */
  scard(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  scard(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  scard(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Subtract multiple sets.
   *
   * `SDIFF key ...`, since 1.0.0. O(N) where N is the total number of elements in all given sets.
   */
  sdiff(key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Answers<string[]>[As];
  sdiff(key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Answers<Buffer[]>[As];
  sdiff(key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Subtract multiple sets and store the resulting set in a key.
   *
   * `SDIFFSTORE destination key ...`, since 1.0.0. O(N) where N is the total number of elements in all given sets.
   */
  sdiffstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  sdiffstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  sdiffstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Intersect multiple sets.
   *
   * `SINTER key ...`, since 1.0.0. O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.
   */
  sinter(key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Answers<string[]>[As];
  sinter(key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Answers<Buffer[]>[As];
  sinter(key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Intersect multiple sets and return the cardinality of the result.
   *
   * `SINTERCARD numkeys key ... [LIMIT limit]`, since 7.0.0. O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.
   */
  sintercard(key: RedisArgument | readonly RedisArgument[], options?: SintercardOptions & AsNumbers): Answers<number>[As];
  sintercard(key: RedisArgument | readonly RedisArgument[], options: SintercardOptions & AsBigints): Answers<bigint>[As];
  sintercard(key: RedisArgument | readonly RedisArgument[], options?: SintercardOptions): Answers<number | bigint>[As];

  /**
   * Intersect multiple sets and store the resulting set in a key.
   *
   * `SINTERSTORE destination key ...`, since 1.0.0. O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.
   */
  sinterstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  sinterstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  sinterstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Determine if a given value is a member of a set.
   *
   * `SISMEMBER key member`, since 1.0.0. O(1).
   */
  sismember(key: RedisArgument, member: RedisArgument, options?: CallOptions): Answers<boolean>[As];

  /**
   * Get all the members in a set.
   *
   * `SMEMBERS key`, since 1.0.0. O(N) where N is the set cardinality.
   */
  smembers(key: RedisArgument, options?: CallOptions & AsText): Answers<string[]>[As];
  smembers(key: RedisArgument, options: CallOptions & AsBuffers): Answers<Buffer[]>[As];
  smembers(key: RedisArgument, options?: CallOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Returns the membership associated with the given elements for a set.
   *
   * `SMISMEMBER key member ...`, since 6.2.0. O(N) where N is the number of elements being checked for membership.
   */
  smismember(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<boolean[]>[As];

  /**
   * Move a member from one set to another.
   *
   * `SMOVE source destination member`, since 1.0.0. O(1).
   */
  smove(source: RedisArgument, destination: RedisArgument, member: RedisArgument, options?: CallOptions): Answers<boolean>[As];

  /**
   * Remove and return one or multiple random members from a set.
   *
   * `SPOP key [count]`, since 1.0.0. Without the count argument O(1), otherwise O(N) where N is the value of the passed count.
   */
  spop(key: RedisArgument, options?: SpopOptions & AsText & { readonly count?: undefined }): Answers<string | null>[As];
  spop(key: RedisArgument, options: SpopOptions & AsBuffers & { readonly count?: undefined }): Answers<Buffer | null>[As];
  spop(key: RedisArgument, options: SpopOptions & AsText & { readonly count: number | bigint }): Answers<string[]>[As];
  spop(key: RedisArgument, options: SpopOptions & AsBuffers & { readonly count: number | bigint }): Answers<Buffer[]>[As];
  spop(key: RedisArgument, options?: SpopOptions): Answers<string | Buffer | (string | Buffer)[] | null>[As];

  /**
   * Get one or multiple random members from a set.
   *
   * `SRANDMEMBER key [count]`, since 1.0.0. Without the count argument O(1), otherwise O(N) where N is the absolute value of the passed count.
   */
  srandmember(key: RedisArgument, options?: SrandmemberOptions & AsText & { readonly count?: undefined }): Answers<string | null>[As];
  srandmember(key: RedisArgument, options: SrandmemberOptions & AsBuffers & { readonly count?: undefined }): Answers<Buffer | null>[As];
  srandmember(key: RedisArgument, options: SrandmemberOptions & AsText & { readonly count: number | bigint }): Answers<string[]>[As];
  srandmember(key: RedisArgument, options: SrandmemberOptions & AsBuffers & { readonly count: number | bigint }): Answers<Buffer[]>[As];
  srandmember(key: RedisArgument, options?: SrandmemberOptions): Answers<string | Buffer | (string | Buffer)[] | null>[As];

  /**
   * Remove one or more members from a set.
   *
   * `SREM key member ...`, since 1.0.0. O(N) where N is the number of members to be removed.
   */
  srem(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  srem(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  srem(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Incrementally iterate Set elements.
   *
   * `SSCAN key cursor [MATCH match] [COUNT count]`, since 2.8.0. O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection..
   */
  sscanPage(key: RedisArgument, cursor: RedisArgument, options?: SscanPageOptions & AsText): Answers<{ cursor: string; members: string[] }>[As];
  sscanPage(key: RedisArgument, cursor: RedisArgument, options: SscanPageOptions & AsBuffers): Answers<{ cursor: string; members: Buffer[] }>[As];
  sscanPage(key: RedisArgument, cursor: RedisArgument, options?: SscanPageOptions): Answers<{ cursor: string; members: (string | Buffer)[] }>[As];

  /**
   * Add multiple sets.
   *
   * `SUNION key ...`, since 1.0.0. O(N) where N is the total number of elements in all given sets.
   */
  sunion(key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Answers<string[]>[As];
  sunion(key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Answers<Buffer[]>[As];
  sunion(key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Add multiple sets and store the resulting set in a key.
   *
   * `SUNIONSTORE destination key ...`, since 1.0.0. O(N) where N is the total number of elements in all given sets.
   */
  sunionstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  sunionstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  sunionstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];
}
