import { invalidArgument } from './argument-checks.ts';
import type { RedisArgument } from './argument-text.ts';
import { checkCallOptions, type CallOptions } from './call-options.ts';
import type { TypedCall } from './command-methods.ts';
import type { RedisCommand } from './commands.ts';
import type { CommandMethods } from './generated/all-commands.ts';
import { flatOf } from './reply.ts';
import { TypedCommand } from './typed-command.ts';
import { TypedCommands } from './typed-commands.ts';

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
    const { isBytes, convert, convertBuffers } = call.handling;
    const buffers = isBytes || options?.buffers === true;
    const conversion = buffers ? convertBuffers : convert;
    return new TypedCommand(name, command, { buffers, bigints: options?.bigints }, (reply, form) =>
      conversion === undefined ? reply : conversion(flatOf(reply), form),
    );
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
