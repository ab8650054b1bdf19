import { numberOf, upperWordOf } from './argument-text.ts';
import { HARMLESS_OF_CLIENT } from './command-table.ts';
import type { CommandInfo, RedisCommand } from './commands.ts';

/** What a command does to the connection that it runs on. */
export type Effect =
  | { readonly type: 'begin' | 'execute' | 'discard' | 'watch' | 'unwatch' | 'setting' }
  | { readonly type: 'select'; readonly database: number };

/** What the command does to its connection; `undefined` for most. */
export function effectOf({ name }: CommandInfo, command: RedisCommand): Effect | undefined {
  switch (name) {
    case 'MULTI':
      return BEGIN;
    case 'EXEC':
      return EXECUTE;
    case 'DISCARD':
      return { type: 'discard' };
    case 'WATCH':
      return { type: 'watch' };
    case 'UNWATCH':
      return { type: 'unwatch' };
    case 'SELECT':
      return { type: 'select', database: numberOf(command[1]) };
    case 'CLIENT':
      return HARMLESS_OF_CLIENT.has(upperWordOf(command[1])) ? undefined : { type: 'setting' };
    default:
      return undefined;
  }
}

/** What MULTI does. */
export const BEGIN: Effect = { type: 'begin' };
/** What EXEC does. */
export const EXECUTE: Effect = { type: 'execute' };
