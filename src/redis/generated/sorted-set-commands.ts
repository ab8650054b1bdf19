// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link SortedSetCommands.bzmpop}. */
export interface BzmpopOptions extends CallOptions {
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
}

/** What {@link SortedSetCommands.bzmpop} answers with. */
export type BzmpopReply<Text> = { key: Text; members: { member: Text; score: number }[] };

/** Options of {@link SortedSetCommands.zadd}. */
export interface ZaddOptions extends CallOptions {
  /** `NX` */
  readonly nx?: boolean | undefined;
  /** `XX` */
  readonly xx?: boolean | undefined;
  /** `GT` */
  readonly gt?: boolean | undefined;
  /** `LT` */
  readonly lt?: boolean | undefined;
  /** `CH` */
  readonly ch?: boolean | undefined;
  /** `INCR` */
  readonly incr?: boolean | undefined;
}

/** Options of {@link SortedSetCommands.zdiff}. */
export interface ZdiffOptions extends CallOptions {
  /** `WITHSCORES` */
  readonly withscores?: boolean | undefined;
}

/** Options of {@link SortedSetCommands.zinter}. */
export interface ZinterOptions extends CallOptions {
  /** `WEIGHTS weights ...` */
  readonly weights?: number | readonly number[] | undefined;
  /** `AGGREGATE <SUM | MIN | MAX>` */
  readonly aggregate?: 'SUM' | 'MIN' | 'MAX' | undefined;
  /** `WITHSCORES` */
  readonly withscores?: boolean | undefined;
}

/** Options of {@link SortedSetCommands.zintercard}. */
export interface ZintercardOptions extends CallOptions {
  /** `LIMIT limit` */
  readonly limit?: number | bigint | undefined;
}

/** Options of {@link SortedSetCommands.zinterstore}. */
export interface ZinterstoreOptions extends CallOptions {
  /** `WEIGHTS weights ...` */
  readonly weights?: number | readonly number[] | undefined;
  /** `AGGREGATE <SUM | MIN | MAX>` */
  readonly aggregate?: 'SUM' | 'MIN' | 'MAX' | undefined;
}

/** Options of {@link SortedSetCommands.zmpop}. */
export interface ZmpopOptions extends CallOptions {
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
}

/** What {@link SortedSetCommands.zmpop} answers with. */
export type ZmpopReply<Text> = { key: Text; members: { member: Text; score: number }[] };

/** Options of {@link SortedSetCommands.zpopmax}. */
export interface ZpopmaxOptions extends CallOptions {
  /** `count` */
  readonly count?: number | bigint | undefined;
}

/** Options of {@link SortedSetCommands.zpopmin}. */
export interface ZpopminOptions extends CallOptions {
  /** `count` */
  readonly count?: number | bigint | undefined;
}

/** Options of {@link SortedSetCommands.zrandmember}. */
export interface ZrandmemberOptions extends CallOptions {
  /** `count [WITHSCORES]` */
  readonly count?: number | bigint | undefined;
  /** `WITHSCORES` */
  readonly withscores?: boolean | undefined;
}

/** Options of {@link SortedSetCommands.zrange}. */
export interface ZrangeOptions extends CallOptions {
  /** `BYSCORE` */
  readonly byscore?: boolean | undefined;
  /** `BYLEX` */
  readonly bylex?: boolean | undefined;
  /** `REV` */
  readonly rev?: boolean | undefined;
  /** `LIMIT offset count` */
  readonly limit?: { readonly offset: number | bigint; readonly count: number | bigint } | undefined;
  /** `WITHSCORES` */
  readonly withscores?: boolean | undefined;
}

/** Options of {@link SortedSetCommands.zrangebylex}. */
export interface ZrangebylexOptions extends CallOptions {
  /** `LIMIT offset count` */
  readonly limit?: { readonly offset: number | bigint; readonly count: number | bigint } | undefined;
}

/** Options of {@link SortedSetCommands.zrangebyscore}. */
export interface ZrangebyscoreOptions extends CallOptions {
  /** `WITHSCORES` */
  readonly withscores?: boolean | undefined;
  /** `LIMIT offset count` */
  readonly limit?: { readonly offset: number | bigint; readonly count: number | bigint } | undefined;
}

/** Options of {@link SortedSetCommands.zrangestore}. */
export interface ZrangestoreOptions extends CallOptions {
  /** `BYSCORE` */
  readonly byscore?: boolean | undefined;
  /** `BYLEX` */
  readonly bylex?: boolean | undefined;
  /** `REV` */
  readonly rev?: boolean | undefined;
  /** `LIMIT offset count` */
  readonly limit?: { readonly offset: number | bigint; readonly count: number | bigint } | undefined;
}

/** Options of {@link SortedSetCommands.zrank}. */
export interface ZrankOptions extends CallOptions {
  /** `WITHSCORE` */
  readonly withscore?: boolean | undefined;
}

/** Options of {@link SortedSetCommands.zrevrange}. */
export interface ZrevrangeOptions extends CallOptions {
  /** `WITHSCORES` */
  readonly withscores?: boolean | undefined;
}

/** Options of {@link SortedSetCommands.zrevrangebylex}. */
export interface ZrevrangebylexOptions extends CallOptions {
  /** `LIMIT offset count` */
  readonly limit?: { readonly offset: number | bigint; readonly count: number | bigint } | undefined;
}

/** Options of {@link SortedSetCommands.zrevrangebyscore}. */
export interface ZrevrangebyscoreOptions extends CallOptions {
  /** `WITHSCORES` */
  readonly withscores?: boolean | undefined;
  /** `LIMIT offset count` */
  readonly limit?: { readonly offset: number | bigint; readonly count: number | bigint } | undefined;
}

/** Options of {@link SortedSetCommands.zrevrank}. */
export interface ZrevrankOptions extends CallOptions {
  /** `WITHSCORE` */
  readonly withscore?: boolean | undefined;
}

/** Options of {@link SortedSetCommands.zscanPage}. */
export interface ZscanPageOptions extends CallOptions {
  /** `MATCH match` */
  readonly match?: RedisArgument | undefined;
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
}

/** What {@link SortedSetCommands.zscanPage} answers with. */
export type ZscanPageReply<Text> = { cursor: string; entries: { member: Text; score: number }[] };

/** Options of {@link SortedSetCommands.zunion}. */
export interface ZunionOptions extends CallOptions {
  /** `WEIGHTS weights ...` */
  readonly weights?: number | readonly number[] | undefined;
  /** `AGGREGATE <SUM | MIN | MAX>` */
  readonly aggregate?: 'SUM' | 'MIN' | 'MAX' | undefined;
  /** `WITHSCORES` */
  readonly withscores?: boolean | undefined;
}

/** Options of {@link SortedSetCommands.zunionstore}. */
export interface ZunionstoreOptions extends CallOptions {
  /** `WEIGHTS weights ...` */
  readonly weights?: number | readonly number[] | undefined;
  /** `AGGREGATE <SUM | MIN | MAX>` */
  readonly aggregate?: 'SUM' | 'MIN' | 'MAX' | undefined;
}

/** Commands of the group sorted-set. */
export interface SortedSetCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Remove and return members with scores in a sorted set or block until one is available.
   *
   * `BZMPOP timeout numkeys key ... <MIN | MAX> [COUNT count]`, since 7.0.0. O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the sorted set, and M being the number of elements popped.
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   */
  bzmpop(timeout: number, key: RedisArgument | readonly RedisArgument[], where: 'MIN' | 'MAX', options?: BzmpopOptions & AsText): Answers<BzmpopReply<string> | null>[As];
  bzmpop(timeout: number, key: RedisArgument | readonly RedisArgument[], where: 'MIN' | 'MAX', options: BzmpopOptions & AsBuffers): Answers<BzmpopReply<Buffer> | null>[As];
  bzmpop(timeout: number, key: RedisArgument | readonly RedisArgument[], where: 'MIN' | 'MAX', options?: BzmpopOptions): Answers<BzmpopReply<string | Buffer> | null>[As];

  /**
   * Remove and return the member with the highest score from one or more sorted sets, or block until one is available.
   *
   * `BZPOPMAX key ... timeout`, since 5.0.0. O(log(N)) with N being the number of elements in the sorted set.
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   */
  bzpopmax(key: RedisArgument | readonly RedisArgument[], timeout: number, options?: CallOptions & AsText): Answers<{ key: string; member: string; score: number } | null>[As];
  bzpopmax(key: RedisArgument | readonly RedisArgument[], timeout: number, options: CallOptions & AsBuffers): Answers<{ key: Buffer; member: Buffer; score: number } | null>[As];
  bzpopmax(key: RedisArgument | readonly RedisArgument[], timeout: number, options?: CallOptions): Answers<{ key: string | Buffer; member: string | Buffer; score: number } | null>[As];

  /**
   * Remove and return the member with the lowest score from one or more sorted sets, or block until one is available.
   *
   * `BZPOPMIN key ... timeout`, since 5.0.0. O(log(N)) with N being the number of elements in the sorted set.
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   */
  bzpopmin(key: RedisArgument | readonly RedisArgument[], timeout: number, options?: CallOptions & AsText): Answers<{ key: string; member: string; score: number } | null>[As];
  bzpopmin(key: RedisArgument | readonly RedisArgument[], timeout: number, options: CallOptions & AsBuffers): Answers<{ key: Buffer; member: Buffer; score: number } | null>[As];
  bzpopmin(key: RedisArgument | readonly RedisArgument[], timeout: number, options?: CallOptions): Answers<{ key: string | Buffer; member: string | Buffer; score: number } | null>[As];

  /**
   * Add one or more members to a sorted set, or update its score if it already exists.
   *
   * `ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member ...`, since 1.2.0. O(log(N)) for each item added, where N is the number of elements in the sorted set.
   */
  zadd(key: RedisArgument, items: { readonly score: number; readonly member: RedisArgument } | readonly ({ readonly score: number; readonly member: RedisArgument })[], options?: ZaddOptions & AsNumbers & { readonly incr?: false | undefined }): Answers<number>[As];
  zadd(key: RedisArgument, items: { readonly score: number; readonly member: RedisArgument } | readonly ({ readonly score: number; readonly member: RedisArgument })[], options: ZaddOptions & AsBigints & { readonly incr?: false | undefined }): Answers<bigint>[As];
  zadd(key: RedisArgument, items: { readonly score: number; readonly member: RedisArgument } | readonly ({ readonly score: number; readonly member: RedisArgument })[], options: ZaddOptions & { readonly incr: true }): Answers<number | null>[As];
  zadd(key: RedisArgument, items: { readonly score: number; readonly member: RedisArgument } | readonly ({ readonly score: number; readonly member: RedisArgument })[], options?: ZaddOptions): Answers<number | bigint | null>[As];

  /**
   * Get the number of members in a sorted set.
   *
   * `ZCARD key`, since 1.2.0. O(1).
   */
  zcard(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  zcard(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  zcard(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Count the members in a sorted set with scores within the given values.
   *
   * `ZCOUNT key min max`, since 2.0.0. O(log(N)) with N being the number of elements in the sorted set.
   */
  zcount(key: RedisArgument, min: number | string, max: number | string, options?: CallOptions & AsNumbers): Answers<number>[As];
  zcount(key: RedisArgument, min: number | string, max: number | string, options: CallOptions & AsBigints): Answers<bigint>[As];
  zcount(key: RedisArgument, min: number | string, max: number | string, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Subtract multiple sorted sets.
   *
   * `ZDIFF numkeys key ... [WITHSCORES]`, since 6.2.0. O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the size of the first set, and K is the size of the result set.
   */
  zdiff(key: RedisArgument | readonly RedisArgument[], options?: ZdiffOptions & AsText & { readonly withscores?: false | undefined }): Answers<string[]>[As];
  zdiff(key: RedisArgument | readonly RedisArgument[], options: ZdiffOptions & AsBuffers & { readonly withscores?: false | undefined }): Answers<Buffer[]>[As];
  zdiff(key: RedisArgument | readonly RedisArgument[], options: ZdiffOptions & AsText & { readonly withscores: true }): Answers<{ member: string; score: number }[]>[As];
  zdiff(key: RedisArgument | readonly RedisArgument[], options: ZdiffOptions & AsBuffers & { readonly withscores: true }): Answers<{ member: Buffer; score: number }[]>[As];
  zdiff(key: RedisArgument | readonly RedisArgument[], options?: ZdiffOptions): Answers<(string | Buffer)[] | { member: string | Buffer; score: number }[]>[As];

  /**
   * Subtract multiple sorted sets and store the resulting sorted set in a new key.
   *
   * `ZDIFFSTORE destination numkeys key ...`, since 6.2.0. O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the size of the first set, and K is the size of the result set.
   */
  zdiffstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  zdiffstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  zdiffstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Increment the score of a member in a sorted set.
   *
   * `ZINCRBY key increment member`, since 1.2.0. O(log(N)) where N is the number of elements in the sorted set.
   */
  zincrby(key: RedisArgument, increment: number | bigint, member: RedisArgument, options?: CallOptions): Answers<number>[As];

  /**
   * Intersect multiple sorted sets.
   *
   * `ZINTER numkeys key ... [WEIGHTS weights ...] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]`, since 6.2.0. O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of input sorted sets and M being the number of elements in the resulting sorted set.
   */
  zinter(key: RedisArgument | readonly RedisArgument[], options?: ZinterOptions & AsText & { readonly withscores?: false | undefined }): Answers<string[]>[As];
  zinter(key: RedisArgument | readonly RedisArgument[], options: ZinterOptions & AsBuffers & { readonly withscores?: false | undefined }): Answers<Buffer[]>[As];
  zinter(key: RedisArgument | readonly RedisArgument[], options: ZinterOptions & AsText & { readonly withscores: true }): Answers<{ member: string; score: number }[]>[As];
  zinter(key: RedisArgument | readonly RedisArgument[], options: ZinterOptions & AsBuffers & { readonly withscores: true }): Answers<{ member: Buffer; score: number }[]>[As];
  zinter(key: RedisArgument | readonly RedisArgument[], options?: ZinterOptions): Answers<(string | Buffer)[] | { member: string | Buffer; score: number }[]>[As];

  /**
   * Intersect multiple sorted sets and return the cardinality of the result.
   *
   * `ZINTERCARD numkeys key ... [LIMIT limit]`, since 7.0.0. O(N*K) worst case with N being the smallest input sorted set, K being the number of input sorted sets.
   */
  zintercard(key: RedisArgument | readonly RedisArgument[], options?: ZintercardOptions & AsNumbers): Answers<number>[As];
  zintercard(key: RedisArgument | readonly RedisArgument[], options: ZintercardOptions & AsBigints): Answers<bigint>[As];
  zintercard(key: RedisArgument | readonly RedisArgument[], options?: ZintercardOptions): Answers<number | bigint>[As];

  /**
   * Intersect multiple sorted sets and store the resulting sorted set in a new key.
   *
   * `ZINTERSTORE destination numkeys key ... [WEIGHTS weights ...] [AGGREGATE <SUM | MIN | MAX>]`, since 2.0.0. O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of input sorted sets and M being the number of elements in the resulting sorted set.
   */
  zinterstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: ZinterstoreOptions & AsNumbers): Answers<number>[As];
  zinterstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options: ZinterstoreOptions & AsBigints): Answers<bigint>[As];
  zinterstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: ZinterstoreOptions): Answers<number | bigint>[As];

  /**
   * Count the number of members in a sorted set between a given lexicographical range.
   *
   * `ZLEXCOUNT key min max`, since 2.8.9. O(log(N)) with N being the number of elements in the sorted set.
   */
  zlexcount(key: RedisArgument, min: RedisArgument, max: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  zlexcount(key: RedisArgument, min: RedisArgument, max: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  zlexcount(key: RedisArgument, min: RedisArgument, max: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Remove and return members with scores in a sorted set.
   *
   * `ZMPOP numkeys key ... <MIN | MAX> [COUNT count]`, since 7.0.0. O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the sorted set, and M being the number of elements popped.
   */
  zmpop(key: RedisArgument | readonly RedisArgument[], where: 'MIN' | 'MAX', options?: ZmpopOptions & AsText): Answers<ZmpopReply<string> | null>[As];
  zmpop(key: RedisArgument | readonly RedisArgument[], where: 'MIN' | 'MAX', options: ZmpopOptions & AsBuffers): Answers<ZmpopReply<Buffer> | null>[As];
  zmpop(key: RedisArgument | readonly RedisArgument[], where: 'MIN' | 'MAX', options?: ZmpopOptions): Answers<ZmpopReply<string | Buffer> | null>[As];

  /**
   * Get the score associated with the given members in a sorted set.
   *
   * `ZMSCORE key member ...`, since 6.2.0. O(N) where N is the number of members being requested.
   */
  zmscore(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(number | null)[]>[As];

  /**
   * Remove and return members with the highest scores in a sorted set.
   *
   * `ZPOPMAX key [count]`, since 5.0.0. O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of elements popped.
   */
  zpopmax(key: RedisArgument, options?: ZpopmaxOptions & AsText & { readonly count?: undefined }): Answers<{ member: string; score: number } | null>[As];
  zpopmax(key: RedisArgument, options: ZpopmaxOptions & AsBuffers & { readonly count?: undefined }): Answers<{ member: Buffer; score: number } | null>[As];
  zpopmax(key: RedisArgument, options: ZpopmaxOptions & AsText & { readonly count: number | bigint }): Answers<{ member: string; score: number }[]>[As];
  zpopmax(key: RedisArgument, options: ZpopmaxOptions & AsBuffers & { readonly count: number | bigint }): Answers<{ member: Buffer; score: number }[]>[As];
  zpopmax(key: RedisArgument, options?: ZpopmaxOptions): Answers<{ member: string | Buffer; score: number } | { member: string | Buffer; score: number }[] | null>[As];

  /**
   * Remove and return members with the lowest scores in a sorted set.
   *
   * `ZPOPMIN key [count]`, since 5.0.0. O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of elements popped.
   */
  zpopmin(key: RedisArgument, options?: ZpopminOptions & AsText & { readonly count?: undefined }): Answers<{ member: string; score: number } | null>[As];
  zpopmin(key: RedisArgument, options: ZpopminOptions & AsBuffers & { readonly count?: undefined }): Answers<{ member: Buffer; score: number } | null>[As];
  zpopmin(key: RedisArgument, options: ZpopminOptions & AsText & { readonly count: number | bigint }): Answers<{ member: string; score: number }[]>[As];
  zpopmin(key: RedisArgument, options: ZpopminOptions & AsBuffers & { readonly count: number | bigint }): Answers<{ member: Buffer; score: number }[]>[As];
  zpopmin(key: RedisArgument, options?: ZpopminOptions): Answers<{ member: string | Buffer; score: number } | { member: string | Buffer; score: number }[] | null>[As];

  /**
   * Get one or multiple random elements from a sorted set.
   *
   * `ZRANDMEMBER key [count [WITHSCORES]]`, since 6.2.0. O(N) where N is the number of elements returned.
   */
  zrandmember(key: RedisArgument, options?: ZrandmemberOptions & AsText & { readonly withscores?: false | undefined; readonly count?: undefined }): Answers<string | null>[As];
  zrandmember(key: RedisArgument, options: ZrandmemberOptions & AsBuffers & { readonly withscores?: false | undefined; readonly count?: undefined }): Answers<Buffer | null>[As];
  zrandmember(key: RedisArgument, options: ZrandmemberOptions & AsText & { readonly withscores: true }): Answers<{ member: string; score: number }[]>[As];
  zrandmember(key: RedisArgument, options: ZrandmemberOptions & AsBuffers & { readonly withscores: true }): Answers<{ member: Buffer; score: number }[]>[As];
  zrandmember(key: RedisArgument, options: ZrandmemberOptions & AsText & { readonly count: number | bigint }): Answers<string[]>[As];
  zrandmember(key: RedisArgument, options: ZrandmemberOptions & AsBuffers & { readonly count: number | bigint }): Answers<Buffer[]>[As];
  zrandmember(key: RedisArgument, options?: ZrandmemberOptions): Answers<string | Buffer | { member: string | Buffer; score: number }[] | (string | Buffer)[] | null>[As];

  /**
   * Return a range of members in a sorted set.
   *
   * `ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]`, since 1.2.0. O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements returned.
   */
  zrange(key: RedisArgument, start: number | string, stop: number | string, options?: ZrangeOptions & AsText & { readonly withscores?: false | undefined }): Answers<string[]>[As];
  zrange(key: RedisArgument, start: number | string, stop: number | string, options: ZrangeOptions & AsBuffers & { readonly withscores?: false | undefined }): Answers<Buffer[]>[As];
  zrange(key: RedisArgument, start: number | string, stop: number | string, options: ZrangeOptions & AsText & { readonly withscores: true }): Answers<{ member: string; score: number }[]>[As];
  zrange(key: RedisArgument, start: number | string, stop: number | string, options: ZrangeOptions & AsBuffers & { readonly withscores: true }): Answers<{ member: Buffer; score: number }[]>[As];
  zrange(key: RedisArgument, start: number | string, stop: number | string, options?: ZrangeOptions): Answers<(string | Buffer)[] | { member: string | Buffer; score: number }[]>[As];

  /**
   * Return a range of members in a sorted set, by lexicographical range.
   *
   * `ZRANGEBYLEX key min max [LIMIT offset count]`, since 2.8.9. O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).
   *
   * @deprecated since 6.2.0: use `ZRANGE` with the `BYLEX` argument
   */
  zrangebylex(key: RedisArgument, min: RedisArgument, max: RedisArgument, options?: ZrangebylexOptions & AsText): Answers<string[]>[As];
  zrangebylex(key: RedisArgument, min: RedisArgument, max: RedisArgument, options: ZrangebylexOptions & AsBuffers): Answers<Buffer[]>[As];
  zrangebylex(key: RedisArgument, min: RedisArgument, max: RedisArgument, options?: ZrangebylexOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Return a range of members in a sorted set, by score.
   *
   * `ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]`, since 1.0.5. O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).
   *
   * @deprecated since 6.2.0: use `ZRANGE` with the `BYSCORE` argument
   */
  zrangebyscore(key: RedisArgument, min: number | string, max: number | string, options?: ZrangebyscoreOptions & AsText & { readonly withscores?: false | undefined }): Answers<string[]>[As];
  zrangebyscore(key: RedisArgument, min: number | string, max: number | string, options: ZrangebyscoreOptions & AsBuffers & { readonly withscores?: false | undefined }): Answers<Buffer[]>[As];
  zrangebyscore(key: RedisArgument, min: number | string, max: number | string, options: ZrangebyscoreOptions & AsText & { readonly withscores: true }): Answers<{ member: string; score: number }[]>[As];
  zrangebyscore(key: RedisArgument, min: number | string, max: number | string, options: ZrangebyscoreOptions & AsBuffers & { readonly withscores: true }): Answers<{ member: Buffer; score: number }[]>[As];
  zrangebyscore(key: RedisArgument, min: number | string, max: number | string, options?: ZrangebyscoreOptions): Answers<(string | Buffer)[] | { member: string | Buffer; score: number }[]>[As];

  /**
   * Store a range of members from sorted set into another key.
   *
   * `ZRANGESTORE dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]`, since 6.2.0. O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements stored into the destination key.
   */
  zrangestore(dst: RedisArgument, src: RedisArgument, min: number | string, max: number | string, options?: ZrangestoreOptions & AsNumbers): Answers<number>[As];
  zrangestore(dst: RedisArgument, src: RedisArgument, min: number | string, max: number | string, options: ZrangestoreOptions & AsBigints): Answers<bigint>[As];
  zrangestore(dst: RedisArgument, src: RedisArgument, min: number | string, max: number | string, options?: ZrangestoreOptions): Answers<number | bigint>[As];

  /**
   * Determine the index of a member in a sorted set.
   *
   * `ZRANK key member [WITHSCORE]`, since 2.0.0. O(log(N)).
   */
  zrank(key: RedisArgument, member: RedisArgument, options?: ZrankOptions & AsNumbers & { readonly withscore?: false | undefined }): Answers<number | null>[As];
  zrank(key: RedisArgument, member: RedisArgument, options: ZrankOptions & AsBigints & { readonly withscore?: false | undefined }): Answers<bigint | null>[As];
  zrank(key: RedisArgument, member: RedisArgument, options: ZrankOptions & AsNumbers & { readonly withscore: true }): Answers<{ rank: number; score: number } | null>[As];
  zrank(key: RedisArgument, member: RedisArgument, options: ZrankOptions & AsBigints & { readonly withscore: true }): Answers<{ rank: bigint; score: number } | null>[As];
  zrank(key: RedisArgument, member: RedisArgument, options?: ZrankOptions): Answers<number | bigint | { rank: number | bigint; score: number } | null>[As];

  /**
   * Remove one or more members from a sorted set.
   *
   * `ZREM key member ...`, since 1.2.0. O(M*log(N)) with N being the number of elements in the sorted set and M the number of elements to be removed.
   */
  zrem(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  zrem(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  zrem(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Remove all members in a sorted set between the given lexicographical range.
   *
   * `ZREMRANGEBYLEX key min max`, since 2.8.9. O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.
   */
  zremrangebylex(key: RedisArgument, min: RedisArgument, max: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  zremrangebylex(key: RedisArgument, min: RedisArgument, max: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  zremrangebylex(key: RedisArgument, min: RedisArgument, max: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Remove all members in a sorted set within the given indexes.
   *
   * `ZREMRANGEBYRANK key start stop`, since 2.0.0. O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.
   */
  zremrangebyrank(key: RedisArgument, start: number | bigint, stop: number | bigint, options?: CallOptions & AsNumbers): Answers<number>[As];
  zremrangebyrank(key: RedisArgument, start: number | bigint, stop: number | bigint, options: CallOptions & AsBigints): Answers<bigint>[As];
  zremrangebyrank(key: RedisArgument, start: number | bigint, stop: number | bigint, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Remove all members in a sorted set within the given scores.
   *
   * `ZREMRANGEBYSCORE key min max`, since 1.2.0. O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.
   */
  zremrangebyscore(key: RedisArgument, min: number | string, max: number | string, options?: CallOptions & AsNumbers): Answers<number>[As];
  zremrangebyscore(key: RedisArgument, min: number | string, max: number | string, options: CallOptions & AsBigints): Answers<bigint>[As];
  zremrangebyscore(key: RedisArgument, min: number | string, max: number | string, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Return a range of members in a sorted set, by index, with scores ordered from high to low.
   *
   * `ZREVRANGE key start stop [WITHSCORES]`, since 1.2.0. O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements returned.
   *
   * @deprecated since 6.2.0: use `ZRANGE` with the `REV` argument
   */
  zrevrange(key: RedisArgument, start: number | bigint, stop: number | bigint, options?: ZrevrangeOptions & AsText & { readonly withscores?: false | undefined }): Answers<string[]>[As];
  zrevrange(key: RedisArgument, start: number | bigint, stop: number | bigint, options: ZrevrangeOptions & AsBuffers & { readonly withscores?: false | undefined }): Answers<Buffer[]>[As];
  zrevrange(key: RedisArgument, start: number | bigint, stop: number | bigint, options: ZrevrangeOptions & AsText & { readonly withscores: true }): Answers<{ member: string; score: number }[]>[As];
  zrevrange(key: RedisArgument, start: number | bigint, stop: number | bigint, options: ZrevrangeOptions & AsBuffers & { readonly withscores: true }): Answers<{ member: Buffer; score: number }[]>[As];
  zrevrange(key: RedisArgument, start: number | bigint, stop: number | bigint, options?: ZrevrangeOptions): Answers<(string | Buffer)[] | { member: string | Buffer; score: number }[]>[As];

  /**
   * Return a range of members in a sorted set, by lexicographical range, ordered from higher to lower strings.
   *
   * `ZREVRANGEBYLEX key max min [LIMIT offset count]`, since 2.8.9. O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).
   *
   * @deprecated since 6.2.0: use `ZRANGE` with the `REV` and `BYLEX` arguments
   */
  zrevrangebylex(key: RedisArgument, max: RedisArgument, min: RedisArgument, options?: ZrevrangebylexOptions & AsText): Answers<string[]>[As];
  zrevrangebylex(key: RedisArgument, max: RedisArgument, min: RedisArgument, options: ZrevrangebylexOptions & AsBuffers): Answers<Buffer[]>[As];
  zrevrangebylex(key: RedisArgument, max: RedisArgument, min: RedisArgument, options?: ZrevrangebylexOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Return a range of members in a sorted set, by score, with scores ordered from high to low.
   *
   * `ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]`, since 2.2.0. O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).
   *
   * @deprecated since 6.2.0: use `ZRANGE` with the `REV` and `BYSCORE` arguments
   */
  zrevrangebyscore(key: RedisArgument, max: number | string, min: number | string, options?: ZrevrangebyscoreOptions & AsText & { readonly withscores?: false | undefined }): Answers<string[]>[As];
  zrevrangebyscore(key: RedisArgument, max: number | string, min: number | string, options: ZrevrangebyscoreOptions & AsBuffers & { readonly withscores?: false | undefined }): Answers<Buffer[]>[As];
  zrevrangebyscore(key: RedisArgument, max: number | string, min: number | string, options: ZrevrangebyscoreOptions & AsText & { readonly withscores: true }): Answers<{ member: string; score: number }[]>[As];
  zrevrangebyscore(key: RedisArgument, max: number | string, min: number | string, options: ZrevrangebyscoreOptions & AsBuffers & { readonly withscores: true }): Answers<{ member: Buffer; score: number }[]>[As];
  zrevrangebyscore(key: RedisArgument, max: number | string, min: number | string, options?: ZrevrangebyscoreOptions): Answers<(string | Buffer)[] | { member: string | Buffer; score: number }[]>[As];

  /**
   * Determine the index of a member in a sorted set, with scores ordered from high to low.
   *
   * `ZREVRANK key member [WITHSCORE]`, since 2.0.0. O(log(N)).
   */
  zrevrank(key: RedisArgument, member: RedisArgument, options?: ZrevrankOptions & AsNumbers & { readonly withscore?: false | undefined }): Answers<number | null>[As];
  zrevrank(key: RedisArgument, member: RedisArgument, options: ZrevrankOptions & AsBigints & { readonly withscore?: false | undefined }): Answers<bigint | null>[As];
  zrevrank(key: RedisArgument, member: RedisArgument, options: ZrevrankOptions & AsNumbers & { readonly withscore: true }): Answers<{ rank: number; score: number } | null>[As];
  zrevrank(key: RedisArgument, member: RedisArgument, options: ZrevrankOptions & AsBigints & { readonly withscore: true }): Answers<{ rank: bigint; score: number } | null>[As];
  zrevrank(key: RedisArgument, member: RedisArgument, options?: ZrevrankOptions): Answers<number | bigint | { rank: number | bigint; score: number } | null>[As];

  /**
   * Incrementally iterate sorted sets elements and associated scores.
   *
   * `ZSCAN key cursor [MATCH match] [COUNT count]`, since 2.8.0. O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection..
   */
  zscanPage(key: RedisArgument, cursor: RedisArgument, options?: ZscanPageOptions & AsText): Answers<ZscanPageReply<string>>[As];
  zscanPage(key: RedisArgument, cursor: RedisArgument, options: ZscanPageOptions & AsBuffers): Answers<ZscanPageReply<Buffer>>[As];
  zscanPage(key: RedisArgument, cursor: RedisArgument, options?: ZscanPageOptions): Answers<ZscanPageReply<string | Buffer>>[As];

  /**
   * Get the score associated with the given member in a sorted set.
   *
   * `ZSCORE key member`, since 1.2.0. O(1).
   */
  zscore(key: RedisArgument, member: RedisArgument, options?: CallOptions): Answers<number | null>[As];

  /**
   * Add multiple sorted sets.
   *
   * `ZUNION numkeys key ... [WEIGHTS weights ...] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]`, since 6.2.0. O(N)+O(M*log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number of elements in the resulting sorted set.
   */
  zunion(key: RedisArgument | readonly RedisArgument[], options?: ZunionOptions & AsText & { readonly withscores?: false | undefined }): Answers<string[]>[As];
  zunion(key: RedisArgument | readonly RedisArgument[], options: ZunionOptions & AsBuffers & { readonly withscores?: false | undefined }): Answers<Buffer[]>[As];
  zunion(key: RedisArgument | readonly RedisArgument[], options: ZunionOptions & AsText & { readonly withscores: true }): Answers<{ member: string; score: number }[]>[As];
  zunion(key: RedisArgument | readonly RedisArgument[], options: ZunionOptions & AsBuffers & { readonly withscores: true }): Answers<{ member: Buffer; score: number }[]>[As];
  zunion(key: RedisArgument | readonly RedisArgument[], options?: ZunionOptions): Answers<(string | Buffer)[] | { member: string | Buffer; score: number }[]>[As];

  /**
   * Add multiple sorted sets and store the resulting sorted set in a new key.
   *
   * `ZUNIONSTORE destination numkeys key ... [WEIGHTS weights ...] [AGGREGATE <SUM | MIN | MAX>]`, since 2.0.0. O(N)+O(M log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number of elements in the resulting sorted set.
   */
  zunionstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: ZunionstoreOptions & AsNumbers): Answers<number>[As];
  zunionstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options: ZunionstoreOptions & AsBigints): Answers<bigint>[As];
  zunionstore(destination: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: ZunionstoreOptions): Answers<number | bigint>[As];
}
