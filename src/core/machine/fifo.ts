const LEAST_CAPACITY = 16;

/**
 * A first-in, first-out queue in a ring: no allocation per item, no shifting. Items are addressed by position,
 * 0 being the oldest.
 */
export class Fifo<T> {
  #ring: (T | undefined)[] = new Array<T | undefined>(LEAST_CAPACITY).fill(undefined);
  #mask = LEAST_CAPACITY - 1;
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length > this.#mask) this.#resize((this.#mask + 1) * 2);
    this.#ring[(this.#head + this.#length) & this.#mask] = item;
    this.#length += 1;
  }

  /** The oldest item. */
  peek(): T | undefined {
    return this.#ring[this.#head];
  }

  /** Item at a position from the oldest. */
  at(position: number): T | undefined {
    return this.#ring[(this.#head + position) & this.#mask];
  }

  /** Removes and returns the oldest item. */
  shift(): T | undefined {
    const item = this.#ring[this.#head];
    if (this.#length === 0) return undefined;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    this.#length -= 1;
    return item;
  }

  /** Keeps the items that pass, in their order, and gives back memory that a past peak took. */
  retain(passes: (item: T) => boolean): void {
    const kept: T[] = [];
    for (let position = 0; position < this.#length; position += 1) {
      const item = this.at(position) as T;
      if (passes(item)) kept.push(item);
    }
    let capacity = LEAST_CAPACITY;
    while (capacity < kept.length) capacity *= 2;
    this.#ring = new Array<T | undefined>(capacity).fill(undefined);
    for (const [position, item] of kept.entries()) this.#ring[position] = item;
    this.#mask = capacity - 1;
    this.#head = 0;
    this.#length = kept.length;
  }

  #resize(capacity: number): void {
    const ring = new Array<T | undefined>(capacity).fill(undefined);
    for (let position = 0; position < this.#length; position += 1) ring[position] = this.at(position);
    this.#ring = ring;
    this.#mask = capacity - 1;
    this.#head = 0;
  }
}
