import type { Redis } from 'hawser/redis';
import { expect, test } from 'vitest';
import { WaitLimits } from '../../src/core/index.ts';
import { keysOf } from '../../src/redis/command-keys.ts';
import { READ_ONLY } from '../../src/redis/command-table.ts';
import { CACHED_METHODS, NEVER_CACHED, whyNotCached } from '../../src/redis/caching/cacheable-commands.ts';
import { CacheStore, type CacheEntry } from '../../src/redis/caching/cache-store.ts';
import { KeyIndex } from '../../src/redis/caching/key-index.ts';
import { SharedRead } from '../../src/redis/caching/shared-read.ts';
import { copyOf, sizeOf } from '../../src/redis/caching/shared-value.ts';
import { Tracking } from '../../src/redis/caching/tracking.ts';
import { COMMAND_LINES } from '../../src/redis/generated/command-lines.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';

test('the methods of redis.cached are those of all commands that only read keys, but for those with a reason', () => {
  const expected = Object.entries(COMMAND_LINES)
    .filter(([, line]) => {
      const name = /^\d ([\w-]+)/.exec(line)![1]!;
      return whyNotCached(name, keysOf([name, '1', '1', '1'])?.length ?? 0) === undefined;
    })
    .map(([method]) => method);
  expect(CACHED_METHODS).toEqual(expected);
});

test('redis.cached has the types of the methods that it has, and no others', () => {
  const use = async (redis: Redis): Promise<void> => {
    const text: string | null = await redis.cached.get('a');
    const bytes: Buffer | null = await redis.cached.get('a', { buffers: true });
    const count: bigint = await redis.cached.llen('a', { bigints: true });
    const { value, isStale } = await redis.cached.evenIfDown((reads) => reads.hgetall('a'));
    const fields: Record<string, string> = value;
    // @ts-expect-error it writes
    void redis.cached.set('a', 'b');
    // @ts-expect-error it changes as time passes
    void redis.cached.ttl('a');
    void [text, bytes, count, fields, isStale];
  };
  expect(use).toBeTypeOf('function');
});

test('every command with a reason not to be kept only reads', () => {
  expect([...NEVER_CACHED.keys()].filter((name) => !READ_ONLY.has(name))).toEqual([]);
});

test('a copy is equal, of the same kind, and shares nothing that can be changed', () => {
  const record = Object.assign(Object.create(null) as object, { a: ['1', { deep: Buffer.from('x') }] });
  const value = [record, new Map([['k', [1n]]]), new Set(['m']), null, true, 1.5, 'text', { member: 'm' }];
  const copy = copyOf(value) as typeof value;
  expect(copy).toEqual(value);
  expect(Object.getPrototypeOf(copy[0])).toBeNull();
  const parts = (all: unknown): unknown[] =>
    typeof all === 'object' && all !== null && !Buffer.isBuffer(all)
      ? [all, ...(all instanceof Map ? [...all.values()] : Object.values(all)).flatMap(parts)]
      : Buffer.isBuffer(all)
        ? [all]
        : [];
  const originals = new Set(parts(value));
  expect(parts(copy).filter((part) => originals.has(part))).toEqual([]);
  expect(sizeOf(value)).toBeGreaterThan(100);
  expect(sizeOf('é'.repeat(100))).toBeGreaterThanOrEqual(200);
});

test('a store knows at any time what a plain list of the same steps does, and who asks', () => {
  const random = new SeededRandom(1);
  const tracking = new Tracking();
  const bounds = { maxEntries: 5, maxBytes: 4_000 };
  const store = new CacheStore(bounds);
  const limits = new WaitLimits<unknown>(new VirtualClock());
  const owner = { limits, left: () => {}, explainConnection: () => ({}) };
  const readOf = (keys: readonly string[]): SharedRead => new SharedRead('GET', keys, false, owner);
  const asking = new Map<string, CacheEntry>();
  /** What each takes; who was looked at last is behind. */
  const known = new Map<CacheEntry, number>();
  const keep = (entry: CacheEntry, value: string, step: number): void => {
    store.keep(entry, value, tracking, step);
    known.delete(entry);
    if (value.length > bounds.maxBytes) return;
    known.set(entry, entry.known!.bytes);
    for (const [oldest] of known) {
      if (known.size <= bounds.maxEntries && sumOf(known) <= bounds.maxBytes) break;
      known.delete(oldest);
    }
  };
  for (let step = 0; step < 2_000; step += 1) {
    const id = String(random.integer(0, 9));
    const dice = random.next();
    const asked = asking.get(id);
    const entry = store.get(id);
    if (dice < 0.3) {
      asking.set(id, store.ask(id, readOf([...new Set([id, String(Number(id) % 3)])])));
    } else if (dice < 0.65 && asked !== undefined) {
      keep(asked, 'x'.repeat(random.pick([0, 100, 1_000, 1_500, 4_500])), step);
      asking.delete(id);
    } else if (dice < 0.7 && asked !== undefined) {
      store.unask(asked);
      asking.delete(id);
    } else if (dice < 0.8 && entry?.known !== undefined) {
      store.touch(entry);
      known.delete(entry);
      known.set(entry, entry.known.bytes);
    } else if (dice < 0.9) {
      for (const each of store.of(id)) store.forget(each);
      deleteKey(known, id);
    } else if (dice < 0.99) {
      for (const each of store.of(id)) store.drop(each);
      deleteKey(known, id);
      for (const [other, { keys }] of asking) if (keys.includes(id)) asking.delete(other);
    } else {
      for (const each of store.all()) store.drop(each);
      known.clear();
      asking.clear();
    }
    expect([store.known, store.bytes]).toEqual([known.size, sumOf(known)]);
    expect(new Set(store.all())).toEqual(new Set([...known.keys(), ...asking.values()]));
    for (const each of store.all()) {
      expect(store.get(each.id)).toBe(each);
      expect(each.read?.keys).toEqual(asking.has(each.id) ? each.keys : undefined);
      for (const key of each.keys) expect(store.of(key)).toContain(each);
    }
  }
  expect(store.evictions).toBeGreaterThan(20);
});

function sumOf(known: ReadonlyMap<CacheEntry, number>): number {
  return [...known.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function deleteKey(known: Map<CacheEntry, number>, key: string): void {
  for (const entry of known.keys()) if (entry.keys.includes(key)) known.delete(entry);
}

test('an index forgets what it is told to, of one reader or several', () => {
  const index = new KeyIndex<{ readonly keys: readonly string[] }>();
  const [one, two] = [{ keys: ['a', 'b'] }, { keys: ['a'] }];
  index.add(one);
  index.add(two);
  expect(index.of('a')).toEqual([one, two]);
  index.delete(one);
  index.delete(one);
  expect(index.of('a')).toEqual([two]);
  expect(index.of('b')).toEqual([]);
  index.delete(two);
  expect(index.of('a')).toEqual([]);
});
