import type { HistorySummary, Scenario } from 'hawser/testing';

/** What is run by seeds, and what it has to have shown. */
export interface Simulation {
  readonly name: string;
  /** The folder of its tests. */
  readonly folder: string;
  /** How many seeds are tried with every run of the tests. */
  readonly seeds: number;
  /** Makes its calls through the history of its world. */
  readonly scenario: Scenario;
  /** Without these among what became of the calls, many runs would have shown little. */
  readonly commonFates: readonly string[];
}

/** Fewer seeds need not meet each of the fates. */
const SEEDS_THAT_SHOW_ALL = 200;

/** What became of calls: `ok`, or the code and outcome of the error, and how often. */
export function fatesOf({ confirmed, failures }: HistorySummary): Readonly<Record<string, number>> {
  return { ok: confirmed, ...failures };
}

/** The fates that so many seeds should have met, and have met less than once in a hundred seeds. */
export function missingFates(
  { commonFates }: Simulation,
  fates: Readonly<Record<string, number>>,
  seeds: number,
): string[] {
  if (seeds < SEEDS_THAT_SHOW_ALL) return [];
  return commonFates.filter((fate) => (fates[fate] ?? 0) <= seeds / 100);
}
