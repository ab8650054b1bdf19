import { resp } from '../resp-wire.ts';
import {
  NOT_AN_INTEGER,
  OK,
  SYNTAX_ERROR,
  WRONG_TYPE,
  integerOf,
  isInteger,
  wrongNumberOfArguments,
  type CommandContext,
  type CommandSpec,
} from './redis-command-spec.ts';
import type { SimulatedDatabase } from './simulated-database.ts';

type Run = CommandSpec['run'];

/** How long a key lives that SET sets. */
type Lifetime = { readonly kind: 'keep' } | { readonly kind: 'until'; readonly atMs: number };

interface SetOptions {
  readonly condition: 'NX' | 'XX' | undefined;
  readonly lifetime: Lifetime | undefined;
  readonly getsOld: boolean;
}

function databaseOf({ session, database }: CommandContext): SimulatedDatabase {
  return database(session.database);
}

const get: Run = (context, [key]) => {
  const value = databaseOf(context).get(String(key));
  if (value === undefined) return resp.nil(context.session.protocol);
  return value instanceof Uint8Array ? resp.bulk(value) : WRONG_TYPE;
};

const mget: Run = (context, keys) =>
  resp.array(
    keys.map((key) => {
      const value = databaseOf(context).get(String(key));
      return value instanceof Uint8Array ? resp.bulk(value) : resp.nil(context.session.protocol);
    }),
  );

const set: Run = (context, [name, value, ...words]) => {
  const options = setOptions(context, words);
  if (options instanceof Uint8Array) return options;
  const { condition, lifetime, getsOld } = options;
  const keys = databaseOf(context);
  const key = String(name);
  const old = keys.get(key);
  if (getsOld && old !== undefined && !(old instanceof Uint8Array)) return WRONG_TYPE;
  const nil = resp.nil(context.session.protocol);
  const oldReply = old instanceof Uint8Array ? resp.bulk(old) : nil;
  if (condition !== undefined && (old !== undefined) !== (condition === 'XX')) {
    return getsOld ? oldReply : nil;
  }
  const expiry = lifetime?.kind === 'keep' ? keys.expiry(key) : lifetime?.atMs;
  keys.set(key, value as Buffer);
  if (expiry !== undefined) keys.expireAt(key, expiry);
  context.applied('SET', key);
  return getsOld ? oldReply : OK;
};

/** What SET is told, or the error in it. */
function setOptions({ nowMs }: CommandContext, args: readonly Buffer[]): SetOptions | Buffer {
  const words = [...args];
  let condition: SetOptions['condition'];
  let lifetime: Lifetime | undefined;
  let getsOld = false;
  while (words.length > 0) {
    const word = String(words.shift()).toUpperCase();
    if ((word === 'NX' || word === 'XX') && (condition ?? word) === word) condition = word;
    else if (word === 'GET') getsOld = true;
    else if (word === 'KEEPTTL' && lifetime?.kind !== 'until') lifetime = { kind: 'keep' };
    else if ((word === 'PX' || word === 'EX') && lifetime === undefined && words.length > 0) {
      const amount = integerOf(words.shift());
      if (amount === undefined) return NOT_AN_INTEGER;
      const ms = amount * (word === 'EX' ? 1_000n : 1n);
      if (amount <= 0n || !isInteger(ms)) return resp.error("ERR invalid expire time in 'set' command");
      lifetime = { kind: 'until', atMs: nowMs() + Number(ms) };
    } else return SYNTAX_ERROR;
  }
  return { condition, lifetime, getsOld };
}

const mset: Run = (context, args) => {
  if (args.length % 2 === 1) return wrongNumberOfArguments('mset');
  for (let index = 0; index < args.length; index += 2) {
    const key = String(args[index]);
    databaseOf(context).set(key, args[index + 1] as Buffer);
    context.applied('MSET', key);
  }
  return OK;
};

/** INCR and the like: adds what `incrementOf` makes of the second argument. */
function adding(command: string, incrementOf: (argument: Buffer | undefined) => bigint | undefined): Run {
  return (context, [name, argument]) => {
    const keys = databaseOf(context);
    const key = String(name);
    const increment = incrementOf(argument);
    const old = keys.get(key) ?? Buffer.from('0');
    if (increment === undefined) return NOT_AN_INTEGER;
    if (!(old instanceof Uint8Array)) return WRONG_TYPE;
    const value = integerOf(old);
    if (value === undefined) return NOT_AN_INTEGER;
    if (!isInteger(value + increment)) return resp.error('ERR increment or decrement would overflow');
    const expiry = keys.expiry(key);
    keys.set(key, Buffer.from(String(value + increment)));
    if (expiry !== undefined) keys.expireAt(key, expiry);
    context.applied(command, key);
    return resp.integer(value + increment);
  };
}

const del: Run = (context, names) => {
  const keys = databaseOf(context);
  const deleted = names.map(String).filter((name) => keys.get(name) !== undefined && keys.delete(name));
  for (const name of deleted) context.applied('DEL', name);
  return resp.integer(deleted.length);
};

const exists: Run = (context, names) => {
  const keys = databaseOf(context);
  return resp.integer(names.filter((name) => keys.get(String(name)) !== undefined).length);
};

/** EXPIRE and PEXPIRE, without conditions. */
function expiring(command: string, unitMs: bigint): Run {
  return (context, [name, argument]) => {
    const keys = databaseOf(context);
    const key = String(name);
    const amount = integerOf(argument);
    if (amount === undefined) return NOT_AN_INTEGER;
    if (!isInteger(amount * unitMs)) {
      return resp.error(`ERR invalid expire time in '${command.toLowerCase()}' command`);
    }
    if (keys.get(key) === undefined) return resp.integer(0);
    if (amount <= 0n) keys.delete(key);
    else keys.expireAt(key, context.nowMs() + Number(amount * unitMs));
    context.applied(command, key);
    return resp.integer(1);
  };
}

/** TTL and PTTL. */
function remaining(unitMs: number): Run {
  return (context, [name]) => {
    const keys = databaseOf(context);
    const key = String(name);
    if (keys.get(key) === undefined) return resp.integer(-2);
    const expiry = keys.expiry(key);
    return resp.integer(expiry === undefined ? -1 : Math.round((expiry - context.nowMs()) / unitMs));
  };
}

const type: Run = (context, [key]) => {
  const value = databaseOf(context).get(String(key));
  if (value === undefined) return resp.simple('none');
  if (value instanceof Uint8Array) return resp.simple('string');
  return resp.simple(Array.isArray(value) ? 'list' : 'hash');
};

/** Commands on strings, and on keys of any kind. */
export const KEY_COMMANDS: readonly (readonly [string, CommandSpec])[] = [
  ['GET', { arguments: [1, 1], run: get }],
  ['MGET', { arguments: [1, Infinity], run: mget }],
  ['SET', { arguments: [2, Infinity], run: set }],
  ['MSET', { arguments: [2, Infinity], run: mset }],
  ['INCR', { arguments: [1, 1], run: adding('INCR', () => 1n) }],
  ['DECR', { arguments: [1, 1], run: adding('DECR', () => -1n) }],
  ['INCRBY', { arguments: [2, 2], run: adding('INCRBY', integerOf) }],
  ['DEL', { arguments: [1, Infinity], run: del }],
  ['EXISTS', { arguments: [1, Infinity], run: exists }],
  ['EXPIRE', { arguments: [2, 2], run: expiring('EXPIRE', 1_000n) }],
  ['PEXPIRE', { arguments: [2, 2], run: expiring('PEXPIRE', 1n) }],
  ['TTL', { arguments: [1, 1], run: remaining(1_000) }],
  ['PTTL', { arguments: [1, 1], run: remaining(1) }],
  ['TYPE', { arguments: [1, 1], run: type }],
];
