import { Buffer, isAscii } from 'node:buffer';

const SHORT_BYTES = 16;
const LONG_BYTES = 4096;
/** Up to this length a loop is faster than a call into C++. */
const LOOP_BYTES = 32;

/**
 * The text of the UTF-8 bytes from `start` to `end`.
 *
 * Node's decoding is a call into C++, which costs more than a short text is worth; and it looks for the first
 * character beyond ASCII more slowly than `isAscii` does, which tells in a long one.
 */
export function textOf(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length <= SHORT_BYTES) {
    return shortText(bytes, start, end);
  }
  if (length >= LONG_BYTES && isAscii(bytes.subarray(start, end))) {
    return bytes.toString('latin1', start, end);
  }
  return bytes.toString('utf8', start, end);
}

/**
 * Reads sixteen bytes, of which those behind `end` are cut off again. One call with sixteen characters is twice as
 * fast as `toString`; a loop over the characters is slower than both.
 */
function shortText(bytes: Buffer, start: number, end: number): string {
  if (start + SHORT_BYTES > bytes.length) {
    return bytes.toString('utf8', start, end);
  }
  const a = bytes[start]!;
  const b = bytes[start + 1]!;
  const c = bytes[start + 2]!;
  const d = bytes[start + 3]!;
  const e = bytes[start + 4]!;
  const f = bytes[start + 5]!;
  const g = bytes[start + 6]!;
  const h = bytes[start + 7]!;
  const i = bytes[start + 8]!;
  const j = bytes[start + 9]!;
  const k = bytes[start + 10]!;
  const l = bytes[start + 11]!;
  const m = bytes[start + 12]!;
  const n = bytes[start + 13]!;
  const o = bytes[start + 14]!;
  const p = bytes[start + 15]!;
  if ((a | b | c | d | e | f | g | h | i | j | k | l | m | n | o | p) > 127) {
    return bytes.toString('utf8', start, end);
  }
  const text = String.fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  return end - start === SHORT_BYTES ? text : text.substring(0, end - start);
}

/** A Buffer of its own with the bytes from `start` to `end`. */
export function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  const length = end - start;
  const copy = Buffer.allocUnsafe(length);
  if (length > LOOP_BYTES) {
    bytes.copy(copy, 0, start, end);
    return copy;
  }
  for (let index = 0; index < length; index += 1) {
    copy[index] = bytes[start + index]!;
  }
  return copy;
}
