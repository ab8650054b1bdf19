import { Buffer } from 'node:buffer';

// About what V8 takes, as `npm run bench -- caching` measures it. A place in a list belongs to what is in it.
const NUMBER_BYTES = 16;
/** Besides its characters. */
const TEXT_BYTES = 32;
/** Besides what is in it. */
const OBJECT_BYTES = 64;
const BUFFER_BYTES = 128;
/** Besides the key and the value, or the member. */
const TABLE_BYTES = 40;

/** A value of its own for each caller, so that what one does to it no other sees. What cannot be changed is not copied. */
export function copyOf(value: unknown): unknown {
  return copyWith(value, copyOfBytes);
}

/**
 * A copy whose Buffers share memory with each other alone. As they come they are parts of what Node.js has allocated for many: to keep
 * one of a few bytes would keep 8 KiB.
 */
export function compactOf(value: unknown): unknown {
  const memory = Buffer.allocUnsafeSlow(bufferBytesOf(value));
  let end = 0;
  return copyWith(value, (bytes) => {
    const start = end;
    memory.set(bytes, start);
    end += bytes.length;
    return memory.subarray(start, end);
  });
}

type CopyBytes = (bytes: Uint8Array) => Buffer;

function copyOfBytes(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}

function copyWith(value: unknown, copyBytes: CopyBytes): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const copy = new Array<unknown>(value.length);
    for (let index = 0; index < value.length; index += 1) copy[index] = copyWith(value[index], copyBytes);
    return copy;
  }
  if (value instanceof Uint8Array) return copyBytes(value);
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    for (const [key, item] of value) copy.set(copyWith(key, copyBytes), copyWith(item, copyBytes));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>();
    for (const item of value) copy.add(copyWith(item, copyBytes));
    return copy;
  }
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as Record<string, unknown>;
  for (const name in value) copy[name] = copyWith((value as Record<string, unknown>)[name], copyBytes);
  return copy;
}

/** What is in an object, the names of its fields apart. */
function itemsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Set) return value as Iterable<unknown>;
  if (!(value instanceof Map)) return Object.values(value as Record<string, unknown>);
  const entries: ReadonlyMap<unknown, unknown> = value;
  return [...entries.keys(), ...entries.values()];
}

function bufferBytesOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  let bytes = 0;
  if (typeof value !== 'object' || value === null) return bytes;
  for (const item of itemsOf(value)) bytes += bufferBytesOf(item);
  return bytes;
}

/** A string takes a byte for each character, or two where one of them is beyond Latin-1; so it does at most. */
function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  return bytes === text.length ? bytes : Math.max(bytes, 2 * text.length);
}

/** About how many bytes a value takes, at least as many as its text. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return textBytes(value) + TEXT_BYTES;
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES;
  if (value instanceof Uint8Array) return value.length + BUFFER_BYTES;
  let bytes = OBJECT_BYTES;
  for (const item of itemsOf(value)) bytes += sizeOf(item);
  if (value instanceof Map || value instanceof Set) return bytes + value.size * TABLE_BYTES;
  if (!Array.isArray(value)) for (const name in value) bytes += sizeOf(name);
  return bytes;
}
