import { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';

/** How many slots a Redis Cluster shares out. */
export const SLOTS = 16_384;

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const ASCII_MAX = 0x7f;

/** By byte: what it adds to a CRC-16 with the polynomial of XMODEM, 0x1021. */
const CRC_STEPS: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/**
 * The slot of a key: CRC-16 of it, or of what stands between its first `{` and the next `}`, if anything does, so that keys
 * can be kept together.
 *
 * Source: Redis Cluster specification, "Key distribution model" and "Hash tags".
 */
export function hashSlotOf(key: RedisArgument): number {
  if (typeof key === 'string') return slotOfText(key);
  return key instanceof Uint8Array ? slotOfBytes(key) : slotOfText(String(key));
}

/** Without making bytes of it, unless it has characters of several. */
function slotOfText(key: string): number {
  let from = 0;
  let end = key.length;
  const open = key.indexOf('{');
  if (open !== -1) {
    const close = key.indexOf('}', open + 1);
    if (close > open + 1) {
      from = open + 1;
      end = close;
    }
  }
  let crc = 0;
  for (let at = from; at < end; at += 1) {
    const code = key.charCodeAt(at);
    if (code > ASCII_MAX) return slotOfBytes(Buffer.from(key));
    crc = ((crc & 0xff) << 8) ^ CRC_STEPS[(crc >> 8) ^ code]!;
  }
  return crc & (SLOTS - 1);
}

function slotOfBytes(key: Uint8Array): number {
  let from = 0;
  let end = key.length;
  const open = key.indexOf(OPENING_BRACE);
  if (open !== -1) {
    const close = key.indexOf(CLOSING_BRACE, open + 1);
    if (close > open + 1) {
      from = open + 1;
      end = close;
    }
  }
  let crc = 0;
  for (let at = from; at < end; at += 1) {
    crc = ((crc & 0xff) << 8) ^ CRC_STEPS[(crc >> 8) ^ key[at]!]!;
  }
  return crc & (SLOTS - 1);
}
