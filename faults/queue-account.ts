import type { CallEnding } from 'hawser/testing';

/** Sentences of one kind that are told; what comes after says the same. */
const SENTENCES_MAX = 20;

/**
 * What is known of the entries that were put into a queue and taken out again. Each is put in once, and taken out once at most: by a
 * caller that was told, or by one that was told nothing.
 */
export class QueueAccount {
  readonly #put = new Map<string, CallEnding | undefined>();
  readonly #taken = new Map<string, number>();
  #unknownTakes = 0;

  /** An entry is being put in. Returns what is told how that ended. */
  put(entry: string): (ending: CallEnding) => void {
    this.#put.set(entry, undefined);
    return (ending) => void this.#put.set(entry, ending);
  }

  /** A caller was given an entry. */
  took(entry: string): void {
    this.#taken.set(entry, (this.#taken.get(entry) ?? 0) + 1);
  }

  /** A caller may have been given one, and does not know. */
  mayHaveTaken(): void {
    this.#unknownTakes += 1;
  }

  /** What does not add up, a sentence each. @param left what the server still has */
  check(left: readonly string[]): string[] {
    const places = new Map(this.#taken);
    for (const entry of left) places.set(entry, (places.get(entry) ?? 0) + 1);
    const odd: string[] = [];
    for (const [entry, count] of places) {
      if (count > 1) odd.push(`${entry} was put in once, and is there or was taken ${count} times`);
      const ending = this.#put.get(entry);
      if (!this.#put.has(entry)) odd.push(`${entry} was taken or is there, and nobody has put it in`);
      else if (ending === 'not-sent' || ending === 'refused') {
        odd.push(`${entry} was taken or is there, and was said to be ${ending}`);
      }
    }
    const gone = [...this.#put].filter(([entry, ending]) => ending === 'confirmed' && !places.has(entry));
    if (gone.length > this.#unknownTakes) {
      odd.push(
        `${gone.length} entries are gone, and only ${this.#unknownTakes} takers do not know what they were given`,
      );
    }
    return odd.slice(0, SENTENCES_MAX);
  }
}
