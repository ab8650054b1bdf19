import { seedsToTry, simulateMany, type HistorySummary, type Scenario } from 'hawser/testing';
import { expect, test } from 'vitest';

/** What is run by seeds, and what it has to have shown. */
export interface Simulation {
  readonly name: string;
  /** How a single seed of it is run as a test. */
  readonly command: string;
  /** Makes its calls through the history of its world. */
  readonly scenario: Scenario;
  /** Without these among what became of the calls, many runs would have shown little. */
  readonly commonFates: readonly string[];
}

/** Fewer seeds need not meet each of the fates. */
export const SEEDS_THAT_SHOW_ALL = 500;

/** What became of calls: `ok`, or the code and outcome of the error, and how often. */
export function fatesOf({ confirmed, failures }: HistorySummary): Readonly<Record<string, number>> {
  return { ok: confirmed, ...failures };
}

/** The fates that so many seeds should have met, and have met less than once in a hundred seeds. */
export function missingFates({ commonFates }: Simulation, summary: HistorySummary, seeds: number): string[] {
  const fates = fatesOf(summary);
  return seeds < SEEDS_THAT_SHOW_ALL ? [] : commonFates.filter((fate) => (fates[fate] ?? 0) <= seeds / 100);
}

/** Runs half of the seeds; the two halves are files of their own, so that two processors share them. */
export function testSeeds(half: 'odd' | 'even', simulation: Simulation): void {
  const seeds = seedsToTry({ count: 2_000 }).filter((seed) => seed % 2 === (half === 'odd' ? 1 : 0));
  test(`every promise is kept by each of ${seeds.length} seeds`, { timeout: 600_000 }, async () => {
    const { command, scenario } = simulation;
    const { summary } = await simulateMany(seeds, scenario, { command, failuresMax: 10 });
    expect(missingFates(simulation, summary, seeds.length)).toEqual([]);
  });
}
