import { setTimeout as wait } from 'node:timers/promises';
import type { SeededRandom } from 'hawser/testing';

const PAUSE_MS = [3, 12] as const;
/** Behind what has failed. */
const PAUSE_AFTER_FAILURE_MS = 20;

/** When something with a number was done. Milliseconds of `performance.now()`. */
export interface Beat {
  readonly beganAtMs: number;
  /** Undefined when nobody knows, or not yet. */
  endedAtMs: number | undefined;
}

/** Does something again and again, with a number each time, past the client. What fails is tried with the next number. */
export class Pulse {
  /** By number. */
  readonly beats: Beat[] = [];
  /** Settles when the last one is through, once {@link Pulse.stop} was called. */
  readonly ended: Promise<void>;
  readonly #random: SeededRandom;
  readonly #act: (number: number) => Promise<unknown>;
  #phase: 'going' | 'resting' | 'over' = 'going';
  #isBusy = false;
  #wake: () => void = () => {};
  #rest: Promise<void> = Promise.resolve();

  constructor(random: SeededRandom, act: (number: number) => Promise<unknown>) {
    this.#random = random;
    this.#act = act;
    this.ended = this.#run();
  }

  /** The number that is to come. */
  get next(): number {
    return this.beats.length;
  }

  /** How many are known to be done. */
  get done(): number {
    return this.beats.filter(({ endedAtMs }) => endedAtMs !== undefined).length;
  }

  get isAtRest(): boolean {
    return this.#phase !== 'going' && !this.#isBusy;
  }

  rest(): void {
    if (this.#phase !== 'going') return;
    this.#phase = 'resting';
    this.#rest = new Promise((resolve) => (this.#wake = resolve));
  }

  resume(): void {
    if (this.#phase === 'resting') this.#phase = 'going';
    this.#wake();
  }

  stop(): void {
    this.#phase = 'over';
    this.#wake();
  }

  async #run(): Promise<void> {
    while (this.#phase !== 'over') {
      const wasDone = await this.#beat();
      await wait(wasDone ? this.#random.integer(...PAUSE_MS) : PAUSE_AFTER_FAILURE_MS);
      await this.#rest;
    }
  }

  async #beat(): Promise<boolean> {
    const beat: Beat = { beganAtMs: performance.now(), endedAtMs: undefined };
    const number = this.beats.push(beat) - 1;
    this.#isBusy = true;
    try {
      await this.#act(number);
      beat.endedAtMs = performance.now();
      return true;
    } catch {
      return false;
    } finally {
      this.#isBusy = false;
    }
  }
}
