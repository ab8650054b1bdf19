import { SeededRandom } from 'hawser/testing';
import type { FaultKind } from './fault-kind.ts';

/** A fault that is to be brought about. */
export interface PlannedFault {
  readonly kind: string;
  /** How long behind the beginning of its bout it begins. */
  readonly afterMs: number;
  readonly holdMs: number;
  /** For what the kind leaves to chance. */
  readonly seed: number;
}

/** Faults that hold at once, or overlap, and the calm behind them. */
export interface Bout {
  readonly faults: readonly PlannedFault[];
  readonly calmMs: number;
}

/** How often there is one fault more than there is. */
const ONE_MORE = 0.3;
const FAULTS_MAX = 3;
const CALM_MS = [0, 1_000] as const;
const SEED_MAX = 2 ** 32 - 1;

/**
 * Bouts of faults without end, always the same for the same seed and kinds. All kinds are dealt out like cards before one comes
 * again, so that a run of some minutes sees each of them several times.
 */
export class Schedule {
  readonly #random: SeededRandom;
  readonly #kinds: readonly FaultKind[];
  #deck: FaultKind[] = [];

  constructor(seed: number, kinds: readonly FaultKind[]) {
    this.#random = new SeededRandom(seed);
    this.#kinds = kinds;
  }

  next(): Bout {
    const kinds: FaultKind[] = [];
    do {
      const kind = this.#deal(kinds);
      if (kind === undefined) break;
      kinds.push(kind);
    } while (kinds.length < FAULTS_MAX && this.#random.chance(ONE_MORE));
    let boutMs = 0;
    const faults = kinds.map(({ name, holdMs: [least, most] }): PlannedFault => {
      const afterMs = this.#random.integer(0, boutMs);
      const holdMs = this.#random.integer(least, most);
      boutMs = Math.max(boutMs, afterMs + holdMs);
      return { kind: name, afterMs, holdMs, seed: this.#random.integer(0, SEED_MAX) };
    });
    return { faults, calmMs: this.#random.integer(...CALM_MS) };
  }

  /** The next kind that can hold together with these, if there is any. */
  #deal(others: readonly FaultKind[]): FaultKind | undefined {
    const fits = (kind: FaultKind): boolean => others.every((other) => canMeet(kind, other));
    if (!this.#kinds.some(fits)) return undefined;
    if (!this.#deck.some(fits)) this.#deck.push(...this.#shuffled());
    return this.#deck.splice(this.#deck.findIndex(fits), 1)[0];
  }

  #shuffled(): FaultKind[] {
    const rest = [...this.#kinds];
    return this.#kinds.map(() => rest.splice(this.#random.integer(0, rest.length - 1), 1)[0]!);
  }
}

function canMeet(one: FaultKind, other: FaultKind): boolean {
  return one.where === 'network' ? one.name !== other.name : one.where !== other.where;
}
