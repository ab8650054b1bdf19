// Made by `npm run generate:commands`; see scripts/commands.
import type { RedisArgument } from '../argument-text.ts';
import type { CallOptions } from '../call-options.ts';
import type { RedisReply } from '../reply.ts';
import type { Answers } from '../typed-command.ts';


/** Commands of the group transactions. */
export interface TransactionsCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Discard all commands issued after MULTI.
   *
   * `DISCARD`, since 2.0.0. O(N), when N is the number of queued commands.
   */
  discard(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Execute all commands issued after MULTI.
   *
   * `EXEC`, since 1.2.0. Depends on commands in the transaction.
   */
  exec(options?: CallOptions): Answers<RedisReply>[As];

  /**
   * Mark the start of a transaction block.
   *
   * `MULTI`, since 1.2.0. O(1).
   */
  multi(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Forget about all watched keys.
   *
   * `UNWATCH`, since 2.2.0. O(1).
   */
  unwatch(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Watch the given keys to determine execution of the MULTI/EXEC block.
   *
   * `WATCH key ...`, since 2.2.0. O(1) for every key.
   */
  watch(key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<'OK'>[As];
}
