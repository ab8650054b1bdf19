import type { RedisCommand } from './commands.ts';
import type { RedisReply, ReplyForm, ReplyForms } from './reply.ts';

/** What the method of a command gives: a promise of its answer, or the command, to be sent with others. */
export interface Answers<T> {
  readonly promise: Promise<T>;
  readonly command: TypedCommand<T>;
}

/** How a command wants its reply. */
export interface WantedForm {
  /** Text as Buffers. Default `false`. */
  readonly buffers?: boolean | undefined;
  /** Integers as bigints. Default `false`. */
  readonly bigints?: boolean | undefined;
}

/** A command that is not sent yet, and what it will answer with: one of a `pipeline()` or a `transaction()`. */
export class TypedCommand<T> {
  readonly command: RedisCommand;
  /** Its name, without its arguments. */
  readonly name: string;
  readonly buffers: boolean;
  readonly bigints: boolean;
  readonly #read: (reply: RedisReply, form: ReplyForm) => T;

  /** Made by the methods of `commands`, and by `command()` of a script. */
  constructor(
    name: string,
    command: RedisCommand,
    { buffers = false, bigints = false }: WantedForm,
    read: (reply: RedisReply, form: ReplyForm) => T,
  ) {
    this.command = command;
    this.name = name;
    this.buffers = buffers;
    this.bigints = bigints;
    this.#read = read;
  }

  /** What it answers with, made of the server's reply. Throws UNSAFE_INTEGER, and PROTOCOL_VIOLATION for a reply of another shape. */
  answerOf(reply: RedisReply, forms: ReplyForms): T {
    return this.#read(reply, forms.of(this.buffers, this.bigints));
  }
}
