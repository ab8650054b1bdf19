import { checkInteger } from '../check-numbers.ts';

/** Which seeds are tried. */
export interface SeedOptions {
  /** Default 1. */
  readonly from?: number | undefined;
  /** Default 100. */
  readonly count?: number | undefined;
}

/**
 * Seeds for `simulateMany`: so many, one after the other. The environment of the process has the last word, so that a failing
 * seed can be replayed and a longer run be asked for without a change of the test: `HAWSER_SEED=n` is that seed alone,
 * `HAWSER_SEEDS=n` another number of them. Throws a RangeError for what is no such number.
 */
export function seedsToTry({ from = 1, count = 100 }: SeedOptions = {}): readonly number[] {
  const { HAWSER_SEED: replayed, HAWSER_SEEDS: wanted } = process.env;
  if (replayed !== undefined) return [numberOf('HAWSER_SEED', replayed, Number.MIN_SAFE_INTEGER)];
  checkInteger('seeds', 'from', from, Number.MIN_SAFE_INTEGER);
  checkInteger('seeds', 'count', count, 0);
  const length = wanted === undefined ? count : numberOf('HAWSER_SEEDS', wanted, 0);
  return Array.from({ length }, (_, index) => from + index);
}

function numberOf(name: string, text: string, min: number): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new RangeError(`${name}: expected a whole number from ${min} on, got ${JSON.stringify(text)}`);
}
