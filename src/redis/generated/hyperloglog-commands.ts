// Made by `npm run generate:commands`; see scripts/commands.
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsNumbers, CallOptions } from '../call-options.ts';
import type { Answers } from '../typed-command.ts';


/** Commands of the group hyperloglog. */
export interface HyperloglogCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Adds the specified elements to the specified HyperLogLog.
   *
   * `PFADD key elements ...`, since 2.8.9. O(1) to add every element.
   */
  pfadd(key: RedisArgument, elements: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<boolean>[As];

  /**
   * Return the approximated cardinality of the set(s) observed by the HyperLogLog at key(s).
   *
   * `PFCOUNT key ...`, since 2.8.9. O(1) with a very small average constant time when called with a single key. O(N) with N being the number of keys, and much bigger constant times, when called with multiple keys.
   */
  pfcount(key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  pfcount(key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  pfcount(key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Merge N different HyperLogLogs into a single one.
   *
   * `PFMERGE destkey sourcekey ...`, since 2.8.9. O(N) to merge N HyperLogLogs, but with high constant times.
   */
  pfmerge(destkey: RedisArgument, sourcekey: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<'OK'>[As];
}
