import type { CallEnding } from './recorded-call.ts';
import { Sentences } from './sentences.ts';
import { ToldSlices } from './told-slices.ts';

/** What is known of a counter from its calls alone. Sums of what they were to add, which are counts where each adds one. */
export interface CounterKnowledge {
  readonly confirmed: number;
  /** What may have been added or not, calls that have not settled included. */
  readonly unknown: number;
}

/** The part of one call in a counter. */
export interface Increment {
  readonly by: number;
  /** The highest that anyone had been told when the call was made. */
  readonly toldBefore: number;
}

/** What callers know of one counter, in sums: its memory does not grow with the calls. */
export class CounterAccount {
  #asked = 0;
  #confirmed = 0;
  #ruledOut = 0;
  readonly #told = new ToldSlices();
  readonly #oddReplies = new Sentences();

  get knowledge(): CounterKnowledge {
    return { confirmed: this.#confirmed, unknown: this.#asked - this.#confirmed - this.#ruledOut };
  }

  begin(by: number): Increment {
    this.#asked += by;
    return { by, toldBefore: this.#told.highest };
  }

  end(increment: Increment, ending: CallEnding): void {
    if (ending === 'confirmed') this.#confirmed += increment.by;
    else if (ending !== 'unknown') this.#ruledOut += increment.by;
  }

  /** Looks at the number in a reply: each is told once, and a later call is told a higher one. */
  told({ by, toldBefore }: Increment, value: number, whose: string): void {
    const from = value - by;
    if (!this.#told.add(from, value)) {
      this.#oddReplies.add(`${whose} was told ${value}, and another call owns some of what it added`);
    } else if (from < toldBefore) {
      this.#oddReplies.add(
        `${whose} was told ${value}, though ${toldBefore} had been told before it was made`,
      );
    }
  }

  check(found: number): string[] {
    const { confirmed, unknown } = this.knowledge;
    const broken: string[] = [];
    // Said the other way round, so that a number that is none is a complaint.
    if (!(found >= confirmed)) broken.push(`${confirmed} were confirmed, and the server has ${found}`);
    if (!(found <= confirmed + unknown)) {
      broken.push(`the server has ${found}, and only ${confirmed} were confirmed and ${unknown} are unknown`);
    }
    if (this.#told.highest > found) {
      broken.push(`a caller was told ${this.#told.highest}, and the server has ${found}`);
    }
    return [...broken, ...this.#oddReplies.list];
  }
}
