// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link ConnectionCommands.clientKill}. */
export interface ClientKillOptions extends CallOptions {
  /** `ID id` */
  readonly id?: number | bigint | undefined;
  /** `TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>` */
  readonly type?: 'NORMAL' | 'MASTER' | 'SLAVE' | 'REPLICA' | 'PUBSUB' | undefined;
  /** `USER user` */
  readonly user?: RedisArgument | undefined;
  /** `ADDR addr` */
  readonly addr?: RedisArgument | undefined;
  /** `LADDR laddr` */
  readonly laddr?: RedisArgument | undefined;
  /** `SKIPME <YES | NO>` */
  readonly skipme?: 'YES' | 'NO' | undefined;
  /** `MAXAGE maxage` */
  readonly maxage?: number | bigint | undefined;
}

/** Options of {@link ConnectionCommands.clientList}. */
export interface ClientListOptions extends CallOptions {
  /** `TYPE <NORMAL | MASTER | REPLICA | PUBSUB>` */
  readonly type?: 'NORMAL' | 'MASTER' | 'REPLICA' | 'PUBSUB' | undefined;
  /** `ID id ...` */
  readonly id?: number | bigint | readonly (number | bigint)[] | undefined;
}

/** Options of {@link ConnectionCommands.clientPause}. */
export interface ClientPauseOptions extends CallOptions {
  /** `WRITE` */
  readonly write?: boolean | undefined;
  /** `ALL` */
  readonly all?: boolean | undefined;
}

/** Options of {@link ConnectionCommands.clientUnblock}. */
export interface ClientUnblockOptions extends CallOptions {
  /** `TIMEOUT` */
  readonly timeout?: boolean | undefined;
  /** `ERROR` */
  readonly error?: boolean | undefined;
}

/** Options of {@link ConnectionCommands.ping}. */
export interface PingOptions extends CallOptions {
  /** `message` */
  readonly message?: RedisArgument | undefined;
}

/** Commands of the group connection. */
export interface ConnectionCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Get the current connection name.
   *
   * `CLIENT GETNAME`, since 2.6.9. O(1).
   */
  clientGetname(options?: CallOptions): Answers<string | null>[As];

  /**
   * Get tracking notifications redirection client ID if any.
   *
   * `CLIENT GETREDIR`, since 6.0.0. O(1).
   */
  clientGetredir(options?: CallOptions & AsNumbers): Answers<number>[As];
  clientGetredir(options: CallOptions & AsBigints): Answers<bigint>[As];
  clientGetredir(options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Returns the client ID for the current connection.
   *
   * `CLIENT ID`, since 5.0.0. O(1).
   */
  clientId(options?: CallOptions & AsNumbers): Answers<number>[As];
  clientId(options: CallOptions & AsBigints): Answers<bigint>[As];
  clientId(options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Returns information about the current client connection.
   *
   * `CLIENT INFO`, since 6.2.0. O(1).
   */
  clientInfo(options?: CallOptions): Answers<string>[As];

  /**
   * Kill the connection of a client.
   *
   * `CLIENT KILL [ID id] [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] [USER user] [ADDR addr] [LADDR laddr] [SKIPME <YES | NO>] [MAXAGE maxage]`, since 2.4.0. O(N) where N is the number of client connections.
   */
  clientKill(options?: ClientKillOptions & AsNumbers): Answers<number>[As];
  clientKill(options: ClientKillOptions & AsBigints): Answers<bigint>[As];
  clientKill(options?: ClientKillOptions): Answers<number | bigint>[As];

  /**
   * Get the list of client connections.
   *
   * `CLIENT LIST [TYPE <NORMAL | MASTER | REPLICA | PUBSUB> | ID id ...]`, since 2.4.0. O(N) where N is the number of client connections.
   */
  clientList(options?: ClientListOptions): Answers<string>[As];

  /**
   * Set client eviction mode for the current connection.
   *
   * `CLIENT NO-EVICT <ON | OFF>`, since 7.0.0. O(1).
   */
  clientNoEvict(enabled: 'ON' | 'OFF', options?: CallOptions): Answers<'OK'>[As];

  /**
   * Say whether commands of this connection leave the time of last use of keys as it is.
   *
   * `CLIENT NO-TOUCH <ON | OFF>`, since Redis 7.2, Valkey 7.2.
   */
  clientNoTouch(enabled: 'ON' | 'OFF', options?: CallOptions): Answers<'OK'>[As];

  /**
   * Stop processing commands from clients for some time.
   *
   * `CLIENT PAUSE timeout [WRITE | ALL]`, since 2.9.50. O(1).
   */
  clientPause(timeout: number | bigint, options?: ClientPauseOptions): Answers<'OK'>[As];

  /**
   * Set the current connection name.
   *
   * `CLIENT SETNAME connectionName`, since 2.6.9. O(1).
   */
  clientSetname(connectionName: RedisArgument, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Return information about server assisted client side caching for the current connection.
   *
   * `CLIENT TRACKINGINFO`, since 6.2.0. O(1).
   */
  clientTrackinginfo(options?: CallOptions & AsNumbers): Answers<{ flags: string[]; redirect: number; prefixes: string[] }>[As];
  clientTrackinginfo(options: CallOptions & AsBigints): Answers<{ flags: string[]; redirect: bigint; prefixes: string[] }>[As];
  clientTrackinginfo(options?: CallOptions): Answers<{ flags: string[]; redirect: number | bigint; prefixes: string[] }>[As];

  /**
   * Unblock a client blocked in a blocking command from a different connection.
   *
   * `CLIENT UNBLOCK clientId [TIMEOUT | ERROR]`, since 5.0.0. O(log N) where N is the number of client connections.
   */
  clientUnblock(clientId: number | bigint, options?: ClientUnblockOptions): Answers<boolean>[As];

  /**
   * Resume processing of clients that were paused.
   *
   * `CLIENT UNPAUSE`, since 6.2.0. O(N) Where N is the number of paused clients.
   */
  clientUnpause(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Echo the given string.
   *
   * `ECHO message`, since 1.0.0. O(1).
   */
  echo(message: RedisArgument, options?: CallOptions & AsText): Answers<string>[As];
  echo(message: RedisArgument, options: CallOptions & AsBuffers): Answers<Buffer>[As];
  echo(message: RedisArgument, options?: CallOptions): Answers<string | Buffer>[As];

  /**
   * Ping the server.
   *
   * `PING [message]`, since 1.0.0. O(1).
   */
  ping(options?: PingOptions & { readonly message?: undefined }): Answers<'PONG'>[As];
  ping(options: PingOptions & AsText & { readonly message: RedisArgument }): Answers<string>[As];
  ping(options: PingOptions & AsBuffers & { readonly message: RedisArgument }): Answers<Buffer>[As];
  ping(options?: PingOptions): Answers<string | Buffer>[As];

  /**
   * Change the selected database for the current connection.
   *
   * `SELECT index`, since 1.0.0. O(1).
   */
  select(index: number | bigint, options?: CallOptions): Answers<'OK'>[As];
}
