/** What a key holds: a string, a list or a hash. */
export type StoredValue = Buffer | Buffer[] | Map<string, Buffer>;

/** The keys of one database of a simulated Redis, by the time of its clock. */
export class SimulatedDatabase {
  readonly values: Map<string, StoredValue> = new Map();
  readonly #nowMs: () => number;
  readonly #expiries = new Map<string, number>();
  /** How often each key was changed. */
  readonly #versions = new Map<string, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get(key: string): StoredValue | undefined {
    if (this.#nowMs() >= (this.#expiries.get(key) ?? Infinity)) this.delete(key);
    return this.values.get(key);
  }

  /** Sets a key; one that is set anew does not expire. */
  set(key: string, value: StoredValue): void {
    this.values.set(key, value);
    this.#expiries.delete(key);
    this.touch(key);
  }

  /** Whether there was such a key. */
  delete(key: string): boolean {
    this.#expiries.delete(key);
    if (!this.values.delete(key)) return false;
    this.touch(key);
    return true;
  }

  /** The value of a key was changed in place; an empty one is none. */
  touch(key: string): void {
    const value = this.values.get(key);
    const isEmpty = Array.isArray(value) ? value.length === 0 : value instanceof Map && value.size === 0;
    if (isEmpty) this.delete(key);
    else this.#versions.set(key, this.version(key) + 1);
  }

  /** When a key ends, by the clock; `undefined` for one that does not. */
  expiry(key: string): number | undefined {
    return this.get(key) === undefined ? undefined : this.#expiries.get(key);
  }

  expireAt(key: string, atMs: number): void {
    this.#expiries.set(key, atMs);
    this.touch(key);
  }

  /** Differs after every change of the key, its end included. */
  version(key: string): number {
    return this.#versions.get(key) ?? 0;
  }
}
