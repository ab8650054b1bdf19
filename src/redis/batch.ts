import { HawserError } from '../core/index.ts';
import { RedisReplyError } from './errors.ts';
import type { RedisReply } from './reply.ts';

/** Several commands that are answered as one. */
export interface Batch {
  /** Whether the strings of the next reply are to be Buffers, if Buffers were asked for. */
  readonly buffersNext: boolean;
  /** Takes the next reply. Returns the reply of the whole once it is complete. Throws when the server is out of step. */
  take(reply: RedisReply): RedisReply | undefined;
  /** The commands are sent once more: replies to the first sending are void. */
  restart(): void;
}

/** A pipeline: each command's reply, or its error, in its place. */
export class PipelineBatch implements Batch {
  readonly buffersNext = true;
  readonly #commands: readonly string[];
  #replies: RedisReply[] = [];

  /** @param commands names, for errors */
  constructor(commands: readonly string[]) {
    this.#commands = commands;
  }

  take(reply: RedisReply): RedisReply | undefined {
    if (reply instanceof RedisReplyError) reply.command ??= this.#commands[this.#replies.length];
    this.#replies.push(reply);
    return this.#replies.length === this.#commands.length ? this.#replies : undefined;
  }

  restart(): void {
    this.#replies = [];
  }

  /** What has come so far, and for each command that was not answered the failure of the whole in its own name. */
  failed(failure: HawserError): (RedisReply | HawserError)[] {
    const { code, message, outcome, cause } = failure;
    return this.#commands.map(
      (command, index) => this.#replies[index] ?? new HawserError(code, message, { outcome, cause, command }),
    );
  }
}

/** MULTI, the commands, EXEC: what EXEC answers, errors of single commands in their place. */
export class TransactionBatch implements Batch {
  readonly #length: number;
  #taken = 0;
  #firstRefusal: RedisReplyError | undefined;

  /** @param length number of commands between MULTI and EXEC */
  constructor(length: number) {
    this.#length = length;
  }

  get buffersNext(): boolean {
    return this.#isExec;
  }

  take(reply: RedisReply): RedisReply | undefined {
    if (this.#isExec) return this.#executed(reply);
    const accepted = this.#taken === 0 ? 'OK' : 'QUEUED';
    if (reply instanceof RedisReplyError) this.#firstRefusal ??= reply;
    else if (reply !== accepted)
      throw torn(`expected ${accepted} or an error before EXEC, got another reply`);
    this.#taken += 1;
    return undefined;
  }

  restart(): void {
    this.#taken = 0;
    this.#firstRefusal = undefined;
  }

  get #isExec(): boolean {
    return this.#taken === this.#length + 1;
  }

  #executed(reply: RedisReply): RedisReply {
    if (Array.isArray(reply) && this.#firstRefusal === undefined) return reply;
    if (reply instanceof RedisReplyError) {
      // EXECABORT says only that something was wrong before; what was wrong came then.
      if (this.#firstRefusal !== undefined && reply.cause === undefined) reply.cause = this.#firstRefusal;
      return reply;
    }
    throw torn('expected the replies of a transaction that was queued whole, got something else');
  }
}

function torn(expectation: string): HawserError {
  return new HawserError(
    'TRANSACTION_TORN',
    `${expectation}: commands may have run outside of a transaction`,
    {
      outcome: 'unknown',
      command: 'MULTI',
    },
  );
}
