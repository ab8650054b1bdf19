/** What reads keys. */
export interface Keyed {
  /** By `keyName`, each once. */
  readonly keys: readonly string[];
}

/** Finds what reads a key. Most keys are read by one command, and take no set for it. */
export class KeyIndex<Item extends Keyed> {
  readonly #byKey = new Map<string, Item | Set<Item>>();

  add(item: Item): void {
    for (const key of item.keys) {
      const there = this.#byKey.get(key);
      if (there === undefined) this.#byKey.set(key, item);
      else if (there instanceof Set) there.add(item);
      else this.#byKey.set(key, new Set([there, item]));
    }
  }

  delete(item: Item): void {
    for (const key of item.keys) {
      const there = this.#byKey.get(key);
      if (there === item) this.#byKey.delete(key);
      else if (there instanceof Set && there.delete(item) && there.size === 0) this.#byKey.delete(key);
    }
  }

  /** All that reads a key, in a list of its own. */
  of(key: string): readonly Item[] {
    const there = this.#byKey.get(key);
    if (there === undefined) return [];
    return there instanceof Set ? [...there] : [there];
  }
}
