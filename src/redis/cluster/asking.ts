import type { Batch } from '../batch.ts';
import type { RedisReply } from '../reply.ts';
import { PLAIN_FORM } from '../reply.ts';
import { RedisRequest } from '../request.ts';
import { encodeCommand } from '../resp-encoder.ts';

const ASKING = encodeCommand(['ASKING']);

/**
 * The same request with ASKING in front of it: for a node that is being given a slot, and answers about it only to who says so.
 * It holds for the next command, or for the whole of a transaction.
 *
 * Source: Redis Cluster specification, "ASK redirection".
 */
export function withAsking(request: RedisRequest): RedisRequest {
  const { command, data, head, bytes, repeatable, form, convert, batch } = request;
  const own = head === '' ? data : `${head}${data as string}\r\n`;
  const pieces = typeof own === 'string' || own instanceof Uint8Array ? [own] : own;
  return new RedisRequest(
    command,
    [ASKING.data as string, ...pieces],
    bytes + ASKING.bytes,
    repeatable,
    form,
    convert,
    new AskingBatch(batch),
  );
}

/** ASKING by itself, for a connection on which nobody else asks. */
export function askingRequest(): RedisRequest {
  return new RedisRequest('ASKING', ASKING.data, ASKING.bytes, false, PLAIN_FORM, undefined, undefined);
}

/** The answer to ASKING, which is dropped: if it was refused, so is what follows. Then the answers to what was asked. */
class AskingBatch implements Batch {
  readonly #inner: Batch | undefined;
  #hasAsked = false;

  constructor(inner: Batch | undefined) {
    this.#inner = inner;
  }

  add(command: string): void {
    this.#inner?.add(command);
  }

  get isWantedNext(): boolean {
    return this.#hasAsked && (this.#inner?.isWantedNext ?? true);
  }

  take(reply: RedisReply): RedisReply | undefined {
    if (this.#hasAsked) return this.#inner === undefined ? reply : this.#inner.take(reply);
    this.#hasAsked = true;
    return undefined;
  }

  restart(): void {
    this.#hasAsked = false;
    this.#inner?.restart();
  }
}
