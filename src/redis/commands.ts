import { HawserError } from '../core/index.ts';
import { upperWordOf, wordOf, type RedisArgument } from './argument-text.ts';
import { blockOptionAt } from './blocking.ts';
import {
  BLOCKING_REFUSAL,
  CONTAINERS,
  READ_ONLY,
  REFUSED,
  TRANSACTION_BOUNDS,
  WAITING,
  type Ownership,
  type Refusal,
  type Refusals,
  type Waiting,
} from './command-table.ts';

const NAME = /^[\w.|-]{1,64}$/;
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
  /** How it waits on the server; `undefined` when it never does. In a transaction none does. */
  readonly waiting: Waiting | undefined;
  /** Why some connections refuse it, whatever its arguments; `undefined` when none does. */
  readonly refusals: Refusals | undefined;
  /** Any connection takes it, whatever its arguments, and is afterwards as it was. */
  readonly isShareable: boolean;
  readonly #heads: string[] = [];
  readonly #unaryHeads: string[] = [];

  constructor(name: string) {
    this.name = name;
    this.readOnly = READ_ONLY.has(name);
    this.waiting = WAITING.get(name);
    this.refusals = REFUSED.get(name);
    this.isShareable = this.waiting === undefined && this.refusals === undefined && !CONTAINERS.has(name);
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

/** Where a command stands: `alone`, or as one of those of a pipeline or a transaction. */
export type Standing = 'alone' | 'pipeline' | 'transaction';

/**
 * The error for a command that would break a connection for others who have it too, at the same time or later;
 * `undefined` for any other. What waits on the server goes elsewhere when it stands alone, and in a transaction it does not wait.
 */
export function refusalOf(
  args: readonly RedisArgument[],
  ownership: Ownership,
  standing: Standing,
): HawserError | undefined {
  const info = commandInfo(args[0]);
  if (info.isShareable) {
    return undefined;
  }
  const holdsUp = ownership === 'shared' && standing === 'pipeline' && waitsOnServer(info, args);
  const refusal = info.refusals?.[ownership] ?? (holdsUp ? BLOCKING_REFUSAL : undefined);
  if (refusal !== undefined) {
    return refusalError(info.name, ownership, refusal);
  }
  if (standing === 'transaction' && TRANSACTION_BOUNDS.has(info.name)) {
    return misplaced(info.name);
  }
  const subcommand = upperWordOf(args[1]);
  const refusalOfSubcommand = REFUSED.get(`${info.name}|${subcommand}`)?.[ownership];
  return refusalOfSubcommand && refusalError(`${info.name} ${subcommand}`, ownership, refusalOfSubcommand);
}

function waitsOnServer({ waiting }: CommandInfo, args: readonly RedisArgument[]): boolean {
  return waiting !== undefined && (waiting.at !== 'option' || blockOptionAt(args) !== undefined);
}

const NOT_FOR: Readonly<Record<Ownership, string>> = {
  shared: 'a connection shared by many callers',
  pooled: 'a pool with another connection for each call',
  leased: 'a connection that goes back to its pool',
};

function refusalError(command: string, ownership: Ownership, { why, instead }: Refusal): HawserError {
  return new HawserError(
    'UNSHAREABLE_COMMAND',
    `${command} is not for ${NOT_FOR[ownership]}: ${why}; ${instead}`,
    { outcome: 'not-sent', command },
  );
}

function misplaced(command: string): HawserError {
  return new HawserError(
    'INVALID_ARGUMENT',
    `${command} cannot be one of the commands of transaction([...]), which begins and ends by itself; ` +
      'leave it out, and watch keys before it',
    { outcome: 'not-sent', command },
  );
}
