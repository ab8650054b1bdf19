// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { RedisPairs, Values } from '../command-values.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link StreamCommands.xadd}. */
export interface XaddOptions extends CallOptions {
  /** `NOMKSTREAM` */
  readonly nomkstream?: boolean | undefined;
  /** `~` */
  readonly approximate?: boolean | undefined;
  /** `MAXLEN [~] maxlen [LIMIT limit]` */
  readonly maxlen?: number | bigint | undefined;
  /** `LIMIT limit` */
  readonly limit?: number | bigint | undefined;
  /** `MINID [~] minid [LIMIT limit]` */
  readonly minid?: RedisArgument | undefined;
}

/** Options of {@link StreamCommands.xautoclaim}. */
export interface XautoclaimOptions extends CallOptions {
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
  /** `JUSTID` */
  readonly justid?: boolean | undefined;
}

/** What {@link StreamCommands.xautoclaim} answers with. */
export type XautoclaimReply<Text> = { cursor: string; entries: { id: string; fields: Record<string, Text> | null }[]; deleted?: string[] };

/** Options of {@link StreamCommands.xclaim}. */
export interface XclaimOptions extends CallOptions {
  /** `IDLE idle` */
  readonly idle?: number | bigint | undefined;
  /** `TIME time` */
  readonly time?: number | bigint | undefined;
  /** `RETRYCOUNT retrycount` */
  readonly retrycount?: number | bigint | undefined;
  /** `FORCE` */
  readonly force?: boolean | undefined;
  /** `JUSTID` */
  readonly justid?: boolean | undefined;
  /** `LASTID lastid` */
  readonly lastid?: RedisArgument | undefined;
}

/** Options of {@link StreamCommands.xgroupCreate}. */
export interface XgroupCreateOptions extends CallOptions {
  /** `MKSTREAM` */
  readonly mkstream?: boolean | undefined;
  /** `ENTRIESREAD entriesread` */
  readonly entriesread?: number | bigint | undefined;
}

/** Options of {@link StreamCommands.xgroupSetid}. */
export interface XgroupSetidOptions extends CallOptions {
  /** `ENTRIESREAD entriesread` */
  readonly entriesread?: number | bigint | undefined;
}

/** What {@link StreamCommands.xinfoConsumers} answers with, one of them. */
export type XinfoConsumersReply<Integer> = { name: string; pending: Integer; idle: Integer; inactive?: Integer };

/** What {@link StreamCommands.xinfoGroups} answers with, one of them. */
export type XinfoGroupsReply<Integer> = { name: string; consumers: Integer; pending: Integer; 'last-delivered-id': string; 'entries-read': Integer | null; lag: Integer | null };

/** Options of {@link StreamCommands.xinfoStream}. */
export interface XinfoStreamOptions extends CallOptions {
  /** `FULL [COUNT count]` */
  readonly full?: boolean | undefined;
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
}

/** What {@link StreamCommands.xinfoStream} answers with. */
export type XinfoStreamReply<Text, Integer> = { length: Integer; 'radix-tree-keys': Integer; 'radix-tree-nodes': Integer; 'last-generated-id': string; 'max-deleted-entry-id': string; 'entries-added': Integer; 'recorded-first-entry-id': string; groups: Integer; 'first-entry': { id: string; fields: Record<string, Text> } | null; 'last-entry': { id: string; fields: Record<string, Text> } | null };

/** What {@link StreamCommands.xinfoStream} answers with. */
export type XinfoStreamFullReply<Text, Integer> = { length: Integer; 'radix-tree-keys': Integer; 'radix-tree-nodes': Integer; 'last-generated-id': string; 'max-deleted-entry-id': string; 'entries-added': Integer; 'recorded-first-entry-id': string; entries: { id: string; fields: Record<string, Text> }[]; groups: { name: string; 'last-delivered-id': string; 'entries-read': Integer | null; lag: Integer | null; 'pel-count': Integer; pending: { id: string; consumer: string; deliveredAt: Integer; deliveries: Integer }[]; consumers: { name: string; 'seen-time': Integer; 'active-time'?: Integer; 'pel-count': Integer; pending: { id: string; deliveredAt: Integer; deliveries: Integer }[] }[] }[] };

/** Options of {@link StreamCommands.xpending}. */
export interface XpendingOptions extends CallOptions {
  /** `IDLE idle` */
  readonly idle?: number | bigint | undefined;
  /** `[IDLE idle] start end count [consumer]` */
  readonly start?: RedisArgument | undefined;
  /** `[IDLE idle] start end count [consumer]` */
  readonly end?: RedisArgument | undefined;
  /** `[IDLE idle] start end count [consumer]` */
  readonly count?: number | bigint | undefined;
  /** `consumer` */
  readonly consumer?: RedisArgument | undefined;
}

/** What {@link StreamCommands.xpending} answers with. */
export type XpendingReply<Integer> = { count: Integer; smallest: string | null; largest: string | null; consumers: { name: string; count: Integer }[] | null };

/** What {@link StreamCommands.xpending} answers with, one of them. */
export type XpendingStartReply<Integer> = { id: string; consumer: string; idleMs: Integer; deliveries: Integer };

/** Options of {@link StreamCommands.xrange}. */
export interface XrangeOptions extends CallOptions {
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
}

/** Options of {@link StreamCommands.xread}. */
export interface XreadOptions extends CallOptions {
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
  /** `BLOCK block` */
  readonly block?: number | bigint | undefined;
}

/** What {@link StreamCommands.xread} answers with. */
export type XreadReply<Text> = { key: Text; entries: { id: string; fields: Record<string, Text> }[] }[];

/** Options of {@link StreamCommands.xreadgroup}. */
export interface XreadgroupOptions extends CallOptions {
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
  /** `BLOCK block` */
  readonly block?: number | bigint | undefined;
  /** `NOACK` */
  readonly noack?: boolean | undefined;
}

/** What {@link StreamCommands.xreadgroup} answers with. */
export type XreadgroupReply<Text> = { key: Text; entries: { id: string; fields: Record<string, Text> | null }[] }[];

/** Options of {@link StreamCommands.xrevrange}. */
export interface XrevrangeOptions extends CallOptions {
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
}

/** Options of {@link StreamCommands.xsetid}. */
export interface XsetidOptions extends CallOptions {
  /** `ENTRIESADDED entriesadded` */
  readonly entriesadded?: number | bigint | undefined;
  /** `MAXDELETEDID maxdeletedid` */
  readonly maxdeletedid?: RedisArgument | undefined;
}

/** Commands of the group stream. */
export interface StreamCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Marks a pending message as correctly processed, effectively removing it from the pending entries list of the consumer group. Return value of the command is the number of messages successfully acknowledged, that is, the IDs we were actually able to resolve in the PEL.
   *
   * `XACK key group id ...`, since 5.0.0. O(1) for each message ID processed.
   */
  xack(key: RedisArgument, group: RedisArgument, id: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  xack(key: RedisArgument, group: RedisArgument, id: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  xack(key: RedisArgument, group: RedisArgument, id: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Appends a new entry to a stream.
   *
   * `XADD key [NOMKSTREAM] [MAXLEN [~] maxlen [LIMIT limit] | MINID [~] minid [LIMIT limit]] id fields ...`, since 5.0.0. O(1) when adding a new entry, O(N) when trimming where N being the number of entries evicted.
   */
  xadd<V extends Values<V>>(key: RedisArgument, id: RedisArgument, fields: V | RedisPairs, options?: XaddOptions): Answers<string | null>[As];

  /**
   * Changes (or acquires) ownership of messages in a consumer group, as if the messages were delivered to the specified consumer.
   *
   * `XAUTOCLAIM key group consumer minIdleTime start [COUNT count] [JUSTID]`, since 6.2.0. O(1) if COUNT is small.
   */
  xautoclaim(key: RedisArgument, group: RedisArgument, consumer: RedisArgument, minIdleTime: number | bigint, start: RedisArgument, options?: XautoclaimOptions & AsText & { readonly justid?: false | undefined }): Answers<XautoclaimReply<string>>[As];
  xautoclaim(key: RedisArgument, group: RedisArgument, consumer: RedisArgument, minIdleTime: number | bigint, start: RedisArgument, options: XautoclaimOptions & AsBuffers & { readonly justid?: false | undefined }): Answers<XautoclaimReply<Buffer>>[As];
  xautoclaim(key: RedisArgument, group: RedisArgument, consumer: RedisArgument, minIdleTime: number | bigint, start: RedisArgument, options: XautoclaimOptions & { readonly justid: true }): Answers<{ cursor: string; ids: string[]; deleted?: string[] }>[As];
  xautoclaim(key: RedisArgument, group: RedisArgument, consumer: RedisArgument, minIdleTime: number | bigint, start: RedisArgument, options?: XautoclaimOptions): Answers<XautoclaimReply<string | Buffer> | { cursor: string; ids: string[]; deleted?: string[] }>[As];

  /**
   * Changes (or acquires) ownership of a message in a consumer group, as if the message was delivered to the specified consumer.
   *
   * `XCLAIM key group consumer minIdleTime ids ... [IDLE idle] [TIME time] [RETRYCOUNT retrycount] [FORCE] [JUSTID] [LASTID lastid]`, since 5.0.0. O(log N) with N being the number of messages in the PEL of the consumer group.
   */
  xclaim(key: RedisArgument, group: RedisArgument, consumer: RedisArgument, minIdleTime: number | bigint, ids: RedisArgument | readonly RedisArgument[], options?: XclaimOptions & AsText & { readonly justid?: false | undefined }): Answers<{ id: string; fields: Record<string, string> | null }[]>[As];
  xclaim(key: RedisArgument, group: RedisArgument, consumer: RedisArgument, minIdleTime: number | bigint, ids: RedisArgument | readonly RedisArgument[], options: XclaimOptions & AsBuffers & { readonly justid?: false | undefined }): Answers<{ id: string; fields: Record<string, Buffer> | null }[]>[As];
  xclaim(key: RedisArgument, group: RedisArgument, consumer: RedisArgument, minIdleTime: number | bigint, ids: RedisArgument | readonly RedisArgument[], options: XclaimOptions & { readonly justid: true }): Answers<string[]>[As];
  xclaim(key: RedisArgument, group: RedisArgument, consumer: RedisArgument, minIdleTime: number | bigint, ids: RedisArgument | readonly RedisArgument[], options?: XclaimOptions): Answers<{ id: string; fields: Record<string, string | Buffer> | null }[] | string[]>[As];

  /**
   * Removes the specified entries from the stream. Returns the number of items actually deleted, that may be different from the number of IDs passed in case certain IDs do not exist.
   *
   * `XDEL key id ...`, since 5.0.0. O(1) for each single item to delete in the stream, regardless of the stream size.
   */
  xdel(key: RedisArgument, id: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  xdel(key: RedisArgument, id: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  xdel(key: RedisArgument, id: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Create a consumer group.
   *
   * `XGROUP CREATE key group id [MKSTREAM] [ENTRIESREAD entriesread]`, since 5.0.0. O(1).
   */
  xgroupCreate(key: RedisArgument, group: RedisArgument, id: RedisArgument, options?: XgroupCreateOptions): Answers<'OK'>[As];

  /**
   * Create a consumer in a consumer group.
   *
   * `XGROUP CREATECONSUMER key groupname consumername`, since 6.2.0. O(1).
   */
  xgroupCreateconsumer(key: RedisArgument, groupname: RedisArgument, consumername: RedisArgument, options?: CallOptions): Answers<boolean>[As];

  /**
   * Delete a consumer from a consumer group.
   *
   * `XGROUP DELCONSUMER key groupname consumername`, since 5.0.0. O(1).
   */
  xgroupDelconsumer(key: RedisArgument, groupname: RedisArgument, consumername: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  xgroupDelconsumer(key: RedisArgument, groupname: RedisArgument, consumername: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  xgroupDelconsumer(key: RedisArgument, groupname: RedisArgument, consumername: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Destroy a consumer group.
   *
   * `XGROUP DESTROY key groupname`, since 5.0.0. O(N) where N is the number of entries in the group's pending entries list (PEL).
   */
  xgroupDestroy(key: RedisArgument, groupname: RedisArgument, options?: CallOptions): Answers<boolean>[As];

  /**
   * Set a consumer group to an arbitrary last delivered ID value.
   *
   * `XGROUP SETID key group id [ENTRIESREAD entriesread]`, since 5.0.0. O(1).
   */
  xgroupSetid(key: RedisArgument, group: RedisArgument, id: RedisArgument, options?: XgroupSetidOptions): Answers<'OK'>[As];

  /**
   * List the consumers in a consumer group.
   *
   * `XINFO CONSUMERS key groupname`, since 5.0.0. O(1).
   */
  xinfoConsumers(key: RedisArgument, groupname: RedisArgument, options?: CallOptions & AsNumbers): Answers<XinfoConsumersReply<number>[]>[As];
  xinfoConsumers(key: RedisArgument, groupname: RedisArgument, options: CallOptions & AsBigints): Answers<XinfoConsumersReply<bigint>[]>[As];
  xinfoConsumers(key: RedisArgument, groupname: RedisArgument, options?: CallOptions): Answers<XinfoConsumersReply<number | bigint>[]>[As];

  /**
   * List the consumer groups of a stream.
   *
   * `XINFO GROUPS key`, since 5.0.0. O(1).
   */
  xinfoGroups(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<XinfoGroupsReply<number>[]>[As];
  xinfoGroups(key: RedisArgument, options: CallOptions & AsBigints): Answers<XinfoGroupsReply<bigint>[]>[As];
  xinfoGroups(key: RedisArgument, options?: CallOptions): Answers<XinfoGroupsReply<number | bigint>[]>[As];

  /**
   * Get information about a stream.
   *
   * `XINFO STREAM key [FULL [COUNT count]]`, since 5.0.0. O(1).
   */
  xinfoStream(key: RedisArgument, options?: XinfoStreamOptions & AsText & AsNumbers & { readonly full?: false | undefined }): Answers<XinfoStreamReply<string, number>>[As];
  xinfoStream(key: RedisArgument, options: XinfoStreamOptions & AsText & AsBigints & { readonly full?: false | undefined }): Answers<XinfoStreamReply<string, bigint>>[As];
  xinfoStream(key: RedisArgument, options: XinfoStreamOptions & AsBuffers & AsNumbers & { readonly full?: false | undefined }): Answers<XinfoStreamReply<Buffer, number>>[As];
  xinfoStream(key: RedisArgument, options: XinfoStreamOptions & AsBuffers & AsBigints & { readonly full?: false | undefined }): Answers<XinfoStreamReply<Buffer, bigint>>[As];
  xinfoStream(key: RedisArgument, options: XinfoStreamOptions & AsText & AsNumbers & { readonly full: true }): Answers<XinfoStreamFullReply<string, number>>[As];
  xinfoStream(key: RedisArgument, options: XinfoStreamOptions & AsText & AsBigints & { readonly full: true }): Answers<XinfoStreamFullReply<string, bigint>>[As];
  xinfoStream(key: RedisArgument, options: XinfoStreamOptions & AsBuffers & AsNumbers & { readonly full: true }): Answers<XinfoStreamFullReply<Buffer, number>>[As];
  xinfoStream(key: RedisArgument, options: XinfoStreamOptions & AsBuffers & AsBigints & { readonly full: true }): Answers<XinfoStreamFullReply<Buffer, bigint>>[As];
  xinfoStream(key: RedisArgument, options?: XinfoStreamOptions): Answers<XinfoStreamReply<string | Buffer, number | bigint> | XinfoStreamFullReply<string | Buffer, number | bigint>>[As];

  /**
   * Return the number of entries in a stream.
   *
   * `XLEN key`, since 5.0.0. O(1).
   */
  xlen(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  xlen(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  xlen(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Return information and entries from a stream consumer group pending entries list, that are messages fetched but never acknowledged.
   *
   * `XPENDING key group [[IDLE idle] start end count [consumer]]`, since 5.0.0. O(N) with N being the number of elements returned, so asking for a small fixed number of entries per call is O(1). O(M), where M is the total number of entries scanned when used with the IDLE filter. When the command returns just the summary and the list of consumers is small, it runs in O(1) time; otherwise, an additional O(N) time for iterating every consumer.
   */
  xpending(key: RedisArgument, group: RedisArgument, options?: XpendingOptions & AsNumbers & { readonly start?: undefined }): Answers<XpendingReply<number>>[As];
  xpending(key: RedisArgument, group: RedisArgument, options: XpendingOptions & AsBigints & { readonly start?: undefined }): Answers<XpendingReply<bigint>>[As];
  xpending(key: RedisArgument, group: RedisArgument, options: XpendingOptions & AsNumbers & { readonly start: RedisArgument }): Answers<XpendingStartReply<number>[]>[As];
  xpending(key: RedisArgument, group: RedisArgument, options: XpendingOptions & AsBigints & { readonly start: RedisArgument }): Answers<XpendingStartReply<bigint>[]>[As];
  xpending(key: RedisArgument, group: RedisArgument, options?: XpendingOptions): Answers<XpendingReply<number | bigint> | XpendingStartReply<number | bigint>[]>[As];

  /**
   * Return a range of elements in a stream, with IDs matching the specified IDs interval.
   *
   * `XRANGE key start end [COUNT count]`, since 5.0.0. O(N) with N being the number of elements being returned. If N is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1).
   */
  xrange(key: RedisArgument, start: RedisArgument, end: RedisArgument, options?: XrangeOptions & AsText): Answers<{ id: string; fields: Record<string, string> }[]>[As];
  xrange(key: RedisArgument, start: RedisArgument, end: RedisArgument, options: XrangeOptions & AsBuffers): Answers<{ id: string; fields: Record<string, Buffer> }[]>[As];
  xrange(key: RedisArgument, start: RedisArgument, end: RedisArgument, options?: XrangeOptions): Answers<{ id: string; fields: Record<string, string | Buffer> }[]>[As];

  /**
   * Return never seen elements in multiple streams, with IDs greater than the ones reported by the caller for each stream. Can block.
   *
   * `XREAD [COUNT count] [BLOCK block] STREAMS streams`, since 5.0.0. For each stream mentioned: O(N) with N being the number of elements being returned, it means that XREAD-ing with a fixed COUNT is O(1). Note that when the BLOCK option is used, XADD will pay O(M) time in order to serve the M clients blocked on the stream getting new data.
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   */
  xread<V extends Values<V>>(streams: V | RedisPairs, options?: XreadOptions & AsText): Answers<XreadReply<string> | null>[As];
  xread<V extends Values<V>>(streams: V | RedisPairs, options: XreadOptions & AsBuffers): Answers<XreadReply<Buffer> | null>[As];
  xread<V extends Values<V>>(streams: V | RedisPairs, options?: XreadOptions): Answers<XreadReply<string | Buffer> | null>[As];

  /**
   * Return new entries from a stream using a consumer group, or access the history of the pending entries for a given consumer. Can block.
   *
   * `XREADGROUP GROUP group consumer [COUNT count] [BLOCK block] [NOACK] STREAMS streams`, since 5.0.0. For each stream mentioned: O(M) with M being the number of elements returned. If M is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1). On the other side when XREADGROUP blocks, XADD will pay the O(N) time in order to serve the N clients blocked on the stream getting new data.
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   */
  xreadgroup<V extends Values<V>>(group: RedisArgument, consumer: RedisArgument, streams: V | RedisPairs, options?: XreadgroupOptions & AsText): Answers<XreadgroupReply<string> | null>[As];
  xreadgroup<V extends Values<V>>(group: RedisArgument, consumer: RedisArgument, streams: V | RedisPairs, options: XreadgroupOptions & AsBuffers): Answers<XreadgroupReply<Buffer> | null>[As];
  xreadgroup<V extends Values<V>>(group: RedisArgument, consumer: RedisArgument, streams: V | RedisPairs, options?: XreadgroupOptions): Answers<XreadgroupReply<string | Buffer> | null>[As];

  /**
   * Return a range of elements in a stream, with IDs matching the specified IDs interval, in reverse order (from greater to smaller IDs) compared to XRANGE.
   *
   * `XREVRANGE key end start [COUNT count]`, since 5.0.0. O(N) with N being the number of elements returned. If N is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1).
   */
  xrevrange(key: RedisArgument, end: RedisArgument, start: RedisArgument, options?: XrevrangeOptions & AsText): Answers<{ id: string; fields: Record<string, string> }[]>[As];
  xrevrange(key: RedisArgument, end: RedisArgument, start: RedisArgument, options: XrevrangeOptions & AsBuffers): Answers<{ id: string; fields: Record<string, Buffer> }[]>[As];
  xrevrange(key: RedisArgument, end: RedisArgument, start: RedisArgument, options?: XrevrangeOptions): Answers<{ id: string; fields: Record<string, string | Buffer> }[]>[As];

  /**
   * An internal command for replicating stream values.
   *
   * `XSETID key lastId [ENTRIESADDED entriesadded] [MAXDELETEDID maxdeletedid]`, since 5.0.0. O(1).
   */
  xsetid(key: RedisArgument, lastId: RedisArgument, options?: XsetidOptions): Answers<'OK'>[As];

  /**
   * Trims the stream to (approximately if '~' is passed) a certain size.
   *
   * `XTRIM key <MAXLEN [~] maxlen [LIMIT limit] | MINID [~] minid [LIMIT limit]>`, since 5.0.0. O(N), with N being the number of evicted entries. Constant times are very small however, since entries are organized in macro nodes containing multiple entries that can be released with a single deallocation.
   */
  xtrim(key: RedisArgument, trim: { readonly approximate?: boolean | undefined; readonly maxlen: number | bigint; readonly limit?: number | bigint | undefined } | { readonly approximate?: boolean | undefined; readonly minid: RedisArgument; readonly limit?: number | bigint | undefined }, options?: CallOptions & AsNumbers): Answers<number>[As];
  xtrim(key: RedisArgument, trim: { readonly approximate?: boolean | undefined; readonly maxlen: number | bigint; readonly limit?: number | bigint | undefined } | { readonly approximate?: boolean | undefined; readonly minid: RedisArgument; readonly limit?: number | bigint | undefined }, options: CallOptions & AsBigints): Answers<bigint>[As];
  xtrim(key: RedisArgument, trim: { readonly approximate?: boolean | undefined; readonly maxlen: number | bigint; readonly limit?: number | bigint | undefined } | { readonly approximate?: boolean | undefined; readonly minid: RedisArgument; readonly limit?: number | bigint | undefined }, options?: CallOptions): Answers<number | bigint>[As];
}
