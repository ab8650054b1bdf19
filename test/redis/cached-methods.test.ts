import type { Redis } from 'hawser/redis';
import { expect, test } from 'vitest';
import { keysOf } from '../../src/redis/command-keys.ts';
import { READ_ONLY } from '../../src/redis/command-table.ts';
import { CACHED_METHODS, NEVER_CACHED, whyNotCached } from '../../src/redis/caching/cacheable-commands.ts';
import { CacheEntry, CacheStore } from '../../src/redis/caching/cache-store.ts';
import { KeyIndex } from '../../src/redis/caching/key-index.ts';
import { copyOf, sizeOf } from '../../src/redis/caching/shared-value.ts';
import { Tracking } from '../../src/redis/caching/tracking.ts';
import { COMMAND_LINES } from '../../src/redis/generated/command-lines.ts';
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

test('a store is at any time what a plain list of the same steps is', () => {
  const random = new SeededRandom(1);
  const tracking = new Tracking();
  const bounds = { maxEntries: 5, maxBytes: 4_000 };
  const store = new CacheStore(bounds);
  let model: CacheEntry[] = [];
  const keep = (entry: CacheEntry): void => {
    model = model.filter(({ id }) => id !== entry.id);
    if (entry.bytes > bounds.maxBytes) return;
    model.push(entry);
    const bytes = (): number => model.reduce((sum, each) => sum + each.bytes, 0);
    while (model.length > bounds.maxEntries || bytes() > bounds.maxBytes) model.shift();
  };
  for (let step = 0; step < 3_000; step += 1) {
    const id = String(random.integer(0, 9));
    const dice = random.next();
    const entry = store.get(id);
    if (dice < 0.5) {
      const keys = [...new Set([id, String(random.integer(0, 9))])];
      const value = 'x'.repeat(random.integer(0, 1_500));
      const made = new CacheEntry(id, keys, value, tracking, step);
      store.put(made);
      keep(made);
    } else if (dice < 0.8 && entry !== undefined) {
      store.touch(entry);
      model = [...model.filter((each) => each !== entry), entry];
    } else if (dice < 0.99) {
      store.deleteKey(id);
      model = model.filter(({ keys }) => !keys.includes(id));
    } else {
      store.clear();
      model = [];
    }
    expect(store.entries).toBe(model.length);
    expect(store.bytes).toBe(model.reduce((sum, each) => sum + each.bytes, 0));
    for (const each of model) expect(store.get(each.id)).toBe(each);
  }
  expect(store.evictions).toBeGreaterThan(100);
});

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
