import { Buffer, constants } from 'node:buffer';
import { replyErrorFrom } from './errors.ts';
import { LargeBulk } from './large-bulk.ts';
import { PLAIN_FORM, type RedisReply, type ReplyForm } from './reply.ts';
import { beyondLimit, tooLongForText, violation, type RespLimits } from './resp-limits.ts';
import { copyOf, textOf } from './resp-text.ts';
import { bigNumberOf, doubleOf, integerOf } from './resp-values.ts';

/** What the head of an aggregate announces. */
export type AggregateKind = 'array' | 'set' | 'map' | 'push' | 'attribute';

/** Instead of a value: the element's end has not arrived. */
export const INCOMPLETE: unique symbol = Symbol('incomplete');
/** Instead of a value: the head of an aggregate of {@link ElementReader.kind} and {@link ElementReader.length}. */
export const AGGREGATE: unique symbol = Symbol('aggregate');

type Element = RedisReply | typeof INCOMPLETE | typeof AGGREGATE;
type BulkKind = 'string' | 'verbatim' | 'error';

const CR = 0x0d;
const LF = 0x0a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const ZERO = 0x30;
const ONE = 0x31;
const COLON = 0x3a;

/** Instead of a length or a number: its end has not arrived. */
const MISSING = -2;
const NULL_LENGTH = -1;

/** A bulk that is not complete and longer than this is copied away piece by piece instead of being waited for. */
const LARGE_BYTES = 16_384;
/** Kept for large text, whose bytes are not needed once it is decoded: allocating costs more than copying. */
const SCRATCH_BYTES = 262_144;
/** More than an error's message keeps. */
const ERROR_TEXT_BYTES_MAX = 4096;
/** Digits of the largest integer of 64 bits. */
const DIGITS_MAX = 19;
/** More digits than these may be more than a double holds exactly. */
const EXACT_DIGITS_MAX = 15;

/** Reads elements of RESP one by one: whole values, and the heads of aggregates. */
export class ElementReader {
  /** Where the element that was read last ends; of one that is incomplete: up to where it was taken. */
  next = 0;
  /** Of the aggregate whose head was read last. */
  kind: AggregateKind = 'array';
  /** Of the aggregate whose head was read last: how many elements follow, in a map two per entry. */
  length = 0;
  /** How values are wanted. */
  form: ReplyForm = PLAIN_FORM;
  readonly #limits: RespLimits;
  /** Bulks up to this length are within every limit. */
  readonly #unquestionedBytes: number;
  #large: { readonly kind: BulkKind; readonly bulk: LargeBulk } | undefined;
  #scratch: Buffer | undefined;
  /** How much of the text of a line that is cut was searched for its end. */
  #searchedBytes = 0;

  constructor(limits: RespLimits) {
    this.#limits = limits;
    this.#unquestionedBytes = Math.min(LARGE_BYTES, limits.maxBulkBytes);
  }

  /** Whether a bulk is being taken piece by piece. */
  get isWithinBulk(): boolean {
    return this.#large !== undefined;
  }

  /** Reads the element that starts at `at`, or goes on with the bulk that is being taken. */
  read(bytes: Buffer, at: number): Element {
    if (this.#large !== undefined) {
      return this.#continueBulk(this.#large, bytes, at);
    }
    this.next = at;
    switch (bytes[at]) {
      case 0x24: // $
        return this.#bulk('string', bytes, at);
      case 0x2b: // +
        return this.#simpleString(bytes, at);
      case COLON:
        return this.#integer(bytes, at);
      case 0x2a: // *
        return this.#aggregate('array', bytes, at);
      case 0x25: // %
        return this.#aggregate('map', bytes, at);
      case 0x7e: // ~
        return this.#aggregate('set', bytes, at);
      case 0x3e: // >
        return this.#aggregate('push', bytes, at);
      case 0x7c: // |
        return this.#aggregate('attribute', bytes, at);
      case 0x3d: // =
        return this.#bulk('verbatim', bytes, at);
      case 0x21: // !
        return this.#bulk('error', bytes, at);
      default:
        return this.#rareLine(bytes, at);
    }
  }

  #aggregate(kind: AggregateKind, bytes: Buffer, at: number): Element {
    const length = this.#length(bytes, at, kind === 'array');
    if (length < 0) {
      return length === MISSING ? INCOMPLETE : null;
    }
    this.kind = kind;
    this.length = kind === 'map' || kind === 'attribute' ? 2 * length : length;
    return AGGREGATE;
  }

  #bulk(kind: BulkKind, bytes: Buffer, at: number): Element {
    const length = this.#length(bytes, at, kind === 'string');
    if (length < 0) {
      return length === MISSING ? INCOMPLETE : null;
    }
    if (length > this.#unquestionedBytes) {
      this.#checkLength(length);
    }
    const start = this.next;
    const end = start + length;
    if (end + 2 > bytes.length) {
      return this.#incompleteBulk(kind, length, bytes, at);
    }
    if (bytes[end] !== CR || bytes[end + 1] !== LF) {
      throw violation('CR and LF after a bulk', bytes[end] === CR ? bytes[end + 1] : bytes[end]);
    }
    this.next = end + 2;
    return kind === 'string'
      ? this.#textOrBuffer(bytes, start, end)
      : this.#unusualBulk(kind, bytes, start, end);
  }

  #checkLength(length: number): void {
    if (length > this.#limits.maxBulkBytes) {
      throw beyondLimit(`a bulk of ${length} bytes`, 'maxBulkBytes', this.#limits);
    }
    if (!this.form.buffers && length > constants.MAX_STRING_LENGTH) {
      throw tooLongForText(length);
    }
  }

  #incompleteBulk(kind: BulkKind, length: number, bytes: Buffer, at: number): Element {
    if (length <= LARGE_BYTES) {
      expectByte(CR, 'CR after a bulk', bytes, this.next + length);
      this.next = at;
      return INCOMPLETE;
    }
    const scratch = this.form.buffers ? undefined : (this.#scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES));
    this.#large = { kind, bulk: new LargeBulk(length, scratch) };
    return this.#continueBulk(this.#large, bytes, this.next);
  }

  #continueBulk(
    large: { readonly kind: BulkKind; readonly bulk: LargeBulk },
    bytes: Buffer,
    at: number,
  ): Element {
    const { kind, bulk } = large;
    this.next = at + bulk.take(bytes, at);
    if (!bulk.isComplete) {
      return INCOMPLETE;
    }
    expectByte(CR, 'CR after a bulk', bytes, this.next);
    expectByte(LF, 'LF after CR', bytes, this.next + 1);
    if (this.next + 2 > bytes.length) {
      return INCOMPLETE;
    }
    this.next += 2;
    this.#large = undefined;
    if (kind !== 'string') {
      return this.#unusualBulk(kind, bulk.bytes, 0, bulk.length);
    }
    return this.form.buffers ? bulk.bytes : textOf(bulk.bytes, 0, bulk.length);
  }

  #unusualBulk(kind: 'verbatim' | 'error', bytes: Buffer, start: number, end: number): RedisReply {
    if (kind === 'error') {
      return errorOf(bytes, start, end);
    }
    // Three characters of format and a colon: `txt:`.
    if (end - start < 4 || bytes[start + 3] !== COLON) {
      throw violation('a verbatim string with its format in front');
    }
    return this.#textOrBuffer(bytes, start + 4, end);
  }

  #textOrBuffer(bytes: Buffer, start: number, end: number): RedisReply {
    return this.form.buffers ? copyOf(bytes, start, end) : textOf(bytes, start, end);
  }

  #simpleString(bytes: Buffer, at: number): Element {
    if (!this.form.buffers && isOk(bytes, at)) {
      this.#searchedBytes = 0;
      this.next = at + 5;
      return 'OK';
    }
    const end = this.#lineEnd(bytes, at);
    return end === MISSING ? INCOMPLETE : this.#textOrBuffer(bytes, at + 1, end);
  }

  #integer(bytes: Buffer, at: number): Element {
    const sign = bytes[at + 1];
    const start = sign === MINUS || sign === PLUS ? at + 2 : at + 1;
    const magnitude = this.#digits(bytes, start);
    if (magnitude === MISSING) {
      return INCOMPLETE;
    }
    const end = this.next - 2;
    if (end - start > EXACT_DIGITS_MAX || this.form.bigints) {
      const value = integerOf(bytes.toString('latin1', at + 1, end));
      return this.form.bigints ? BigInt(value) : value;
    }
    return sign === MINUS ? 0 - magnitude : magnitude;
  }

  #rareLine(bytes: Buffer, at: number): Element {
    const read = LINES.get(bytes[at]!);
    if (read === undefined) {
      throw violation('a type of RESP', bytes[at]);
    }
    const end = this.#lineEnd(bytes, at);
    return end === MISSING ? INCOMPLETE : read(bytes, at + 1, end);
  }

  /** Where the text of the line that starts at `at` ends, or MISSING. */
  #lineEnd(bytes: Buffer, at: number): number {
    const start = at + 1;
    let end = start + this.#searchedBytes;
    while (end < bytes.length && bytes[end] !== CR && bytes[end] !== LF) {
      end += 1;
    }
    if (end - start > this.#limits.maxLineBytes) {
      throw beyondLimit('a line', 'maxLineBytes', this.#limits);
    }
    expectByte(CR, 'CR before LF', bytes, end);
    expectByte(LF, 'LF after CR', bytes, end + 1);
    if (end + 2 > bytes.length) {
      this.#searchedBytes = end - start;
      return MISSING;
    }
    this.#searchedBytes = 0;
    this.next = end + 2;
    return end;
  }

  /** The length behind the type at `at`, or MISSING, or where it may be NULL_LENGTH. */
  #length(bytes: Buffer, at: number, mayBeNull: boolean): number {
    if (bytes[at + 1] !== MINUS) {
      return this.#digits(bytes, at + 1);
    }
    if (!mayBeNull) {
      throw violation('a length of 0 or more', MINUS);
    }
    expectByte(ONE, 'a length of -1, 0 or more', bytes, at + 2);
    expectByte(CR, 'CR after a length of -1', bytes, at + 3);
    return this.#digits(bytes, at + 2) === MISSING ? MISSING : NULL_LENGTH;
  }

  /** The number of decimal digits at `start`, exact up to fifteen of them, or MISSING. */
  #digits(bytes: Buffer, start: number): number {
    let end = start;
    let value = 0;
    while (end < bytes.length) {
      const digit = bytes[end]! - ZERO;
      if (digit < 0 || digit > 9) {
        break;
      }
      value = value * 10 + digit;
      end += 1;
    }
    if (end - start > DIGITS_MAX) {
      throw violation(`a number of at most ${DIGITS_MAX} digits`, ZERO);
    }
    if (end + 2 > bytes.length) {
      expectByte(CR, 'digits and CR', bytes, end);
      return MISSING;
    }
    if (bytes[end] !== CR || bytes[end + 1] !== LF || end === start) {
      throw violation('digits, CR and LF', bytes[end] === CR && end > start ? bytes[end + 1] : bytes[end]);
    }
    this.next = end + 2;
    return value;
  }
}

/** How the lines are read that are neither simple strings nor integers. */
const LINES: ReadonlyMap<number, (bytes: Buffer, start: number, end: number) => RedisReply> = new Map([
  [MINUS, errorOf],
  [0x5f, nullOf], // _
  [0x23, booleanOf], // #
  [0x2c, (bytes, start, end) => doubleOf(bytes.toString('latin1', start, end))], // ,
  [0x28, (bytes, start, end) => bigNumberOf(bytes.toString('latin1', start, end))], // (
]);

function nullOf(_bytes: Buffer, start: number, end: number): null {
  if (end !== start) {
    throw violation('nothing in the line of a null');
  }
  return null;
}

function booleanOf(bytes: Buffer, start: number, end: number): boolean {
  const isTrue = bytes[start] === 0x74;
  if (end - start !== 1 || (!isTrue && bytes[start] !== 0x66)) {
    throw violation('t or f', bytes[start]);
  }
  return isTrue;
}

function errorOf(bytes: Buffer, start: number, end: number): RedisReply {
  return replyErrorFrom(textOf(bytes, start, Math.min(end, start + ERROR_TEXT_BYTES_MAX)));
}

/** Whether `+OK` and its end are at `at`. */
function isOk(bytes: Buffer, at: number): boolean {
  return (
    at + 5 <= bytes.length &&
    bytes[at + 1] === 0x4f &&
    bytes[at + 2] === 0x4b &&
    bytes[at + 3] === CR &&
    bytes[at + 4] === LF
  );
}

/** Checks the byte at `at`, if it has arrived. */
function expectByte(byte: number, expected: string, bytes: Buffer, at: number): void {
  if (at < bytes.length && bytes[at] !== byte) {
    throw violation(expected, bytes[at]);
  }
}
