const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** What would have ended this process, had nobody looked: collected instead, for as long as this is not disposed of. */
export class Crashes implements Disposable {
  readonly sentences: string[] = [];
  readonly #restorers: (() => void)[] = [];

  constructor() {
    for (const event of EVENTS) {
      // Whoever else listens, a test runner maybe, would take it for the end of everything.
      const others = process.rawListeners(event);
      process.removeAllListeners(event);
      process.on(event, (reason: unknown) => void this.sentences.push(`${event}: ${String(reason)}`));
      this.#restorers.push(() => {
        process.removeAllListeners(event);
        for (const other of others) process.on(event, other as (reason: unknown) => void);
      });
    }
  }

  [Symbol.dispose](): void {
    for (const restore of this.#restorers.splice(0)) restore();
  }
}
