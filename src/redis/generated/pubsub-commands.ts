// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link PubsubCommands.pubsubChannels}. */
export interface PubsubChannelsOptions extends CallOptions {
  /** `pattern` */
  readonly pattern?: RedisArgument | undefined;
}

/** Options of {@link PubsubCommands.pubsubNumsub}. */
export interface PubsubNumsubOptions extends CallOptions {
  /** `channels ...` */
  readonly channels?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** Options of {@link PubsubCommands.pubsubShardchannels}. */
export interface PubsubShardchannelsOptions extends CallOptions {
  /** `pattern` */
  readonly pattern?: RedisArgument | undefined;
}

/** Options of {@link PubsubCommands.pubsubShardnumsub}. */
export interface PubsubShardnumsubOptions extends CallOptions {
  /** `shardchannels ...` */
  readonly shardchannels?: RedisArgument | readonly RedisArgument[] | undefined;
}

/** Commands of the group pubsub. */
export interface PubsubCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Post a message to a channel.
   *
   * `PUBLISH channel message`, since 2.0.0. O(N+M) where N is the number of clients subscribed to the receiving channel and M is the total number of subscribed patterns (by any client).
   */
  publish(channel: RedisArgument, message: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  publish(channel: RedisArgument, message: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  publish(channel: RedisArgument, message: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * List active channels.
   *
   * `PUBSUB CHANNELS [pattern]`, since 2.8.0. O(N) where N is the number of active channels, and assuming constant time pattern matching (relatively short channels and patterns).
   */
  pubsubChannels(options?: PubsubChannelsOptions & AsText): Answers<string[]>[As];
  pubsubChannels(options: PubsubChannelsOptions & AsBuffers): Answers<Buffer[]>[As];
  pubsubChannels(options?: PubsubChannelsOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Get the count of unique patterns pattern subscriptions.
   *
   * `PUBSUB NUMPAT`, since 2.8.0. O(1).
   */
  pubsubNumpat(options?: CallOptions & AsNumbers): Answers<number>[As];
  pubsubNumpat(options: CallOptions & AsBigints): Answers<bigint>[As];
  pubsubNumpat(options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Get the count of subscribers for channels.
   *
   * `PUBSUB NUMSUB [channels ...]`, since 2.8.0. O(N) for the NUMSUB subcommand, where N is the number of requested channels.
   */
  pubsubNumsub(options?: PubsubNumsubOptions & AsNumbers): Answers<Record<string, number>>[As];
  pubsubNumsub(options: PubsubNumsubOptions & AsBigints): Answers<Record<string, bigint>>[As];
  pubsubNumsub(options?: PubsubNumsubOptions): Answers<Record<string, number | bigint>>[As];

  /**
   * List active shard channels.
   *
   * `PUBSUB SHARDCHANNELS [pattern]`, since 7.0.0. O(N) where N is the number of active shard channels, and assuming constant time pattern matching (relatively short shard channels).
   */
  pubsubShardchannels(options?: PubsubShardchannelsOptions & AsText): Answers<string[]>[As];
  pubsubShardchannels(options: PubsubShardchannelsOptions & AsBuffers): Answers<Buffer[]>[As];
  pubsubShardchannels(options?: PubsubShardchannelsOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Get the count of subscribers for shard channels.
   *
   * `PUBSUB SHARDNUMSUB [shardchannels ...]`, since 7.0.0. O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard channels.
   */
  pubsubShardnumsub(options?: PubsubShardnumsubOptions & AsNumbers): Answers<Record<string, number>>[As];
  pubsubShardnumsub(options: PubsubShardnumsubOptions & AsBigints): Answers<Record<string, bigint>>[As];
  pubsubShardnumsub(options?: PubsubShardnumsubOptions): Answers<Record<string, number | bigint>>[As];

  /**
   * Post a message to a shard channel.
   *
   * `SPUBLISH shardchannel message`, since 7.0.0. O(N) where N is the number of clients subscribed to the receiving shard channel.
   */
  spublish(shardchannel: RedisArgument, message: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  spublish(shardchannel: RedisArgument, message: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  spublish(shardchannel: RedisArgument, message: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];
}
