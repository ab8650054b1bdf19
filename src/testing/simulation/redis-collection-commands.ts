import { resp } from '../resp-wire.ts';
import {
  NOT_AN_INTEGER,
  WRONG_TYPE,
  integerOf,
  wrongNumberOfArguments,
  type CommandContext,
  type CommandSpec,
} from './redis-command-spec.ts';

type Run = CommandSpec['run'];

/** The list at a key, an empty one where there is none; `undefined` where the key holds something else. */
function listAt({ session, database }: CommandContext, key: string): Buffer[] | undefined {
  const value = database(session.database).get(key) ?? [];
  return Array.isArray(value) ? value : undefined;
}

function hashAt({ session, database }: CommandContext, key: string): Map<string, Buffer> | undefined {
  const value = database(session.database).get(key) ?? new Map<string, Buffer>();
  return value instanceof Map ? value : undefined;
}

/** Notes that the collection at a key was changed. */
function changed(
  context: CommandContext,
  command: string,
  key: string,
  value: Buffer[] | Map<string, Buffer>,
): void {
  const keys = context.database(context.session.database);
  // In place, so that an expiry stays.
  keys.values.set(key, value);
  keys.touch(key);
  context.applied(command, key);
}

function pushing(command: 'RPUSH' | 'LPUSH'): Run {
  return (context, [name, ...elements]) => {
    const key = String(name);
    const list = listAt(context, key);
    if (list === undefined) return WRONG_TYPE;
    if (command === 'RPUSH') list.push(...elements);
    else list.unshift(...elements.toReversed());
    changed(context, command, key, list);
    return resp.integer(list.length);
  };
}

function popping(command: 'RPOP' | 'LPOP'): Run {
  return (context, [name, argument]) => {
    const key = String(name);
    const count = argument === undefined ? 1n : integerOf(argument);
    if (count === undefined || count < 0n) return resp.error('ERR value is out of range, must be positive');
    const { protocol } = context.session;
    const list = listAt(context, key);
    if (list === undefined) return WRONG_TYPE;
    if (list.length === 0) return argument === undefined ? resp.nil(protocol) : resp.nilArray(protocol);
    const number = Math.min(Number(count), list.length);
    const taken = command === 'LPOP' ? list.splice(0, number) : list.splice(-number, number).toReversed();
    if (number > 0) changed(context, command, key, list);
    return argument === undefined ? resp.bulk(taken[0] as Buffer) : resp.array(taken.map(resp.bulk));
  };
}

const llen: Run = (context, [key]) => {
  const list = listAt(context, String(key));
  return list === undefined ? WRONG_TYPE : resp.integer(list.length);
};

const lrange: Run = (context, [key, first, last]) => {
  const start = integerOf(first);
  const stop = integerOf(last);
  if (start === undefined || stop === undefined) return NOT_AN_INTEGER;
  const list = listAt(context, String(key));
  if (list === undefined) return WRONG_TYPE;
  const place = (index: bigint): number => Math.max(0, Number(index) + (index < 0n ? list.length : 0));
  const end = stop < 0n ? Number(stop) + list.length : Number(stop);
  return resp.array(list.slice(place(start), end < 0 ? 0 : end + 1).map(resp.bulk));
};

const hset: Run = (context, [name, ...pairs]) => {
  if (pairs.length % 2 === 1) return wrongNumberOfArguments('hset');
  const key = String(name);
  const hash = hashAt(context, key);
  if (hash === undefined) return WRONG_TYPE;
  const before = hash.size;
  for (let index = 0; index < pairs.length; index += 2) {
    hash.set(String(pairs[index]), pairs[index + 1] as Buffer);
  }
  changed(context, 'HSET', key, hash);
  return resp.integer(hash.size - before);
};

const hget: Run = (context, [key, field]) => {
  const hash = hashAt(context, String(key));
  if (hash === undefined) return WRONG_TYPE;
  const value = hash.get(String(field));
  return value === undefined ? resp.nil(context.session.protocol) : resp.bulk(value);
};

const hdel: Run = (context, [name, ...fields]) => {
  const key = String(name);
  const hash = hashAt(context, key);
  if (hash === undefined) return WRONG_TYPE;
  const deleted = fields.filter((field) => hash.delete(String(field))).length;
  if (deleted > 0) changed(context, 'HDEL', key, hash);
  return resp.integer(deleted);
};

const hgetall: Run = (context, [key]) => {
  const hash = hashAt(context, String(key));
  if (hash === undefined) return WRONG_TYPE;
  const items = [...hash].flatMap(([field, value]) => [resp.bulk(field), resp.bulk(value)]);
  return resp.map(items, context.session.protocol);
};

/** Commands on lists and hashes. */
export const COLLECTION_COMMANDS: readonly (readonly [string, CommandSpec])[] = [
  ['RPUSH', { arguments: [2, Infinity], run: pushing('RPUSH') }],
  ['LPUSH', { arguments: [2, Infinity], run: pushing('LPUSH') }],
  ['RPOP', { arguments: [1, 2], run: popping('RPOP') }],
  ['LPOP', { arguments: [1, 2], run: popping('LPOP') }],
  ['LLEN', { arguments: [1, 1], run: llen }],
  ['LRANGE', { arguments: [3, 3], run: lrange }],
  ['HSET', { arguments: [3, Infinity], run: hset }],
  ['HGET', { arguments: [2, 2], run: hget }],
  ['HDEL', { arguments: [2, Infinity], run: hdel }],
  ['HGETALL', { arguments: [1, 1], run: hgetall }],
];
