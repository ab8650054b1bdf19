import { Buffer } from 'node:buffer';
import { HawserError, withoutStack } from '../core/index.ts';
import type { RedisReply, ReplyForm } from './reply.ts';
import type { ReplyField, ReplyShape } from './reply-notation.ts';
import { violation } from './resp-limits.ts';
import { doubleOf } from './resp-values.ts';

/** Makes the caller's value of a reply, in which maps and sets are flat lists. Throws for a reply of another shape. */
export type Conversion = (reply: RedisReply, form: ReplyForm) => RedisReply;

/**
 * What makes values of a shape; `undefined` where they are as they come, as long as no Buffers are asked for (`asBuffers`).
 */
export function conversionOf(shape: ReplyShape, asBuffers: boolean): Conversion | undefined {
  switch (shape.kind) {
    case 'any':
    case 'bulk':
    case 'bytes':
      return undefined;
    case 'key':
      return keyName;
    case 'literal':
    case 'str':
      return asBuffers ? text : undefined;
    case 'place':
      return place;
    case 'int':
      return integer;
    case 'bool':
      return truth;
    case 'double':
      return double;
    case 'nullable':
      return nullable(shape.of, asBuffers);
    case 'list':
      return list(shape.of, asBuffers);
    case 'record':
      return record(shape.of, asBuffers);
    case 'tuple':
      return tuple(shape.fields, asBuffers);
    case 'struct':
      return struct(shape.fields, asBuffers);
  }
}

/** A key without the prefix of the client; one of another's as it is. */
function keyName(reply: RedisReply, { keyPrefix }: ReplyForm): RedisReply {
  if (keyPrefix === undefined) return reply;
  if (typeof reply === 'string') return reply.startsWith(keyPrefix) ? reply.slice(keyPrefix.length) : reply;
  if (!Buffer.isBuffer(reply)) return reply;
  const { length } = Buffer.from(keyPrefix);
  return reply.subarray(0, length).toString() === keyPrefix ? reply.subarray(length) : reply;
}

function text(reply: RedisReply): RedisReply {
  return typeof reply === 'string' ? reply : textOf(reply);
}

function textOf(reply: RedisReply): string {
  if (typeof reply === 'string') return reply;
  if (reply instanceof Uint8Array) return reply.toString();
  throw violation('text in a reply');
}

/** Some integers come as text, such as those of TIME. */
function integer(reply: RedisReply, form: ReplyForm): RedisReply {
  if (typeof reply === 'number') return reply;
  const value = typeof reply === 'bigint' ? reply : wholeNumberIn(textOf(reply));
  if (form.bigints) return value;
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
    throw unsafeInteger();
  return Number(value);
}

function wholeNumberIn(digits: string): bigint {
  if (!/^-?\d+$/.test(digits)) throw violation('an integer in a reply');
  return BigInt(digits);
}

/** The error for an integer that no number holds exactly. The command has run all the same. */
function unsafeInteger(): HawserError {
  return withoutStack(
    () =>
      new HawserError(
        'UNSAFE_INTEGER',
        'the command has run, but an integer of its reply is beyond 2^53 - 1; pass { bigints: true }',
        { outcome: 'unknown' },
      ),
  );
}

function truth(reply: RedisReply): RedisReply {
  if (typeof reply === 'boolean') return reply;
  const value = Number(reply);
  if (value !== 0 && value !== 1) throw violation('0 or 1 in a reply');
  return value === 1;
}

function double(reply: RedisReply): RedisReply {
  return typeof reply === 'number'
    ? reply
    : doubleOf(typeof reply === 'bigint' ? String(reply) : textOf(reply));
}

/** What was asked about a member follows it, in this order, each of another type. */
function place(reply: RedisReply, form: ReplyForm): RedisReply {
  const [member, ...rest] = itemsOf(reply);
  const values: Record<string, unknown> = { member };
  for (const item of rest) {
    if (Array.isArray(item)) values['position'] = { longitude: double(item[0]!), latitude: double(item[1]!) };
    else if (typeof item === 'string' || item instanceof Uint8Array) values['distance'] = double(item);
    else values['hash'] = integer(item, form);
  }
  return values as unknown as RedisReply;
}

function nullable(of: ReplyShape, asBuffers: boolean): Conversion | undefined {
  const convert = conversionOf(of, asBuffers);
  if (convert === undefined) return undefined;
  // RESP2 has no null for some lists of RESP3, and sends an empty one.
  const mayBeEmpty =
    of.kind === 'tuple' && of.fields.some(({ isOptional, isRest }) => !isOptional && !isRest);
  return (reply, form) =>
    reply === null || (mayBeEmpty && Array.isArray(reply) && reply.length === 0)
      ? null
      : convert(reply, form);
}

function list(of: ReplyShape, asBuffers: boolean): Conversion {
  const convert = conversionOf(of, asBuffers);
  const isPair = of.kind === 'tuple' && of.fields.length === 2;
  return (reply, form) => {
    const items = itemsOf(reply);
    if (convert === undefined) return items;
    // Pairs come in turn over RESP2, and one by one over RESP3.
    if (isPair && items.length > 0 && !Array.isArray(items[0])) return pairsOf(items, convert, form);
    for (let index = 0; index < items.length; index += 1) items[index] = convert(items[index]!, form);
    return items;
  };
}

function pairsOf(items: RedisReply[], convert: Conversion, form: ReplyForm): RedisReply {
  if (items.length % 2 > 0) throw violation('pairs in turn');
  const pairs: RedisReply[] = [];
  for (let index = 0; index < items.length; index += 2) {
    pairs.push(convert([items[index]!, items[index + 1]!], form));
  }
  return pairs;
}

function itemsOf(reply: RedisReply): RedisReply[] {
  if (Array.isArray(reply)) return reply;
  throw violation('a list in a reply');
}

function record(of: ReplyShape, asBuffers: boolean): Conversion {
  const convert = conversionOf(of, asBuffers);
  return (reply, form) => {
    const values = emptyRecord();
    eachEntry(reply, (name, value) => {
      values[name] = convert === undefined ? value : convert(value, form);
    });
    return values as unknown as RedisReply;
  };
}

/** Without a prototype, so that a field named `__proto__` is a field. */
function emptyRecord(): Record<string, RedisReply> {
  return Object.create(null) as Record<string, RedisReply>;
}

function eachEntry(reply: RedisReply, take: (name: string, value: RedisReply) => void): void {
  const items = itemsOf(reply);
  if (items.length % 2 > 0) throw violation('fields and values in turn');
  for (let index = 0; index < items.length; index += 2) take(nameOf(items[index]!), items[index + 1]!);
}

/** Some names are numbers, such as those of a histogram. */
function nameOf(reply: RedisReply): string {
  return typeof reply === 'number' || typeof reply === 'bigint' ? String(reply) : textOf(reply);
}

function struct(fields: readonly ReplyField[], asBuffers: boolean): Conversion {
  const conversions = new Map(fields.map(({ name, shape }) => [name, conversionOf(shape, asBuffers)]));
  return (reply, form) => {
    const values = emptyRecord();
    eachEntry(reply, (name, value) => {
      const convert = conversions.get(name);
      values[name] = convert === undefined ? value : convert(value, form);
    });
    return values as unknown as RedisReply;
  };
}

function tuple(fields: readonly ReplyField[], asBuffers: boolean): Conversion {
  const conversions = fields.map(({ shape }) => conversionOf(shape, asBuffers));
  return (reply, form) => {
    const items = itemsOf(reply);
    const values: Record<string, unknown> = {};
    for (const [index, { name, isOptional, isRest }] of fields.entries()) {
      const convert = conversions[index];
      const convertOne = (item: RedisReply): RedisReply =>
        convert === undefined ? item : convert(item, form);
      if (isRest) values[name] = items.slice(index).map(convertOne);
      else if (index < items.length) values[name] = convertOne(items[index]!);
      else if (!isOptional) throw violation(`${fields.length} items in a list of a reply`);
    }
    return values as unknown as RedisReply;
  };
}
