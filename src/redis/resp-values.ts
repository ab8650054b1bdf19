import { violation } from './resp-limits.ts';

const INT64_MAX = 9_223_372_036_854_775_807n;

/** The value of an integer whose digits may be more than a double holds exactly. */
export function integerOf(text: string): number | bigint {
  const value = BigInt(text);
  if (value > INT64_MAX || value < -INT64_MAX - 1n) {
    throw violation('an integer of 64 bits');
  }
  const nearest = Number(value);
  return Number.isSafeInteger(nearest) ? nearest : value;
}

/** The value of a RESP3 big number. */
export function bigNumberOf(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) {
    throw violation('a big number of decimal digits');
  }
  return BigInt(text);
}

/** The value of a RESP3 double. */
export function doubleOf(text: string): number {
  switch (text) {
    case 'inf':
    case '+inf':
      return Infinity;
    case '-inf':
      return -Infinity;
    case 'nan':
    case '-nan': // What printf makes of it in servers before Redis 7.2.
      return NaN;
    default:
      if (!/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) {
        throw violation('a double');
      }
      return Number(text);
  }
}
