import type { RedisValue } from './reply-reader.ts';

/** The items of a list; none where it is something else. */
export function listOf(value: RedisValue | undefined): readonly RedisValue[] {
  return Array.isArray(value) ? (value as readonly RedisValue[]) : [];
}

/** Reads a list of names and values in turn, as RESP2 has it for a map. */
export function fieldsOf(value: RedisValue | undefined): ReadonlyMap<string, RedisValue> {
  const items = listOf(value);
  return new Map(items.flatMap((name, at) => (at % 2 === 0 ? [[String(name), items[at + 1] ?? null]] : [])));
}
