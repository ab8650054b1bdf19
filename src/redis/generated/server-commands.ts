// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { RedisPairs, Values } from '../command-values.ts';
import type { RedisReply } from '../reply.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link ServerCommands.aclCat}. */
export interface AclCatOptions extends CallOptions {
  /** `categoryname` */
  readonly categoryname?: RedisArgument | undefined;
}

/** Options of {@link ServerCommands.aclGenpass}. */
export interface AclGenpassOptions extends CallOptions {
  /** `bits` */
  readonly bits?: number | bigint | undefined;
}

/** What {@link ServerCommands.aclGetuser} answers with. */
export type AclGetuserReply = { flags: string[]; passwords: string[]; commands: string; keys: string; channels: string; selectors: { commands: string; keys: string; channels: string }[] };

/** Options of {@link ServerCommands.aclLog}. */
export interface AclLogOptions extends CallOptions {
  /** `count` */
  readonly count?: number | bigint | undefined;
  /** `RESET` */
  readonly reset?: boolean | undefined;
}

/** What {@link ServerCommands.aclLog} answers with, one of them. */
export type AclLogReply<Integer> = { count: Integer; reason: string; context: string; object: string; username: string; 'age-seconds': number; 'client-info': string; 'entry-id'?: Integer; 'timestamp-created'?: Integer; 'timestamp-last-updated'?: Integer };

/** Options of {@link ServerCommands.bgsave}. */
export interface BgsaveOptions extends CallOptions {
  /** `SCHEDULE` */
  readonly schedule?: boolean | undefined;
}

/** Options of {@link ServerCommands.commandDocs}. */
export interface CommandDocsOptions extends CallOptions {
  /** `commandNames ...` */
  readonly commandNames?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** What {@link ServerCommands.commandDocs} answers with. */
export type CommandDocsReply = Record<string, { summary: string; since?: string; group: string; complexity?: string; doc_flags?: string[]; deprecated_since?: string; replaced_by?: string; arguments?: RedisReply; subcommands?: RedisReply; history?: RedisReply; module?: string }>;

/** Options of {@link ServerCommands.commandInfo}. */
export interface CommandInfoOptions extends CallOptions {
  /** `commandNames ...` */
  readonly commandNames?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** What {@link ServerCommands.commandInfo} answers with, one of them. */
export type CommandInfoReply<Integer> = { name: string; arity: Integer; flags: string[]; firstKey: Integer; lastKey: Integer; step: Integer; aclCategories: string[]; tips: RedisReply; keySpecs: RedisReply; subcommands: RedisReply } | null;

/** Options of {@link ServerCommands.commandList}. */
export interface CommandListOptions extends CallOptions {
  /** `FILTERBY <MODULE module | ACLCAT aclcat | PATTERN pattern>` */
  readonly filterby?: { readonly module: RedisArgument } | { readonly aclcat: RedisArgument } | { readonly pattern: RedisArgument } | undefined;
}

/** Options of {@link ServerCommands.failover}. */
export interface FailoverOptions extends CallOptions {
  /** `TO host port [FORCE]` */
  readonly to?: { readonly host: RedisArgument; readonly port: number | bigint; readonly force?: boolean | undefined } | undefined;
  /** `ABORT` */
  readonly abort?: boolean | undefined;
  /** `TIMEOUT timeout` */
  readonly timeout?: number | bigint | undefined;
}

/** Options of {@link ServerCommands.flushall}. */
export interface FlushallOptions extends CallOptions {
  /** `ASYNC` */
  readonly async?: boolean | undefined;
  /** `SYNC` */
  readonly sync?: boolean | undefined;
}

/** Options of {@link ServerCommands.flushdb}. */
export interface FlushdbOptions extends CallOptions {
  /** `ASYNC` */
  readonly async?: boolean | undefined;
  /** `SYNC` */
  readonly sync?: boolean | undefined;
}

/** Options of {@link ServerCommands.info}. */
export interface InfoOptions extends CallOptions {
  /** `sections ...` */
  readonly sections?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** Options of {@link ServerCommands.latencyHistogram}. */
export interface LatencyHistogramOptions extends CallOptions {
  /** `commands ...` */
  readonly commands?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** What {@link ServerCommands.latencyHistogram} answers with. */
export type LatencyHistogramReply<Integer> = Record<string, { calls: Integer; histogram_usec: Record<string, Integer> }>;

/** What {@link ServerCommands.latencyLatest} answers with, one of them. */
export type LatencyLatestReply<Integer> = { event: string; timestamp: Integer; latest: Integer; max: Integer; others: Integer[] };

/** Options of {@link ServerCommands.latencyReset}. */
export interface LatencyResetOptions extends CallOptions {
  /** `events ...` */
  readonly events?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** Options of {@link ServerCommands.lolwut}. */
export interface LolwutOptions extends CallOptions {
  /** `VERSION version` */
  readonly version?: number | bigint | undefined;
}

/** What {@link ServerCommands.memoryStats} answers with. */
export type MemoryStatsReply<Integer> = { 'peak.allocated': Integer; 'total.allocated': Integer; 'startup.allocated': Integer; 'replication.backlog': Integer; 'clients.slaves': Integer; 'clients.normal': Integer; 'aof.buffer': Integer; 'lua.caches': Integer; 'overhead.total': Integer; 'keys.count': Integer; 'keys.bytes-per-key': Integer; 'dataset.bytes': Integer; 'dataset.percentage': number; 'peak.percentage': number; 'allocator.allocated': Integer; 'allocator.active': Integer; 'allocator.resident': Integer; 'allocator-fragmentation.ratio': number; 'allocator-fragmentation.bytes': Integer; 'allocator-rss.ratio': number; 'allocator-rss.bytes': Integer; 'rss-overhead.ratio': number; 'rss-overhead.bytes': Integer; fragmentation: number; 'fragmentation.bytes': Integer };

/** Options of {@link ServerCommands.memoryUsage}. */
export interface MemoryUsageOptions extends CallOptions {
  /** `SAMPLES samples` */
  readonly samples?: number | bigint | undefined;
}

/** What {@link ServerCommands.moduleList} answers with, one of them. */
export type ModuleListReply<Integer> = { name: string; ver: Integer; path?: string; args?: string[] };

/** Options of {@link ServerCommands.moduleLoadex}. */
export interface ModuleLoadexOptions extends CallOptions {
  /** `CONFIG name value` */
  readonly config?: { readonly name: RedisArgument; readonly value: RedisArgument } | readonly ({ readonly name: RedisArgument; readonly value: RedisArgument })[] | undefined;
  /** `ARGS args ...` */
  readonly args?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** Options of {@link ServerCommands.slowlogGet}. */
export interface SlowlogGetOptions extends CallOptions {
  /** `count` */
  readonly count?: number | bigint | undefined;
}

/** What {@link ServerCommands.slowlogGet} answers with, one of them. */
export type SlowlogGetReply<Text, Integer> = { id: Integer; timestamp: Integer; durationMicroseconds: Integer; arguments: Text[]; clientAddress: string; clientName: string };

/** Commands of the group server. */
export interface ServerCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * List the ACL categories or the commands inside a category.
   *
   * `ACL CAT [categoryname]`, since 6.0.0. O(1) since the categories and commands are a fixed set.
   */
  aclCat(options?: AclCatOptions): Answers<string[]>[As];

  /**
   * Remove the specified ACL users and the associated rules.
   *
   * `ACL DELUSER username ...`, since 6.0.0. O(1) amortized time considering the typical user.
   */
  aclDeluser(username: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  aclDeluser(username: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  aclDeluser(username: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Returns whether the user can execute the given command without executing the command.
   *
   * `ACL DRYRUN username command args ...`, since 7.0.0. O(1).
   */
  aclDryrun(username: RedisArgument, command: RedisArgument, args: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<string>[As];

  /**
   * Generate a pseudorandom secure password to use for ACL users.
   *
   * `ACL GENPASS [bits]`, since 6.0.0. O(1).
   */
  aclGenpass(options?: AclGenpassOptions): Answers<string>[As];

  /**
   * Get the rules for a specific ACL user.
   *
   * `ACL GETUSER username`, since 6.0.0. O(N). Where N is the number of password, command and pattern rules that the user has.
   */
  aclGetuser(username: RedisArgument, options?: CallOptions): Answers<AclGetuserReply | null>[As];

  /**
   * List the current ACL rules in ACL config file format.
   *
   * `ACL LIST`, since 6.0.0. O(N). Where N is the number of configured users.
   */
  aclList(options?: CallOptions): Answers<string[]>[As];

  /**
   * Reload the ACLs from the configured ACL file.
   *
   * `ACL LOAD`, since 6.0.0. O(N). Where N is the number of configured users.
   */
  aclLoad(options?: CallOptions): Answers<'OK'>[As];

  /**
   * List latest events denied because of ACLs in place.
   *
   * `ACL LOG [count | RESET]`, since 6.0.0. O(N) with N being the number of entries shown.
   */
  aclLog(options?: AclLogOptions & AsNumbers & { readonly reset?: false | undefined }): Answers<AclLogReply<number>[]>[As];
  aclLog(options: AclLogOptions & AsBigints & { readonly reset?: false | undefined }): Answers<AclLogReply<bigint>[]>[As];
  aclLog(options: AclLogOptions & { readonly reset: true }): Answers<'OK'>[As];
  aclLog(options?: AclLogOptions): Answers<AclLogReply<number | bigint>[] | 'OK'>[As];

  /**
   * Save the current ACL rules in the configured ACL file.
   *
   * `ACL SAVE`, since 6.0.0. O(N). Where N is the number of configured users.
   */
  aclSave(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Modify or create the rules for a specific ACL user.
   *
   * `ACL SETUSER username rules ...`, since 6.0.0. O(N). Where N is the number of rules provided.
   */
  aclSetuser(username: RedisArgument, rules: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<'OK'>[As];

  /**
   * List the username of all the configured ACL rules.
   *
   * `ACL USERS`, since 6.0.0. O(N). Where N is the number of configured users.
   */
  aclUsers(options?: CallOptions): Answers<string[]>[As];

  /**
   * Return the name of the user associated to the current connection.
   *
   * `ACL WHOAMI`, since 6.0.0. O(1).
   */
  aclWhoami(options?: CallOptions): Answers<string>[As];

  /**
   * Asynchronously rewrite the append-only file.
   *
   * `BGREWRITEAOF`, since 1.0.0. O(1).
   */
  bgrewriteaof(options?: CallOptions): Answers<string>[As];

  /**
   * Asynchronously save the dataset to disk.
   *
   * `BGSAVE [SCHEDULE]`, since 1.0.0. O(1).
   */
  bgsave(options?: BgsaveOptions): Answers<string>[As];

  /**
   * Get total number of Redis commands.
   *
   * `COMMAND COUNT`, since 2.8.13. O(1).
   */
  commandCount(options?: CallOptions & AsNumbers): Answers<number>[As];
  commandCount(options: CallOptions & AsBigints): Answers<bigint>[As];
  commandCount(options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Get array of specific Redis command documentation.
   *
   * `COMMAND DOCS [commandNames ...]`, since 7.0.0. O(N) where N is the number of commands to look up.
   */
  commandDocs(options?: CommandDocsOptions): Answers<CommandDocsReply>[As];

  /**
   * Extract keys given a full Redis command.
   *
   * `COMMAND GETKEYS command ...`, since 2.8.13. O(N) where N is the number of arguments to the command.
   */
  commandGetkeys(command: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Answers<string[]>[As];
  commandGetkeys(command: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Answers<Buffer[]>[As];
  commandGetkeys(command: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Extract keys and access flags given a full Redis command.
   *
   * `COMMAND GETKEYSANDFLAGS command ...`, since 7.0.0. O(N) where N is the number of arguments to the command.
   */
  commandGetkeysandflags(command: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Answers<{ key: string; flags: string[] }[]>[As];
  commandGetkeysandflags(command: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Answers<{ key: Buffer; flags: string[] }[]>[As];
  commandGetkeysandflags(command: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<{ key: string | Buffer; flags: string[] }[]>[As];

  /**
   * Get array of specific Redis command details, or all when no argument is given.
   *
   * `COMMAND INFO [commandNames ...]`, since 2.8.13. O(N) where N is the number of commands to look up.
   */
  commandInfo(options?: CommandInfoOptions & AsNumbers): Answers<CommandInfoReply<number>[]>[As];
  commandInfo(options: CommandInfoOptions & AsBigints): Answers<CommandInfoReply<bigint>[]>[As];
  commandInfo(options?: CommandInfoOptions): Answers<CommandInfoReply<number | bigint>[]>[As];

  /**
   * Get an array of Redis command names.
   *
   * `COMMAND LIST [FILTERBY <MODULE module | ACLCAT aclcat | PATTERN pattern>]`, since 7.0.0. O(N) where N is the total number of Redis commands.
   */
  commandList(options?: CommandListOptions): Answers<string[]>[As];

  /**
   * Get the values of configuration parameters.
   *
   * `CONFIG GET parameter ...`, since 2.0.0. O(N) when N is the number of configuration parameters provided.
   */
  configGet(parameter: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Answers<Record<string, string>>[As];
  configGet(parameter: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Answers<Record<string, Buffer>>[As];
  configGet(parameter: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<Record<string, string | Buffer>>[As];

  /**
   * Reset the stats returned by INFO.
   *
   * `CONFIG RESETSTAT`, since 2.0.0. O(1).
   */
  configResetstat(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Rewrite the configuration file with the in memory configuration.
   *
   * `CONFIG REWRITE`, since 2.8.0. O(1).
   */
  configRewrite(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Set configuration parameters to the given values.
   *
   * `CONFIG SET values ...`, since 2.0.0. O(N) when N is the number of configuration parameters provided.
   */
  configSet<V extends Values<V>>(values: V | RedisPairs, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Return the number of keys in the selected database.
   *
   * `DBSIZE`, since 1.0.0. O(1).
   */
  dbsize(options?: CallOptions & AsNumbers): Answers<number>[As];
  dbsize(options: CallOptions & AsBigints): Answers<bigint>[As];
  dbsize(options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Start a coordinated failover between this server and one of its replicas.
   *
   * `FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT timeout]`, since 6.2.0. O(1).
   */
  failover(options?: FailoverOptions): Answers<'OK'>[As];

  /**
   * Remove all keys from all databases.
   *
   * `FLUSHALL [ASYNC | SYNC]`, since 1.0.0. O(N) where N is the total number of keys in all databases.
   */
  flushall(options?: FlushallOptions): Answers<'OK'>[As];

  /**
   * Remove all keys from the current database.
   *
   * `FLUSHDB [ASYNC | SYNC]`, since 1.0.0. O(N) where N is the number of keys in the selected database.
   */
  flushdb(options?: FlushdbOptions): Answers<'OK'>[As];

  /**
   * Get information and statistics about the server.
   *
   * `INFO [sections ...]`, since 1.0.0. O(1).
   */
  info(options?: InfoOptions): Answers<string>[As];

  /**
   * Get the UNIX time stamp of the last successful save to disk.
   *
   * `LASTSAVE`, since 1.0.0. O(1).
   */
  lastsave(options?: CallOptions & AsNumbers): Answers<number>[As];
  lastsave(options: CallOptions & AsBigints): Answers<bigint>[As];
  lastsave(options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Return a human readable latency analysis report.
   *
   * `LATENCY DOCTOR`, since 2.8.13. O(1).
   */
  latencyDoctor(options?: CallOptions): Answers<string>[As];

  /**
   * Return a latency graph for the event.
   *
   * `LATENCY GRAPH event`, since 2.8.13. O(1).
   */
  latencyGraph(event: RedisArgument, options?: CallOptions): Answers<string>[As];

  /**
   * Return the cumulative distribution of latencies of a subset of commands or all.
   *
   * `LATENCY HISTOGRAM [commands ...]`, since 7.0.0. O(N) where N is the number of commands with latency information being retrieved.
   */
  latencyHistogram(options?: LatencyHistogramOptions & AsNumbers): Answers<LatencyHistogramReply<number>>[As];
  latencyHistogram(options: LatencyHistogramOptions & AsBigints): Answers<LatencyHistogramReply<bigint>>[As];
  latencyHistogram(options?: LatencyHistogramOptions): Answers<LatencyHistogramReply<number | bigint>>[As];

  /**
   * Return timestamp-latency samples for the event.
   *
   * `LATENCY HISTORY event`, since 2.8.13. O(1).
   */
  latencyHistory(event: RedisArgument, options?: CallOptions & AsNumbers): Answers<{ timestamp: number; latency: number }[]>[As];
  latencyHistory(event: RedisArgument, options: CallOptions & AsBigints): Answers<{ timestamp: bigint; latency: bigint }[]>[As];
  latencyHistory(event: RedisArgument, options?: CallOptions): Answers<{ timestamp: number | bigint; latency: number | bigint }[]>[As];

  /**
   * Return the latest latency samples for all events.
   *
   * `LATENCY LATEST`, since 2.8.13. O(1).
   */
  latencyLatest(options?: CallOptions & AsNumbers): Answers<LatencyLatestReply<number>[]>[As];
  latencyLatest(options: CallOptions & AsBigints): Answers<LatencyLatestReply<bigint>[]>[As];
  latencyLatest(options?: CallOptions): Answers<LatencyLatestReply<number | bigint>[]>[As];

  /**
   * Reset latency data for one or more events.
   *
   * `LATENCY RESET [events ...]`, since 2.8.13. O(1).
   */
  latencyReset(options?: LatencyResetOptions & AsNumbers): Answers<number>[As];
  latencyReset(options: LatencyResetOptions & AsBigints): Answers<bigint>[As];
  latencyReset(options?: LatencyResetOptions): Answers<number | bigint>[As];

  /**
   * Display some computer art and the Redis version.
   *
   * `LOLWUT [VERSION version]`, since 5.0.0.
   */
  lolwut(options?: LolwutOptions): Answers<string>[As];

  /**
   * Outputs memory problems report.
   *
   * `MEMORY DOCTOR`, since 4.0.0. O(1).
   */
  memoryDoctor(options?: CallOptions): Answers<string>[As];

  /**
   * Show allocator internal stats.
   *
   * `MEMORY MALLOC-STATS`, since 4.0.0. Depends on how much memory is allocated, could be slow.
   */
  memoryMallocStats(options?: CallOptions): Answers<string>[As];

  /**
   * Ask the allocator to release memory.
   *
   * `MEMORY PURGE`, since 4.0.0. Depends on how much memory is allocated, could be slow.
   */
  memoryPurge(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Show memory usage details.
   *
   * `MEMORY STATS`, since 4.0.0. O(1).
   */
  memoryStats(options?: CallOptions & AsNumbers): Answers<MemoryStatsReply<number>>[As];
  memoryStats(options: CallOptions & AsBigints): Answers<MemoryStatsReply<bigint>>[As];
  memoryStats(options?: CallOptions): Answers<MemoryStatsReply<number | bigint>>[As];

  /**
   * Estimate the memory usage of a key.
   *
   * `MEMORY USAGE key [SAMPLES samples]`, since 4.0.0. O(N) where N is the number of samples.
   */
  memoryUsage(key: RedisArgument, options?: MemoryUsageOptions & AsNumbers): Answers<number | null>[As];
  memoryUsage(key: RedisArgument, options: MemoryUsageOptions & AsBigints): Answers<bigint | null>[As];
  memoryUsage(key: RedisArgument, options?: MemoryUsageOptions): Answers<number | bigint | null>[As];

  /**
   * List all modules loaded by the server.
   *
   * `MODULE LIST`, since 4.0.0. O(N) where N is the number of loaded modules.
   */
  moduleList(options?: CallOptions & AsNumbers): Answers<ModuleListReply<number>[]>[As];
  moduleList(options: CallOptions & AsBigints): Answers<ModuleListReply<bigint>[]>[As];
  moduleList(options?: CallOptions): Answers<ModuleListReply<number | bigint>[]>[As];

  /**
   * Load a module.
   *
   * `MODULE LOAD path args ...`, since 4.0.0. O(1).
   */
  moduleLoad(path: RedisArgument, args: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<'OK'>[As];

  /**
   * Load a module with extended parameters.
   *
   * `MODULE LOADEX path [CONFIG name value ...] [ARGS args ...]`, since 7.0.0. O(1).
   */
  moduleLoadex(path: RedisArgument, options?: ModuleLoadexOptions): Answers<'OK'>[As];

  /**
   * Unload a module.
   *
   * `MODULE UNLOAD name`, since 4.0.0. O(1).
   */
  moduleUnload(name: RedisArgument, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Make the server a replica of another instance, or promote it as master.
   *
   * `REPLICAOF host port`, since 5.0.0. O(1).
   */
  replicaof(host: RedisArgument, port: RedisArgument, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Return the role of the instance in the context of replication.
   *
   * `ROLE`, since 2.8.12. O(1).
   */
  role(options?: CallOptions): Answers<RedisReply>[As];

  /**
   * Synchronously save the dataset to disk.
   *
   * `SAVE`, since 1.0.0. O(N) where N is the total number of keys in all databases.
   */
  save(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Make the server a replica of another instance, or promote it as master.
   *
   * `SLAVEOF host port`, since 1.0.0. O(1).
   *
   * @deprecated since 5.0.0: use `REPLICAOF`
   */
  slaveof(host: RedisArgument, port: RedisArgument, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Get the slow log's entries.
   *
   * `SLOWLOG GET [count]`, since 2.2.12. O(N) where N is the number of entries returned.
   */
  slowlogGet(options?: SlowlogGetOptions & AsText & AsNumbers): Answers<SlowlogGetReply<string, number>[]>[As];
  slowlogGet(options: SlowlogGetOptions & AsText & AsBigints): Answers<SlowlogGetReply<string, bigint>[]>[As];
  slowlogGet(options: SlowlogGetOptions & AsBuffers & AsNumbers): Answers<SlowlogGetReply<Buffer, number>[]>[As];
  slowlogGet(options: SlowlogGetOptions & AsBuffers & AsBigints): Answers<SlowlogGetReply<Buffer, bigint>[]>[As];
  slowlogGet(options?: SlowlogGetOptions): Answers<SlowlogGetReply<string | Buffer, number | bigint>[]>[As];

  /**
   * Get the slow log's length.
   *
   * `SLOWLOG LEN`, since 2.2.12. O(1).
   */
  slowlogLen(options?: CallOptions & AsNumbers): Answers<number>[As];
  slowlogLen(options: CallOptions & AsBigints): Answers<bigint>[As];
  slowlogLen(options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Clear all entries from the slow log.
   *
   * `SLOWLOG RESET`, since 2.2.12. O(N) where N is the number of entries in the slowlog.
   */
  slowlogReset(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Swaps two Redis databases.
   *
   * `SWAPDB index1 index2`, since 4.0.0. O(N) where N is the count of clients watching or blocking on keys from both databases.
   */
  swapdb(index1: number | bigint, index2: number | bigint, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Return the current server time.
   *
   * `TIME`, since 2.6.0. O(1).
   */
  time(options?: CallOptions & AsNumbers): Answers<{ seconds: number; microseconds: number }>[As];
  time(options: CallOptions & AsBigints): Answers<{ seconds: bigint; microseconds: bigint }>[As];
  time(options?: CallOptions): Answers<{ seconds: number | bigint; microseconds: number | bigint }>[As];
}
