import { BYTES_FORM, textOf, type RedisReply } from '../reply.ts';
import { RedisRequest } from '../request.ts';
import { encodeCommand } from '../resp-encoder.ts';
import { VERBS, type TopicKind } from './topic-kind.ts';

/**
 * SUBSCRIBE, UNSUBSCRIBE and the like, of one channel: so that a refusal is about that one alone. What the server answers is a
 * push message where it succeeds, and an error where it does not.
 */
export class SubscriptionRequest extends RedisRequest {
  readonly #confirmedBy: string;
  readonly #topic: string;

  constructor(kind: TopicKind, step: 'join' | 'leave', topic: string) {
    const verb = VERBS[kind][step];
    const { data, bytes } = encodeCommand([verb, topic]);
    super(verb, data, bytes, false, BYTES_FORM, undefined, undefined);
    this.#confirmedBy = verb.toLowerCase();
    this.#topic = topic;
  }

  /** Whether a push message is the answer to it. */
  isConfirmedBy(name: string, topic: RedisReply | undefined): boolean {
    return name === this.#confirmedBy && textOf(topic) === this.#topic;
  }
}
