import { seedsToTry, simulateMany } from 'hawser/testing';
import { expect, test } from 'vitest';
import { fatesOf, missingFates, type Simulation } from './simulation.ts';

/** Runs half of the seeds; the two halves are files of their own, so that two processors share them. */
export function testSeeds(half: 'odd' | 'even', simulation: Simulation): void {
  const seeds = seedsToTry({ count: simulation.seeds }).filter(
    (seed) => Math.abs(seed % 2) === (half === 'odd' ? 1 : 0),
  );
  test(`every promise is kept by each of ${seeds.length} seeds`, { timeout: 600_000 }, async () => {
    const { folder, scenario } = simulation;
    const command = `npx vitest run ${folder}`;
    const { summary } = await simulateMany(seeds, scenario, { command, failuresMax: 10 });
    expect(missingFates(simulation, fatesOf(summary), seeds.length)).toEqual([]);
  });
}
