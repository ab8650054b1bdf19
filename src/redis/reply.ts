import { Buffer } from 'node:buffer';
import type { RedisReplyError } from './errors.ts';

/**
 * One reply as the protocol means it. Which shapes a command answers with is the server's affair and differs
 * between RESP2 and RESP3.
 *
 * - text and bytes: a string (decoded as UTF-8), or a Buffer of its own where Buffers were asked for
 * - integers: a number up to 2^53 - 1 either way, a bigint beyond, or always where bigints were asked for; RESP3 big
 *   numbers are always a bigint
 * - RESP2's null bulk and null array and RESP3's null: `null`
 * - an error inside an array, such as one command's of a transaction: a {@link RedisReplyError}, in its place
 */
export type RedisReply =
  | string
  | number
  | bigint
  | boolean
  | null
  | Buffer
  | RedisReplyError
  | RedisReply[]
  | Map<RedisReply, RedisReply>
  | Set<RedisReply>;

/** How the values of a reply are wanted. */
export interface ReplyForm {
  /** Strings as Buffers. */
  readonly buffers: boolean;
  /** Integers as bigints, all of them. */
  readonly bigints: boolean;
  /** What the client's keys begin with, which its callers need not know. */
  readonly keyPrefix: string | undefined;
}

/** The few forms that a client's replies have: every request holds one. */
export class ReplyForms {
  readonly #forms: readonly ReplyForm[];

  constructor(keyPrefix: string | undefined) {
    this.#forms = [
      { buffers: false, bigints: false, keyPrefix },
      { buffers: true, bigints: false, keyPrefix },
      { buffers: false, bigints: true, keyPrefix },
      { buffers: true, bigints: true, keyPrefix },
    ];
  }

  of(buffers: boolean, bigints: boolean): ReplyForm {
    return this.#forms[(buffers ? 1 : 0) + (bigints ? 2 : 0)]!;
  }
}

/** Text, and integers as numbers where a number can hold them. */
export const PLAIN_FORM: ReplyForm = new ReplyForms(undefined).of(false, false);

/** Strings as bytes, as they come. */
export const BYTES_FORM: ReplyForm = new ReplyForms(undefined).of(true, false);

/** A value that came as bytes, as the plain form has it. */
export function asText(value: RedisReply): RedisReply {
  if (Buffer.isBuffer(value)) return value.toString();
  if (Array.isArray(value)) return value.map(asText);
  if (value instanceof Set) return new Set([...value].map(asText));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [asText(key), asText(item)]));
  return value;
}

/** A value that came with bigints, as the plain form has it. */
export function asNumbers(value: RedisReply): RedisReply {
  if (typeof value === 'bigint') return isExact(value) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(asNumbers);
  if (value instanceof Set) return new Set([...value].map(asNumbers));
  if (value instanceof Map)
    return new Map([...value].map(([key, item]) => [asNumbers(key), asNumbers(item)]));
  return value;
}

function isExact(value: bigint): boolean {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER);
}

/** A value in which maps and sets are flat lists, as RESP2 has them. */
export function flatOf(value: RedisReply): RedisReply {
  if (Array.isArray(value)) return value.map(flatOf);
  if (value instanceof Set) return [...value].map(flatOf);
  if (value instanceof Map) return [...value].flatMap(([key, item]) => [flatOf(key), flatOf(item)]);
  return value;
}

/** A string, however it came; what is none is empty. */
export function textOf(value: RedisReply | undefined): string {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString() : '';
}
