import type { Buffer } from 'node:buffer';
import type { RedisReplyError } from './errors.ts';

/**
 * One reply as the protocol means it. Which shapes a command answers with is the server's affair and differs
 * between RESP2 and RESP3.
 *
 * - text and bytes: a string (decoded as UTF-8), or a Buffer of its own where Buffers were asked for
 * - integers: a number up to 2^53 - 1 either way, a bigint beyond; RESP3 big numbers are always a bigint
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
