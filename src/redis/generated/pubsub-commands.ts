// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';

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
export interface PubsubCommands {
  /**
   * Post a message to a channel.
   *
   * `PUBLISH channel message`, since 2.0.0. O(N+M) where N is the number of clients subscribed to the receiving channel and M is the total number of subscribed patterns (by any client).
   */
  publish(channel: RedisArgument, message: RedisArgument, options?: CallOptions & AsNumbers): Promise<number>;
  publish(channel: RedisArgument, message: RedisArgument, options: CallOptions & AsBigints): Promise<bigint>;
  publish(channel: RedisArgument, message: RedisArgument, options?: CallOptions): Promise<number | bigint>;

  /**
   * List active channels.
   *
   * `PUBSUB CHANNELS [pattern]`, since 2.8.0. O(N) where N is the number of active channels, and assuming constant time pattern matching (relatively short channels and patterns).
   */
  pubsubChannels(options?: PubsubChannelsOptions & AsText): Promise<string[]>;
  pubsubChannels(options: PubsubChannelsOptions & AsBuffers): Promise<Buffer[]>;
  pubsubChannels(options?: PubsubChannelsOptions): Promise<(string | Buffer)[]>;

  /**
   * Get the count of unique patterns pattern subscriptions.
   *
   * `PUBSUB NUMPAT`, since 2.8.0. O(1).
   */
  pubsubNumpat(options?: CallOptions & AsNumbers): Promise<number>;
  pubsubNumpat(options: CallOptions & AsBigints): Promise<bigint>;
  pubsubNumpat(options?: CallOptions): Promise<number | bigint>;

  /**
   * Get the count of subscribers for channels.
   *
   * `PUBSUB NUMSUB [channels ...]`, since 2.8.0. O(N) for the NUMSUB subcommand, where N is the number of requested channels.
   */
  pubsubNumsub(options?: PubsubNumsubOptions & AsNumbers): Promise<Record<string, number>>;
  pubsubNumsub(options: PubsubNumsubOptions & AsBigints): Promise<Record<string, bigint>>;
  pubsubNumsub(options?: PubsubNumsubOptions): Promise<Record<string, number | bigint>>;

  /**
   * List active shard channels.
   *
   * `PUBSUB SHARDCHANNELS [pattern]`, since 7.0.0. O(N) where N is the number of active shard channels, and assuming constant time pattern matching (relatively short shard channels).
   */
  pubsubShardchannels(options?: PubsubShardchannelsOptions & AsText): Promise<string[]>;
  pubsubShardchannels(options: PubsubShardchannelsOptions & AsBuffers): Promise<Buffer[]>;
  pubsubShardchannels(options?: PubsubShardchannelsOptions): Promise<(string | Buffer)[]>;

  /**
   * Get the count of subscribers for shard channels.
   *
   * `PUBSUB SHARDNUMSUB [shardchannels ...]`, since 7.0.0. O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard channels.
   */
  pubsubShardnumsub(options?: PubsubShardnumsubOptions & AsNumbers): Promise<Record<string, number>>;
  pubsubShardnumsub(options: PubsubShardnumsubOptions & AsBigints): Promise<Record<string, bigint>>;
  pubsubShardnumsub(options?: PubsubShardnumsubOptions): Promise<Record<string, number | bigint>>;

  /**
   * Post a message to a shard channel.
   *
   * `SPUBLISH shardchannel message`, since 7.0.0. O(N) where N is the number of clients subscribed to the receiving shard channel.
   */
  spublish(shardchannel: RedisArgument, message: RedisArgument, options?: CallOptions & AsNumbers): Promise<number>;
  spublish(shardchannel: RedisArgument, message: RedisArgument, options: CallOptions & AsBigints): Promise<bigint>;
  spublish(shardchannel: RedisArgument, message: RedisArgument, options?: CallOptions): Promise<number | bigint>;
}
