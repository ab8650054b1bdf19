import type { Encoded, Handshake, HawserError, Inbound } from '../../core/index.ts';
import { RedisReplyError } from '../errors.ts';
import { ask } from '../handshake.ts';
import type { RedisProtocol } from '../line.ts';
import type { ResolvedRedisOptions } from '../options.ts';
import { textOf, type RedisReply } from '../reply.ts';
import type { RedisRequest } from '../request.ts';
import { RedisSession, redisProtocol } from '../session.ts';
import { CachedRequest } from './cached-request.ts';
import type { ReadCache } from './read-cache.ts';
import { Tracking } from './tracking.ts';

/** Redis, on connections whose server tells of changes to what a cache keeps. */
export function cachingProtocol(options: ResolvedRedisOptions, cache: ReadCache): RedisProtocol {
  return { ...redisProtocol(options), open: () => new CachingSession(options, cache) };
}

/**
 * Redis on one transport, with a cache beside it. What is read and what has changed reach the cache as they are decoded, in
 * the order in which the server has sent them: so no reply is kept that the server has already told a change of.
 */
export class CachingSession extends RedisSession {
  readonly #cache: ReadCache;
  #tracking: Tracking | undefined;
  #refusal = 'the server does not speak RESP3';

  constructor(options: ResolvedRedisOptions, cache: ReadCache) {
    super(options);
    this.#cache = cache;
  }

  /** Set once hands are shaken, where the server tells of changes. */
  get tracking(): Tracking | undefined {
    return this.#tracking;
  }

  /** Why the server does not tell of changes. */
  get refusal(): string {
    return this.#refusal;
  }

  override async handshake(handshake: Handshake<RedisRequest, RedisReply>): Promise<void> {
    await super.handshake(handshake);
    if (!this.hasPushMessages) return;
    try {
      await ask(handshake, ['CLIENT', 'TRACKING', 'ON', 'OPTIN']);
      this.#tracking = new Tracking();
    } catch (error) {
      if (!(error instanceof RedisReplyError)) throw error;
      this.#refusal = error.message;
    }
  }

  override encode(request: RedisRequest): Encoded {
    if (request instanceof CachedRequest) request.read.sending();
    return super.encode(request);
  }

  override push(message: RedisReply[]): void {
    if (textOf(message[0]) === 'invalidate') this.#cache.invalidated(message[1]);
    super.push(message);
  }

  protected override answer(
    inbound: Inbound<RedisRequest, RedisReply, RedisReply[]>,
    request: RedisRequest | undefined,
    value: RedisReply,
  ): void {
    if (request instanceof CachedRequest) this.#cache.arrived(request, value, this.#tracking);
    super.answer(inbound, request, value);
  }

  protected override refuse(
    inbound: Inbound<RedisRequest, RedisReply, RedisReply[]>,
    request: RedisRequest | undefined,
    error: HawserError,
  ): void {
    if (request instanceof CachedRequest) this.#cache.refused(request);
    super.refuse(inbound, request, error);
  }
}
