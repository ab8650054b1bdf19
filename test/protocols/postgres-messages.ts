import { HawserError } from 'hawser';

/** The server's messages that the simple query protocol knows, by their type. */
const KNOWN_TYPES = 'ACDEIKNRSTZ';

/** Bytes before a message's body: its type, and a length that counts itself. */
const HEADER_BYTES = 5;

/** Asks whether the server speaks TLS; answered with one byte that is no message. */
export const SSL_REQUEST: Buffer = message('', integers(80_877_103));

export interface Message {
  readonly type: string;
  readonly body: MessageBody;
  /** Offset behind the message. */
  readonly end: number;
}

/** The message at an offset; `undefined` while part of it is missing. Throws PROTOCOL_VIOLATION and LIMIT_EXCEEDED. */
export function readMessage(bytes: Buffer, start: number, bytesMax: number): Message | undefined {
  if (start === bytes.length) return undefined;
  const type = String.fromCharCode(bytes[start]!);
  if (!KNOWN_TYPES.includes(type)) throw violation('a type of message that answers simple queries');
  if (bytes.length < start + HEADER_BYTES) return undefined;
  const length = bytes.readInt32BE(start + 1);
  if (length < 4) throw violation(`a length of at least 4, got ${length}`);
  if (length > bytesMax) {
    throw new HawserError(
      'LIMIT_EXCEEDED',
      `expected a message of at most ${bytesMax} bytes, got ${length}`,
      {
        outcome: 'unknown',
      },
    );
  }
  const end = start + 1 + length;
  if (bytes.length < end) return undefined;
  return { type, body: new MessageBody(bytes.subarray(start + HEADER_BYTES, end)), end };
}

/** Reads a message's fields in their order. Throws a RangeError where the message ends before a field does. */
export class MessageBody {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  int8(): number {
    this.#at += 1;
    return this.#bytes.readUInt8(this.#at - 1);
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  /** Text that ends with a NUL. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end === -1) throw violation('text that ends with a NUL');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** A value with its length in front; a length of -1 means NULL. */
  value(): string | null {
    const length = this.int32();
    if (length === -1) return null;
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw violation('a value that ends within its message');
    const value = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end;
    return value;
  }

  /** Skips fields that nobody reads. */
  skip(bytes: number): void {
    this.#at += bytes;
  }

  /** Throws unless all of the message was read. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw violation('a message that ends with its last field');
  }
}

/** The fields of an error or a notice, each under its one-letter name. */
export function readFields(body: MessageBody): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let name = body.int8(); name !== 0; name = body.int8()) {
    fields.set(String.fromCharCode(name), body.text());
  }
  body.end();
  return fields;
}

/** A message from its type (none for those before authentication) and the parts of its body. */
export function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), integers(body.length + 4), body]);
}

/** Integers of 32 bits. */
export function integers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeInt32BE(value, index * 4);
  return bytes;
}

/** Integers of 16 bits. */
export function shortIntegers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeInt16BE(value, index * 2);
  return bytes;
}

/** Texts, each with the NUL that ends it. */
export function texts(...values: readonly string[]): Buffer {
  return Buffer.from(values.map((value) => `${value}\0`).join(''));
}

export function violation(expected: string): HawserError {
  return new HawserError('PROTOCOL_VIOLATION', `expected ${expected}`, { outcome: 'unknown' });
}
