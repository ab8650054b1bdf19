import type { RedisArgument } from './argument-text.ts';
import type { CallOptions } from './call-options.ts';
import { areCallOptions, encodeArguments, type Properties } from './command-encoding.ts';
import { isNeeded, parseCommand, type Part } from './command-notation.ts';
import { commandInfo, type CommandInfo, type RedisCommand } from './commands.ts';
import { conversionOf, type Conversion } from './reply-conversion.ts';
import { parseReply, type ReplyCase } from './reply-notation.ts';
import { splitOnce } from './table-line.ts';
import { invalidArgument } from './argument-checks.ts';

/** What becomes of a reply. */
export interface ReplyHandling {
  /** What makes the caller's value of a reply; `undefined` where it is that as it comes. */
  readonly convert: Conversion | undefined;
  /** The same where text has come as Buffers. */
  readonly convertBuffers: Conversion | undefined;
  /** The reply is bytes, which text would destroy. */
  readonly isBytes: boolean;
}

/** The value of a reply is the reply as it comes. */
export const AS_IT_COMES: ReplyHandling = { convert: undefined, convertBuffers: undefined, isBytes: false };

/** What is known of a call before it is made. */
export interface TypedCall {
  readonly info: CommandInfo;
  readonly handling: ReplyHandling;
}

/** What asks the server for a method. */
interface Runner {
  run(call: TypedCall, command: RedisCommand, options: CallOptions | undefined): unknown;
  /** As `run`, of a command of one argument. Most calls are one, and are made without an array for it. */
  runUnary(call: TypedCall, argument: RedisArgument, options: CallOptions | undefined): unknown;
  /** What becomes of a call whose arguments do not fit. */
  refuse(error: unknown): unknown;
}

type Method = (this: Runner, ...args: never[]) => unknown;

/**
 * A prototype with a method for each of the names, made of its line, `n COMMAND arguments => reply`. `n` is how many
 * values the command takes, where these are all that it needs and are sent as they are; 4 of a list, 5 of a value and a list
 * alike; else 0.
 */
export function methodsOf(names: readonly string[], lines: Readonly<Record<string, string>>): object {
  // V8 keeps an object without prototype as a dictionary, and makes it fast when it has become one. To add hundreds of properties
  // to a class' own prototype took ten times as long, a tenth of the time that it takes to import the client.
  const methods = Object.create(null) as object;
  for (const name of names) {
    const value = methodOf(lines[name]!);
    Object.defineProperty(methods, name, { value, writable: true, configurable: true });
  }
  return Object.setPrototypeOf(methods, Object.prototype) as object;
}

/** A command's line, read when it is first called: there are hundreds, and a program calls a few. */
class CommandPlan {
  readonly words: readonly string[];
  readonly parts: readonly Part[];
  /** How many arguments stand in front of the options. */
  readonly needed: number;
  /** What is known of a call without options of its own. */
  readonly plainCall: TypedCall;
  readonly #calls: readonly (readonly [option: string, call: TypedCall])[];

  constructor(line: string) {
    const [notation, reply] = splitOnce(line.slice(line.indexOf(' ') + 1), ' => ');
    const { words, parts } = parseCommand(notation);
    const info = commandInfo(words[0]);
    this.words = words;
    this.parts = parts;
    this.needed = parts.filter(isNeeded).length;
    const [plain, ...others] = parseReply(reply).map(({ option, shape }): readonly [string, TypedCall] => [
      option,
      callOf(info, shape),
    ]);
    this.plainCall = plain![1];
    this.#calls = others;
  }

  /** What is known of a call with these options. */
  callFor(options: Properties | undefined): TypedCall {
    if (options === undefined) return this.plainCall;
    for (const [option, call] of this.#calls) {
      if (options[option] !== undefined && options[option] !== false) return call;
    }
    return this.plainCall;
  }
}

function callOf(info: CommandInfo, shape: ReplyCase['shape']): TypedCall {
  const isBytes = shape.kind === 'bytes' || (shape.kind === 'nullable' && shape.of.kind === 'bytes');
  const convert = conversionOf(shape, false);
  return { info, handling: { convert, convertBuffers: conversionOf(shape, true), isBytes } };
}

/** Commands of a few values, as most calls are, are put together without looking at their parts and without a list of them. */
function methodOf(line: string): Method {
  switch (line[0]) {
    case '1':
      return unaryMethod(line);
    case '2':
      return binaryMethod(line);
    case '3':
      return ternaryMethod(line);
    case '4':
      return listMethod(line);
    case '5':
      return keyedListMethod(line);
    default:
      return generalMethod(line);
  }
}

function unaryMethod(line: string): Method {
  let plan: CommandPlan | undefined;
  return function (this: Runner, argument: RedisArgument, options?: CallOptions) {
    plan ??= new CommandPlan(line);
    if (isPlain(options)) return this.runUnary(plan.plainCall, argument, options);
    return ask(this, plan, [argument], options);
  };
}

function binaryMethod(line: string): Method {
  let plan: CommandPlan | undefined;
  return function (this: Runner, one: RedisArgument, two: RedisArgument, options?: CallOptions) {
    plan ??= new CommandPlan(line);
    if (isPlain(options)) return this.run(plan.plainCall, [plan.words[0]!, one, two], options);
    return ask(this, plan, [one, two], options);
  };
}

function ternaryMethod(line: string): Method {
  let plan: CommandPlan | undefined;
  return function (
    this: Runner,
    one: RedisArgument,
    two: RedisArgument,
    three: RedisArgument,
    options?: CallOptions,
  ) {
    plan ??= new CommandPlan(line);
    if (isPlain(options)) return this.run(plan.plainCall, [plan.words[0]!, one, two, three], options);
    return ask(this, plan, [one, two, three], options);
  };
}

type ListArgument = RedisArgument | readonly RedisArgument[];

function listMethod(line: string): Method {
  let plan: CommandPlan | undefined;
  return function (this: Runner, items: ListArgument, options?: CallOptions) {
    plan ??= new CommandPlan(line);
    if (!isPlain(options)) return ask(this, plan, [items], options);
    return this.run(plan.plainCall, [plan.words[0]!, ...listOf(items)], options);
  };
}

function keyedListMethod(line: string): Method {
  let plan: CommandPlan | undefined;
  return function (this: Runner, key: RedisArgument, items: ListArgument, options?: CallOptions) {
    plan ??= new CommandPlan(line);
    if (!isPlain(options)) return ask(this, plan, [key, items], options);
    return this.run(plan.plainCall, [plan.words[0]!, key, ...listOf(items)], options);
  };
}

function listOf(items: ListArgument): readonly RedisArgument[] {
  return Array.isArray(items) ? (items as readonly RedisArgument[]) : [items as RedisArgument];
}

function generalMethod(line: string): Method {
  let plan: CommandPlan | undefined;
  return function (this: Runner, ...args: unknown[]) {
    plan ??= new CommandPlan(line);
    return ask(this, plan, args, args[plan.needed] as CallOptions | undefined);
  };
}

/** Whether a call has no options, or none of its command's own. What is no object is found out by `ask`. */
function isPlain(options: CallOptions | undefined): boolean {
  return options === undefined || (typeof options === 'object' && areCallOptions(options as Properties));
}

function ask(
  runner: Runner,
  plan: CommandPlan,
  args: readonly unknown[],
  options: CallOptions | undefined,
): unknown {
  let call: TypedCall;
  let command: RedisCommand;
  try {
    const properties = propertiesOf(options, plan.words);
    command = encodeArguments(plan.words, plan.parts, args, properties);
    call = plan.callFor(properties);
  } catch (error) {
    return runner.refuse(error);
  }
  return runner.run(call, command, options);
}

/** Who has called another client before gives values in a row. */
const OPTIONS =
  'object (several values are one array, names with values one object, and words such as EX properties of the options)';

function propertiesOf(options: CallOptions | undefined, words: readonly string[]): Properties | undefined {
  if (options === undefined || (typeof options === 'object' && options !== null && !Array.isArray(options))) {
    return options as Properties | undefined;
  }
  const name = words.join(' ');
  throw invalidArgument(`options of ${name}`, OPTIONS, options, name);
}
