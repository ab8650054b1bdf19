import type { RedisProtocol } from '../line.ts';
import type { ResolvedRedisOptions } from '../options.ts';
import { BYTES_FORM, textOf, type RedisReply } from '../reply.ts';
import { RedisRequest } from '../request.ts';
import { encodeCommand } from '../resp-encoder.ts';
import { RedisSession, redisProtocol } from '../session.ts';
import { meaningOf } from './topic-kind.ts';

/** Redis on a connection for subscriptions alone. */
export function subscriberProtocol(options: ResolvedRedisOptions): RedisProtocol {
  return { ...redisProtocol(options), open: () => new SubscriberSession(options) };
}

/**
 * Redis on one transport that only subscribes. In RESP2 messages are arrays among the replies, known by their first word;
 * nothing is asked here whose reply could be taken for one.
 */
class SubscriberSession extends RedisSession {
  protected override get hasMessagesAmongReplies(): boolean {
    return true;
  }

  override value(reply: RedisReply): void {
    if (Array.isArray(reply) && meaningOf(textOf(reply[0])) !== undefined) this.push(reply);
    else super.value(reply);
  }

  /**
   * Its answer is asked for in bytes, since a message may come in its place. RESP2 takes no AUTH while something is subscribed
   * to: such a connection keeps the credentials that it began with.
   */
  override ping(nonce: string): RedisRequest | undefined {
    if (this.hasPushMessages) return super.ping(nonce);
    const { data, bytes } = encodeCommand(['PING', nonce]);
    return new RedisRequest('PING', data, bytes, false, BYTES_FORM, undefined, undefined);
  }

  /** While something is subscribed to, RESP2 has it as an array of `pong` and the nonce. */
  override isPong(reply: RedisReply, nonce: string): boolean {
    return textOf(Array.isArray(reply) ? reply[1] : reply) === nonce;
  }
}
