import type { Buffer } from 'node:buffer';

/** A message that was published. */
export interface SubscriptionMessage<Payload extends string | Buffer = string> {
  readonly type: 'message';
  /** The channel that it was published to. */
  readonly channel: string;
  /** The pattern that it came by; `undefined` where the channel itself was subscribed to. */
  readonly pattern: string | undefined;
  /** Those who subscribe to one channel with `buffers: true` have one Buffer between them: read it only. */
  readonly payload: Payload;
}

/**
 * The subscription was away and is there again: what was published in between has not come, and never will. What was
 * published before it stands before it, and whatever is published from now on comes.
 */
export interface SubscriptionGap {
  readonly type: 'gap';
  /** The channel, or the pattern, as it was subscribed to. */
  readonly channel: string;
  /**
   * From when on messages may be missing, in milliseconds of `performance.now()`. A server that has fallen silent is found later:
   * of that it is the earliest time, two stall intervals before it was found.
   */
  readonly since: number;
  /** How long ago that was when the subscription was there again, in milliseconds. */
  readonly downForMs: number;
  /** What ended the connection, or the subscription. */
  readonly reason: Error;
}

/** The consumer was too slow for `maxBuffered` or `maxBufferedBytes`: as many messages were not kept, at this place. */
export interface SubscriptionDrop {
  readonly type: 'dropped';
  readonly count: number;
}

/** What a subscription yields. */
export type SubscriptionEvent<Payload extends string | Buffer = string> =
  | SubscriptionMessage<Payload>
  | SubscriptionGap
  | SubscriptionDrop;

/** The last that a listener is told. */
export interface SubscriptionEnd {
  readonly type: 'ended';
  /** What has ended it; `undefined` where that was its owner, by its signal, `close()`, or the `close()` of the client. */
  readonly error: Error | undefined;
}
