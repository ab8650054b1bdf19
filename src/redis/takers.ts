/** Whether more may come; once it has ended, `error` is why, until somebody was told. */
export type ComingLife =
  | { readonly name: 'open' }
  | { readonly name: 'ended'; readonly error: Error | undefined };

interface Taker<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: Error) => void;
}

/** What `return()` of an iterator gives, and `next()` when there is nothing more to come. */
export const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Those who wait for the next of what comes to an iterator, first come, first served, and how it ends for them. */
export class Takers<T> {
  readonly #waiting: Taker<T>[] = [];
  #life: ComingLife = { name: 'open' };

  get life(): ComingLife {
    return this.#life;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Gives it to whoever has waited longest. Returns whether anybody has. */
  hand(value: T): boolean {
    const taker = this.#waiting.shift();
    taker?.resolve({ done: false, value });
    return taker !== undefined;
  }

  /** The next that comes, or the end. One is told why, where that was not wanted: an iterator that has failed is at its end. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#life.name === 'open') {
      return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    }
    const { error } = this.#life;
    this.#life = { name: 'ended', error: undefined };
    return error === undefined ? Promise.resolve(END) : Promise.reject(error);
  }

  /** Nothing more comes. The first end is the one that counts. */
  end(error: Error | undefined): void {
    if (this.#life.name === 'ended') return;
    const [first, ...others] = this.#waiting.splice(0);
    this.#life = { name: 'ended', error: first === undefined ? error : undefined };
    if (error === undefined) first?.resolve(END);
    else first?.reject(error);
    for (const { resolve } of others) resolve(END);
  }
}
