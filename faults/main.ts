import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { ROOT } from './fixtures.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { invariantsPart, resultsPart, rowsPart, withParts, type Circumstances } from './page.ts';
import { findingsOf, liveLine, tableOf, totalsOf, verdictOf } from './report.ts';
import { ROWS } from './rows/index.ts';
import { run, type SubjectResults } from './run.ts';
import { OWN_SUBJECTS } from './subjects/index.ts';

/** Rows wait more than they compute. */
const PROCESSES_OF_EACH = 2;

const options = optionsOf(process.argv.slice(2));
const results = await play(options);
report(results, options);
process.exitCode = results.some((one) => one.results.some((result) => verdictOf(result) === 'BROKEN'))
  ? 1
  : 0;

/** Ends the process where it was asked for what there is not. */
function optionsOf(args: readonly string[]): Options {
  try {
    return parseOptions(
      args,
      ROWS,
      OWN_SUBJECTS.map(({ name }) => name),
    );
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return process.exit(2);
  }
}

/** Runs what was asked for, with a line for each row that is over. */
function play({ rows, subjects: names, tempo, seed, json }: Options): Promise<readonly SubjectResults[]> {
  const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));
  const widths = { subject: longest(names), row: longest(rows) };
  return run({
    subjects: OWN_SUBJECTS.filter(({ name }) => names.includes(name)),
    rows,
    tempo,
    seed,
    processes: PROCESSES_OF_EACH,
    onResult: (result, { name }) => {
      if (json.to !== 'output') console.log(liveLine(name, result, widths));
    },
  });
}

function report(all: readonly SubjectResults[], { tempo, seed, json, writes }: Options): void {
  const date = new Date().toISOString().slice(0, 10);
  const made: Circumstances = { date, node: process.version, cores: availableParallelism(), tempo, seed };
  const text = `${JSON.stringify({ ...made, subjects: all }, undefined, 2)}\n`;
  if (json.to === 'file') writeFileSync(json.path, text);
  if (json.to === 'output') process.stdout.write(text);
  if (writes) writePage(all, made);
  if (json.to === 'output') return;
  for (const one of all) console.log(`\n${tableOf(one)}`);
  console.log(['', ...findingsOf(all, made), totalsOf(all)].join('\n'));
}

function writePage(all: readonly SubjectResults[], made: Circumstances): void {
  const path = `${ROOT}/docs/reliability.md`;
  const parts = { invariants: invariantsPart(), rows: rowsPart(ROWS), results: resultsPart(all, made) };
  writeFileSync(path, withParts(readFileSync(path, 'utf8'), parts));
}
