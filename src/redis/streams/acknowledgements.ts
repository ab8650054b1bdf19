/** An entry that is done, and whoever waits until the server knows it. */
interface Acknowledgement {
  readonly id: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Acknowledges what is done, one request at a time: what is done meanwhile goes together in the next. */
export class Acknowledgements {
  readonly #acknowledge: (ids: readonly string[]) => Promise<void>;
  #waiting: Acknowledgement[] = [];
  #isAsking = false;

  constructor(acknowledge: (ids: readonly string[]) => Promise<void>) {
    this.#acknowledge = acknowledge;
  }

  /** Resolves when the server has confirmed it. */
  add(id: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id, resolve, reject });
      if (!this.#isAsking) void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#acknowledge(batch.map(({ id }) => id)).then(
        () => batch.forEach(({ resolve }) => resolve()),
        (error: unknown) => batch.forEach(({ reject }) => reject(error)),
      );
    }
    this.#isAsking = false;
  }
}
