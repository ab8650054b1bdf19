import { HawserError } from '../core/index.ts';
import { RedisReplyError } from './errors.ts';
import type { RedisReply } from './reply.ts';

/** Several commands that are answered as one. */
export interface Batch {
  /** Adds a command, by its name, before the whole is sent. */
  add(command: string): void;
  /** Whether the next reply is for the caller, who may have asked for Buffers, or only for the batch. */
  readonly isWantedNext: boolean;
  /** Takes the next reply. Returns the reply of the whole once it is complete. Throws when the server is out of step. */
  take(reply: RedisReply): RedisReply | undefined;
  /** The commands are sent once more: replies to the first sending are void. */
  restart(): void;
}

/** A pipeline: each command's reply, or its error, in its place. */
export class PipelineBatch implements Batch {
  readonly isWantedNext = true;
  readonly #commands: string[] = [];
  #replies: RedisReply[] = [];
  #sendings = 0;
  /** The places of the replies that only say that a command is queued. */
  readonly #queued = new Set<number>();

  add(command: string): void {
    this.#commands.push(command);
  }

  /** The next reply only says that its command is queued, since a transaction was open on the connection. */
  noteQueued(): void {
    this.#queued.add(this.#replies.length);
  }

  /** Whether a command, by its place, was answered with no more than that it is queued. */
  isQueued(index: number): boolean {
    return this.#queued.has(index);
  }

  take(reply: RedisReply): RedisReply | undefined {
    if (reply instanceof RedisReplyError) placed(reply, this.#commands[this.#replies.length], this.#sendings);
    this.#replies.push(reply);
    return this.#replies.length === this.#commands.length ? this.#replies : undefined;
  }

  restart(): void {
    this.#replies = [];
    this.#queued.clear();
    this.#sendings += 1;
  }

  /** What has come so far, and for each command that was not answered the failure of the whole in its own name. */
  failed(failure: HawserError): (RedisReply | HawserError)[] {
    const { code, message, outcome, cause, explanation } = failure;
    return this.#commands.map((command, index) =>
      // `null` is an answer too.
      index < this.#replies.length
        ? this.#replies[index]!
        : new HawserError(code, message, { outcome, cause, command, explanation }),
    );
  }
}

/** MULTI, the commands, EXEC: what EXEC answers, errors of single commands in their place. */
export class TransactionBatch implements Batch {
  readonly #commands: string[] = [];
  readonly #mayFindChanges: boolean;
  #sendings = 0;
  #taken = 0;
  #firstRefusal: RedisReplyError | undefined;

  /** `mayFindChanges`: keys may be watched, and EXEC answers `null` when one of them has changed. */
  constructor(mayFindChanges: boolean = false) {
    this.#mayFindChanges = mayFindChanges;
  }

  add(command: string): void {
    this.#commands.push(command);
  }

  get isWantedNext(): boolean {
    return this.#isExec;
  }

  take(reply: RedisReply): RedisReply | undefined {
    if (this.#isExec) return this.#executed(reply);
    const accepted = this.#taken === 0 ? 'OK' : 'QUEUED';
    if (reply instanceof RedisReplyError)
      this.#firstRefusal ??= placed(reply, this.#commands[this.#taken - 1], this.#sendings);
    else if (reply !== accepted)
      throw torn(`expected ${accepted} or an error before EXEC, got another reply`);
    this.#taken += 1;
    return undefined;
  }

  restart(): void {
    this.#sendings += 1;
    this.#taken = 0;
    this.#firstRefusal = undefined;
  }

  get #isExec(): boolean {
    return this.#taken === this.#commands.length + 1;
  }

  #executed(reply: RedisReply): RedisReply {
    const isWhole = Array.isArray(reply) && reply.length === this.#commands.length;
    if (isWhole && this.#firstRefusal === undefined) {
      for (const [index, each] of reply.entries()) {
        if (each instanceof RedisReplyError) placed(each, this.#commands[index], this.#sendings);
      }
      return reply;
    }
    if (reply === null && this.#mayFindChanges && this.#firstRefusal === undefined) return reply;
    if (reply instanceof RedisReplyError) {
      // EXECABORT says only that something was wrong before; what was wrong came then.
      if (this.#firstRefusal !== undefined && reply.cause === undefined) reply.cause = this.#firstRefusal;
      return reply;
    }
    throw torn('expected the replies of a transaction that was queued whole, got something else');
  }
}

/** The server's refusal of one of the commands. What was sent before may have run then. */
function placed(error: RedisReplyError, command: string | undefined, sendings: number): RedisReplyError {
  error.command ??= command;
  if (sendings > 1) error.outcome = 'unknown';
  return error;
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
