import { simulate, SimulationError, type HistorySummary } from 'hawser/testing';
import type { Simulation } from '../simulation.ts';

/** Seeds of one simulation, for one worker to run: `count` of them, one after the other. */
export interface Batch {
  readonly simulation: string;
  readonly from: number;
  readonly count: number;
}

/** A seed that has failed. */
export interface FailedSeed {
  readonly seed: number;
  readonly broken: readonly string[];
}

/** What came of a batch. */
export interface BatchResult extends Batch {
  readonly summaries: readonly HistorySummary[];
  readonly failures: readonly FailedSeed[];
  /** Stands for all events of all its runs. */
  readonly fingerprint: string;
}

/** Runs a batch in this thread. */
export async function runBatch(batch: Batch, { scenario }: Simulation): Promise<BatchResult> {
  const summaries: HistorySummary[] = [];
  const failures: FailedSeed[] = [];
  let fingerprint = '0';
  for (let seed = batch.from; seed < batch.from + batch.count; seed += 1) {
    try {
      const run = await simulate(seed, scenario);
      summaries.push(run.summary);
      fingerprint = joined(fingerprint, run.fingerprint);
    } catch (error) {
      if (!(error instanceof SimulationError)) throw error;
      failures.push({ seed, broken: error.broken });
    }
  }
  return { ...batch, summaries, failures, fingerprint };
}

/** One fingerprint for what two stand for, whichever comes first: batches end in any order. */
export function joined(one: string, other: string): string {
  return BigInt.asUintN(64, BigInt(`0x${one}`) + BigInt(`0x${other}`))
    .toString(16)
    .padStart(16, '0');
}
