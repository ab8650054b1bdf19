import { numberOf, upperWordOf, type RedisArgument } from './argument-text.ts';
import type { RedisCommand } from './commands.ts';
import { COMMAND_KEYS } from './generated/command-keys.ts';

/** Where some keys of a command are, as Redis tells it of its commands. */
interface KeySpec {
  /** Where the search begins: at a position, or behind a word that is looked for from there. */
  readonly from: number;
  readonly word: string | undefined;
  readonly find:
    | {
        /** Up to a last key, counted from the first, or from the end where it is negative. */
        readonly type: 'range';
        readonly last: number;
        readonly step: number;
        /** Keys are only the first part of what follows: of 2, the half. */
        readonly limit: number;
      }
    /** As many as an argument says. */
    | { readonly type: 'count'; readonly at: number; readonly first: number; readonly step: number };
}

/** Where the keys of a command are. */
interface KeyPlaces {
  readonly specs: readonly KeySpec[];
  /** Where its one key is, as most commands have; `undefined` where that has to be found out. */
  readonly only: number | undefined;
}

let places: ReadonlyMap<string, KeyPlaces> | undefined;

/**
 * The positions of a command's keys, in their order; none for a command without keys, and `undefined` for one that is not
 * known. What a command is given that it cannot have is the server's to refuse: positions are those that would be keys.
 */
export function keysOf(command: RedisCommand): readonly number[] | undefined {
  const found = placesOf(command);
  if (found === undefined) return undefined;
  const { specs, only } = found;
  if (only !== undefined) return only < command.length && !isEmpty(command[only]!) ? [only] : [];
  const positions = specs.flatMap((spec) => positionsOf(spec, command));
  if (upperWordOf(command[0]) === 'SORT') positions.push(...storeOfSort(command));
  // MIGRATE has an empty key in front where keys follow.
  return positions.filter((position) => !isEmpty(command[position]!));
}

/** Where the first key of all commands of a name is; `undefined` where that is not always the same place, or where there is none. */
export function firstKeyPosition(name: string): number | undefined {
  places ??= parseAll();
  const [first] = places.get(name)?.specs ?? [];
  if (first === undefined || first.word !== undefined || first.from < 1) return undefined;
  return first.find.type === 'range' ? first.from : undefined;
}

function placesOf(command: RedisCommand): KeyPlaces | undefined {
  places ??= parseAll();
  const name = upperWordOf(command[0]);
  return places.get(name) ?? places.get(`${name}|${upperWordOf(command[1])}`);
}

function parseAll(): ReadonlyMap<string, KeyPlaces> {
  return new Map(
    Object.entries(COMMAND_KEYS).flatMap(([written, names]) => {
      const specs = written === '' ? [] : written.split(' ').map(parseSpec);
      const only = onlyPlaceOf(specs);
      return names
        .split(' ')
        .map((name): [string, KeyPlaces] => [name, { specs, only: name === 'SORT' ? undefined : only }]);
    }),
  );
}

function onlyPlaceOf([spec, ...others]: readonly KeySpec[]): number | undefined {
  if (spec === undefined || others.length > 0 || spec.word !== undefined) return undefined;
  return spec.find.type === 'range' && spec.find.last === 0 ? spec.from : undefined;
}

/** `1:0,1,0`, `2#0,1,1`, `STREAMS@1:-1,1,2`: see scripts/commands/collect.mjs. */
function parseSpec(written: string): KeySpec {
  const [, word, from = '', kind = '', one = '', two = '', three = ''] =
    /^(?:(\w+)@)?(-?\d+)([:#])(-?\d+),(\d+),(\d+)$/.exec(written) ?? [];
  return {
    from: Number(from),
    word,
    find:
      kind === ':'
        ? { type: 'range', last: Number(one), step: Number(two), limit: Number(three) }
        : { type: 'count', at: Number(one), first: Number(two), step: Number(three) },
  };
}

function positionsOf({ from, word, find }: KeySpec, command: RedisCommand): number[] {
  const begin = word === undefined ? from : behindWord(command, word, from);
  if (begin === undefined || begin >= command.length) return [];
  if (find.type === 'count') {
    const count = numberOf(command[begin + find.at]);
    return Number.isSafeInteger(count) && count > 0
      ? inSteps(begin + find.first, begin + find.first + (count - 1) * find.step, find.step, command)
      : [];
  }
  const { last, step, limit } = find;
  if (last >= 0) return inSteps(begin, begin + last, step, command);
  const rest = command.length - begin;
  const end = limit > 1 ? begin + Math.floor(rest / limit) - 1 : command.length + last;
  return inSteps(begin, end, step, command);
}

function inSteps(first: number, last: number, step: number, command: RedisCommand): number[] {
  const positions: number[] = [];
  for (let at = first; at <= Math.min(last, command.length - 1); at += step) positions.push(at);
  return positions;
}

/** The position behind a word, which is looked for from a position on, or from one before the end towards the beginning. */
function behindWord(command: RedisCommand, word: string, from: number): number | undefined {
  const forwards = from >= 0;
  for (
    let at = forwards ? from : command.length + from;
    at > 0 && at < command.length;
    at += forwards ? 1 : -1
  ) {
    if (upperWordOf(command[at]) === word) return at + 1;
  }
  return undefined;
}

/** Redis cannot tell it: behind STORE, where that is no argument of another option. */
function storeOfSort(command: RedisCommand): number[] {
  return optionsOfSort(command)
    .filter(({ word }) => word === 'STORE')
    .slice(-1)
    .map(({ at }) => at + 1);
}

/** The options of SORT that name something, each with where its word is. */
export function optionsOfSort(command: RedisCommand): { readonly word: string; readonly at: number }[] {
  const options: { word: string; at: number }[] = [];
  for (let at = 2; at < command.length; at += 1) {
    const word = upperWordOf(command[at]);
    if (word === 'LIMIT') at += 2;
    else if (word === 'BY' || word === 'GET' || word === 'STORE') {
      options.push({ word, at });
      at += 1;
    }
  }
  return options.filter(({ at }) => at + 1 < command.length);
}

function isEmpty(argument: RedisArgument): boolean {
  return (typeof argument === 'string' || argument instanceof Uint8Array) && argument.length === 0;
}
