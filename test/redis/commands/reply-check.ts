import { Buffer } from 'node:buffer';
import type { ReplyShape } from '../../../src/redis/reply-notation.ts';

/** How the values of a reply were asked for. */
export interface Wanted {
  readonly buffers: boolean;
  readonly bigints: boolean;
}

/** Where a value is not of the type that a shape is declared as; nothing where it is. */
export function mismatch(shape: ReplyShape, value: unknown, wanted: Wanted, at: string = 'reply'): string[] {
  const isWrong = (expected: string): string[] => [`${at}: expected ${expected}, got ${describe(value)}`];
  switch (shape.kind) {
    case 'any':
      return value === undefined ? isWrong('anything') : [];
    case 'bulk':
    case 'key':
      return (wanted.buffers ? Buffer.isBuffer(value) : typeof value === 'string') ? [] : isWrong('bulk');
    case 'str':
      return typeof value === 'string' ? [] : isWrong('text');
    case 'bytes':
      return Buffer.isBuffer(value) ? [] : isWrong('a Buffer');
    case 'int':
      return (wanted.bigints ? typeof value === 'bigint' : Number.isSafeInteger(value))
        ? []
        : isWrong('an integer');
    case 'double':
      return typeof value === 'number' ? [] : isWrong('a number');
    case 'bool':
      return typeof value === 'boolean' ? [] : isWrong('a boolean');
    case 'literal':
      return value === shape.text ? [] : isWrong(shape.text);
    case 'nullable':
      return value === null ? [] : mismatch(shape.of, value, wanted, at);
    case 'list':
      if (!Array.isArray(value)) return isWrong('a list');
      return value.flatMap((item, index) => mismatch(shape.of, item, wanted, `${at}[${index}]`));
    case 'record':
      if (!isRecord(value)) return isWrong('an object without a prototype');
      return Object.entries(value).flatMap(([name, item]) =>
        mismatch(shape.of, item, wanted, `${at}.${name}`),
      );
    case 'place':
      return mismatchOfPlace(value, wanted, at);
    case 'tuple':
    case 'struct':
      return mismatchOfFields(shape, value, wanted, at);
  }
}

function mismatchOfFields(
  shape: Extract<ReplyShape, { kind: 'tuple' | 'struct' }>,
  value: unknown,
  wanted: Wanted,
  at: string,
): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`${at}: expected an object, got ${describe(value)}`];
  }
  const object = value as Record<string, unknown>;
  return shape.fields.flatMap(({ name, shape: of, isOptional, isRest }) => {
    const item = object[name];
    if (item === undefined) return isOptional ? [] : [`${at}.${name}: is missing`];
    return mismatch(isRest ? { kind: 'list', of } : of, item, wanted, `${at}.${name}`);
  });
}

function mismatchOfPlace(value: unknown, wanted: Wanted, at: string): string[] {
  const { member, distance, hash, position } = value as Record<string, unknown>;
  const number: ReplyShape = { kind: 'double' };
  return [
    ...mismatch({ kind: 'bulk' }, member, wanted, `${at}.member`),
    ...(distance === undefined ? [] : mismatch(number, distance, wanted, `${at}.distance`)),
    ...(hash === undefined ? [] : mismatch({ kind: 'int' }, hash, wanted, `${at}.hash`)),
    ...Object.entries(position ?? {}).flatMap(([name, item]) => mismatch(number, item, wanted, name)),
  ];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;
}

function describe(value: unknown): string {
  return `${typeof value} ${typeof value === 'bigint' ? value : JSON.stringify(value)}`.slice(0, 200);
}
