/** The text before the first separator, and the text behind it. */
export function splitOnce(text: string, separator: string): readonly [before: string, behind: string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** The symbols of one line of a table, read one after the other. */
export class SymbolReader {
  readonly #symbols: readonly string[];
  readonly #table: string;
  #next = 0;

  /** `pattern`, which is global, matches one symbol; `table` is what the line is of, for errors. */
  constructor(text: string, pattern: RegExp, table: string) {
    this.#symbols = text.match(pattern) ?? [];
    this.#table = table;
  }

  /** The symbol that is next, or one behind that; `undefined` where the line is over. */
  peek(ahead: number = 0): string | undefined {
    return this.#symbols[this.#next + ahead];
  }

  /** Reads the next symbol. Throws a SyntaxError where there is none. */
  take(): string {
    const symbol = this.#symbols[this.#next];
    if (symbol === undefined) throw new SyntaxError(`a line of ${this.#table} is cut off`);
    this.#next += 1;
    return symbol;
  }

  /** Reads the next symbol if it is this one. Returns whether it was. */
  takes(symbol: string): boolean {
    const isNext = this.#symbols[this.#next] === symbol;
    if (isNext) this.#next += 1;
    return isNext;
  }
}
