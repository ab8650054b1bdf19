import { KeyIndex } from './key-index.ts';
import { sizeOf } from './shared-value.ts';
import type { Tracking } from './tracking.ts';

/** What an entry takes besides its texts, about: itself, its places in two tables, the set of its keys. */
const ENTRY_BYTES = 384;
const KEY_BYTES = 64;

/** One reply that is kept. */
export class CacheEntry {
  readonly id: string;
  readonly keys: readonly string[];
  readonly value: unknown;
  /** On which session it was read. */
  readonly tracking: Tracking;
  /** In the clock's milliseconds. */
  readonly storedAt: number;
  readonly bytes: number;
  newer: CacheEntry | undefined;
  older: CacheEntry | undefined;

  constructor(id: string, keys: readonly string[], value: unknown, tracking: Tracking, storedAt: number) {
    this.id = id;
    this.keys = keys;
    this.value = value;
    this.tracking = tracking;
    this.storedAt = storedAt;
    let bytes = ENTRY_BYTES + id.length + sizeOf(value);
    for (const key of keys) bytes += KEY_BYTES + key.length;
    this.bytes = bytes;
  }
}

/** Most that a {@link CacheStore} holds. */
export interface CacheBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** Replies by what was asked, within bounds: where there is no room, the one goes that was not looked at for longest. */
export class CacheStore {
  readonly #bounds: CacheBounds;
  readonly #byId = new Map<string, CacheEntry>();
  readonly #byKey = new KeyIndex<CacheEntry>();
  #newest: CacheEntry | undefined;
  #oldest: CacheEntry | undefined;
  #bytes = 0;
  #evictions = 0;

  constructor(bounds: CacheBounds) {
    this.#bounds = bounds;
  }

  get entries(): number {
    return this.#byId.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How many have gone for want of room. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Without having looked at it: {@link CacheStore.touch} does. */
  get(id: string): CacheEntry | undefined {
    return this.#byId.get(id);
  }

  /** It is in use: others go before it. */
  touch(entry: CacheEntry): void {
    if (entry === this.#newest) return;
    this.#unlink(entry);
    this.#link(entry);
  }

  /** Keeps it instead of what was kept for the same question, if it fits at all. */
  put(entry: CacheEntry): void {
    const { maxEntries, maxBytes } = this.#bounds;
    const before = this.#byId.get(entry.id);
    if (before !== undefined) this.delete(before);
    if (entry.bytes > maxBytes) return;
    this.#byId.set(entry.id, entry);
    this.#byKey.add(entry);
    this.#link(entry);
    this.#bytes += entry.bytes;
    while (this.#byId.size > maxEntries || this.#bytes > maxBytes) {
      this.#evictions += 1;
      this.delete(this.#oldest!);
    }
  }

  delete(entry: CacheEntry): void {
    this.#byId.delete(entry.id);
    this.#byKey.delete(entry);
    this.#unlink(entry);
    this.#bytes -= entry.bytes;
  }

  /** Forgets all that reads this key. */
  deleteKey(key: string): void {
    for (const entry of this.#byKey.of(key)) this.delete(entry);
  }

  clear(): void {
    this.#byId.clear();
    this.#byKey.clear();
    this.#newest = undefined;
    this.#oldest = undefined;
    this.#bytes = 0;
  }

  #link(entry: CacheEntry): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink(entry: CacheEntry): void {
    const { newer, older } = entry;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
  }
}
