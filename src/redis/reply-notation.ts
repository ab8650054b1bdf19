import { splitOnce, SymbolReader } from './table-line.ts';

/**
 * The shape of a reply, over RESP2 and RESP3 alike. It is written down so:
 *
 * - `int`: an integer. `double`: a number, which RESP2 sends as text. `bool`: 0 or 1.
 * - `bulk`: text, or a Buffer where Buffers are asked for. `key`: the same, and the name of a key. `str`: text always.
 *   `bytes`: a Buffer always.
 * - `OK`, `PONG`: this very text. `any`: whatever the server sends. `place`: a member of a geospatial index.
 * - `T[]`: a list. `T{}`: an object with any names, without a prototype. `T?`: or `null`.
 * - `(a:T b:U)`: a list of so many, made an object; `*rest:T` takes those that are left, `a?:T` may be missing.
 * - `{a:T b?:U}`: an object with these names, and perhaps others; a name with a `?` may be missing.
 */
export type ReplyShape =
  | { readonly kind: 'int' | 'double' | 'bool' | 'bulk' | 'key' | 'str' | 'bytes' | 'any' | 'place' }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'list' | 'record' | 'nullable'; readonly of: ReplyShape }
  | { readonly kind: 'tuple' | 'struct'; readonly fields: readonly ReplyField[] };

/** A part of a reply that has a name. */
export interface ReplyField {
  readonly name: string;
  readonly shape: ReplyShape;
  readonly isOptional: boolean;
  /** Takes all that is left of a tuple. */
  readonly isRest: boolean;
}

/** What a command answers with: by the options that it is given, the first of them that is there. */
export interface ReplyCase {
  /** The option; empty for when there is none of them. */
  readonly option: string;
  readonly shape: ReplyShape;
}

/** Reads `T; option T; option T`. Throws a SyntaxError, which is a fault of the table. */
export function parseReply(text: string): readonly ReplyCase[] {
  return text.split(/; */).map((each, index) => {
    const [option, shape] = index === 0 ? ['', each] : splitOnce(each, ' ');
    return { option, shape: parseShape(shape) };
  });
}

const SYMBOLS = /\[\]|\{\}|[(){}?*:]|[^\s(){}[\]?*:]+/g;

/** Reads one shape. */
function parseShape(text: string): ReplyShape {
  const reader = new ShapeReader(text);
  const shape = reader.shape();
  reader.end();
  return shape;
}

const SIMPLE: ReadonlySet<string> = new Set([
  'int',
  'double',
  'bool',
  'bulk',
  'key',
  'str',
  'bytes',
  'any',
  'place',
]);

class ShapeReader {
  readonly #symbols: SymbolReader;

  constructor(text: string) {
    this.#symbols = new SymbolReader(text, SYMBOLS, 'the table of replies');
  }

  shape(): ReplyShape {
    let shape = this.#base(this.#symbols.take());
    for (;;) {
      if (this.#symbols.takes('[]')) shape = { kind: 'list', of: shape };
      else if (this.#symbols.takes('{}')) shape = { kind: 'record', of: shape };
      else if (this.#symbols.takes('?')) shape = { kind: 'nullable', of: shape };
      else return shape;
    }
  }

  end(): void {
    const more = this.#symbols.peek();
    if (more !== undefined) throw new SyntaxError(`a reply has more: ${more}`);
  }

  #base(symbol: string): ReplyShape {
    if (symbol === '(') return { kind: 'tuple', fields: this.#fields(')') };
    if (symbol === '{') return { kind: 'struct', fields: this.#fields('}') };
    if (SIMPLE.has(symbol)) return { kind: symbol as 'any' };
    if (!/^[A-Z]+$/.test(symbol)) throw new SyntaxError(`no shape of a reply: ${symbol}`);
    return { kind: 'literal', text: symbol };
  }

  #fields(end: string): ReplyField[] {
    const fields: ReplyField[] = [];
    while (!this.#symbols.takes(end)) {
      const isRest = this.#symbols.takes('*');
      const name = this.#symbols.take();
      const isOptional = this.#symbols.takes('?');
      if (!this.#symbols.takes(':')) throw new SyntaxError(`no shape for ${name}`);
      fields.push({ name, shape: this.shape(), isOptional, isRest });
    }
    return fields;
  }
}
