/** Text (as UTF-8), bytes, or several of both in a row. */
export type Bytes = string | Uint8Array | readonly (string | Uint8Array)[];

/** Joins what {@link Bytes} can be. */
export function toBuffer(bytes: Bytes): Buffer {
  if (typeof bytes === 'string' || bytes instanceof Uint8Array) return Buffer.from(bytes);
  return Buffer.concat(bytes.map((piece) => Buffer.from(piece)));
}

/** Whether it is what {@link Bytes} can be. */
export function isBytes(value: unknown): value is Bytes {
  return Array.isArray(value) ? value.every(isPiece) : isPiece(value);
}

function isPiece(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array;
}

/** Replies and push messages as a Redis server encodes them. */
export const resp = {
  simple: (text: string): Buffer => Buffer.from(`+${text}\r\n`),
  /** `text` begins with the error's code. */
  error: (text: string): Buffer => Buffer.from(`-${text}\r\n`),
  integer: (value: number | bigint): Buffer => Buffer.from(`:${value}\r\n`),
  bulk: (value: string | Uint8Array): Buffer => {
    const bytes = Buffer.from(value);
    return toBuffer([`$${bytes.length}\r\n`, bytes, '\r\n']);
  },
  nil: (protocol: 2 | 3): Buffer => Buffer.from(protocol === 3 ? '_\r\n' : '$-1\r\n'),
  /** In the place of an array that is not there. */
  nilArray: (protocol: 2 | 3): Buffer => Buffer.from(protocol === 3 ? '_\r\n' : '*-1\r\n'),
  /** Of replies that are encoded already. */
  array: (items: readonly Uint8Array[]): Buffer => toBuffer([`*${items.length}\r\n`, ...items]),
  /** Of keys and values in turn, encoded already. RESP2 knows only arrays. */
  map: (items: readonly Uint8Array[], protocol: 2 | 3): Buffer =>
    protocol === 3 ? toBuffer([`%${items.length / 2}\r\n`, ...items]) : resp.array(items),
  /** A push message of RESP3 with bulk strings. */
  push: (...items: readonly (string | Uint8Array)[]): Buffer =>
    toBuffer([`>${items.length}\r\n`, ...items.map((item) => resp.bulk(item))]),
} as const;

const CR = 13;
const LF = 10;
const WORDS_MAX = 1_048_576;
const WORD_BYTES_MAX = 536_870_912;
const DIGITS_MAX = 10;

/** What a client sent is no command. */
export class WireViolation extends Error {}

/** One command at the front of bytes, or how many bytes there must be before more can be said. */
type Parsed =
  | { readonly kind: 'command'; readonly words: readonly Buffer[]; readonly lengthBytes: number }
  | { readonly kind: 'incomplete'; readonly neededBytes: number };

/**
 * Reads the command at the front as a client must send it: an array of bulk strings, to the letter. `undefined` while some
 * of it is still to come. Throws a WireViolation at the first byte that cannot belong to a command.
 */
export function readCommand(bytes: Buffer): Extract<Parsed, { readonly kind: 'command' }> | undefined {
  const parsed = parseCommand(bytes);
  return parsed.kind === 'command' ? parsed : undefined;
}

function parseCommand(bytes: Buffer): Parsed {
  const oneMore: Parsed = { kind: 'incomplete', neededBytes: bytes.length + 1 };
  const count = lengthAt(bytes, 0, '*', WORDS_MAX);
  if (count === undefined) return oneMore;
  if (count.value === 0) throw new WireViolation('a command without a word');
  const words: Buffer[] = [];
  let position = count.end;
  while (words.length < count.value) {
    const length = lengthAt(bytes, position, '$', WORD_BYTES_MAX);
    if (length === undefined) return oneMore;
    const end = length.end + length.value;
    if (bytes.length <= end) return { kind: 'incomplete', neededBytes: end + 1 };
    requireLineEnd(bytes, end);
    if (bytes.length < end + 2) return oneMore;
    words.push(Buffer.from(bytes.subarray(length.end, end)));
    position = end + 2;
  }
  return { kind: 'command', words, lengthBytes: position };
}

/** Reads commands one after the other. Bytes may be cut anywhere. */
export class CommandParser {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** With fewer bytes there is no use in reading again: a long word may come in many pieces. */
  #neededBytes = 1;

  /**
   * Takes bytes and yields the commands that are complete with them, each as its words. Throws as {@link readCommand} does,
   * behind the commands before it.
   */
  *push(bytes: Uint8Array): Generator<readonly Buffer[], void, void> {
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    while (this.#bytes >= this.#neededBytes) {
      const joined = Buffer.concat(this.#pieces);
      const parsed = parseCommand(joined);
      const rest = parsed.kind === 'command' ? joined.subarray(parsed.lengthBytes) : joined;
      this.#pieces = [rest];
      this.#bytes = rest.length;
      this.#neededBytes = parsed.kind === 'command' ? 1 : parsed.neededBytes;
      if (parsed.kind === 'command') yield parsed.words;
    }
  }
}

/** A line of a sign and a number, as `$11`. */
function lengthAt(
  bytes: Buffer,
  start: number,
  sign: '*' | '$',
  max: number,
): { value: number; end: number } | undefined {
  if (start >= bytes.length) return undefined;
  if (bytes[start] !== sign.charCodeAt(0)) {
    throw new WireViolation(`expected '${sign}', got ${quote(bytes.subarray(start, start + 1))}`);
  }
  const lineEnd = bytes.indexOf(CR, start);
  const digits = bytes.subarray(start + 1, lineEnd === -1 ? undefined : lineEnd);
  if (lineEnd === -1 && digits.length === 0) return undefined;
  const text = digits.subarray(0, DIGITS_MAX + 1).toString('latin1');
  const value = Number(text);
  if (!/^(?:0|[1-9]\d*)$/.test(text) || value > max) {
    throw new WireViolation(`expected a length behind '${sign}', got ${quote(digits)}`);
  }
  if (lineEnd === -1) return undefined;
  requireLineEnd(bytes, lineEnd);
  return bytes.length < lineEnd + 2 ? undefined : { value, end: lineEnd + 2 };
}

function requireLineEnd(bytes: Buffer, at: number): void {
  const end = bytes.subarray(at, at + 2);
  if ((end.length > 0 && end[0] !== CR) || (end.length > 1 && end[1] !== LF)) {
    throw new WireViolation(`expected the end of a line, got ${quote(end)}`);
  }
}

function quote(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.subarray(0, 20)).toString('latin1'));
}
