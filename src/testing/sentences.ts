/** Sentences of one kind that are kept; of the others only their number is. */
const SENTENCES_MAX = 20;

/** A list of complaints that stays short however much there is to complain of. */
export class Sentences {
  readonly #kept: string[] = [];
  #count = 0;

  add(sentence: string): void {
    this.#count += 1;
    if (this.#kept.length < SENTENCES_MAX) this.#kept.push(sentence);
  }

  /** The first twenty, and how many more there were. */
  get list(): string[] {
    const more = this.#count - this.#kept.length;
    return more === 0 ? [...this.#kept] : [...this.#kept, `and ${more} more of this kind`];
  }
}
