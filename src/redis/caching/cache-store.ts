import { KeyIndex, type Keyed } from './key-index.ts';
import type { SharedRead } from './shared-read.ts';
import { sizeOf } from './shared-value.ts';
import type { Tracking } from './tracking.ts';

/** What an entry takes besides its texts, about: itself, its places in two tables that are half full, the list of its keys. */
const ENTRY_BYTES = 320;
const KEY_BYTES = 64;

/** A reply that is kept. */
export interface KnownReply {
  readonly value: unknown;
  /** On which session it was read. */
  readonly tracking: Tracking;
  /** In the clock's milliseconds. */
  readonly storedAt: number;
  /** What it takes with all that belongs to it, about. */
  readonly bytes: number;
}

/** What has been asked: a reply to it is kept, or a read asks for one, or both. Only {@link CacheStore} changes it. */
export class CacheEntry implements Keyed {
  /** What is asked, and how it is wanted. */
  readonly id: string;
  readonly keys: readonly string[];
  known: KnownReply | undefined = undefined;
  /** What others may join, and whose reply is to be kept: no write of our own to the keys has come after it. */
  read: SharedRead | undefined = undefined;
  newer: CacheEntry | undefined = undefined;
  older: CacheEntry | undefined = undefined;

  constructor(id: string, keys: readonly string[]) {
    this.id = id;
    this.keys = keys;
  }
}

/** Most that a {@link CacheStore} knows. */
export interface CacheBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/**
 * Replies by what was asked, within bounds: where there is no room, the one goes that was not looked at for longest. Reads that
 * are on their way are in the same tables, since most of them become replies that are kept: a table that is filled and
 * emptied again and again costs more than the request.
 */
export class CacheStore {
  readonly #bounds: CacheBounds;
  readonly #byId = new Map<string, CacheEntry>();
  readonly #byKey = new KeyIndex<CacheEntry>();
  #newest: CacheEntry | undefined;
  #oldest: CacheEntry | undefined;
  #known = 0;
  #bytes = 0;
  #evictions = 0;

  constructor(bounds: CacheBounds) {
    this.#bounds = bounds;
  }

  /** How many replies are kept. */
  get known(): number {
    return this.#known;
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

  /** What is known is in use: others go before it. */
  touch(entry: CacheEntry): void {
    if (entry === this.#newest) return;
    this.#unlink(entry);
    this.#link(entry);
  }

  /** Somebody asks, and others may join. */
  ask(id: string, read: SharedRead): CacheEntry {
    let entry = this.#byId.get(id);
    if (entry === undefined) {
      entry = new CacheEntry(id, read.keys);
      this.#byId.set(id, entry);
      this.#byKey.add(entry);
    }
    entry.read = read;
    return entry;
  }

  /** Keeps a reply instead of what was known, if it fits at all. Nobody asks any more. */
  keep(entry: CacheEntry, value: unknown, tracking: Tracking, storedAt: number): void {
    const { maxEntries, maxBytes } = this.#bounds;
    const bytes = bytesOf(entry, value);
    if (bytes > maxBytes) {
      this.drop(entry);
      return;
    }
    entry.read = undefined;
    this.#forgetKnown(entry);
    entry.known = { value, tracking, storedAt, bytes };
    this.#bytes += bytes;
    this.#known += 1;
    this.#link(entry);
    while (this.#known > maxEntries || this.#bytes > maxBytes) {
      this.#evictions += 1;
      this.forget(this.#oldest!);
    }
  }

  /** Nobody asks any more, and nothing has come of it that is to be kept. */
  unask(entry: CacheEntry): void {
    entry.read = undefined;
    this.#leave(entry);
  }

  /** What was known is known no more; who asks will know. */
  forget(entry: CacheEntry): void {
    this.#forgetKnown(entry);
    this.#leave(entry);
  }

  /** What was known is known no more, and what comes is not to be kept. */
  drop(entry: CacheEntry): void {
    entry.read = undefined;
    this.forget(entry);
  }

  /** All that reads this key, in a list of its own. */
  of(key: string): readonly CacheEntry[] {
    return this.#byKey.of(key);
  }

  /** All there is. */
  all(): Iterable<CacheEntry> {
    return this.#byId.values();
  }

  #forgetKnown(entry: CacheEntry): void {
    if (entry.known === undefined) return;
    this.#bytes -= entry.known.bytes;
    entry.known = undefined;
    this.#known -= 1;
    this.#unlink(entry);
  }

  #leave(entry: CacheEntry): void {
    if (entry.known !== undefined || entry.read !== undefined) return;
    this.#byId.delete(entry.id);
    this.#byKey.delete(entry);
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
    entry.newer = undefined;
    entry.older = undefined;
  }
}

function bytesOf({ id, keys }: CacheEntry, value: unknown): number {
  let bytes = ENTRY_BYTES + id.length + sizeOf(value);
  for (const key of keys) bytes += KEY_BYTES + key.length;
  return bytes;
}
