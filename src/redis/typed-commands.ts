import type { RedisArgument } from './argument-text.ts';
import type { CallOptions } from './call-options.ts';
import { methodsOf, type TypedCall } from './command-methods.ts';
import type { RedisCommand } from './commands.ts';
import type { CommandMethods } from './generated/all-commands.ts';
import { COMMAND_LINES } from './generated/command-lines.ts';

/** Has a method for each command of the table, made of its line there. */
abstract class Methods {
  /** Asks the server. */
  protected abstract run(
    call: TypedCall,
    command: RedisCommand,
    options: CallOptions | undefined,
  ): Promise<unknown>;

  /** As `run`, of a command of one argument. Most calls are one, and are made without an array for it. */
  protected abstract runUnary(
    call: TypedCall,
    argument: RedisArgument,
    options: CallOptions | undefined,
  ): Promise<unknown>;
}

Object.defineProperties(Methods.prototype, methodsOf(COMMAND_LINES));

/** A method for each command, see docs/commands.md. What extends it has `run` and `runUnary`, which ask the server. */
export const TypedCommands: abstract new () => CommandMethods =
  Methods as unknown as abstract new () => CommandMethods;
