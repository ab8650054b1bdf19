import { Buffer } from 'node:buffer';

/** One part of a command: its name or an argument. Text is sent as UTF-8, a number in decimal. */
export type RedisArgument = string | number | bigint | Uint8Array;

/** No shorter than the longest name of a command. */
const WORD_LENGTH_MAX = 64;

/** An argument as text, if it may be a name or an option; else an empty one. */
export function wordOf(argument: RedisArgument | undefined): string {
  if (typeof argument === 'string') {
    return argument.length <= WORD_LENGTH_MAX ? argument : '';
  }
  if (argument instanceof Uint8Array) {
    return argument.length <= WORD_LENGTH_MAX ? Buffer.from(argument).toString('latin1') : '';
  }
  return '';
}

/** As {@link wordOf}, in upper case, as names and options are compared. */
export function upperWordOf(argument: RedisArgument | undefined): string {
  return wordOf(argument).toUpperCase();
}

/** An argument as the number that it is or spells; NaN where it is none. */
export function numberOf(argument: RedisArgument | undefined): number {
  if (typeof argument === 'number' || typeof argument === 'bigint') return Number(argument);
  const word = wordOf(argument);
  return word.trim() === '' ? NaN : Number(word);
}
