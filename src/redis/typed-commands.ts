import type { Buffer } from 'node:buffer';
import {
  checkCallOptions,
  checkFlag,
  type BufferCallOptions,
  type CallOptions,
  type SetOptions,
  type TextCallOptions,
} from './call-options.ts';
import type { RedisReply } from './reply.ts';
import { violation } from './resp-limits.ts';
import { commandInfo, type CommandInfo, type RedisArgument, type RedisCommand } from './commands.ts';
import { invalidArgument } from './resp-encoder.ts';

/** What is known of a command before it is called. */
export interface TypedCall {
  readonly info: CommandInfo;
  /** Makes the caller's value of the reply, in which maps are flat. */
  readonly convert: ((reply: RedisReply) => RedisReply) | undefined;
}

const DEL = typed('DEL');
const EXISTS = typed('EXISTS');
const GET = typed('GET');
const HDEL = typed('HDEL');
const HGET = typed('HGET');
const HGETALL = typed('HGETALL', recordOf);
const HSET = typed('HSET');
const INCR = typed('INCR');
const INCRBY = typed('INCRBY');
const LRANGE = typed('LRANGE');
const MGET = typed('MGET');
const MSET = typed('MSET');
const PEXPIRE = typed('PEXPIRE', (reply) => reply === 1);
const PING = typed('PING');
const PTTL = typed('PTTL');
const RPUSH = typed('RPUSH');
const SET = typed('SET');

/** An object of arguments by their names; an interface will do as well as a type. */
type Values<V> = Readonly<Record<keyof V, RedisArgument>>;

/** The commands that are used most, with the types of their arguments and replies. Any other goes through `command`. */
export abstract class TypedCommands {
  /** The value of a key; `null` when there is none. */
  get(key: RedisArgument, options: BufferCallOptions): Promise<Buffer | null>;
  get(key: RedisArgument, options?: TextCallOptions): Promise<string | null>;
  get(key: RedisArgument, options?: CallOptions): Promise<string | Buffer | null>;
  get(key: RedisArgument, options?: CallOptions): Promise<unknown> {
    return this.runUnary(GET, key, options);
  }

  /** Sets a key. `OK`, or `null` when `nx` or `xx` kept it from being set. */
  set(key: RedisArgument, value: RedisArgument, options?: SetOptions): Promise<'OK' | null> {
    const reply =
      options === undefined
        ? this.run(SET, ['SET', key, value], undefined)
        : rejecting(() => this.run(SET, ['SET', key, value, ...setArguments(options)], options));
    return reply as Promise<'OK' | null>;
  }

  /** Removes keys. How many there were. */
  del(keys: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<number> {
    return this.run(DEL, ['DEL', ...listOf(keys)], options) as Promise<number>;
  }

  /** How many of the keys exist; one that is named twice counts twice. */
  exists(keys: RedisArgument | readonly RedisArgument[], options?: CallOptions): Promise<number> {
    return this.run(EXISTS, ['EXISTS', ...listOf(keys)], options) as Promise<number>;
  }

  /** Adds one. The new value; a bigint beyond 2^53 - 1. */
  incr(key: RedisArgument, options?: CallOptions): Promise<number | bigint> {
    return this.runUnary(INCR, key, options) as Promise<number | bigint>;
  }

  /** Adds a whole number. The new value. */
  incrBy(key: RedisArgument, increment: number | bigint, options?: CallOptions): Promise<number | bigint> {
    return this.run(INCRBY, ['INCRBY', key, increment], options) as Promise<number | bigint>;
  }

  /** Lets a key expire after so many milliseconds. Whether the key exists. */
  pexpire(key: RedisArgument, milliseconds: number, options?: CallOptions): Promise<boolean> {
    return this.run(PEXPIRE, ['PEXPIRE', key, milliseconds], options) as Promise<boolean>;
  }

  /** Milliseconds until a key expires; -1 when it does not, -2 when there is none. */
  pttl(key: RedisArgument, options?: CallOptions): Promise<number> {
    return this.runUnary(PTTL, key, options) as Promise<number>;
  }

  /** The values of keys, `null` in the place of one that does not exist. */
  mget(keys: readonly RedisArgument[], options: BufferCallOptions): Promise<(Buffer | null)[]>;
  mget(keys: readonly RedisArgument[], options?: TextCallOptions): Promise<(string | null)[]>;
  mget(keys: readonly RedisArgument[], options?: CallOptions): Promise<(string | Buffer | null)[]>;
  mget(keys: readonly RedisArgument[], options?: CallOptions): Promise<unknown> {
    return rejecting(() => this.run(MGET, ['MGET', ...assertKeys(keys)], options));
  }

  /** Sets keys, all at once. */
  mset<V extends Values<V>>(values: V, options?: CallOptions): Promise<'OK'> {
    return rejecting(() => this.run(MSET, ['MSET', ...pairsOf('MSET', values)], options)) as Promise<'OK'>;
  }

  /** One field of a hash; `null` when there is none. */
  hget(key: RedisArgument, field: RedisArgument, options: BufferCallOptions): Promise<Buffer | null>;
  hget(key: RedisArgument, field: RedisArgument, options?: TextCallOptions): Promise<string | null>;
  hget(key: RedisArgument, field: RedisArgument, options?: CallOptions): Promise<string | Buffer | null>;
  hget(key: RedisArgument, field: RedisArgument, options?: CallOptions): Promise<unknown> {
    return this.run(HGET, ['HGET', key, field], options);
  }

  /** Sets fields of a hash. How many of them are new. */
  hset<V extends Values<V>>(key: RedisArgument, fields: V, options?: CallOptions): Promise<number> {
    return rejecting(() =>
      this.run(HSET, ['HSET', key, ...pairsOf('HSET', fields)], options),
    ) as Promise<number>;
  }

  /** Removes fields of a hash. How many there were. */
  hdel(
    key: RedisArgument,
    fields: RedisArgument | readonly RedisArgument[],
    options?: CallOptions,
  ): Promise<number> {
    return this.run(HDEL, ['HDEL', key, ...listOf(fields)], options) as Promise<number>;
  }

  /** A hash, as an object without a prototype; empty when there is none. */
  hgetall(key: RedisArgument, options: BufferCallOptions): Promise<Record<string, Buffer>>;
  hgetall(key: RedisArgument, options?: TextCallOptions): Promise<Record<string, string>>;
  hgetall(key: RedisArgument, options?: CallOptions): Promise<Record<string, string | Buffer>>;
  hgetall(key: RedisArgument, options?: CallOptions): Promise<unknown> {
    return this.runUnary(HGETALL, key, options);
  }

  /** The elements of a list from one index to another, both included; negative ones count from the end. */
  lrange(key: RedisArgument, start: number, stop: number, options: BufferCallOptions): Promise<Buffer[]>;
  lrange(key: RedisArgument, start: number, stop: number, options?: TextCallOptions): Promise<string[]>;
  lrange(
    key: RedisArgument,
    start: number,
    stop: number,
    options?: CallOptions,
  ): Promise<(string | Buffer)[]>;
  lrange(key: RedisArgument, start: number, stop: number, options?: CallOptions): Promise<unknown> {
    return this.run(LRANGE, ['LRANGE', key, start, stop], options);
  }

  /** Adds elements to the end of a list. Its new length. */
  rpush(
    key: RedisArgument,
    elements: RedisArgument | readonly RedisArgument[],
    options?: CallOptions,
  ): Promise<number> {
    return this.run(RPUSH, ['RPUSH', key, ...listOf(elements)], options) as Promise<number>;
  }

  /** Asks for a sign of life. */
  ping(options?: TextCallOptions): Promise<'PONG'> {
    return this.run(PING, ['PING'], options) as Promise<'PONG'>;
  }

  /** Asks the server. */
  protected abstract run(
    call: TypedCall,
    command: RedisCommand,
    options: CallOptions | undefined,
  ): Promise<unknown>;

  /** As `run`, of a command of one argument. Most calls are one, and are made without an array for it. */
  protected abstract runUnary(
    call: TypedCall,
    argument: RedisArgument,
    options: CallOptions | undefined,
  ): Promise<unknown>;
}

function typed(name: string, convert?: TypedCall['convert']): TypedCall {
  return { info: commandInfo(name), convert };
}

function listOf(items: RedisArgument | readonly RedisArgument[]): readonly RedisArgument[] {
  return Array.isArray(items) ? (items as readonly RedisArgument[]) : [items as RedisArgument];
}

/** What is thrown while a command is put together is what the call rejects with. */
function rejecting<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return ask();
  } catch (error) {
    return Promise.reject(error);
  }
}

function assertKeys(keys: readonly RedisArgument[]): readonly RedisArgument[] {
  if (Array.isArray(keys)) return keys as readonly RedisArgument[];
  throw invalidArgument('keys of MGET', 'array', keys, 'MGET');
}

/** Names and values in turn. */
function pairsOf<V extends Values<V>>(command: string, values: V): RedisArgument[] {
  if (typeof values !== 'object' || values === null || Symbol.iterator in values) {
    throw invalidArgument(`values of ${command}`, 'object with a property for each', values, command);
  }
  return Object.entries<RedisArgument>(values).flat();
}

function setArguments(options: SetOptions): RedisArgument[] {
  checkCallOptions('SET', options);
  const { ex, px, keepTtl, nx, xx } = options;
  checkFlag('SET', 'keepTtl', keepTtl);
  checkFlag('SET', 'nx', nx);
  checkFlag('SET', 'xx', xx);
  const args: RedisArgument[] = [];
  if (ex !== undefined) args.push('EX', ex);
  if (px !== undefined) args.push('PX', px);
  if (keepTtl === true) args.push('KEEPTTL');
  if (nx === true) args.push('NX');
  if (xx === true) args.push('XX');
  return args;
}

/** Fields and values in turn, as an object. Without a prototype, so that a field named `__proto__` is a field. */
function recordOf(pairs: RedisReply): RedisReply {
  if (!Array.isArray(pairs) || pairs.length % 2 > 0) throw violation('fields and values in turn');
  const record = Object.create(null) as Record<string, RedisReply>;
  for (let index = 0; index < pairs.length; index += 2) {
    const field = pairs[index] as string | Buffer;
    record[typeof field === 'string' ? field : field.toString()] = pairs[index + 1]!;
  }
  return record as unknown as RedisReply;
}
