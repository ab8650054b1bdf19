import { Buffer } from 'node:buffer';
import { HawserError } from '../core/index.ts';
import {
  BLOCKING,
  BLOCKING_ON_REQUEST,
  BLOCKING_REFUSAL,
  CONTAINERS,
  READ_ONLY,
  REFUSED,
  type Refusal,
} from './command-table.ts';

/** One part of a command: its name or an argument. Text is sent as UTF-8, a number in decimal. */
export type RedisArgument = string | number | bigint | Uint8Array;

const NAME = /^[\w.|-]{1,64}$/;
/** No shorter than the longest name. */
const WORD_LENGTH_MAX = 64;
/** Far more than there are commands: a program that makes up names starts the cache over, and does not make it grow. */
const CACHED_SPELLINGS_MAX = 2048;
/** What has more parts than these takes its time anyway. */
const CACHED_PARTS_MAX = 16;

/** A command and its arguments: `['SET', 'key', 'value', 'PX', 500]`. */
export type RedisCommand = readonly RedisArgument[];

/** What a command's name alone tells. */
export class CommandInfo {
  /** In upper case. `(unnamed)` where it looks like no name: it may be an argument in the wrong place. */
  readonly name: string;
  /** It only reads, and may be asked twice. */
  readonly readOnly: boolean;
  /** Whether it waits on the server: never, always, or if its option BLOCK asks for it. In a transaction none does. */
  readonly blocking: 'never' | 'always' | 'on-request';
  /** Why a shared connection refuses it, whatever its arguments. */
  readonly refusal: Refusal | undefined;
  /** A shared connection takes it, whatever its arguments. */
  readonly isShareable: boolean;
  readonly #heads: string[] = [];
  readonly #unaryHeads: string[] = [];

  constructor(name: string) {
    this.name = name;
    this.readOnly = READ_ONLY.has(name);
    this.blocking = BLOCKING.has(name) ? 'always' : BLOCKING_ON_REQUEST.has(name) ? 'on-request' : 'never';
    this.refusal = REFUSED.get(name);
    this.isShareable = this.blocking === 'never' && this.refusal === undefined && !CONTAINERS.has(name);
  }

  /** How a command of so many parts begins on the wire, up to the end of its name and without CR LF. */
  head(parts: number): string {
    return this.#heads[parts] ?? this.#newHead(parts);
  }

  /** How a command of one argument of so many bytes, at most 255, begins on the wire, up to that argument. */
  unaryHead(bytes: number): string {
    return (this.#unaryHeads[bytes] ??= `${this.head(2)}\r\n$${bytes}\r\n`);
  }

  #newHead(parts: number): string {
    const head = `*${parts}\r\n$${this.name.length}\r\n${this.name}`;
    if (parts <= CACHED_PARTS_MAX) {
      this.#heads[parts] = head;
    }
    return head;
  }
}

/** What is known of something that looks like no name. */
export const UNNAMED: CommandInfo = new CommandInfo('(unnamed)');

const infos = new Map<string, CommandInfo>();

/** What is known of the command with this name, in any spelling. */
export function commandInfo(name: RedisArgument | undefined): CommandInfo {
  const info = typeof name === 'string' ? infos.get(name) : undefined;
  return info ?? findInfo(wordOf(name));
}

function findInfo(spelling: string): CommandInfo {
  if (!NAME.test(spelling)) {
    return UNNAMED;
  }
  const name = spelling.toUpperCase();
  const info = infos.get(name) ?? new CommandInfo(name);
  if (infos.size >= CACHED_SPELLINGS_MAX) {
    infos.clear();
  }
  infos.set(name, info).set(spelling, info);
  return info;
}

/**
 * The error for a command that would break a connection shared by many callers, `undefined` for any other. In a
 * transaction nothing waits on the server, so what blocks outside is allowed there.
 */
export function sharedRefusal(
  args: readonly RedisArgument[],
  { inTransaction }: { readonly inTransaction: boolean },
): HawserError | undefined {
  const info = commandInfo(args[0]);
  if (info.isShareable) {
    return undefined;
  }
  if (
    !inTransaction &&
    (info.blocking === 'always' || (info.blocking === 'on-request' && asksToBlock(args)))
  ) {
    return refusalError(info.name, BLOCKING_REFUSAL);
  }
  if (info.refusal !== undefined) {
    return refusalError(info.name, info.refusal);
  }
  const subcommand = upperWordOf(args[1]);
  const refusal = REFUSED.get(`${info.name}|${subcommand}`);
  return refusal && refusalError(`${info.name} ${subcommand}`, refusal);
}

function refusalError(command: string, { why, instead }: Refusal): HawserError {
  return new HawserError(
    'UNSHAREABLE_COMMAND',
    `${command} is not for a connection shared by many callers: ${why}; ${instead}`,
    { outcome: 'not-sent', command },
  );
}

/** Whether XREAD or XREADGROUP has the option BLOCK. What follows GROUP, COUNT or STREAMS is no option, whatever its name. */
function asksToBlock(args: readonly RedisArgument[]): boolean {
  let index = 1;
  while (index < args.length) {
    switch (upperWordOf(args[index])) {
      case 'BLOCK':
        return true;
      case 'STREAMS':
        return false;
      case 'GROUP':
        index += 3;
        break;
      case 'COUNT':
        index += 2;
        break;
      default:
        index += 1;
    }
  }
  return false;
}

function upperWordOf(argument: RedisArgument | undefined): string {
  return wordOf(argument).toUpperCase();
}

/** An argument as text, if it may be a name or an option; else an empty one. */
function wordOf(argument: RedisArgument | undefined): string {
  if (typeof argument === 'string') {
    return argument.length <= WORD_LENGTH_MAX ? argument : '';
  }
  if (argument instanceof Uint8Array) {
    return argument.length <= WORD_LENGTH_MAX ? Buffer.from(argument).toString('latin1') : '';
  }
  return '';
}
