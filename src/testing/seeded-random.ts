import type { Random } from '../core/machine/index.ts';

const WORD = 2 ** 32;
const WARM_UP_ROUNDS = 12;

/**
 * A source of numbers in [0, 1) that is the same for the same seed, on every machine and version. Not for secrets.
 *
 * @param seed Any safe integer. Sequences of different seeds have nothing to do with each other.
 */
export function seededRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`A seed is a safe integer, not ${seed}.`);
  return sfc32(seed, Math.floor(seed / WORD), 0);
}

/**
 * The generator sfc32, "small fast counting", by Chris Doty-Humphrey (from PractRand, in the public domain),
 * seeded with three 32-bit words.
 */
export function sfc32(first: number, second: number, third: number): Random {
  let a = first | 0;
  let b = second | 0;
  let c = third | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / WORD;
  };
  // The first outputs still show the seed, so its author discards as many.
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) next();
  return next;
}

/** Seeded choices of the kinds that tests make. Not for secrets. */
export class SeededRandom {
  /** The next number in [0, 1). May be handed on by itself, as a {@link Random}. */
  readonly next: Random;

  /** @param seed As in {@link seededRandom}. */
  constructor(seed: number) {
    this.next = seededRandom(seed);
  }

  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    if (!(min <= max)) throw new RangeError(`There is no integer from ${min} to ${max}.`);
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** One of the items, each as likely as the other. Throws a RangeError when there are none. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('There is nothing to pick from.');
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** True with this probability, from 0 (never) to 1 (always). */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A generator of its own, so that what it is used for does not shift the choices made here later. */
  fork(): SeededRandom {
    return new SeededRandom(Math.floor(this.next() * WORD));
  }
}
