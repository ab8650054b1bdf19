/** What has to be ended when something is over: the last first, all of it, whatever fails. */
export class Belongings implements AsyncDisposable {
  readonly #endings: (() => unknown)[] = [];

  /** Keeps something that can be disposed of, and returns it. */
  keep<T extends AsyncDisposable | Disposable>(item: T): T {
    this.#endings.push(() =>
      Symbol.asyncDispose in item ? item[Symbol.asyncDispose]() : item[Symbol.dispose](),
    );
    return item;
  }

  /** Calls back in the end. */
  atEnd(ending: () => unknown): void {
    this.#endings.push(ending);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let ending = this.#endings.pop(); ending !== undefined; ending = this.#endings.pop()) {
      try {
        await ending();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
  }
}
