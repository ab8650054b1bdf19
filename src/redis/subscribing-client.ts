import type { Buffer } from 'node:buffer';
import type { AsBuffers, AsText } from './call-options.ts';
import { checkChannels, resolveSubscribeOptions, type SubscribeOptions } from './pubsub/subscribe-options.ts';
import { subscription, type Subscription, type SubscriptionGround } from './pubsub/subscription.ts';
import type { TopicKind } from './pubsub/topic-kind.ts';
import { StreamingClient } from './streaming-client.ts';

/** All that can be asked of Redis, and what can be subscribed to there. */
export abstract class SubscribingClient extends StreamingClient {
  /**
   * Subscribes to one channel or several, at once or as soon as there is a connection, and again after each loss of it: for
   * `for await`, or to {@link Subscription.listen} to. All who subscribe to a channel share one subscription of the server's.
   * Throws INVALID_ARGUMENT and CLOSED; how a subscription fails later is told by itself. See docs/subscriptions.md.
   */
  subscribe(channels: string | readonly string[], options?: SubscribeOptions & AsText): Subscription;
  subscribe(
    channels: string | readonly string[],
    options: SubscribeOptions & AsBuffers,
  ): Subscription<Buffer>;
  subscribe(
    channels: string | readonly string[],
    options?: SubscribeOptions,
  ): Subscription | Subscription<Buffer>;
  subscribe(
    channels: string | readonly string[],
    options?: SubscribeOptions,
  ): Subscription | Subscription<Buffer> {
    return this.#subscribe('subscribe', 'channel', channels, options);
  }

  /** As {@link Redis.subscribe}, to all channels whose names match a pattern (`news.*`). */
  psubscribe(patterns: string | readonly string[], options?: SubscribeOptions & AsText): Subscription;
  psubscribe(
    patterns: string | readonly string[],
    options: SubscribeOptions & AsBuffers,
  ): Subscription<Buffer>;
  psubscribe(
    patterns: string | readonly string[],
    options?: SubscribeOptions,
  ): Subscription | Subscription<Buffer>;
  psubscribe(
    patterns: string | readonly string[],
    options?: SubscribeOptions,
  ): Subscription | Subscription<Buffer> {
    return this.#subscribe('psubscribe', 'pattern', patterns, options);
  }

  /** As {@link Redis.subscribe}, to shard channels (Redis 7.0): to what is published with SPUBLISH. */
  ssubscribe(shardchannels: string | readonly string[], options?: SubscribeOptions & AsText): Subscription;
  ssubscribe(
    shardchannels: string | readonly string[],
    options: SubscribeOptions & AsBuffers,
  ): Subscription<Buffer>;
  ssubscribe(
    shardchannels: string | readonly string[],
    options?: SubscribeOptions,
  ): Subscription | Subscription<Buffer>;
  ssubscribe(
    shardchannels: string | readonly string[],
    options?: SubscribeOptions,
  ): Subscription | Subscription<Buffer> {
    return this.#subscribe('ssubscribe', 'shard', shardchannels, options);
  }

  /** Where subscriptions are entered, in the name of a command, and what they need besides. Throws CLOSED. */
  protected abstract boardFor(
    command: string,
  ): Pick<SubscriptionGround, 'clock' | 'subscriptions' | 'timeoutMs'>;

  #subscribe(
    command: string,
    kind: TopicKind,
    channels: string | readonly string[],
    given: SubscribeOptions = {},
  ): Subscription | Subscription<Buffer> {
    const options = resolveSubscribeOptions(command, given);
    const names = checkChannels(command, channels);
    return subscription({ ...this.boardFor(command), kind, names, options });
  }
}
