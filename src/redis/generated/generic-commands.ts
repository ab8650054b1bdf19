// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link GenericCommands.copy}. */
export interface CopyOptions extends CallOptions {
  /** `DB db` */
  readonly db?: number | bigint | undefined;
  /** `REPLACE` */
  readonly replace?: boolean | undefined;
}

/** Options of {@link GenericCommands.expire}. */
export interface ExpireOptions extends CallOptions {
  /** `NX` */
  readonly nx?: boolean | undefined;
  /** `XX` */
  readonly xx?: boolean | undefined;
  /** `GT` */
  readonly gt?: boolean | undefined;
  /** `LT` */
  readonly lt?: boolean | undefined;
}

/** Options of {@link GenericCommands.expireat}. */
export interface ExpireatOptions extends CallOptions {
  /** `NX` */
  readonly nx?: boolean | undefined;
  /** `XX` */
  readonly xx?: boolean | undefined;
  /** `GT` */
  readonly gt?: boolean | undefined;
  /** `LT` */
  readonly lt?: boolean | undefined;
}

/** Options of {@link GenericCommands.migrate}. */
export interface MigrateOptions extends CallOptions {
  /** `COPY` */
  readonly copy?: boolean | undefined;
  /** `REPLACE` */
  readonly replace?: boolean | undefined;
  /** `AUTH auth` */
  readonly auth?: RedisArgument | undefined;
  /** `AUTH2 username password` */
  readonly auth2?: { readonly username: RedisArgument; readonly password: RedisArgument } | undefined;
}

/** Options of {@link GenericCommands.pexpire}. */
export interface PexpireOptions extends CallOptions {
  /** `NX` */
  readonly nx?: boolean | undefined;
  /** `XX` */
  readonly xx?: boolean | undefined;
  /** `GT` */
  readonly gt?: boolean | undefined;
  /** `LT` */
  readonly lt?: boolean | undefined;
}

/** Options of {@link GenericCommands.pexpireat}. */
export interface PexpireatOptions extends CallOptions {
  /** `NX` */
  readonly nx?: boolean | undefined;
  /** `XX` */
  readonly xx?: boolean | undefined;
  /** `GT` */
  readonly gt?: boolean | undefined;
  /** `LT` */
  readonly lt?: boolean | undefined;
}

/** Options of {@link GenericCommands.restore}. */
export interface RestoreOptions extends CallOptions {
  /** `REPLACE` */
  readonly replace?: boolean | undefined;
  /** `ABSTTL` */
  readonly absttl?: boolean | undefined;
  /** `IDLETIME idletime` */
  readonly idletime?: number | bigint | undefined;
  /** `FREQ freq` */
  readonly freq?: number | bigint | undefined;
}

/** Options of {@link GenericCommands.scanPage}. */
export interface ScanPageOptions extends CallOptions {
  /** `MATCH match` */
  readonly match?: RedisArgument | undefined;
  /** `COUNT count` */
  readonly count?: number | bigint | undefined;
  /** `TYPE type` */
  readonly type?: RedisArgument | undefined;
}

/** Options of {@link GenericCommands.sort}. */
export interface SortOptions extends CallOptions {
  /** `BY by` */
  readonly by?: RedisArgument | undefined;
  /** `LIMIT offset count` */
  readonly limit?: { readonly offset: number | bigint; readonly count: number | bigint } | undefined;
  /** `GET get` */
  readonly get?: RedisArgument | readonly RedisArgument[] | undefined;
  /** `ASC` */
  readonly asc?: boolean | undefined;
  /** `DESC` */
  readonly desc?: boolean | undefined;
  /** `ALPHA` */
  readonly alpha?: boolean | undefined;
  /** `STORE store` */
  readonly store?: RedisArgument | undefined;
}

/** Options of {@link GenericCommands.sortRo}. */
export interface SortRoOptions extends CallOptions {
  /** `BY by` */
  readonly by?: RedisArgument | undefined;
  /** `LIMIT offset count` */
  readonly limit?: { readonly offset: number | bigint; readonly count: number | bigint } | undefined;
  /** `GET get` */
  readonly get?: RedisArgument | readonly RedisArgument[] | undefined;
  /** `ASC` */
  readonly asc?: boolean | undefined;
  /** `DESC` */
  readonly desc?: boolean | undefined;
  /** `ALPHA` */
  readonly alpha?: boolean | undefined;
}

/** Commands of the group generic. */
export interface GenericCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Copy a key.
   *
   * `COPY source destination [DB db] [REPLACE]`, since 6.2.0. O(N) worst case for collections, where N is the number of nested items. O(1) for string values.
   */
  copy(source: RedisArgument, destination: RedisArgument, options?: CopyOptions): Answers<boolean>[As];

  /**
   * Delete a key.
   *
   * `DEL key ...`, since 1.0.0. O(N) where N is the number of keys that will be removed. When a key to remove holds a value other than a string, the individual complexity for this key is O(M) where M is the number of elements in the list, set, sorted set or hash. Removing a single key that holds a string value is O(1).
   */
  del(key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  del(key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  del(key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Return a serialized version of the value stored at the specified key.
   *
   * `DUMP key`, since 2.6.0. O(1) to access the key and additional O(N*M) to serialize it, where N is the number of Redis objects composing the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1).
   */
  dump(key: RedisArgument, options?: CallOptions): Answers<Buffer | null>[As];

  /**
   * Determine if a key exists.
   *
   * `EXISTS key ...`, since 1.0.0. O(N) where N is the number of keys to check.
   */
  exists(key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  exists(key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  exists(key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Set a key's time to live in seconds.
   *
   * `EXPIRE key seconds [NX | XX | GT | LT]`, since 1.0.0. O(1).
   */
  expire(key: RedisArgument, seconds: number | bigint, options?: ExpireOptions): Answers<boolean>[As];

  /**
   * Set the expiration for a key as a UNIX timestamp.
   *
   * `EXPIREAT key unixTimeSeconds [NX | XX | GT | LT]`, since 1.2.0. O(1).
   */
  expireat(key: RedisArgument, unixTimeSeconds: number | bigint, options?: ExpireatOptions): Answers<boolean>[As];

  /**
   * Get the expiration Unix timestamp for a key.
   *
   * `EXPIRETIME key`, since 7.0.0. O(1).
   */
  expiretime(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  expiretime(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  expiretime(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Find all keys matching the given pattern.
   *
   * `KEYS pattern`, since 1.0.0. O(N) with N being the number of keys in the database, under the assumption that the key names in the database and the given pattern have limited length.
   */
  keys(pattern: RedisArgument, options?: CallOptions & AsText): Answers<string[]>[As];
  keys(pattern: RedisArgument, options: CallOptions & AsBuffers): Answers<Buffer[]>[As];
  keys(pattern: RedisArgument, options?: CallOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Atomically transfer a key from a Redis instance to another one.
   *
   * `MIGRATE host port "" destinationDb timeout [COPY] [REPLACE] [AUTH auth | AUTH2 username password] KEYS key ...`, since 2.6.0. This command actually executes a DUMP+DEL in the source instance, and a RESTORE in the target instance. See the pages of these commands for time complexity. Also an O(N) data transfer between the two instances is performed.
   */
  migrate(host: RedisArgument, port: number | bigint, destinationDb: number | bigint, timeout: number | bigint, key: RedisArgument | readonly RedisArgument[], options?: MigrateOptions): Answers<string>[As];

  /**
   * Move a key to another database.
   *
   * `MOVE key db`, since 1.0.0. O(1).
   */
  move(key: RedisArgument, db: number | bigint, options?: CallOptions): Answers<boolean>[As];

  /**
   * Inspect the internal encoding of a Redis object.
   *
   * `OBJECT ENCODING key`, since 2.2.3. O(1).
   */
  objectEncoding(key: RedisArgument, options?: CallOptions): Answers<string | null>[As];

  /**
   * Get the logarithmic access frequency counter of a Redis object.
   *
   * `OBJECT FREQ key`, since 4.0.0. O(1).
   */
  objectFreq(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number | null>[As];
  objectFreq(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint | null>[As];
  objectFreq(key: RedisArgument, options?: CallOptions): Answers<number | bigint | null>[As];

  /**
   * Get the time since a Redis object was last accessed.
   *
   * `OBJECT IDLETIME key`, since 2.2.3. O(1).
   */
  objectIdletime(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number | null>[As];
  objectIdletime(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint | null>[As];
  objectIdletime(key: RedisArgument, options?: CallOptions): Answers<number | bigint | null>[As];

  /**
   * Get the number of references to the value of the key.
   *
   * `OBJECT REFCOUNT key`, since 2.2.3. O(1).
   */
  objectRefcount(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number | null>[As];
  objectRefcount(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint | null>[As];
  objectRefcount(key: RedisArgument, options?: CallOptions): Answers<number | bigint | null>[As];

  /**
   * Remove the expiration from a key.
   *
   * `PERSIST key`, since 2.2.0. O(1).
   */
  persist(key: RedisArgument, options?: CallOptions): Answers<boolean>[As];

  /**
   * Set a key's time to live in milliseconds.
   *
   * `PEXPIRE key milliseconds [NX | XX | GT | LT]`, since 2.6.0. O(1).
   */
  pexpire(key: RedisArgument, milliseconds: number | bigint, options?: PexpireOptions): Answers<boolean>[As];

  /**
   * Set the expiration for a key as a UNIX timestamp specified in milliseconds.
   *
   * `PEXPIREAT key unixTimeMilliseconds [NX | XX | GT | LT]`, since 2.6.0. O(1).
   */
  pexpireat(key: RedisArgument, unixTimeMilliseconds: number | bigint, options?: PexpireatOptions): Answers<boolean>[As];

  /**
   * Get the expiration Unix timestamp for a key in milliseconds.
   *
   * `PEXPIRETIME key`, since 7.0.0. O(1).
   */
  pexpiretime(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  pexpiretime(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  pexpiretime(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Get the time to live for a key in milliseconds.
   *
   * `PTTL key`, since 2.6.0. O(1).
   */
  pttl(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  pttl(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  pttl(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Return a random key from the keyspace.
   *
   * `RANDOMKEY`, since 1.0.0. O(1).
   */
  randomkey(options?: CallOptions & AsText): Answers<string | null>[As];
  randomkey(options: CallOptions & AsBuffers): Answers<Buffer | null>[As];
  randomkey(options?: CallOptions): Answers<string | Buffer | null>[As];

  /**
   * Rename a key.
   *
   * `RENAME key newkey`, since 1.0.0. O(1).
   */
  rename(key: RedisArgument, newkey: RedisArgument, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Rename a key, only if the new key does not exist.
   *
   * `RENAMENX key newkey`, since 1.0.0. O(1).
   */
  renamenx(key: RedisArgument, newkey: RedisArgument, options?: CallOptions): Answers<boolean>[As];

  /**
   * Create a key using the provided serialized value, previously obtained using DUMP.
   *
   * `RESTORE key ttl serializedValue [REPLACE] [ABSTTL] [IDLETIME idletime] [FREQ freq]`, since 2.6.0. O(1) to create the new key and additional O(N*M) to reconstruct the serialized value, where N is the number of Redis objects composing the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1). However for sorted set values the complexity is O(N*M*log(N)) because inserting values into sorted sets is O(log(N)).
   */
  restore(key: RedisArgument, ttl: number | bigint, serializedValue: RedisArgument, options?: RestoreOptions): Answers<'OK'>[As];

  /**
   * Incrementally iterate the keys space.
   *
   * `SCAN cursor [MATCH match] [COUNT count] [TYPE type]`, since 2.8.0. O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection.
   */
  scanPage(cursor: RedisArgument, options?: ScanPageOptions & AsText): Answers<{ cursor: string; keys: string[] }>[As];
  scanPage(cursor: RedisArgument, options: ScanPageOptions & AsBuffers): Answers<{ cursor: string; keys: Buffer[] }>[As];
  scanPage(cursor: RedisArgument, options?: ScanPageOptions): Answers<{ cursor: string; keys: (string | Buffer)[] }>[As];

  /**
   * Sort the elements in a list, set or sorted set.
   *
   * `SORT key [BY by] [LIMIT offset count] [GET get ...] [ASC | DESC] [ALPHA] [STORE store]`, since 1.0.0. O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the number of returned elements. When the elements are not sorted, complexity is O(N).
   */
  sort(key: RedisArgument, options?: SortOptions & AsText & { readonly store?: undefined }): Answers<(string | null)[]>[As];
  sort(key: RedisArgument, options: SortOptions & AsBuffers & { readonly store?: undefined }): Answers<(Buffer | null)[]>[As];
  sort(key: RedisArgument, options: SortOptions & AsNumbers & { readonly store: RedisArgument }): Answers<number>[As];
  sort(key: RedisArgument, options: SortOptions & AsBigints & { readonly store: RedisArgument }): Answers<bigint>[As];
  sort(key: RedisArgument, options?: SortOptions): Answers<(string | Buffer | null)[] | number | bigint>[As];

  /**
   * Sort the elements in a list, set or sorted set. Read-only variant of SORT.
   *
   * `SORT_RO key [BY by] [LIMIT offset count] [GET get ...] [ASC | DESC] [ALPHA]`, since 7.0.0. O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the number of returned elements. When the elements are not sorted, complexity is O(N).
   */
  sortRo(key: RedisArgument, options?: SortRoOptions & AsText): Answers<(string | null)[]>[As];
  sortRo(key: RedisArgument, options: SortRoOptions & AsBuffers): Answers<(Buffer | null)[]>[As];
  sortRo(key: RedisArgument, options?: SortRoOptions): Answers<(string | Buffer | null)[]>[As];

  /**
   * Alters the last access time of a key(s). Returns the number of existing keys specified.
   *
   * `TOUCH key ...`, since 3.2.1. O(N) where N is the number of keys that will be touched.
   */
  touch(key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  touch(key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  touch(key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Get the time to live for a key in seconds.
   *
   * `TTL key`, since 1.0.0. O(1).
   */
  ttl(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  ttl(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  ttl(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Determine the type stored at key.
   *
   * `TYPE key`, since 1.0.0. O(1).
   */
  type(key: RedisArgument, options?: CallOptions): Answers<string>[As];

  /**
   * Delete a key asynchronously in another thread. Otherwise it is just as DEL, but non blocking.
   *
   * `UNLINK key ...`, since 4.0.0. O(1) for each key removed regardless of its size. Then the command does O(N) work in a different thread in order to reclaim memory, where N is the number of allocations the deleted objects where composed of.
   */
  unlink(key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  unlink(key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  unlink(key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Wait for the synchronous replication of all the write commands sent in the context of the current connection.
   *
   * `WAIT numreplicas timeout`, since 3.0.0. O(1).
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   */
  wait(numreplicas: number | bigint, timeout: number | bigint, options?: CallOptions & AsNumbers): Answers<number>[As];
  wait(numreplicas: number | bigint, timeout: number | bigint, options: CallOptions & AsBigints): Answers<bigint>[As];
  wait(numreplicas: number | bigint, timeout: number | bigint, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Wait until writes of this connection are on the disk of so many servers.
   *
   * `WAITAOF numlocal numreplicas timeout`, since Redis 7.2, Valkey 7.2.
   * It may wait on the server, for which it takes a connection of its own: docs/blocking.md.
   */
  waitaof(numlocal: number | bigint, numreplicas: number | bigint, timeout: number | bigint, options?: CallOptions & AsNumbers): Answers<{ local: number; replicas: number }>[As];
  waitaof(numlocal: number | bigint, numreplicas: number | bigint, timeout: number | bigint, options: CallOptions & AsBigints): Answers<{ local: bigint; replicas: bigint }>[As];
  waitaof(numlocal: number | bigint, numreplicas: number | bigint, timeout: number | bigint, options?: CallOptions): Answers<{ local: number | bigint; replicas: number | bigint }>[As];
}
