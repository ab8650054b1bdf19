import { HawserError } from '../core/index.ts';
import type { RedisArgument } from './argument-text.ts';
import { CALL_OPTIONS } from './call-options.ts';
import { isNeeded, type Alternative, type Part } from './command-notation.ts';
import { invalidArgument } from './resp-encoder.ts';

/** An object of options, or of one item of a list. */
type Properties = Readonly<Record<string, unknown>>;

/**
 * The parts of a command as they are sent: its words, and what a method was called with. Throws INVALID_ARGUMENT for what
 * does not fit; values are checked when they are written.
 */
export function encodeArguments(
  words: readonly string[],
  parts: readonly Part[],
  args: readonly unknown[],
  options: Properties | undefined,
): RedisArgument[] {
  const encoding = new CommandEncoding(words);
  encoding.call(parts, args, options);
  return encoding.command;
}

class CommandEncoding {
  readonly command: RedisArgument[];
  readonly #name: string;
  /** Where the number of the items of the next list is to stand. */
  #countAt: number | undefined;

  constructor(words: readonly string[]) {
    this.command = [...words];
    this.#name = words.join(' ');
  }

  call(parts: readonly Part[], args: readonly unknown[], options: Properties | undefined): void {
    const reader = new PropertyReader(`options of ${this.#name}`, options, this.#name);
    let position = 0;
    for (const part of parts) {
      if (isNeeded(part)) this.#needed(part, args[position++], `${part.name} of ${this.#name}`);
      else this.#other(part, reader);
    }
    this.#countNothing();
    reader.end(CALL_OPTIONS);
  }

  #needed(part: Extract<Part, { kind: 'value' | 'group' | 'choice' }>, value: unknown, what: string): void {
    switch (part.kind) {
      case 'value':
        return this.#value(part, value, what);
      case 'group':
        return this.#each(value, (item) => this.#members(part.parts, item, what));
      case 'choice':
        if (!part.isList) return this.#choice(part.alternatives, value, what);
        return this.#each(value, (item) => this.#choice(part.alternatives, item, what));
    }
  }

  #other(part: Part, reader: PropertyReader): void {
    if (part.kind === 'word') this.command.push(part.text);
    else if (part.kind === 'count') this.#countAt = this.command.push(0) - 1;
    else if (part.kind === 'optional') this.#optional(part.alternatives, part.isRepeated, reader);
  }

  #value(part: Extract<Part, { kind: 'value' }>, value: unknown, what: string): void {
    if (part.type === 'pairs' || part.type === 'streams') return this.#pairs(part.type, value, what);
    if (!part.isList) {
      this.command.push(this.#scalar(value, what));
      return;
    }
    this.#each(value, (item) => this.command.push(this.#scalar(item, what)));
  }

  #each(value: unknown, add: (item: unknown) => void): void {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (this.#countAt !== undefined) this.command[this.#countAt] = items.length;
    this.#countAt = undefined;
    for (const item of items) add(item);
  }

  /** A list that was counted may have been left out. */
  #countNothing(): void {
    if (this.#countAt !== undefined) this.command[this.#countAt] = 0;
    this.#countAt = undefined;
  }

  #scalar(value: unknown, what: string): RedisArgument {
    if (typeof value === 'string' || value instanceof Uint8Array || typeof value === 'bigint') return value;
    if (typeof value === 'number') {
      // Redis has these as scores, and reads them by these names.
      if (value === Infinity) return 'inf';
      if (value === -Infinity) return '-inf';
      if (!Number.isNaN(value)) return value;
    }
    throw invalidArgument(what, 'string, number, bigint or Uint8Array', value, this.#name);
  }

  #pairs(type: 'pairs' | 'streams', value: unknown, what: string): void {
    const pairs = this.#pairsOf(value, what);
    this.#countAtPairs(pairs.length);
    if (type === 'pairs') {
      for (const [name, item] of pairs) this.command.push(this.#scalar(name, what), this.#scalar(item, what));
      return;
    }
    for (const [key] of pairs) this.command.push(this.#scalar(key, what));
    for (const [, id] of pairs) this.command.push(this.#scalar(id, what));
  }

  #countAtPairs(count: number): void {
    if (this.#countAt !== undefined) this.command[this.#countAt] = count;
    this.#countAt = undefined;
  }

  #pairsOf(value: unknown, what: string): readonly (readonly [unknown, unknown])[] {
    if (value instanceof Map) return [...value];
    if (typeof value === 'object' && value !== null && !(Symbol.iterator in value))
      return Object.entries(value);
    throw invalidArgument(what, 'object with a property for each, or Map', value, this.#name);
  }

  /** The parts of one object, each by its name. */
  #members(parts: readonly Part[], value: unknown, what: string): void {
    const reader = new PropertyReader(what, asObject(value, what, this.#name), this.#name);
    this.#inOrder(parts, reader);
    reader.end();
  }

  #inOrder(parts: readonly Part[], reader: PropertyReader): void {
    for (const part of parts) {
      if (isNeeded(part)) this.#needed(part, reader.take(part.name), `${part.name} of ${this.#name}`);
      else this.#other(part, reader);
    }
  }

  #choice(alternatives: readonly Alternative[], value: unknown, what: string): void {
    const flag = alternatives.find(
      ({ form, parts }) => form === 'flag' && parts[0]?.kind === 'word' && parts[0].text === value,
    );
    if (flag !== undefined) return this.#inOrder(flag.parts, NOTHING);
    const object = typeof value === 'object' && value !== null ? (value as Properties) : undefined;
    const chosen = alternatives.filter(
      ({ form, property }) => form !== 'flag' && object !== undefined && object[property] !== undefined,
    );
    const [alternative] = chosen;
    if (alternative === undefined || chosen.length > 1) {
      throw invalidArgument(what, `one of ${alternatives.map(describe).join(', ')}`, value, this.#name);
    }
    const reader = new PropertyReader(what, object, this.#name);
    this.#alternative(alternative, reader);
    reader.end();
  }

  #optional(alternatives: readonly Alternative[], isRepeated: boolean, reader: PropertyReader): void {
    const given = alternatives.filter(({ property, form }) => reader.has(property, form === 'flag'));
    const [alternative] = given;
    if (alternative === undefined) return this.#countNothing();
    if (given.length > 1) {
      const names = given.map(({ property }) => property);
      throw misuse(`${this.#name} takes only one of ${names.join(', ')}`, this.#name);
    }
    if (!isRepeated) return this.#alternative(alternative, reader);
    const value = reader.take(alternative.property);
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      this.#alternative(alternative, new PropertyReader('', { [alternative.property]: item }, this.#name));
    }
  }

  #alternative({ form, parts, property }: Alternative, reader: PropertyReader): void {
    if (form === 'flag') reader.take(property);
    if (form !== 'object') return this.#inOrder(parts, reader);
    this.#members(parts, reader.take(property), `${property} of ${this.#name}`);
  }
}

function describe({ form, parts, property }: Alternative): string {
  const [first] = parts;
  return form === 'flag' && first?.kind === 'word' ? first.text : `an object with ${property}`;
}

function asObject(value: unknown, what: string, command: string): Properties {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Properties;
  throw invalidArgument(what, 'object', value, command);
}

/** Reads properties one by one, and says at the end which of them nobody has read. */
class PropertyReader {
  readonly #what: string;
  readonly #object: Properties | undefined;
  readonly #command: string;
  readonly #taken = new Set<string>();

  constructor(what: string, object: Properties | undefined, command: string) {
    this.#what = what;
    this.#object = object;
    this.#command = command;
  }

  /** Whether a property is given; `false` is how a flag is not. */
  has(property: string, isFlag: boolean): boolean {
    const value = this.#object?.[property];
    if (value === undefined) return false;
    if (!isFlag || value === true) return true;
    if (value !== false)
      throw invalidArgument(`${property} of ${this.#command}`, 'boolean', value, this.#command);
    this.#taken.add(property);
    return false;
  }

  take(property: string): unknown {
    this.#taken.add(property);
    return this.#object?.[property];
  }

  /** Throws for a property that has no meaning here, but for those named. */
  end(others?: ReadonlySet<string>): void {
    for (const property in this.#object) {
      if (this.#object[property] === undefined || this.#taken.has(property) || others?.has(property) === true)
        continue;
      // Names are the program's own, unless it made them of data.
      const name = /^\w{1,32}$/.test(property) ? property : 'of that name';
      throw misuse(`${this.#what}: there is no ${name}, or only beside others`, this.#command);
    }
  }
}

function misuse(message: string, command: string): HawserError {
  return new HawserError('INVALID_ARGUMENT', message, { outcome: 'not-sent', command });
}

const NOTHING = new PropertyReader('', undefined, '');
