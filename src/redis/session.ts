import { Buffer } from 'node:buffer';
import { HawserError, type Encoded, type Handshake, type Inbound, type Session } from '../core/index.ts';
import type { SessionMark } from './dead-sessions.ts';
import { RedisReplyError } from './errors.ts';
import { shakeHands, type Acquaintance } from './handshake.ts';
import type { RedisProtocol } from './line.ts';
import type { ResolvedRedisOptions } from './options.ts';
import { meaningOf } from './pubsub/topic-kind.ts';
import { SubscriptionRequest } from './pubsub/subscription-request.ts';
import { BYTES_FORM, PLAIN_FORM, asText, textOf, type RedisReply, type ReplyForm } from './reply.ts';
import type { Conversion } from './reply-conversion.ts';
import { RenewalRequest } from './renewal-request.ts';
import { RedisRequest } from './request.ts';
import { RespDecoder, type RespSink } from './resp-decoder.ts';
import { encodeCommand } from './resp-encoder.ts';
import { violation } from './resp-limits.ts';
import { reasonToLeave } from './role.ts';

type RedisInbound = Inbound<RedisRequest, RedisReply, RedisReply[]>;

/** Redis over a connection that calls share. */
export function redisProtocol(options: ResolvedRedisOptions): RedisProtocol {
  return {
    name: 'redis',
    correlation: 'in-order',
    startsTls: false,
    open: () => new RedisSession(options),
  };
}

/** Redis on one transport. */
export class RedisSession implements Session<RedisRequest, RedisReply, RedisReply[]>, RespSink {
  readonly #options: ResolvedRedisOptions;
  readonly #decoder: RespDecoder;
  #inbound: RedisInbound | undefined;
  #acquaintance: Acquaintance | undefined;
  /** Of the credentials with which it has authenticated, or is about to. */
  #credentialsVersion = 0;
  /** Whose reply is being decoded; looked up once for each, when the decoder asks how it is wanted. */
  #request: RedisRequest | undefined;

  constructor(options: ResolvedRedisOptions) {
    this.#options = options;
    this.#decoder = new RespDecoder(options.limits);
  }

  /** Whether the server is asked by what it knows the session, where it does not tell by itself. */
  protected get isMarkWanted(): boolean {
    return false;
  }

  /** By which the server knows it (CLIENT ID), once hands are shaken; `undefined` where it does not tell. */
  get number(): number | undefined {
    return this.#acquaintance?.number;
  }

  /** By which the server knows it among those of all servers; `undefined` where it was not asked, or does not tell. */
  get mark(): SessionMark | undefined {
    return this.#acquaintance?.mark;
  }

  /** Whether the server tells what nobody has asked beside its replies, as in RESP3; `false` before hands are shaken. */
  get hasPushMessages(): boolean {
    return this.#acquaintance?.protocol === 3;
  }

  /** Whether messages may come where replies do, as in RESP2 on a connection that subscribes. */
  protected get hasMessagesAmongReplies(): boolean {
    return false;
  }

  async handshake(handshake: Handshake<RedisRequest, RedisReply>): Promise<void> {
    // What is issued from now on is no older.
    this.#credentialsVersion = this.#options.credentials.version;
    this.#acquaintance = await shakeHands(handshake, this.#options, this.isMarkWanted);
  }

  encode(request: RedisRequest): Encoded {
    request.batch?.restart();
    const { data, head } = request;
    if (typeof data === 'string') return head === '' ? data : `${head}${data}\r\n`;
    // One byte less, and the server would take the beginning of the next caller's command for the end of this one's.
    if (bytesOf(data) !== request.bytes) {
      throw new HawserError('INVALID_ARGUMENT', 'a Uint8Array has changed its length while it waited', {
        outcome: 'not-sent',
      });
    }
    return data;
  }

  receive(bytes: Buffer, inbound: RedisInbound): number {
    this.#inbound = inbound;
    const consumed = this.#decoder.decode(bytes, this);
    // Its rest would else be taken for the answer to whatever is asked meanwhile.
    const isUnasked = inbound.head === undefined && !this.hasMessagesAmongReplies;
    if (isUnasked && this.#decoder.hasBegunReply(bytes[consumed])) {
      throw violation('nothing, since nothing was asked', bytes[consumed]);
    }
    return consumed;
  }

  /** Whether there are newer credentials than it has authenticated with. */
  protected get isOutdated(): boolean {
    return this.#options.credentials.newerThan(this.#credentialsVersion) !== undefined;
  }

  ping(nonce: string): RedisRequest | undefined {
    const { credentials } = this.#options;
    const renewed = credentials.newerThan(this.#credentialsVersion);
    if (renewed !== undefined) {
      this.#credentialsVersion = renewed.version;
      return new RenewalRequest(renewed, nonce, credentials);
    }
    const { data, bytes } = encodeCommand(['PING', nonce]);
    return new RedisRequest('PING', data, bytes, false, PLAIN_FORM, undefined, undefined);
  }

  isPong(reply: RedisReply, nonce: string): boolean {
    return reply === nonce;
  }

  get form(): ReplyForm {
    const request = this.#inbound!.head;
    this.#request = request;
    if (request === undefined) return this.hasMessagesAmongReplies ? BYTES_FORM : PLAIN_FORM;
    return request.batch === undefined || request.batch.isWantedNext ? request.form : PLAIN_FORM;
  }

  get pushForm(): ReplyForm {
    return BYTES_FORM;
  }

  get maps(): 'map' | 'flat' {
    // What converts a reply does so for RESP2 and RESP3 alike, so it takes what both have.
    return this.#request?.convert === undefined ? 'map' : 'flat';
  }

  value(reply: RedisReply): void {
    const inbound = this.#inbound!;
    const request = this.#request;
    if (reply instanceof RedisReplyError) this.#heed(reply, inbound);
    const whole = request?.batch === undefined ? reply : request.batch.take(reply);
    if (whole === undefined) return;
    if (whole instanceof RedisReplyError) this.refuse(inbound, request, whole);
    else if (request instanceof SubscriptionRequest)
      throw violation(`a push message that answers ${request.command}`);
    else if (request?.convert === undefined) this.answer(inbound, request, whole);
    else this.#convert(request, request.convert, whole, inbound);
  }

  /** Gives a request the value of its reply. */
  protected answer(inbound: RedisInbound, _request: RedisRequest | undefined, value: RedisReply): void {
    inbound.reply(value);
  }

  /** Tells a request that it was refused, or that its reply has no value that could be told. */
  protected refuse(inbound: RedisInbound, _request: RedisRequest | undefined, error: HawserError): void {
    inbound.refuse(error);
  }

  /** Leaves a server that says that it will not do any more. */
  #heed(refusal: RedisReplyError, inbound: RedisInbound): void {
    const reason =
      refusal.code === 'NOAUTH' ? forgotten(refusal) : reasonToLeave(this.#options.role, refusal);
    if (reason !== undefined) inbound.retire(reason);
  }

  #convert(request: RedisRequest, convert: Conversion, reply: RedisReply, inbound: RedisInbound): void {
    let value: RedisReply;
    try {
      value = convert(reply, request.form);
    } catch (error) {
      // The stream is in step: the call alone cannot be told what came.
      if (!(error instanceof HawserError) || error.code !== 'UNSAFE_INTEGER') throw error;
      this.refuse(inbound, request, error);
      return;
    }
    this.answer(inbound, request, value);
  }

  /**
   * What answers a subscription is a push message too, in its turn among the replies. It is both, so that whoever follows the
   * messages learns from them where the subscription begins.
   */
  push(message: RedisReply[]): void {
    const inbound = this.#inbound!;
    const name = textOf(message[0]);
    if (meaningOf(name) === undefined) return inbound.push(message.map(asText));
    message[0] = name;
    inbound.push(message);
    const { head } = inbound;
    if (head instanceof SubscriptionRequest && head.isConfirmedBy(name, message[1])) inbound.reply('OK');
  }
}

/** The server has forgotten who we are, or something between has: the handshake tells it again. */
function forgotten(refusal: RedisReplyError): HawserError {
  const message = 'the server asks again who we are (NOAUTH)';
  return new HawserError('CONNECTION_LOST', message, { outcome: 'unknown', cause: refusal });
}

/** What is there to be written, now: a Uint8Array whose memory was given away has length 0. */
function bytesOf(data: Exclude<Encoded, string>): number {
  let bytes = 0;
  for (const piece of data instanceof Uint8Array ? [data] : data) {
    bytes += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
  }
  return bytes;
}
