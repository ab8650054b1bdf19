import { HawserError } from '../core/index.ts';
import type { RedisArgument } from './argument-text.ts';
import { CALL_OPTIONS } from './call-options.ts';
import {
  isNeeded,
  type Alternative,
  type NeededPart,
  type Part,
  type ValueType,
} from './command-notation.ts';
import { invalidArgument } from './argument-checks.ts';
import { unknownProperty } from './unknown-property.ts';

/** An object of options, or of one item of a list. */
export type Properties = Readonly<Record<string, unknown>>;

/**
 * The parts of a command as they are sent: its words, and what a method was called with. Throws INVALID_ARGUMENT for what
 * does not fit.
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
  readonly #words: readonly string[];
  /** Where the number of the items of the next list is to stand. */
  #countAt = -1;

  constructor(words: readonly string[]) {
    this.command = words.slice();
    this.#words = words;
  }

  call(parts: readonly Part[], args: readonly unknown[], options: Properties | undefined): void {
    const reader = new PropertyReader('options', options, this.#words);
    let position = 0;
    for (const part of parts) {
      if (isNeeded(part)) this.#needed(part, args[position++]);
      else this.#other(part, reader);
    }
    // Arguments that must be given have places of their own.
    reader.end(
      parts.filter((part) => !isNeeded(part)),
      CALL_OPTIONS,
    );
  }

  get #name(): string {
    return this.#words.join(' ');
  }

  #needed(part: NeededPart, value: unknown): void {
    switch (part.kind) {
      case 'value':
        if (part.type === 'pairs' || part.type === 'streams') this.#pairs(part.type, value, part.name);
        else
          for (const item of part.isList ? this.#itemsOf(value) : [value])
            this.#scalar(item, part.name, part.type);
        return;
      case 'group':
        for (const item of this.#itemsOf(value)) this.#members(part.parts, item, part.name);
        return;
      case 'choice':
        if (!part.isList) this.#choice(part.alternatives, value, part.name);
        else for (const item of this.#itemsOf(value)) this.#choice(part.alternatives, item, part.name);
    }
  }

  #other(part: Part, reader: PropertyReader): void {
    if (part.kind === 'optional') this.#optional(part.alternatives, part.isRepeated, reader);
    else if (part.kind === 'word') this.command.push(part.text);
    else if (part.kind === 'count') this.#countAt = this.command.push(0) - 1;
  }

  /** A list; what is none is one item of it. */
  #itemsOf(value: unknown): readonly unknown[] {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    this.#count(items.length);
    return items;
  }

  #count(items: number): void {
    if (this.#countAt === -1) return;
    this.command[this.#countAt] = items;
    this.#countAt = -1;
  }

  #scalar(value: unknown, name: string, type: ValueType): void {
    if (typeof value === 'string' || value instanceof Uint8Array || typeof value === 'bigint') {
      this.command.push(value);
    } else if (typeof value === 'number' && Number.isFinite(value)) {
      this.command.push(value);
    } else if ((value === Infinity || value === -Infinity) && (type === 'double' || type === 'score')) {
      // Redis has these as scores, and reads them by these names. Elsewhere that would be stored, and read, as text.
      this.command.push(value === Infinity ? 'inf' : '-inf');
    } else {
      throw invalidArgument(this.#label(name), 'string, number, bigint or Uint8Array', value, this.#name);
    }
  }

  #pairs(type: 'pairs' | 'streams', value: unknown, name: string): void {
    const pairs = this.#pairsOf(value, name);
    this.#count(pairs.length);
    for (const [key, item] of pairs) {
      this.#scalar(key, name, 'any');
      if (type === 'pairs') this.#scalar(item, name, 'any');
    }
    if (type === 'streams') for (const [, id] of pairs) this.#scalar(id, name, 'any');
  }

  #pairsOf(value: unknown, name: string): readonly (readonly [unknown, unknown])[] {
    if (value instanceof Map) return [...value];
    if (typeof value === 'object' && value !== null && !(Symbol.iterator in value)) {
      return Object.entries(value);
    }
    const expected = 'object with a property for each, or Map';
    throw invalidArgument(this.#label(name), expected, value, this.#name);
  }

  /** The parts of one object, each by its name. */
  #members(parts: readonly Part[], value: unknown, name: string): void {
    const reader = new PropertyReader(name, this.#objectOf(value, name), this.#words);
    this.#inOrder(parts, reader);
    reader.end(parts);
  }

  #objectOf(value: unknown, name: string): Properties {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Properties;
    throw invalidArgument(this.#label(name), 'object', value, this.#name);
  }

  #inOrder(parts: readonly Part[], reader: PropertyReader): void {
    for (const part of parts) {
      if (isNeeded(part)) this.#needed(part, reader.take(part.name));
      else this.#other(part, reader);
    }
  }

  #choice(alternatives: readonly Alternative[], value: unknown, name: string): void {
    for (const { form, parts } of alternatives) {
      const [first] = parts;
      if (form === 'flag' && first?.kind === 'word' && first.text === value) {
        this.command.push(first.text);
        return;
      }
    }
    const reader = typeof value === 'object' && value !== null ? (value as Properties) : {};
    const given = alternatives.filter(
      ({ form, property }) => form !== 'flag' && reader[property] !== undefined,
    );
    const [alternative] = given;
    if (alternative === undefined || given.length > 1) {
      const expected = `one of ${alternatives.map(describe).join(', ')}`;
      throw invalidArgument(this.#label(name), expected, value, this.#name);
    }
    const properties = new PropertyReader(name, reader, this.#words);
    this.#alternative(alternative, properties);
    properties.end([{ kind: 'optional', alternatives, isRepeated: false }]);
  }

  #optional(alternatives: readonly Alternative[], isRepeated: boolean, reader: PropertyReader): void {
    let given: Alternative | undefined;
    for (const alternative of alternatives) {
      if (!reader.has(alternative.property, alternative.form === 'flag')) continue;
      if (given !== undefined) {
        const names = `${given.property}, ${alternative.property}`;
        throw misuse(`${this.#name} takes only one of ${names}`, this.#name);
      }
      given = alternative;
    }
    // A list that is counted may be left out.
    if (given === undefined) return this.#count(0);
    if (!isRepeated) return this.#alternative(given, reader);
    const { property } = given;
    for (const item of this.#itemsOf(reader.take(property))) {
      this.#alternative(given, new PropertyReader(property, { [property]: item }, this.#words));
    }
  }

  #alternative({ form, parts, property }: Alternative, reader: PropertyReader): void {
    if (form === 'object') return this.#members(parts, reader.take(property), property);
    if (form === 'flag') reader.take(property);
    this.#inOrder(parts, reader);
  }

  #label(name: string): string {
    return `${name} of ${this.#name}`;
  }
}

function describe({ form, parts, property }: Alternative): string {
  const [first] = parts;
  return form === 'flag' && first?.kind === 'word' ? first.text : `an object with ${property}`;
}

function misuse(message: string, command: string): HawserError {
  return new HawserError('INVALID_ARGUMENT', message, { outcome: 'not-sent', command });
}

/** Whether options are only those that every call has. */
export function areCallOptions(options: Properties): boolean {
  for (const property in options) {
    if (!CALL_OPTIONS.has(property) && options[property] !== undefined) return false;
  }
  return true;
}

/** Reads properties one by one, and says at the end which of them nobody has read. */
class PropertyReader {
  readonly #name: string;
  readonly #object: Properties | undefined;
  readonly #words: readonly string[];
  readonly #taken: string[] = [];

  constructor(name: string, object: Properties | undefined, words: readonly string[]) {
    this.#name = name;
    this.#object = object;
    this.#words = words;
  }

  /** Whether a property is given; `false` is how a flag is not. */
  has(property: string, isFlag: boolean): boolean {
    const value = this.#object?.[property];
    if (value === undefined) return false;
    if (!isFlag || value === true) return true;
    if (value !== false) {
      const command = this.#words.join(' ');
      throw invalidArgument(`${property} of ${command}`, 'boolean', value, command);
    }
    this.#taken.push(property);
    return false;
  }

  take(property: string): unknown {
    this.#taken.push(property);
    return this.#object?.[property];
  }

  /** Throws for a property that has no meaning in an object of these parts, but for those named. */
  end(parts: readonly Part[], others?: ReadonlySet<string>): void {
    const object = this.#object;
    for (const property in object) {
      if (object[property] === undefined || this.#taken.includes(property)) continue;
      if (others?.has(property) === true) continue;
      const command = this.#words.join(' ');
      const why = unknownProperty(property, parts, others !== undefined);
      throw misuse(`${this.#name} of ${command}: ${why}`, command);
    }
  }
}
