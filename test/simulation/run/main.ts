import { availableParallelism } from 'node:os';
import { simulate, SimulationError } from 'hawser/testing';
import { SIMULATIONS } from '../simulations.ts';
import type { Simulation } from '../simulation.ts';
import type { Batch, BatchResult } from './batch.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { reportOf, textOf, type Report } from './report.ts';
import { runOnWorkers } from './workers.ts';

/** Seeds that a thread runs before it asks for more. */
const BATCH_SEEDS = 50;

const options = optionsOf(process.argv.slice(2));
const simulations = SIMULATIONS.filter(({ name }) => options.names.includes(name));
const isWell = options.replayed === undefined ? await runAll(options) : await replay(options.replayed);
process.exitCode = isWell ? 0 : 1;

/** Ends the process where it was asked for what there is not. */
function optionsOf(args: readonly string[]): Options {
  try {
    return parseOptions(
      args,
      SIMULATIONS.map(({ name }) => name),
    );
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return process.exit(2);
  }
}

/** Whether all seeds are well, and have met what so many should meet. */
async function runAll({ from, count, json }: Options): Promise<boolean> {
  const startedAt = performance.now();
  const results: BatchResult[] = [];
  const batches = simulations.flatMap(({ name }) => batchesOf(name, from, count));
  const threads = Math.min(availableParallelism(), batches.length);
  await runOnWorkers(batches, threads, (result) => {
    results.push(result);
    if (process.stderr.isTTY) process.stderr.write(`\r${results.length} of ${batches.length} batches `);
  });
  const seconds = Number(((performance.now() - startedAt) / 1_000).toFixed(1));
  const reports = simulations.map((simulation) =>
    reportOf(
      simulation,
      results.filter((result) => result.simulation === simulation.name),
    ),
  );
  print(reports, { from, count, threads, seconds }, json);
  return reports.every(({ failures, missing }) => failures.length + missing.length === 0);
}

function batchesOf(simulation: string, from: number, count: number): Batch[] {
  return Array.from({ length: Math.ceil(count / BATCH_SEEDS) }, (_, index) => ({
    simulation,
    from: from + index * BATCH_SEEDS,
    count: Math.min(BATCH_SEEDS, count - index * BATCH_SEEDS),
  }));
}

function print(
  reports: readonly Report[],
  run: Readonly<Record<'from' | 'count' | 'threads' | 'seconds', number>>,
  json: boolean,
): void {
  if (json) {
    console.log(JSON.stringify({ ...run, simulations: reports }, undefined, 2));
    return;
  }
  for (const report of reports) console.log(`${textOf(report)}\n`);
  const failed = reports.reduce((sum, { failures }) => sum + failures.length, 0);
  console.log(
    `${reports.length} simulations of ${run.count} seeds from ${run.from} in ${run.seconds} s on ${run.threads} threads: ${failed} failed`,
  );
}

/** One seed, with its whole log where it fails. */
async function replay(seed: number): Promise<boolean> {
  let isFine = true;
  for (const simulation of simulations) isFine = (await replayOne(seed, simulation)) && isFine;
  return isFine;
}

async function replayOne(seed: number, { name, scenario }: Simulation): Promise<boolean> {
  try {
    const { summary, endedAtMs, fingerprint } = await simulate(seed, scenario);
    console.log(`${name}: seed ${seed} is well after ${endedAtMs} ms, fingerprint ${fingerprint}`, summary);
    return true;
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error;
    console.log([`${name}: seed ${seed} has failed`, ...error.log, ...error.broken].join('\n'));
    return false;
  }
}
