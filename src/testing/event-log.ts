import type { Clock } from '../core/index.ts';

/** Lines that are kept; older ones are dropped. */
const LINES_MAX = 1_000;

/** The last lines of what happened, each with its time from the beginning of the log. */
export class EventLog {
  readonly #clock: Clock;
  readonly #startMs: number;
  #lines: string[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.now();
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-LINES_MAX);
  }

  /** Returns the line as it was written. */
  add(what: string): string {
    const line = `${(this.#clock.now() - this.#startMs).toFixed(1)} ms ${what}`;
    this.#lines.push(line);
    if (this.#lines.length >= 2 * LINES_MAX) this.#lines = this.#lines.slice(-LINES_MAX);
    return line;
  }
}
