import type { HistorySummary } from 'hawser/testing';
import { fatesOf, missingFates, type Simulation } from '../simulation.ts';
import { joined, type BatchResult, type FailedSeed } from './batch.ts';

/** What came of one simulation, over all its seeds. */
export interface Report {
  readonly simulation: string;
  readonly seeds: number;
  readonly calls: number;
  /** What became of the calls, and how often, the most frequent first. */
  readonly fates: Readonly<Record<string, number>>;
  /** Fates that so many seeds should have met, and hardly have. */
  readonly missing: readonly string[];
  readonly failures: readonly (FailedSeed & { readonly replay: string })[];
  readonly fingerprint: string;
}

const FAILURES_SHOWN = 20;
const BROKEN_SHOWN = 5;

export function reportOf(simulation: Simulation, results: readonly BatchResult[]): Report {
  const { name } = simulation;
  const seeds = results.reduce((sum, { count }) => sum + count, 0);
  const summaries = results.flatMap((result) => result.summaries);
  const failures = results.flatMap((result) => result.failures);
  return {
    simulation: name,
    seeds,
    calls: summaries.reduce((sum, { calls }) => sum + calls, 0),
    fates: addedFates(summaries),
    missing: missingFates(simulation, addedFates(summaries), seeds),
    failures: failures
      .toSorted((one, other) => one.seed - other.seed)
      .map((failure) => ({
        ...failure,
        replay: `npm run simulate -- --only ${name} --seed ${failure.seed}`,
      })),
    fingerprint: results.map(({ fingerprint }) => fingerprint).reduce(joined, '0'),
  };
}

/** A report for people. */
export function textOf({ simulation, seeds, calls, fates, missing, failures, fingerprint }: Report): string {
  const width = Math.max(...Object.values(fates).map((times) => counted(times).length));
  return [
    `${simulation}: ${counted(seeds)} seeds, ${counted(calls)} calls, ${counted(failures.length)} seeds have failed, fingerprint ${fingerprint}`,
    ...Object.entries(fates).map(([fate, times]) => `  ${counted(times).padStart(width)} ${fate}`),
    ...missing.map((fate) => `  HARDLY MET: ${fate}`),
    ...failures.slice(0, FAILURES_SHOWN).flatMap(({ replay, broken }) => [
      `  FAILED: ${replay}`,
      // Behind its first line a sentence may have a stack.
      ...broken.slice(0, BROKEN_SHOWN).map((sentence) => `    ${sentence.split('\n')[0]}`),
    ]),
  ].join('\n');
}

function addedFates(summaries: readonly HistorySummary[]): Readonly<Record<string, number>> {
  const fates = new Map<string, number>();
  for (const summary of summaries) {
    for (const [fate, times] of Object.entries(fatesOf(summary)))
      fates.set(fate, (fates.get(fate) ?? 0) + times);
  }
  return Object.fromEntries([...fates].toSorted(([, one], [, other]) => other - one));
}

function counted(number: number): string {
  return number.toLocaleString('en');
}
