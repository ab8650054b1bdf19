import { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';

/** The bytes of a key as text of one character for each: the same however the key was written. */
export function keyName(key: RedisArgument): string {
  if (key instanceof Uint8Array) {
    return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
  }
  const text = String(key);
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');
}
