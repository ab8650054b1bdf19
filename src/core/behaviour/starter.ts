import type { Clock, HawserError } from '../machine/index.ts';
import { Waits } from '../waits.ts';

/** Whoever starts a connection and waits until it is there: until `init` is over, or until it is connected. */
export class Starter {
  readonly wants: 'start' | 'connect';
  readonly #waits: Waits;

  constructor(clock: Clock, wants: 'start' | 'connect') {
    this.wants = wants;
    this.#waits = new Waits(clock, wants);
  }

  /** Whether somebody waits. */
  get waits(): boolean {
    return this.#waits.size > 0;
  }

  /** To be called once. Rejects as {@link Waits.wait} does, and with what `reject` says. */
  wait(timeoutMs: number, signal: AbortSignal | undefined, late: () => HawserError): Promise<void> {
    return this.#waits.wait(timeoutMs, signal, late);
  }

  /** This has been reached. Returns whether somebody waited for it. */
  reached(what: 'start' | 'connect'): boolean {
    const isTold = this.wants === what && this.waits;
    if (isTold) this.#waits.resolve();
    return isTold;
  }

  reject(error: () => Error): void {
    this.#waits.reject(error);
  }
}
