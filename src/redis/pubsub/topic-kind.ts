import type { RedisReply } from '../reply.ts';

/** What can be subscribed to: a channel, a pattern of channels, or a shard channel. */
export type TopicKind = 'channel' | 'pattern' | 'shard';

/** What a push message says of a subscription. */
export type PubsubMeaning = 'joined' | 'left' | 'message';

/** The commands that begin and end subscriptions of a kind; their names are also those of the messages that confirm them. */
export const VERBS: Readonly<Record<TopicKind, { readonly join: string; readonly leave: string }>> = {
  channel: { join: 'SUBSCRIBE', leave: 'UNSUBSCRIBE' },
  pattern: { join: 'PSUBSCRIBE', leave: 'PUNSUBSCRIBE' },
  shard: { join: 'SSUBSCRIBE', leave: 'SUNSUBSCRIBE' },
};

const MEANINGS: ReadonlyMap<
  RedisReply | undefined,
  { readonly kind: TopicKind; readonly means: PubsubMeaning }
> = new Map([
  ['message', { kind: 'channel', means: 'message' }],
  ['pmessage', { kind: 'pattern', means: 'message' }],
  ['smessage', { kind: 'shard', means: 'message' }],
  ['subscribe', { kind: 'channel', means: 'joined' }],
  ['psubscribe', { kind: 'pattern', means: 'joined' }],
  ['ssubscribe', { kind: 'shard', means: 'joined' }],
  ['unsubscribe', { kind: 'channel', means: 'left' }],
  ['punsubscribe', { kind: 'pattern', means: 'left' }],
  ['sunsubscribe', { kind: 'shard', means: 'left' }],
]);

/** What a message of this name says, of which kind of subscription; `undefined` where it is about none. */
export function meaningOf(
  name: RedisReply | undefined,
): { readonly kind: TopicKind; readonly means: PubsubMeaning } | undefined {
  return MEANINGS.get(name);
}
