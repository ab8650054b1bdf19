import type { Buffer } from 'node:buffer';
import type { Encoded, Inbound } from '../core/index.ts';
import { PipelineBatch } from './batch.ts';
import { commandInfo } from './commands.ts';
import { Leftovers } from './leftovers.ts';
import type { RedisProtocol } from './line.ts';
import type { ResolvedRedisOptions } from './options.ts';
import { Footprint, OwnRequest } from './own-request.ts';
import { PLAIN_FORM, type RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';
import { encodeCommand } from './resp-encoder.ts';
import { redisProtocol, RedisSession } from './session.ts';

/** Redis on connections of a pool, which must be left as they were found. */
export function leasedProtocol(options: ResolvedRedisOptions): RedisProtocol {
  return { ...redisProtocol(options), open: () => new LeasedSession(options) };
}

/** Redis on one transport that has one user after the other: it knows what each has left behind. */
export class LeasedSession extends RedisSession {
  readonly #leftovers: Leftovers;
  /** What was sent and may wait on the server, until it is answered. */
  readonly #held = new Set<RedisRequest>();
  #inbound: Inbound<RedisRequest, RedisReply, RedisReply[]> | undefined;

  constructor(options: ResolvedRedisOptions) {
    super(options);
    this.#leftovers = new Leftovers(options.database);
  }

  /** A call that the server holds can be taken back only by it. */
  protected override get isMarkWanted(): boolean {
    return true;
  }

  /** Whether the server may hold a call: it was sent one that waits, and has not answered it. */
  get isHeld(): boolean {
    return this.#held.size > 0;
  }

  get isDirty(): boolean {
    return this.#leftovers.isDirty || this.isOutdated;
  }

  reset(): readonly RedisRequest[] {
    const { isDirty, remedies } = this.#leftovers;
    const cleaning = remedies.map((command) => {
      const info = commandInfo(command[0]);
      const footprint = new Footprint();
      footprint.add(info, command, false);
      const plain = {
        repeatable: false,
        form: PLAIN_FORM,
        convert: undefined,
        batch: undefined,
        stallAfterMs: 0,
      };
      return new OwnRequest(info.name, encodeCommand(command, info), { ...plain, footprint });
    });
    const isHopeless = isDirty && remedies.length === 0;
    const renewal = this.isOutdated && !isHopeless ? super.ping('renewal') : undefined;
    return renewal === undefined ? cleaning : [...cleaning, renewal];
  }

  /** None while commands are queued: it would become part of the transaction. */
  override ping(nonce: string): RedisRequest | undefined {
    return this.#leftovers.isQueueing ? undefined : super.ping(nonce);
  }

  override encode(request: RedisRequest): Encoded {
    const data = super.encode(request);
    if (request instanceof OwnRequest && request.waitsMs > 0) {
      const { number, mark } = this;
      request.session = number === undefined ? undefined : { number, mark };
      this.#held.add(request);
    }
    this.#leftovers.sending(request);
    return data;
  }

  override receive(bytes: Buffer, inbound: Inbound<RedisRequest, RedisReply, RedisReply[]>): number {
    this.#inbound = inbound;
    return super.receive(bytes, inbound);
  }

  override value(reply: RedisReply): void {
    const inbound = this.#inbound!;
    const request = inbound.head;
    const effect = request instanceof OwnRequest ? request.nextEffect() : undefined;
    const isQueued = this.#leftovers.answered(effect, reply);
    if (isQueued && request?.batch instanceof PipelineBatch) request.batch.noteQueued();
    // What the caller's value is made of comes with EXEC.
    if (isQueued && request?.convert !== undefined) inbound.reply(reply);
    else super.value(reply);
    if (request !== undefined && inbound.head !== request) this.#held.delete(request);
  }
}
