import type { RedisArgument } from './argument-text.ts';
import type { CallOptions } from './call-options.ts';
import { methodsOf, type TypedCall } from './command-methods.ts';
import type { RedisCommand } from './commands.ts';
import type { CommandMethods } from './generated/all-commands.ts';
import { COMMAND_LINES } from './generated/command-lines.ts';

/** What methods that are made of lines ask by. */
abstract class Methods {
  /** Asks the server. */
  protected abstract run(call: TypedCall, command: RedisCommand, options: CallOptions | undefined): unknown;

  /** As `run`, of a command of one argument. Most calls are one, and are made without an array for it. */
  protected abstract runUnary(
    call: TypedCall,
    argument: RedisArgument,
    options: CallOptions | undefined,
  ): unknown;

  /** What becomes of a call whose arguments do not fit. */
  protected abstract refuse(error: unknown): unknown;
}

/** A class with the methods of these names. What extends it has `run` and `runUnary`, which ask the server, and `refuse`. */
export function typedMethods<Name extends keyof CommandMethods>(
  names: readonly Name[],
): abstract new () => Pick<CommandMethods, Name> {
  abstract class Named extends Methods {}
  Object.setPrototypeOf(Named.prototype, methodsOf(names, COMMAND_LINES));
  return Named as unknown as abstract new () => Pick<CommandMethods, Name>;
}

/** A method for each command, see docs/commands.md. */
export const TypedCommands: abstract new () => CommandMethods = typedMethods(
  Object.keys(COMMAND_LINES) as (keyof CommandMethods)[],
);
