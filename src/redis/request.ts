import type { Encoded, Request } from '../core/index.ts';
import type { Batch } from './batch.ts';
import type { RedisReply } from './reply.ts';

/** One request to Redis: a command, or several that go out in a row and are answered as one. */
export class RedisRequest implements Request {
  readonly command: string;
  readonly data: Encoded;
  readonly bytes: number;
  readonly repeatable: boolean;
  /** Whether strings in the reply are Buffers. */
  readonly buffers: boolean;
  /** What makes the caller's value of the reply; `undefined` leaves it as it is. */
  readonly convert: ((reply: RedisReply) => RedisReply) | undefined;
  /** Where the replies of several commands are gathered. */
  readonly batch: Batch | undefined;

  constructor(
    command: string,
    data: Encoded,
    bytes: number,
    repeatable: boolean,
    buffers: boolean,
    convert: ((reply: RedisReply) => RedisReply) | undefined,
    batch: Batch | undefined,
  ) {
    this.command = command;
    this.data = data;
    this.bytes = bytes;
    this.repeatable = repeatable;
    this.buffers = buffers;
    this.convert = convert;
    this.batch = batch;
  }

  /** Blocking commands, which alone may rightly take long, are not for a shared connection. */
  get silenceMs(): number {
    return 0;
  }

  get expectsReply(): boolean {
    return true;
  }
}
