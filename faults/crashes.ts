const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** What would have ended this process, had nobody looked: collected instead, for as long as this is not disposed of. */
export class Crashes implements Disposable {
  readonly sentences: string[] = [];
  readonly #listeners = EVENTS.map((event) => ({
    event,
    listener: (reason: unknown): void => {
      this.sentences.push(`${event}: ${String(reason)}`);
    },
  }));

  constructor() {
    for (const { event, listener } of this.#listeners) process.on(event, listener);
  }

  [Symbol.dispose](): void {
    for (const { event, listener } of this.#listeners) process.off(event, listener);
  }
}
