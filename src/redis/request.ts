import type { Encoded, Request } from '../core/index.ts';
import type { Batch } from './batch.ts';
import type { Conversion } from './reply-conversion.ts';
import type { ReplyForm } from './reply.ts';

/** One request to Redis: a command, or several that go out in a row and are answered as one. */
export class RedisRequest implements Request {
  readonly command: string;
  /** All of it; or, behind a `head`, its one argument. */
  readonly data: Encoded;
  readonly bytes: number;
  readonly repeatable: boolean;
  /** How the values of the reply are wanted. */
  readonly form: ReplyForm;
  /** What makes the caller's value of the reply; `undefined` leaves it as it is. */
  readonly convert: Conversion | undefined;
  /** Where the replies of several commands are gathered. */
  readonly batch: Batch | undefined;
  /**
   * What stands in front of the one argument of a short command. Its text is put together only at hand-over, and not
   * held while the reply is due: half of the time of a burst goes into what is held. Empty where `data` is all.
   */
  readonly head: string;

  constructor(
    command: string,
    data: Encoded,
    bytes: number,
    repeatable: boolean,
    form: ReplyForm,
    convert: Conversion | undefined,
    batch: Batch | undefined,
    head: string = '',
  ) {
    this.command = command;
    this.data = data;
    this.bytes = bytes;
    this.repeatable = repeatable;
    this.form = form;
    this.convert = convert;
    this.batch = batch;
    this.head = head;
  }

  /** The same, to be asked as well, or after it. `repeatable` only where it is here too. */
  copy(repeatable: boolean = this.repeatable): RedisRequest {
    const { command, data, bytes, form, convert, batch, head } = this;
    return new RedisRequest(command, data, bytes, repeatable && this.repeatable, form, convert, batch, head);
  }

  /** Blocking commands, which alone may rightly take long, are not for a shared connection. */
  get silenceMs(): number {
    return 0;
  }

  get expectsReply(): boolean {
    return true;
  }
}
