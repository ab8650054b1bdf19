// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { RedisPairs, Values } from '../command-values.ts';
import type { RedisReply } from '../reply.ts';

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
export interface ServerCommands {
  /**
   * List the ACL categories or the commands inside a category.
   *
   * `ACL CAT [categoryname]`, since 6.0.0. O(1) since the categories and commands are a fixed set.
   */
  aclCat(options?: AclCatOptions): Promise<string[]>;

  /**
   * Remove the specified ACL users and the associated rules.
   *
   * `ACL DELUSER username ...`, since 6.0.0. O(1) amortized time considering the typical user.
   */
  aclDeluser(username: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Promise<number>;
  aclDeluser(username: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Promise<bigint>;
  aclDeluser(username: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<number | bigint>;

  /**
   * Returns whether the user can execute the given command without executing the command.
   *
   * `ACL DRYRUN username command args ...`, since 7.0.0. O(1).
   */
  aclDryrun(username: RedisArgument, command: RedisArgument, args: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<string>;

  /**
   * Generate a pseudorandom secure password to use for ACL users.
   *
   * `ACL GENPASS [bits]`, since 6.0.0. O(1).
   */
  aclGenpass(options?: AclGenpassOptions): Promise<string>;

  /**
   * Get the rules for a specific ACL user.
   *
   * `ACL GETUSER username`, since 6.0.0. O(N). Where N is the number of password, command and pattern rules that the user has.
   */
  aclGetuser(username: RedisArgument, options?: CallOptions): Promise<AclGetuserReply | null>;

  /**
   * List the current ACL rules in ACL config file format.
   *
   * `ACL LIST`, since 6.0.0. O(N). Where N is the number of configured users.
   */
  aclList(options?: CallOptions): Promise<string[]>;

  /**
   * Reload the ACLs from the configured ACL file.
   *
   * `ACL LOAD`, since 6.0.0. O(N). Where N is the number of configured users.
   */
  aclLoad(options?: CallOptions): Promise<'OK'>;

  /**
   * List latest events denied because of ACLs in place.
   *
   * `ACL LOG [count | RESET]`, since 6.0.0. O(N) with N being the number of entries shown.
   */
  aclLog(options?: AclLogOptions & AsNumbers & { readonly reset?: false | undefined }): Promise<AclLogReply<number>[]>;
  aclLog(options: AclLogOptions & AsBigints & { readonly reset?: false | undefined }): Promise<AclLogReply<bigint>[]>;
  aclLog(options: AclLogOptions & { readonly reset: true }): Promise<'OK'>;
  aclLog(options?: AclLogOptions): Promise<AclLogReply<number | bigint>[] | 'OK'>;

  /**
   * Save the current ACL rules in the configured ACL file.
   *
   * `ACL SAVE`, since 6.0.0. O(N). Where N is the number of configured users.
   */
  aclSave(options?: CallOptions): Promise<'OK'>;

  /**
   * Modify or create the rules for a specific ACL user.
   *
   * `ACL SETUSER username rules ...`, since 6.0.0. O(N). Where N is the number of rules provided.
   */
  aclSetuser(username: RedisArgument, rules: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<'OK'>;

  /**
   * List the username of all the configured ACL rules.
   *
   * `ACL USERS`, since 6.0.0. O(N). Where N is the number of configured users.
   */
  aclUsers(options?: CallOptions): Promise<string[]>;

  /**
   * Return the name of the user associated to the current connection.
   *
   * `ACL WHOAMI`, since 6.0.0. O(1).
   */
  aclWhoami(options?: CallOptions): Promise<string>;

  /**
   * Asynchronously rewrite the append-only file.
   *
   * `BGREWRITEAOF`, since 1.0.0. O(1).
   */
  bgrewriteaof(options?: CallOptions): Promise<string>;

  /**
   * Asynchronously save the dataset to disk.
   *
   * `BGSAVE [SCHEDULE]`, since 1.0.0. O(1).
   */
  bgsave(options?: BgsaveOptions): Promise<string>;

  /**
   * Get total number of Redis commands.
   *
   * `COMMAND COUNT`, since 2.8.13. O(1).
   */
  commandCount(options?: CallOptions & AsNumbers): Promise<number>;
  commandCount(options: CallOptions & AsBigints): Promise<bigint>;
  commandCount(options?: CallOptions): Promise<number | bigint>;

  /**
   * Get array of specific Redis command documentation.
   *
   * `COMMAND DOCS [commandNames ...]`, since 7.0.0. O(N) where N is the number of commands to look up.
   */
  commandDocs(options?: CommandDocsOptions): Promise<CommandDocsReply>;

  /**
   * Extract keys given a full Redis command.
   *
   * `COMMAND GETKEYS command ...`, since 2.8.13. O(N) where N is the number of arguments to the command.
   */
  commandGetkeys(command: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Promise<string[]>;
  commandGetkeys(command: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Promise<Buffer[]>;
  commandGetkeys(command: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<(string | Buffer)[]>;

  /**
   * Extract keys and access flags given a full Redis command.
   *
   * `COMMAND GETKEYSANDFLAGS command ...`, since 7.0.0. O(N) where N is the number of arguments to the command.
   */
  commandGetkeysandflags(command: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Promise<{ key: string; flags: string[] }[]>;
  commandGetkeysandflags(command: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Promise<{ key: Buffer; flags: string[] }[]>;
  commandGetkeysandflags(command: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<{ key: string | Buffer; flags: string[] }[]>;

  /**
   * Get array of specific Redis command details, or all when no argument is given.
   *
   * `COMMAND INFO [commandNames ...]`, since 2.8.13. O(N) where N is the number of commands to look up.
   */
  commandInfo(options?: CommandInfoOptions & AsNumbers): Promise<CommandInfoReply<number>[]>;
  commandInfo(options: CommandInfoOptions & AsBigints): Promise<CommandInfoReply<bigint>[]>;
  commandInfo(options?: CommandInfoOptions): Promise<CommandInfoReply<number | bigint>[]>;

  /**
   * Get an array of Redis command names.
   *
   * `COMMAND LIST [FILTERBY <MODULE module | ACLCAT aclcat | PATTERN pattern>]`, since 7.0.0. O(N) where N is the total number of Redis commands.
   */
  commandList(options?: CommandListOptions): Promise<string[]>;

  /**
   * Get the values of configuration parameters.
   *
   * `CONFIG GET parameter ...`, since 2.0.0. O(N) when N is the number of configuration parameters provided.
   */
  configGet(parameter: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsText): Promise<Record<string, string>>;
  configGet(parameter: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBuffers): Promise<Record<string, Buffer>>;
  configGet(parameter: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<Record<string, string | Buffer>>;

  /**
   * Reset the stats returned by INFO.
   *
   * `CONFIG RESETSTAT`, since 2.0.0. O(1).
   */
  configResetstat(options?: CallOptions): Promise<'OK'>;

  /**
   * Rewrite the configuration file with the in memory configuration.
   *
   * `CONFIG REWRITE`, since 2.8.0. O(1).
   */
  configRewrite(options?: CallOptions): Promise<'OK'>;

  /**
   * Set configuration parameters to the given values.
   *
   * `CONFIG SET values ...`, since 2.0.0. O(N) when N is the number of configuration parameters provided.
   */
  configSet<V extends Values<V>>(values: V | RedisPairs, options?: CallOptions): Promise<'OK'>;

  /**
   * Return the number of keys in the selected database.
   *
   * `DBSIZE`, since 1.0.0. O(1).
   */
  dbsize(options?: CallOptions & AsNumbers): Promise<number>;
  dbsize(options: CallOptions & AsBigints): Promise<bigint>;
  dbsize(options?: CallOptions): Promise<number | bigint>;

  /**
   * Start a coordinated failover between this server and one of its replicas.
   *
   * `FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT timeout]`, since 6.2.0. O(1).
   */
  failover(options?: FailoverOptions): Promise<'OK'>;

  /**
   * Remove all keys from all databases.
   *
   * `FLUSHALL [ASYNC | SYNC]`, since 1.0.0. O(N) where N is the total number of keys in all databases.
   */
  flushall(options?: FlushallOptions): Promise<'OK'>;

  /**
   * Remove all keys from the current database.
   *
   * `FLUSHDB [ASYNC | SYNC]`, since 1.0.0. O(N) where N is the number of keys in the selected database.
   */
  flushdb(options?: FlushdbOptions): Promise<'OK'>;

  /**
   * Get information and statistics about the server.
   *
   * `INFO [sections ...]`, since 1.0.0. O(1).
   */
  info(options?: InfoOptions): Promise<string>;

  /**
   * Get the UNIX time stamp of the last successful save to disk.
   *
   * `LASTSAVE`, since 1.0.0. O(1).
   */
  lastsave(options?: CallOptions & AsNumbers): Promise<number>;
  lastsave(options: CallOptions & AsBigints): Promise<bigint>;
  lastsave(options?: CallOptions): Promise<number | bigint>;

  /**
   * Return a human readable latency analysis report.
   *
   * `LATENCY DOCTOR`, since 2.8.13. O(1).
   */
  latencyDoctor(options?: CallOptions): Promise<string>;

  /**
   * Return a latency graph for the event.
   *
   * `LATENCY GRAPH event`, since 2.8.13. O(1).
   */
  latencyGraph(event: RedisArgument, options?: CallOptions): Promise<string>;

  /**
   * Return the cumulative distribution of latencies of a subset of commands or all.
   *
   * `LATENCY HISTOGRAM [commands ...]`, since 7.0.0. O(N) where N is the number of commands with latency information being retrieved.
   */
  latencyHistogram(options?: LatencyHistogramOptions & AsNumbers): Promise<LatencyHistogramReply<number>>;
  latencyHistogram(options: LatencyHistogramOptions & AsBigints): Promise<LatencyHistogramReply<bigint>>;
  latencyHistogram(options?: LatencyHistogramOptions): Promise<LatencyHistogramReply<number | bigint>>;

  /**
   * Return timestamp-latency samples for the event.
   *
   * `LATENCY HISTORY event`, since 2.8.13. O(1).
   */
  latencyHistory(event: RedisArgument, options?: CallOptions & AsNumbers): Promise<{ timestamp: number; latency: number }[]>;
  latencyHistory(event: RedisArgument, options: CallOptions & AsBigints): Promise<{ timestamp: bigint; latency: bigint }[]>;
  latencyHistory(event: RedisArgument, options?: CallOptions): Promise<{ timestamp: number | bigint; latency: number | bigint }[]>;

  /**
   * Return the latest latency samples for all events.
   *
   * `LATENCY LATEST`, since 2.8.13. O(1).
   */
  latencyLatest(options?: CallOptions & AsNumbers): Promise<LatencyLatestReply<number>[]>;
  latencyLatest(options: CallOptions & AsBigints): Promise<LatencyLatestReply<bigint>[]>;
  latencyLatest(options?: CallOptions): Promise<LatencyLatestReply<number | bigint>[]>;

  /**
   * Reset latency data for one or more events.
   *
   * `LATENCY RESET [events ...]`, since 2.8.13. O(1).
   */
  latencyReset(options?: LatencyResetOptions & AsNumbers): Promise<number>;
  latencyReset(options: LatencyResetOptions & AsBigints): Promise<bigint>;
  latencyReset(options?: LatencyResetOptions): Promise<number | bigint>;

  /**
   * Display some computer art and the Redis version.
   *
   * `LOLWUT [VERSION version]`, since 5.0.0.
   */
  lolwut(options?: LolwutOptions): Promise<string>;

  /**
   * Outputs memory problems report.
   *
   * `MEMORY DOCTOR`, since 4.0.0. O(1).
   */
  memoryDoctor(options?: CallOptions): Promise<string>;

  /**
   * Show allocator internal stats.
   *
   * `MEMORY MALLOC-STATS`, since 4.0.0. Depends on how much memory is allocated, could be slow.
   */
  memoryMallocStats(options?: CallOptions): Promise<string>;

  /**
   * Ask the allocator to release memory.
   *
   * `MEMORY PURGE`, since 4.0.0. Depends on how much memory is allocated, could be slow.
   */
  memoryPurge(options?: CallOptions): Promise<'OK'>;

  /**
   * Show memory usage details.
   *
   * `MEMORY STATS`, since 4.0.0. O(1).
   */
  memoryStats(options?: CallOptions & AsNumbers): Promise<MemoryStatsReply<number>>;
  memoryStats(options: CallOptions & AsBigints): Promise<MemoryStatsReply<bigint>>;
  memoryStats(options?: CallOptions): Promise<MemoryStatsReply<number | bigint>>;

  /**
   * Estimate the memory usage of a key.
   *
   * `MEMORY USAGE key [SAMPLES samples]`, since 4.0.0. O(N) where N is the number of samples.
   */
  memoryUsage(key: RedisArgument, options?: MemoryUsageOptions & AsNumbers): Promise<number | null>;
  memoryUsage(key: RedisArgument, options: MemoryUsageOptions & AsBigints): Promise<bigint | null>;
  memoryUsage(key: RedisArgument, options?: MemoryUsageOptions): Promise<number | bigint | null>;

  /**
   * List all modules loaded by the server.
   *
   * `MODULE LIST`, since 4.0.0. O(N) where N is the number of loaded modules.
   */
  moduleList(options?: CallOptions & AsNumbers): Promise<ModuleListReply<number>[]>;
  moduleList(options: CallOptions & AsBigints): Promise<ModuleListReply<bigint>[]>;
  moduleList(options?: CallOptions): Promise<ModuleListReply<number | bigint>[]>;

  /**
   * Load a module.
   *
   * `MODULE LOAD path args ...`, since 4.0.0. O(1).
   */
  moduleLoad(path: RedisArgument, args: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<'OK'>;

  /**
   * Load a module with extended parameters.
   *
   * `MODULE LOADEX path [CONFIG name value ...] [ARGS args ...]`, since 7.0.0. O(1).
   */
  moduleLoadex(path: RedisArgument, options?: ModuleLoadexOptions): Promise<'OK'>;

  /**
   * Unload a module.
   *
   * `MODULE UNLOAD name`, since 4.0.0. O(1).
   */
  moduleUnload(name: RedisArgument, options?: CallOptions): Promise<'OK'>;

  /**
   * Make the server a replica of another instance, or promote it as master.
   *
   * `REPLICAOF host port`, since 5.0.0. O(1).
   */
  replicaof(host: RedisArgument, port: RedisArgument, options?: CallOptions): Promise<'OK'>;

  /**
   * Return the role of the instance in the context of replication.
   *
   * `ROLE`, since 2.8.12. O(1).
   */
  role(options?: CallOptions): Promise<RedisReply>;

  /**
   * Synchronously save the dataset to disk.
   *
   * `SAVE`, since 1.0.0. O(N) where N is the total number of keys in all databases.
   */
  save(options?: CallOptions): Promise<'OK'>;

  /**
   * Make the server a replica of another instance, or promote it as master.
   *
   * `SLAVEOF host port`, since 1.0.0. O(1).
   *
   * @deprecated since 5.0.0: use `REPLICAOF`
   */
  slaveof(host: RedisArgument, port: RedisArgument, options?: CallOptions): Promise<'OK'>;

  /**
   * Get the slow log's entries.
   *
   * `SLOWLOG GET [count]`, since 2.2.12. O(N) where N is the number of entries returned.
   */
  slowlogGet(options?: SlowlogGetOptions & AsText & AsNumbers): Promise<SlowlogGetReply<string, number>[]>;
  slowlogGet(options: SlowlogGetOptions & AsText & AsBigints): Promise<SlowlogGetReply<string, bigint>[]>;
  slowlogGet(options: SlowlogGetOptions & AsBuffers & AsNumbers): Promise<SlowlogGetReply<Buffer, number>[]>;
  slowlogGet(options: SlowlogGetOptions & AsBuffers & AsBigints): Promise<SlowlogGetReply<Buffer, bigint>[]>;
  slowlogGet(options?: SlowlogGetOptions): Promise<SlowlogGetReply<string | Buffer, number | bigint>[]>;

  /**
   * Get the slow log's length.
   *
   * `SLOWLOG LEN`, since 2.2.12. O(1).
   */
  slowlogLen(options?: CallOptions & AsNumbers): Promise<number>;
  slowlogLen(options: CallOptions & AsBigints): Promise<bigint>;
  slowlogLen(options?: CallOptions): Promise<number | bigint>;

  /**
   * Clear all entries from the slow log.
   *
   * `SLOWLOG RESET`, since 2.2.12. O(N) where N is the number of entries in the slowlog.
   */
  slowlogReset(options?: CallOptions): Promise<'OK'>;

  /**
   * Swaps two Redis databases.
   *
   * `SWAPDB index1 index2`, since 4.0.0. O(N) where N is the count of clients watching or blocking on keys from both databases.
   */
  swapdb(index1: number | bigint, index2: number | bigint, options?: CallOptions): Promise<'OK'>;

  /**
   * Return the current server time.
   *
   * `TIME`, since 2.6.0. O(1).
   */
  time(options?: CallOptions & AsNumbers): Promise<{ seconds: number; microseconds: number }>;
  time(options: CallOptions & AsBigints): Promise<{ seconds: bigint; microseconds: bigint }>;
  time(options?: CallOptions): Promise<{ seconds: number | bigint; microseconds: number | bigint }>;
}
