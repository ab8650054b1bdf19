import type { ReadEntry } from '../subject.ts';

/** What one reader was given of one stream, to be held against what was added to it. */
export class ReadEntries {
  readonly #who: string;
  readonly #isTrimmed: boolean;
  readonly #entries: { readonly number: number; readonly afterGap: boolean }[] = [];
  #lastId = '0';

  /** @param isTrimmed whether entries may have gone before they were read */
  constructor(who: string, isTrimmed: boolean) {
    this.#who = who;
    this.#isTrimmed = isTrimmed;
  }

  /** The number of the last one. */
  get last(): number {
    return this.#entries.at(-1)?.number ?? -1;
  }

  /** The id behind which it goes on. */
  get lastId(): string {
    return this.#lastId;
  }

  get count(): number {
    return this.#entries.length;
  }

  get gaps(): number {
    return this.#entries.filter(({ afterGap }) => afterGap).length;
  }

  add({ id, fields, afterGap }: ReadEntry): void {
    this.#lastId = id;
    this.#entries.push({ number: Number(fields['number']), afterGap });
  }

  /**
   * @param added numbers in the order of the stream
   * @param isWhole whether all of them should have been read by now
   */
  check(added: readonly number[], isWhole: boolean): string[] {
    const places = new Map(added.map((number, place) => [number, place]));
    const odd: string[] = [];
    let from = -1;
    for (const { number, afterGap } of this.#entries) {
      const place = places.get(number);
      if (place === undefined) odd.push(`${number} was read, and nobody has added it`);
      else if (place <= from) odd.push(`${number} was read twice, or behind a later one`);
      else {
        const missing = place - from - 1;
        // What is trimmed before anything was read is no gap of the reader's.
        const isTold = afterGap || missing === 0 || (this.#isTrimmed && from < 0);
        if (!isTold) odd.push(`${missing} are missing before ${number}, and no gap is told of`);
        if (afterGap && !this.#isTrimmed)
          odd.push(`a gap is told of before ${number}, and nothing was trimmed`);
        from = place;
      }
    }
    const left = added.length - 1 - from;
    if (isWhole && left > 0) odd.push(`the last ${left} were not read`);
    return odd.map((sentence) => `${this.#who}: ${sentence}`);
  }
}
