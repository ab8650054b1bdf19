import { expect, test } from 'vitest';

/** What is run by seeds, and what it has to have shown. */
export interface Simulation {
  /** The folder of its files. */
  readonly folder: string;
  /** Without these among what became of the calls, a run would have shown little. */
  readonly commonFates: readonly string[];
  readonly run: (seed: number) => Promise<{
    readonly broken: readonly string[];
    readonly fates: ReadonlyMap<string, number>;
  }>;
}

/** `HAWSER_SEED=n` replays one seed; `HAWSER_SEEDS=n` runs another number of them than 2,000. */
const { HAWSER_SEED: replayed, HAWSER_SEEDS: count = '2000' } = process.env;

/** Fewer need not meet each of the fates. */
const SEEDS_THAT_SHOW_ALL = 500;
const FAILURES_SHOWN = 10;
const BROKEN_SHOWN = 5;

function seedsOf(half: 'odd' | 'even'): number[] {
  const all =
    replayed === undefined
      ? Array.from({ length: Number(count) }, (_, index) => index + 1)
      : [Number(replayed)];
  return all.filter((seed) => seed % 2 === (half === 'odd' ? 1 : 0));
}

/** Runs half of the seeds; the two halves are files of their own, so that two processors share them. */
export function testSeeds(half: 'odd' | 'even', { folder, commonFates, run }: Simulation): void {
  const seeds = seedsOf(half);
  test(`every promise is kept by each of ${seeds.length} seeds`, { timeout: 600_000 }, async () => {
    const totals = new Map<string, number>();
    const failures: string[] = [];
    for (const seed of seeds) {
      const { broken, fates } = await run(seed);
      for (const [fate, times] of fates) totals.set(fate, (totals.get(fate) ?? 0) + times);
      if (broken.length === 0) continue;
      failures.push(
        `HAWSER_SEED=${seed} npx vitest run ${folder}\n  ${broken.slice(0, BROKEN_SHOWN).join('\n  ')}`,
      );
      if (failures.length === FAILURES_SHOWN) break;
    }
    expect(failures).toEqual([]);
    if (seeds.length < SEEDS_THAT_SHOW_ALL) return;
    expect(commonFates.filter((fate) => (totals.get(fate) ?? 0) <= seeds.length / 100)).toEqual([]);
  });
}
