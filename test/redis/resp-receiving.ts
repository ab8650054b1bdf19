import { Buffer } from 'node:buffer';
import { HawserError } from '../../src/core/index.ts';
import { ReplyForms, type RedisReply } from '../../src/redis/reply.ts';
import { RespDecoder, type RespSink } from '../../src/redis/resp-decoder.ts';
import { DEFAULT_RESP_LIMITS, type RespLimits } from '../../src/redis/resp-limits.ts';

/** What a decoder made of a stream. */
export interface Received {
  /** Replies and push messages in the order of their arrival. */
  readonly events: readonly ({ readonly reply: RedisReply } | { readonly push: RedisReply[] })[];
  readonly unconsumedBytes: number;
  /** Most bytes that were left unconsumed after any piece. */
  readonly maxUnconsumedBytes: number;
}

/** How replies are wanted. */
export interface Wanted {
  readonly buffers?: boolean;
  readonly bigints?: boolean;
  readonly maps?: 'map' | 'flat';
  readonly limits?: Partial<RespLimits>;
}

/**
 * Gives a stream to a decoder in pieces that end at `cuts`, as a transport does: what is not consumed comes again in
 * front of the next piece, in memory that is overwritten after each call.
 */
export function receive(stream: Buffer | string, cuts: readonly number[], wanted: Wanted = {}): Received {
  const bytes = typeof stream === 'string' ? Buffer.from(stream) : stream;
  const decoder = new RespDecoder({ ...DEFAULT_RESP_LIMITS, ...wanted.limits });
  const events: ({ reply: RedisReply } | { push: RedisReply[] })[] = [];
  const sink: RespSink = {
    form: new ReplyForms(undefined).of(wanted.buffers ?? false, wanted.bigints ?? false),
    maps: wanted.maps ?? 'map',
    value: (reply) => events.push({ reply }),
    push: (message) => events.push({ push: message }),
  };
  let unconsumed = Buffer.alloc(0);
  let maxUnconsumedBytes = 0;
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    const memory = Buffer.concat([unconsumed, bytes.subarray(start, end)]);
    start = end;
    const consumed = decoder.decode(memory, sink);
    unconsumed = Buffer.from(memory.subarray(consumed));
    maxUnconsumedBytes = Math.max(maxUnconsumedBytes, unconsumed.length);
    memory.fill('?');
  }
  return { events, unconsumedBytes: unconsumed.length, maxUnconsumedBytes };
}

/** The ends of all pieces but the last when a stream of so many bytes comes in pieces of `pieceBytes`. */
export function cutsEvery(pieceBytes: number, streamBytes: number): number[] {
  const cuts = [];
  for (let cut = pieceBytes; cut < streamBytes; cut += pieceBytes) cuts.push(cut);
  return cuts;
}

/** The ways in which a short stream is cut in tests besides random ones: whole, byte by byte, in two at each place. */
export function allSimpleCuts(streamBytes: number): (readonly number[])[] {
  const places = cutsEvery(1, streamBytes);
  return [[], places, ...places.map((place) => [place])];
}

/** Why a stream is refused. Throws if it is not. */
export function failureOf(stream: string, cuts: readonly number[], wanted: Wanted = {}): HawserError {
  try {
    receive(stream, cuts, wanted);
  } catch (error) {
    if (error instanceof HawserError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
