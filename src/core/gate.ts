import { Judge } from './judge.ts';
import type { Clock, ConnectionState } from './machine/index.ts';

/**
 * Decides whether calls may be made. Open while connected and for the first `whenDownWaitMs` of an outage; then shut
 * until the connection is ready again. Shut at once when parked, draining or closed.
 */
export class Gate {
  readonly #clock: Clock;
  readonly #whenDownWaitMs: number;
  readonly #shut: () => void;
  readonly #judge: Judge;
  #open = true;

  /** `shut` is called each time the gate shuts: those who wait must be told. */
  constructor(clock: Clock, whenDownWaitMs: number, shut: () => void) {
    this.#clock = clock;
    this.#whenDownWaitMs = whenDownWaitMs;
    this.#shut = shut;
    this.#judge = new Judge(clock, () => this.#close());
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** The connection's state has changed. */
  update(state: ConnectionState): void {
    this.#judge.clear();
    switch (state.name) {
      case 'ready':
        this.#open = true;
        return;
      case 'draining':
        // What waits was accepted, and is handed over while draining.
        this.#open = false;
        return;
      case 'idle':
      case 'connecting':
      case 'handshaking':
      case 'backing-off': {
        const shutsAt = (state.outage?.since ?? this.#clock.now()) + this.#whenDownWaitMs;
        if (shutsAt <= this.#clock.now()) return this.#close();
        this.#open = true;
        this.#judge.set(shutsAt);
        return;
      }
      case 'parked':
      case 'closed':
        this.#close();
    }
  }

  #close(): void {
    this.#open = false;
    this.#shut();
  }
}
