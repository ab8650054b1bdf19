const EVERY_MS = 10;

/**
 * How late timers fire in this process: what blocks or freezes it makes every call late, which is no client's doing. Looks every 10 ms,
 * from when it is made until it is disposed of.
 */
export class Lateness implements Disposable {
  readonly #timer = setInterval(() => this.#look(), EVERY_MS);
  #lookedAtMs = performance.now();
  #mostMs = 0;

  /** The most since the last reset, in milliseconds, time that is running at this moment included. */
  get mostMs(): number {
    this.#look();
    return this.#mostMs;
  }

  reset(): void {
    this.#look();
    this.#mostMs = 0;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.#mostMs = Math.max(this.#mostMs, now - this.#lookedAtMs - EVERY_MS);
    this.#lookedAtMs = now;
  }
}
