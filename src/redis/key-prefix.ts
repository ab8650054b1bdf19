import { Buffer } from 'node:buffer';
import { HawserError } from '../core/index.ts';
import { upperWordOf, type RedisArgument } from './argument-text.ts';
import { keysOf, optionsOfSort } from './command-keys.ts';
import type { RedisCommand } from './commands.ts';

/**
 * A command whose keys, and patterns of keys, begin with the prefix. Throws INVALID_ARGUMENT for a command of which it is
 * not known where its keys are: to send it as it is would reach the keys of others.
 */
export function withKeyPrefix(command: RedisCommand, prefix: string): RedisCommand {
  const positions = keysOf(command);
  if (positions === undefined) throw unknownKeys(command);
  const prefixed = [...command];
  for (const position of positions) prefixed[position] = prefixedKey(command[position]!, prefix);
  switch (upperWordOf(command[0])) {
    case 'KEYS':
      if (command.length > 1) prefixed[1] = prefixedKey(command[1]!, globOf(prefix));
      break;
    case 'SCAN':
      confineScan(prefixed, globOf(prefix));
      break;
    case 'SORT':
    case 'SORT_RO':
      prefixPatternsOfSort(prefixed, prefix);
  }
  return prefixed;
}

function unknownKeys(command: RedisCommand): HawserError {
  const name = upperWordOf(command[0]);
  return new HawserError(
    'INVALID_ARGUMENT',
    `${/^[\w.|-]+$/.test(name) ? name : 'a command'} is not known, nor where its keys are: ` +
      'it is not for a client with a keyPrefix',
    { outcome: 'not-sent', command: name },
  );
}

function prefixedKey(key: RedisArgument, prefix: string): RedisArgument {
  if (key instanceof Uint8Array) return Buffer.concat([Buffer.from(prefix), key]);
  // What is no argument is left for the encoder to refuse.
  return typeof key === 'string' || typeof key === 'bigint' || Number.isFinite(key) ? `${prefix}${key}` : key;
}

/** The prefix as part of a pattern, in which some characters have a meaning. */
function globOf(prefix: string): string {
  return prefix.replaceAll(/[\\*?[\]]/g, String.raw`\$&`);
}

/** SCAN sees all keys of the database, unless it is told which to see. */
function confineScan(command: RedisArgument[], glob: string): void {
  for (let at = 2; at < command.length - 1; at += 2) {
    if (upperWordOf(command[at]) !== 'MATCH') continue;
    command[at + 1] = prefixedKey(command[at + 1]!, glob);
    return;
  }
  if (command.length > 1) command.push('MATCH', `${glob}*`);
}

/** Those with a `*` are names of keys, in which it stands for an element. */
function prefixPatternsOfSort(command: RedisArgument[], prefix: string): void {
  for (const { word, at } of optionsOfSort(command)) {
    const pattern = command[at + 1]!;
    const text = pattern instanceof Uint8Array ? Buffer.from(pattern).toString('latin1') : String(pattern);
    if (word !== 'STORE' && text.includes('*')) command[at + 1] = prefixedKey(pattern, prefix);
  }
}
