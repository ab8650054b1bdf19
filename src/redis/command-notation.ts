import { splitOnce, SymbolReader } from './table-line.ts';

/**
 * Reads the notation in which commands are written down: Redis's own, made exact. `ZADD key [NX|XX] [CH] {score:double member}...`
 *
 * - `WORD`: sent as it is. `""`: an empty argument.
 * - `name`, `name:type`: a value. `name...`: one or more. `#`: how many of those follow.
 * - `[...]`: may be left out. `[A|B]`: at most one of them. `[GET pattern]...`: any number of times.
 * - `<A|B>:name`: one of them. `{...}...`: these together, one or more times.
 *
 * What is not in brackets is an argument of the method, in its place; what is in brackets is a property of its options.
 */
export type Part =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'count' }
  | {
      readonly kind: 'value';
      /** The name of the parameter, or of the property where it is part of an object. */
      readonly name: string;
      readonly type: ValueType;
      readonly isList: boolean;
    }
  | { readonly kind: 'group'; readonly name: string; readonly parts: readonly Part[] }
  | {
      readonly kind: 'choice';
      readonly name: string;
      readonly alternatives: readonly Alternative[];
      readonly isList: boolean;
    }
  | {
      readonly kind: 'optional';
      readonly alternatives: readonly Alternative[];
      readonly isRepeated: boolean;
    };

/**
 * What a value may be. `any`: text, bytes, a number. `int`, `double`: a number. `score`: a number, or text such as `(5`.
 * `pairs`: names and values. `streams`: keys and IDs, the keys first.
 */
export type ValueType = 'any' | 'int' | 'double' | 'score' | 'pairs' | 'streams';

/** One of several forms of an argument. */
export interface Alternative {
  /** The property that says that it is meant: that of its word, or else of its first value. */
  readonly property: string;
  /**
   * What the property holds: `flag` a boolean, `value` the one value behind the word, `object` an object with several, `plain` a
   * value without a word, with those beside it as further properties.
   */
  readonly form: 'flag' | 'value' | 'object' | 'plain';
  readonly parts: readonly Part[];
}

/** A command as it is written down. */
export interface CommandNotation {
  /** The name, and for a subcommand its container before it. */
  readonly words: readonly string[];
  readonly parts: readonly Part[];
}

const SYMBOLS = /\.\.\.|[[\]{}<>|#]|:(?=[a-z])|[^\s[\]{}<>|#:.]+|\./g;

/** Reads one line of the notation. Throws a SyntaxError, which is a fault of the table. */
export function parseCommand(line: string): CommandNotation {
  const [name, rest] = splitOnce(line, ' ');
  const words = name.split('|');
  return { words, parts: new NotationReader(rest).parts('') };
}

/** The property for a word of a command: in lower case. */
function propertyOf(word: string): string {
  return word.toLowerCase().replaceAll('-', '');
}

class NotationReader {
  readonly #symbols: SymbolReader;

  constructor(text: string) {
    this.#symbols = new SymbolReader(text, SYMBOLS, 'the table of commands');
  }

  /** Reads up to one of `ends`, or to the end of the line where there is none. */
  parts(ends: string): Part[] {
    const parts: Part[] = [];
    for (;;) {
      const symbol = this.#symbols.peek();
      if (symbol === undefined && ends === '') return parts;
      if (symbol === undefined) throw new SyntaxError(`expected one of ${ends} in the table of commands`);
      if (ends.includes(symbol) && symbol.length === 1) return parts;
      parts.push(this.#part(this.#symbols.take()));
    }
  }

  #part(symbol: string): Part {
    switch (symbol) {
      case '#':
        return { kind: 'count' };
      case '[': {
        const alternatives = this.#alternatives(']');
        return { kind: 'optional', alternatives, isRepeated: this.#symbols.takes('...') };
      }
      case '<': {
        const alternatives = this.#alternatives('>');
        const name = this.#symbols.takes(':')
          ? this.#symbols.take()
          : alternatives.map(({ property }) => property).join('Or');
        return { kind: 'choice', name, alternatives, isList: this.#symbols.takes('...') };
      }
      case '{': {
        const parts = this.parts('}');
        this.#symbols.take();
        const name = this.#symbols.takes(':') ? this.#symbols.take() : 'items';
        if (!this.#symbols.takes('...')) throw new SyntaxError('expected ... in the table of commands');
        return { kind: 'group', name, parts };
      }
      default:
        return isWord(symbol) ? { kind: 'word', text: symbol === '""' ? '' : symbol } : this.#value(symbol);
    }
  }

  #value(name: string): Part {
    const type = this.#symbols.takes(':') ? (this.#symbols.take() as ValueType) : 'any';
    return { kind: 'value', name, type, isList: this.#symbols.takes('...') };
  }

  #alternatives(end: string): Alternative[] {
    const alternatives: Alternative[] = [];
    do {
      if (alternatives.length > 0) this.#symbols.take();
      // `~:approximate` names the flag of a word that is no name.
      const word = this.#symbols.peek() ?? '';
      if (isWord(word) && this.#symbols.peek(1) === ':') {
        this.#symbols.take();
        this.#symbols.take();
        const property = this.#symbols.take();
        alternatives.push({ property, form: 'flag', parts: [{ kind: 'word', text: word }] });
      } else {
        alternatives.push(alternativeOf(this.parts(`|${end}`)));
      }
    } while (this.#symbols.peek() === '|');
    this.#symbols.take();
    return alternatives;
  }
}

function isWord(symbol: string): boolean {
  return !/^[a-z]/.test(symbol);
}

function alternativeOf(parts: readonly Part[]): Alternative {
  const [first] = parts;
  const needed = parts.filter(isNeeded);
  if (first?.kind !== 'word') {
    const [main] = needed;
    if (main === undefined) throw new SyntaxError('an option without a name in the table of commands');
    return { property: main.name, form: 'plain', parts };
  }
  const property = propertyOf(first.text);
  if (needed.length === 0) return { property, form: 'flag', parts };
  if (needed.length > 1) return { property, form: 'object', parts };
  // The word names the value, as in `EX seconds`.
  const named = parts.map((part) => (isNeeded(part) ? { ...part, name: property } : part));
  return { property, form: 'value', parts: named };
}

/** What the caller has to give something for. */
export type NeededPart = Extract<Part, { readonly kind: 'value' | 'group' | 'choice' }>;

/** Whether the caller has to give something for a part. */
export function isNeeded(part: Part): part is NeededPart {
  return part.kind === 'value' || part.kind === 'group' || part.kind === 'choice';
}
