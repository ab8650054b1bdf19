// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { RedisReply } from '../reply.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link ScriptingCommands.eval}. */
export interface EvalOptions extends CallOptions {
  /** `keys ...` */
  readonly keys?: RedisArgument | readonly RedisArgument[] | undefined;
  /** `args ...` */
  readonly args?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** Options of {@link ScriptingCommands.evalsha}. */
export interface EvalshaOptions extends CallOptions {
  /** `keys ...` */
  readonly keys?: RedisArgument | readonly RedisArgument[] | undefined;
  /** `args ...` */
  readonly args?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** Options of {@link ScriptingCommands.evalshaRo}. */
export interface EvalshaRoOptions extends CallOptions {
  /** `keys ...` */
  readonly keys?: RedisArgument | readonly RedisArgument[] | undefined;
  /** `args ...` */
  readonly args?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** Options of {@link ScriptingCommands.evalRo}. */
export interface EvalRoOptions extends CallOptions {
  /** `keys ...` */
  readonly keys?: RedisArgument | readonly RedisArgument[] | undefined;
  /** `args ...` */
  readonly args?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** Options of {@link ScriptingCommands.fcall}. */
export interface FcallOptions extends CallOptions {
  /** `keys ...` */
  readonly keys?: RedisArgument | readonly RedisArgument[] | undefined;
  /** `args ...` */
  readonly args?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** Options of {@link ScriptingCommands.fcallRo}. */
export interface FcallRoOptions extends CallOptions {
  /** `keys ...` */
  readonly keys?: RedisArgument | readonly RedisArgument[] | undefined;
  /** `args ...` */
  readonly args?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** Options of {@link ScriptingCommands.functionFlush}. */
export interface FunctionFlushOptions extends CallOptions {
  /** `ASYNC` */
  readonly async?: boolean | undefined;
  /** `SYNC` */
  readonly sync?: boolean | undefined;
}

/** Options of {@link ScriptingCommands.functionList}. */
export interface FunctionListOptions extends CallOptions {
  /** `LIBRARYNAME libraryname` */
  readonly libraryname?: RedisArgument | undefined;
  /** `WITHCODE` */
  readonly withcode?: boolean | undefined;
}

/** What {@link ScriptingCommands.functionList} answers with, one of them. */
export type FunctionListReply = { library_name: string; engine: string; functions: { name: string; description: string | null; flags: string[] }[]; library_code?: string };

/** Options of {@link ScriptingCommands.functionLoad}. */
export interface FunctionLoadOptions extends CallOptions {
  /** `REPLACE` */
  readonly replace?: boolean | undefined;
}

/** Options of {@link ScriptingCommands.functionRestore}. */
export interface FunctionRestoreOptions extends CallOptions {
  /** `FLUSH` */
  readonly flush?: boolean | undefined;
  /** `APPEND` */
  readonly append?: boolean | undefined;
  /** `REPLACE` */
  readonly replace?: boolean | undefined;
}

/** What {@link ScriptingCommands.functionStats} answers with. */
export type FunctionStatsReply<Text, Integer> = { running_script: { name: string; command: Text[]; duration_ms: Integer } | null; engines: Record<string, { libraries_count: Integer; functions_count: Integer }> };

/** Options of {@link ScriptingCommands.scriptFlush}. */
export interface ScriptFlushOptions extends CallOptions {
  /** `ASYNC` */
  readonly async?: boolean | undefined;
  /** `SYNC` */
  readonly sync?: boolean | undefined;
}

/** Commands of the group scripting. */
export interface ScriptingCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Execute a Lua script server side.
   *
   * `EVAL script numkeys [keys ...] [args ...]`, since 2.6.0. Depends on the script that is executed.
   */
  eval(script: RedisArgument, options?: EvalOptions): Answers<RedisReply>[As];

  /**
   * Execute a Lua script server side.
   *
   * `EVALSHA sha1 numkeys [keys ...] [args ...]`, since 2.6.0. Depends on the script that is executed.
   */
  evalsha(sha1: RedisArgument, options?: EvalshaOptions): Answers<RedisReply>[As];

  /**
   * Execute a read-only Lua script server side.
   *
   * `EVALSHA_RO sha1 numkeys [keys ...] [args ...]`, since 7.0.0. Depends on the script that is executed.
   */
  evalshaRo(sha1: RedisArgument, options?: EvalshaRoOptions): Answers<RedisReply>[As];

  /**
   * Execute a read-only Lua script server side.
   *
   * `EVAL_RO script numkeys [keys ...] [args ...]`, since 7.0.0. Depends on the script that is executed.
   */
  evalRo(script: RedisArgument, options?: EvalRoOptions): Answers<RedisReply>[As];

  /**
   * Invoke a function.
   *
   * `FCALL function numkeys [keys ...] [args ...]`, since 7.0.0. Depends on the function that is executed.
   */
  fcall(functionName: RedisArgument, options?: FcallOptions): Answers<RedisReply>[As];

  /**
   * Invoke a read-only function.
   *
   * `FCALL_RO function numkeys [keys ...] [args ...]`, since 7.0.0. Depends on the function that is executed.
   */
  fcallRo(functionName: RedisArgument, options?: FcallRoOptions): Answers<RedisReply>[As];

  /**
   * Delete a function by name.
   *
   * `FUNCTION DELETE libraryName`, since 7.0.0. O(1).
   */
  functionDelete(libraryName: RedisArgument, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Dump all functions into a serialized binary payload.
   *
   * `FUNCTION DUMP`, since 7.0.0. O(N) where N is the number of functions.
   */
  functionDump(options?: CallOptions): Answers<Buffer>[As];

  /**
   * Deleting all functions.
   *
   * `FUNCTION FLUSH [ASYNC | SYNC]`, since 7.0.0. O(N) where N is the number of functions deleted.
   */
  functionFlush(options?: FunctionFlushOptions): Answers<'OK'>[As];

  /**
   * Kill the function currently in execution.
   *
   * `FUNCTION KILL`, since 7.0.0. O(1).
   */
  functionKill(options?: CallOptions): Answers<'OK'>[As];

  /**
   * List information about all the functions.
   *
   * `FUNCTION LIST [LIBRARYNAME libraryname] [WITHCODE]`, since 7.0.0. O(N) where N is the number of functions.
   */
  functionList(options?: FunctionListOptions): Answers<FunctionListReply[]>[As];

  /**
   * Create a function with the given arguments (name, code, description).
   *
   * `FUNCTION LOAD [REPLACE] functionCode`, since 7.0.0. O(1) (considering compilation time is redundant).
   */
  functionLoad(functionCode: RedisArgument, options?: FunctionLoadOptions): Answers<string>[As];

  /**
   * Restore all the functions on the given payload.
   *
   * `FUNCTION RESTORE serializedValue [FLUSH | APPEND | REPLACE]`, since 7.0.0. O(N) where N is the number of functions on the payload.
   */
  functionRestore(serializedValue: RedisArgument, options?: FunctionRestoreOptions): Answers<'OK'>[As];

  /**
   * Return information about the function currently running (name, description, duration).
   *
   * `FUNCTION STATS`, since 7.0.0. O(1).
   */
  functionStats(options?: CallOptions & AsText & AsNumbers): Answers<FunctionStatsReply<string, number>>[As];
  functionStats(options: CallOptions & AsText & AsBigints): Answers<FunctionStatsReply<string, bigint>>[As];
  functionStats(options: CallOptions & AsBuffers & AsNumbers): Answers<FunctionStatsReply<Buffer, number>>[As];
  functionStats(options: CallOptions & AsBuffers & AsBigints): Answers<FunctionStatsReply<Buffer, bigint>>[As];
  functionStats(options?: CallOptions): Answers<FunctionStatsReply<string | Buffer, number | bigint>>[As];

  /**
   * Check existence of scripts in the script cache.
   *
   * `SCRIPT EXISTS sha1 ...`, since 2.6.0. O(N) with N being the number of scripts to check (so checking a single script is an O(1) operation).
   */
  scriptExists(sha1: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<boolean[]>[As];

  /**
   * Remove all the scripts from the script cache.
   *
   * `SCRIPT FLUSH [ASYNC | SYNC]`, since 2.6.0. O(N) with N being the number of scripts in cache.
   */
  scriptFlush(options?: ScriptFlushOptions): Answers<'OK'>[As];

  /**
   * Kill the script currently in execution.
   *
   * `SCRIPT KILL`, since 2.6.0. O(1).
   */
  scriptKill(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Load the specified Lua script into the script cache.
   *
   * `SCRIPT LOAD script`, since 2.6.0. O(N) with N being the length in bytes of the script body.
   */
  scriptLoad(script: RedisArgument, options?: CallOptions): Answers<string>[As];
}
