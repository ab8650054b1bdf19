import type { Clock } from '../core/machine/index.ts';

/** Lines that are kept; older ones are dropped. */
const LINES_MAX = 1_000;

/** The last lines of what happened, each with its time from the beginning of the log. */
export class ProxyLog {
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

  add(what: string): void {
    this.#lines.push(`${(this.#clock.now() - this.#startMs).toFixed(1)} ms ${what}`);
    if (this.#lines.length >= 2 * LINES_MAX) this.#lines = this.#lines.slice(-LINES_MAX);
  }
}
