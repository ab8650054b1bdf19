import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { ROOT } from '../fixtures.ts';
import { withParts } from '../page.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { progressLine, reportOf, soakPart, verdictOf, type Circumstances } from './report.ts';
import type { SubjectReport } from './soak-run.ts';
import { soak } from './soak.ts';
import { subjects } from './subjects/hawser-redis.ts';

/** What is soaked: compiled to beside this file. */
const SUBJECTS = subjects().map(({ name }) => ({
  module: new URL('subjects/hawser-redis.js', import.meta.url).href,
  name,
}));
/** A signal that comes again so soon is the same one: npm hands on what the terminal has sent to everyone. */
const SAME_SIGNAL_MS = 500;

const options = optionsOf(process.argv.slice(2));
const interrupted = interruption();
console.log(
  `seed ${options.seed}: the same faults in the same order; how they meet the traffic is left to the machine`,
);
const reports = await soak({
  ...options,
  subjects: SUBJECTS.filter(({ name }) => options.subjects.includes(name)),
  signal: interrupted,
  onProgress: (all) => console.log(all.map(progressLine).join('\n')),
});
tell(reports);
if (reports.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
else if (interrupted.aborted) process.exitCode = 130;

/** Ends the process where it was asked for what there is not. */
function optionsOf(args: readonly string[]): Options {
  try {
    return parseOptions(
      args,
      SUBJECTS.map(({ name }) => name),
    );
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return process.exit(2);
  }
}

/** Fires at the first Ctrl-C. At the second the process ends, and with it all that it has started. */
function interruption(): AbortSignal {
  const abort = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = (): void => {
    if (firstAtMs !== undefined && performance.now() - firstAtMs > SAME_SIGNAL_MS) process.exit(130);
    firstAtMs ??= performance.now();
    abort.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return abort.signal;
}

function tell(all: readonly SubjectReport[]): void {
  const { seed, minutes, json, writes } = options;
  const made: Circumstances = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cores: availableParallelism(),
    minutes,
    seed,
  };
  console.log(['', ...all.map(reportOf), verdictOf(all)].join('\n\n'));
  console.log(`again: npm run soak -- --minutes ${minutes} --seed ${seed}`);
  if (json !== undefined)
    writeFileSync(json, `${JSON.stringify({ ...made, subjects: all }, undefined, 2)}\n`);
  if (interrupted.aborted) console.log('ended early: this is what was checked until then');
  else if (writes) writePage(soakPart(all, made));
}

function writePage(part: string): void {
  const path = `${ROOT}/docs/reliability.md`;
  writeFileSync(path, withParts(readFileSync(path, 'utf8'), { soak: part }));
}
