const WINDOW_SECONDS = 10;
const SHARE = 0.2;
const PER_SECOND = 10;

/**
 * How many calls may be asked once more: a fifth of the calls of the last ten seconds, plus ten a second.
 * Without a budget a server that fails under load is answered with twice the load.
 *
 * Source: Finagle's RetryBudget.
 */
export class RetryBudget {
  readonly #calls: number[] = new Array<number>(WINDOW_SECONDS).fill(0);
  readonly #spent: number[] = new Array<number>(WINDOW_SECONDS).fill(0);
  #second = 0;

  /** Counts calls that were handed over. */
  deposit(calls: number, now: number): void {
    this.#calls[this.#roll(now)]! += calls;
  }

  /** Takes one retry; `false` when none is left. */
  withdraw(now: number): boolean {
    const slot = this.#roll(now);
    const allowed = sum(this.#calls) * SHARE + PER_SECOND * WINDOW_SECONDS;
    if (sum(this.#spent) + 1 > allowed) return false;
    this.#spent[slot]! += 1;
    return true;
  }

  #roll(now: number): number {
    const second = Math.floor(now / 1_000);
    const elapsed = Math.min(second - this.#second, WINDOW_SECONDS);
    for (let ago = 0; ago < elapsed; ago += 1) {
      this.#calls[(second - ago) % WINDOW_SECONDS] = 0;
      this.#spent[(second - ago) % WINDOW_SECONDS] = 0;
    }
    this.#second = second;
    return second % WINDOW_SECONDS;
  }
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
