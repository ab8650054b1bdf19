interface Slice {
  from: number;
  to: number;
}

/**
 * What the replies of one counter have told, as slices of it: a call that added 2 and was told 7 owns what lies between
 * 5 and 7. Slices that touch are kept as one, so the memory grows with the gaps alone: the calls that nobody was told of.
 */
export class ToldSlices {
  /** Apart from each other, lowest first. */
  readonly #slices: Slice[] = [];

  /** The end of the highest slice; 0 when there is none. */
  get highest(): number {
    return this.#slices.at(-1)?.to ?? 0;
  }

  /** Whether the slice was free. Nothing changes when it was not. */
  add(from: number, to: number): boolean {
    const index = this.#indexAfter(from);
    const before = this.#slices[index - 1];
    const after = this.#slices[index];
    if ((before !== undefined && before.to > from) || (after !== undefined && after.from < to)) return false;
    const joinsBefore = before?.to === from;
    const joinsAfter = after?.from === to;
    this.#slices.splice(index - Number(joinsBefore), Number(joinsBefore) + Number(joinsAfter), {
      from: joinsBefore ? before.from : from,
      to: joinsAfter ? after.to : to,
    });
    return true;
  }

  /** Where the first slice is that begins after this number. */
  #indexAfter(from: number): number {
    let low = 0;
    let high = this.#slices.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#slices[middle] as Slice).from > from) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
