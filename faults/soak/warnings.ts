/** What this process was warned of, for as long as this is not disposed of: listeners that pile up, above all. */
export class Warnings implements Disposable {
  readonly sentences: string[] = [];
  readonly #listener = ({ name, message }: Error): void => {
    this.sentences.push(`${name}: ${message}`);
  };

  constructor() {
    process.on('warning', this.#listener);
  }

  [Symbol.dispose](): void {
    process.off('warning', this.#listener);
  }
}
