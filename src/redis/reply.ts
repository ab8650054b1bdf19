import type { Buffer } from 'node:buffer';
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
}

const FORMS: readonly ReplyForm[] = [
  { buffers: false, bigints: false },
  { buffers: true, bigints: false },
  { buffers: false, bigints: true },
  { buffers: true, bigints: true },
];

/** Text, and integers as numbers where a number can hold them. */
export const PLAIN_FORM: ReplyForm = FORMS[0]!;

/** One of the few forms that there are: every request holds one. */
export function replyForm(buffers: boolean, bigints: boolean): ReplyForm {
  return FORMS[(buffers ? 1 : 0) + (bigints ? 2 : 0)]!;
}
