import { invalidArgument } from './argument-checks.ts';
import { checkCallOptions, type CallOptions } from './call-options.ts';
import type { ReplyHandling, TypedCall } from './command-methods.ts';
import type { RedisArgument } from './argument-text.ts';
import type { RedisCommand } from './commands.ts';
import type { CommandMethods } from './generated/all-commands.ts';
import { flatOf, type RedisReply, type ReplyForm, type ReplyForms } from './reply.ts';
import { TypedCommands } from './typed-commands.ts';

/** What the method of a command gives: a promise of its answer, or the command, to be sent with others. */
export interface Answers<T> {
  readonly promise: Promise<T>;
  readonly command: TypedCommand<T>;
}

/** A command that is not sent yet, and what it will answer with: one of a `pipeline()` or a `transaction()`. */
export class TypedCommand<T> {
  readonly command: RedisCommand;
  /** Its name, without its arguments. */
  readonly name: string;
  /** Text as Buffers. */
  readonly buffers: boolean;
  /** Integers as bigints. */
  readonly bigints: boolean;
  readonly #handling: ReplyHandling;

  /** Made by {@link commands}. */
  constructor({ info, handling }: TypedCall, command: RedisCommand, options: CallOptions | undefined) {
    this.command = command;
    this.name = info.name;
    this.buffers = handling.isBytes || options?.buffers === true;
    this.bigints = options?.bigints === true;
    this.#handling = handling;
  }

  /** What it answers with, made of the server's reply. Throws UNSAFE_INTEGER, and PROTOCOL_VIOLATION for a reply of another shape. */
  answerOf(reply: RedisReply, forms: ReplyForms): T {
    const form: ReplyForm = forms.of(this.buffers, this.bigints);
    const { convert, convertBuffers } = this.#handling;
    const conversion = this.buffers ? convertBuffers : convert;
    return (conversion === undefined ? reply : conversion(flatOf(reply), form)) as T;
  }
}

/** What belongs to a call as a whole. */
const OF_THE_WHOLE = ['timeoutMs', 'signal', 'retry'] as const;

/** Gives commands instead of sending them. */
class CommandMaker extends TypedCommands {
  protected run(call: TypedCall, command: RedisCommand, options: CallOptions | undefined): unknown {
    const { name } = call.info;
    if (options !== undefined) checkCallOptions(name, options);
    for (const option of OF_THE_WHOLE) {
      const value = options?.[option];
      if (value === undefined) continue;
      throw invalidArgument(
        `${option} of ${name}`,
        'it among the options of the pipeline or the transaction',
        value,
        name,
      );
    }
    return new TypedCommand(call, command, options);
  }

  protected runUnary(call: TypedCall, argument: RedisArgument, options: CallOptions | undefined): unknown {
    return this.run(call, [call.info.name, argument], options);
  }

  protected refuse(error: unknown): never {
    throw error;
  }
}

/**
 * Commands with types, for `pipeline()` and `transaction()`: `commands.incr('visits')` is what `redis.incr('visits')` sends, and is
 * answered with a number there. They take the same arguments, and of the options of a call `buffers` and `bigints`. Throw
 * INVALID_ARGUMENT. See docs/commands.md.
 */
export const commands: CommandMethods<'command'> = new CommandMaker() as unknown as CommandMethods<'command'>;
