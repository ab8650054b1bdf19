// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link ListCommands.blmpop}. */
export interface BlmpopOptions extends CallOptions {
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
}

/** Options of {@link ListCommands.lmpop}. */
export interface LmpopOptions extends CallOptions {
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
}

/** Options of {@link ListCommands.lpop}. */
export interface LpopOptions extends CallOptions {
  /** `count` */
  readonly count?: number | bigint | undefined;
}

/** Options of {@link ListCommands.lpos}. */
export interface LposOptions extends CallOptions {
  /** `RANK rank` */
  readonly rank?: number | bigint | undefined;
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
  /** `MAXLEN maxlen` */
  readonly maxlen?: number | bigint | undefined;
}

/** Options of {@link ListCommands.rpop}. */
export interface RpopOptions extends CallOptions {
  /** `count` */
  readonly count?: number | bigint | undefined;
}

/** Commands of the group list. */
export interface ListCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Pop an element from a list, push it to another list and return it; or block until one is available.
   *
   * `BLMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout`, since 6.2.0. O(1).
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   */
  blmove(source: RedisArgument, destination: RedisArgument, wherefrom: 'LEFT' | 'RIGHT', whereto: 'LEFT' | 'RIGHT', timeout: number, options?: CallOptions & AsText): Answers<string | null>[As];
  blmove(source: RedisArgument, destination: RedisArgument, wherefrom: 'LEFT' | 'RIGHT', whereto: 'LEFT' | 'RIGHT', timeout: number, options: CallOptions & AsBuffers): Answers<Buffer | null>[As];
  blmove(source: RedisArgument, destination: RedisArgument, wherefrom: 'LEFT' | 'RIGHT', whereto: 'LEFT' | 'RIGHT', timeout: number, options?: CallOptions): Answers<string | Buffer | null>[As];

  /**
   * Pop elements from a list, or block until one is available.
   *
   * `BLMPOP timeout numkeys key ... <LEFT | RIGHT> [COUNT count]`, since 7.0.0. O(N+M) where N is the number of provided keys and M is the number of elements returned.
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   */
  blmpop(timeout: number, key: RedisArgument | readonly RedisArgument[], where: 'LEFT' | 'RIGHT', options?: BlmpopOptions & AsText): Answers<{ key: string; elements: string[] } | null>[As];
  blmpop(timeout: number, key: RedisArgument | readonly RedisArgument[], where: 'LEFT' | 'RIGHT', options: BlmpopOptions & AsBuffers): Answers<{ key: Buffer; elements: Buffer[] } | null>[As];
  blmpop(timeout: number, key: RedisArgument | readonly RedisArgument[], where: 'LEFT' | 'RIGHT', options?: BlmpopOptions): Answers<{ key: string | Buffer; elements: (string | Buffer)[] } | null>[As];

  /**
   * Remove and get the first element in a list, or block until one is available.
   *
   * `BLPOP key ... timeout`, since 2.0.0. O(N) where N is the number of provided keys.
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   */
  blpop(key: RedisArgument | readonly RedisArgument[], timeout: number, options?: CallOptions & AsText): Answers<{ key: string; element: string } | null>[As];
  blpop(key: RedisArgument | readonly RedisArgument[], timeout: number, options: CallOptions & AsBuffers): Answers<{ key: Buffer; element: Buffer } | null>[As];
  blpop(key: RedisArgument | readonly RedisArgument[], timeout: number, options?: CallOptions): Answers<{ key: string | Buffer; element: string | Buffer } | null>[As];

  /**
   * Remove and get the last element in a list, or block until one is available.
   *
   * `BRPOP key ... timeout`, since 2.0.0. O(N) where N is the number of provided keys.
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   */
  brpop(key: RedisArgument | readonly RedisArgument[], timeout: number, options?: CallOptions & AsText): Answers<{ key: string; element: string } | null>[As];
  brpop(key: RedisArgument | readonly RedisArgument[], timeout: number, options: CallOptions & AsBuffers): Answers<{ key: Buffer; element: Buffer } | null>[As];
  brpop(key: RedisArgument | readonly RedisArgument[], timeout: number, options?: CallOptions): Answers<{ key: string | Buffer; element: string | Buffer } | null>[As];

  /**
   * Pop an element from a list, push it to another list and return it; or block until one is available.
   *
   * `BRPOPLPUSH source destination timeout`, since 2.2.0. O(1).
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   *
   * @deprecated since 6.2.0: use `BLMOVE` with the `RIGHT` and `LEFT` arguments
   */
  brpoplpush(source: RedisArgument, destination: RedisArgument, timeout: number, options?: CallOptions & AsText): Answers<string | null>[As];
  brpoplpush(source: RedisArgument, destination: RedisArgument, timeout: number, options: CallOptions & AsBuffers): Answers<Buffer | null>[As];
  brpoplpush(source: RedisArgument, destination: RedisArgument, timeout: number, options?: CallOptions): Answers<string | Buffer | null>[As];

  /**
   * Get an element from a list by its index.
   *
   * `LINDEX key index`, since 1.0.0. O(N) where N is the number of elements to traverse to get to the element at index. This makes asking for the first or the last element of the list O(1).
   */
  lindex(key: RedisArgument, index: number | bigint, options?: CallOptions & AsText): Answers<string | null>[As];
  lindex(key: RedisArgument, index: number | bigint, options: CallOptions & AsBuffers): Answers<Buffer | null>[As];
  lindex(key: RedisArgument, index: number | bigint, options?: CallOptions): Answers<string | Buffer | null>[As];

  /**
   * Insert an element before or after another element in a list.
   *
   * `LINSERT key <BEFORE | AFTER> pivot element`, since 2.2.0. O(N) where N is the number of elements to traverse before seeing the value pivot. This means that inserting somewhere on the left end on the list (head) can be considered O(1) and inserting somewhere on the right end (tail) is O(N).
   */
  linsert(key: RedisArgument, where: 'BEFORE' | 'AFTER', pivot: RedisArgument, element: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  linsert(key: RedisArgument, where: 'BEFORE' | 'AFTER', pivot: RedisArgument, element: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  linsert(key: RedisArgument, where: 'BEFORE' | 'AFTER', pivot: RedisArgument, element: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Get the length of a list.
   *
   * `LLEN key`, since 1.0.0. O(1).
   */
  llen(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  llen(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  llen(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Pop an element from a list, push it to another list and return it.
   *
   * `LMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT>`, since 6.2.0. O(1).
   */
  lmove(source: RedisArgument, destination: RedisArgument, wherefrom: 'LEFT' | 'RIGHT', whereto: 'LEFT' | 'RIGHT', options?: CallOptions & AsText): Answers<string | null>[As];
  lmove(source: RedisArgument, destination: RedisArgument, wherefrom: 'LEFT' | 'RIGHT', whereto: 'LEFT' | 'RIGHT', options: CallOptions & AsBuffers): Answers<Buffer | null>[As];
  lmove(source: RedisArgument, destination: RedisArgument, wherefrom: 'LEFT' | 'RIGHT', whereto: 'LEFT' | 'RIGHT', options?: CallOptions): Answers<string | Buffer | null>[As];

  /**
   * Pop elements from a list.
   *
   * `LMPOP numkeys key ... <LEFT | RIGHT> [COUNT count]`, since 7.0.0. O(N+M) where N is the number of provided keys and M is the number of elements returned.
   */
  lmpop(key: RedisArgument | readonly RedisArgument[], where: 'LEFT' | 'RIGHT', options?: LmpopOptions & AsText): Answers<{ key: string; elements: string[] } | null>[As];
  lmpop(key: RedisArgument | readonly RedisArgument[], where: 'LEFT' | 'RIGHT', options: LmpopOptions & AsBuffers): Answers<{ key: Buffer; elements: Buffer[] } | null>[As];
  lmpop(key: RedisArgument | readonly RedisArgument[], where: 'LEFT' | 'RIGHT', options?: LmpopOptions): Answers<{ key: string | Buffer; elements: (string | Buffer)[] } | null>[As];

  /**
   * Remove and get the first elements in a list.
   *
   * `LPOP key [count]`, since 1.0.0. O(N) where N is the number of elements returned.
   */
  lpop(key: RedisArgument, options?: LpopOptions & AsText & { readonly count?: undefined }): Answers<string | null>[As];
  lpop(key: RedisArgument, options: LpopOptions & AsBuffers & { readonly count?: undefined }): Answers<Buffer | null>[As];
  lpop(key: RedisArgument, options: LpopOptions & AsText & { readonly count: number | bigint }): Answers<string[] | null>[As];
  lpop(key: RedisArgument, options: LpopOptions & AsBuffers & { readonly count: number | bigint }): Answers<Buffer[] | null>[As];
  lpop(key: RedisArgument, options?: LpopOptions): Answers<string | Buffer | (string | Buffer)[] | null>[As];

  /**
   * Return the index of matching elements on a list.
   *
   * `LPOS key element [RANK rank] [COUNT count] [MAXLEN maxlen]`, since 6.0.6. O(N) where N is the number of elements in the list, for the average case. When searching for elements near the head or the tail of the list, or when the MAXLEN option is provided, the command may run in constant time.
   */
  lpos(key: RedisArgument, element: RedisArgument, options?: LposOptions & AsNumbers & { readonly count?: undefined }): Answers<number | null>[As];
  lpos(key: RedisArgument, element: RedisArgument, options: LposOptions & AsBigints & { readonly count?: undefined }): Answers<bigint | null>[As];
  lpos(key: RedisArgument, element: RedisArgument, options: LposOptions & AsNumbers & { readonly count: number | bigint }): Answers<number[]>[As];
  lpos(key: RedisArgument, element: RedisArgument, options: LposOptions & AsBigints & { readonly count: number | bigint }): Answers<bigint[]>[As];
  lpos(key: RedisArgument, element: RedisArgument, options?: LposOptions): Answers<number | bigint | (number | bigint)[] | null>[As];

  /**
   * Prepend one or multiple elements to a list.
   *
   * `LPUSH key element ...`, since 1.0.0. O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.
   */
  lpush(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  lpush(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  lpush(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Prepend an element to a list, only if the list exists.
   *
   * `LPUSHX key element ...`, since 2.2.0. O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.
   */
  lpushx(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  lpushx(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  lpushx(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Get a range of elements from a list.
   *
   * `LRANGE key start stop`, since 1.0.0. O(S+N) where S is the distance of start offset from HEAD for small lists, from nearest end (HEAD or TAIL) for large lists; and N is the number of elements in the specified range.
   */
  lrange(key: RedisArgument, start: number | bigint, stop: number | bigint, options?: CallOptions & AsText): Answers<string[]>[As];
  lrange(key: RedisArgument, start: number | bigint, stop: number | bigint, options: CallOptions & AsBuffers): Answers<Buffer[]>[As];
  lrange(key: RedisArgument, start: number | bigint, stop: number | bigint, options?: CallOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Remove elements from a list.
   *
   * `LREM key count element`, since 1.0.0. O(N+M) where N is the length of the list and M is the number of elements removed.
   */
  lrem(key: RedisArgument, count: number | bigint, element: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  lrem(key: RedisArgument, count: number | bigint, element: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  lrem(key: RedisArgument, count: number | bigint, element: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Set the value of an element in a list by its index.
   *
   * `LSET key index element`, since 1.0.0. O(N) where N is the length of the list. Setting either the first or the last element of the list is O(1).
   */
  lset(key: RedisArgument, index: number | bigint, element: RedisArgument, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Trim a list to the specified range.
   *
   * `LTRIM key start stop`, since 1.0.0. O(N) where N is the number of elements to be removed by the operation.
   */
  ltrim(key: RedisArgument, start: number | bigint, stop: number | bigint, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Remove and get the last elements in a list.
   *
   * `RPOP key [count]`, since 1.0.0. O(N) where N is the number of elements returned.
   */
  rpop(key: RedisArgument, options?: RpopOptions & AsText & { readonly count?: undefined }): Answers<string | null>[As];
  rpop(key: RedisArgument, options: RpopOptions & AsBuffers & { readonly count?: undefined }): Answers<Buffer | null>[As];
  rpop(key: RedisArgument, options: RpopOptions & AsText & { readonly count: number | bigint }): Answers<string[] | null>[As];
  rpop(key: RedisArgument, options: RpopOptions & AsBuffers & { readonly count: number | bigint }): Answers<Buffer[] | null>[As];
  rpop(key: RedisArgument, options?: RpopOptions): Answers<string | Buffer | (string | Buffer)[] | null>[As];

  /**
   * Remove the last element in a list, prepend it to another list and return it.
   *
   * `RPOPLPUSH source destination`, since 1.2.0. O(1).
   *
   * @deprecated since 6.2.0: use `LMOVE` with the `RIGHT` and `LEFT` arguments
   */
  rpoplpush(source: RedisArgument, destination: RedisArgument, options?: CallOptions & AsText): Answers<string | null>[As];
  rpoplpush(source: RedisArgument, destination: RedisArgument, options: CallOptions & AsBuffers): Answers<Buffer | null>[As];
  rpoplpush(source: RedisArgument, destination: RedisArgument, options?: CallOptions): Answers<string | Buffer | null>[As];

  /**
   * Append one or multiple elements to a list.
   *
   * `RPUSH key element ...`, since 1.0.0. O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.
   */
  rpush(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  rpush(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  rpush(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Append an element to a list, only if the list exists.
   *
   * `RPUSHX key element ...`, since 2.2.0. O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.
   */
  rpushx(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  rpushx(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  rpushx(key: RedisArgument, element: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];
}
