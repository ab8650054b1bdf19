import { Buffer } from 'node:buffer';
import type { RedisReply } from '../reply.ts';

/** What an object takes besides what is in it, about. */
const OBJECT_BYTES = 64;
const ITEM_BYTES = 16;

/** A value of its own for each caller, so that what one does to it no other sees. What cannot be changed is not copied. */
export function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const copy = new Array<unknown>(value.length);
    for (let index = 0; index < value.length; index += 1) copy[index] = copyOf(value[index]);
    return copy;
  }
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    for (const [key, item] of value) copy.set(copyOf(key), copyOf(item));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>();
    for (const item of value) copy.add(copyOf(item));
    return copy;
  }
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as Record<string, unknown>;
  for (const name in value) copy[name] = copyOf((value as Record<string, unknown>)[name]);
  return copy;
}

/** A string takes a byte for each character, or two where one of them is beyond Latin-1; so it does at most. */
function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  return bytes === text.length ? bytes : Math.max(bytes, 2 * text.length);
}

/** About how many bytes a value takes, at least as many as its text. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return textBytes(value) + ITEM_BYTES;
  if (typeof value !== 'object' || value === null) return ITEM_BYTES;
  if (value instanceof Uint8Array) return value.length + OBJECT_BYTES;
  let bytes = OBJECT_BYTES;
  if (Array.isArray(value) || value instanceof Set) {
    for (const item of value as Iterable<RedisReply>) bytes += sizeOf(item);
  } else if (value instanceof Map) {
    for (const [key, item] of value) bytes += sizeOf(key) + sizeOf(item);
  } else {
    for (const name in value) bytes += sizeOf(name) + sizeOf((value as Record<string, unknown>)[name]);
  }
  return bytes;
}
