import { Buffer } from 'node:buffer';
import { upperWordOf, type RedisArgument } from '../argument-text.ts';
import { firstKeyPosition, keysOf } from '../command-keys.ts';
import type { RedisCommand } from '../commands.ts';
import { hashSlotOf } from './hash-slot.ts';

/** What is hashed as a key is, and is none: no prefix is put in front of it. */
const CHANNEL_COMMANDS: ReadonlySet<string> = new Set(['SPUBLISH']);
/** Far more than there are commands: a program that makes up names starts the cache over, and does not make it grow. */
const CACHED_NAMES_MAX = 2_048;

/** Which slot a command is about. */
export class CommandSlots {
  readonly #prefix: string | undefined;
  /** By name: where the first key is, where that is always the same place. */
  readonly #places = new Map<string, number | undefined>();

  constructor(keyPrefix: string | undefined) {
    this.#prefix = keyPrefix;
  }

  /**
   * The slot of a command's first key; `undefined` where it has none. Whether its other keys are in the same slot is for the
   * server to say. Of a command that is not known, the first argument is taken for a key: a node that has not got it says who has.
   */
  of(name: string, command: RedisCommand): number | undefined {
    const place = this.#placeOf(name);
    const key = place === undefined ? keyIn(command) : command[place];
    return key === undefined ? undefined : this.#slotOf(name, key);
  }

  /** As {@link CommandSlots.of}, of a command of one argument. */
  ofUnary(name: string, argument: RedisArgument): number | undefined {
    const place = this.#placeOf(name);
    if (place === undefined) return this.of(name, [name, argument]);
    return place === 1 ? this.#slotOf(name, argument) : undefined;
  }

  /** The slot of a key by itself. */
  ofKey(key: RedisArgument): number {
    return this.#slotOf('', key);
  }

  #slotOf(name: string, key: RedisArgument): number {
    const prefix = this.#prefix;
    if (prefix === undefined || CHANNEL_COMMANDS.has(name)) return hashSlotOf(key);
    if (key instanceof Uint8Array) return hashSlotOf(Buffer.concat([Buffer.from(prefix), key]));
    return hashSlotOf(`${prefix}${key}`);
  }

  #placeOf(name: string): number | undefined {
    const place = this.#places.get(name);
    if (place !== undefined || this.#places.has(name)) return place;
    if (this.#places.size >= CACHED_NAMES_MAX) this.#places.clear();
    const found = CHANNEL_COMMANDS.has(name) ? 1 : firstKeyPosition(name);
    this.#places.set(name, found);
    return found;
  }
}

function keyIn(command: RedisCommand): RedisArgument | undefined {
  const keys = keysOf(command);
  if (keys !== undefined) return keys[0] === undefined ? undefined : command[keys[0]];
  // A container's subcommand is no key, of the containers that are known.
  return upperWordOf(command[0]) === '' ? undefined : command[1];
}
