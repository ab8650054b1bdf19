import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { ROOT } from './fixtures.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { invariantsPart, resultsPart, rowsPart, withParts, type Circumstances } from './page.ts';
import { findingsOf, liveLine, tableOf, totalsOf, verdictOf } from './report.ts';
import { ALL_ROWS, rowsOf, ROWS, SPECIAL_ROWS } from './rows/index.ts';
import { run, type SubjectResults } from './run.ts';
import { OWN_SUBJECTS } from './subjects/index.ts';
import type { Tempo } from './tempo.ts';

/** Processes of each subject. Rows wait more than they compute; in a hurry most of them are of one subject. */
const PROCESSES_OF_EACH: Readonly<Record<Tempo['name'], number>> = { quick: 4, full: 2, comparison: 2 };
/** On two processors. What is short leaves less time to wait in. */
const PROCESSES_AT_ONCE: Readonly<Record<Tempo['name'], number>> = { quick: 6, full: 8, comparison: 8 };

const options = optionsOf(process.argv.slice(2));
const outcome = await runOf(options);
report(outcome, options);
const results = outcome.subjects;
process.exitCode = results.some((one) => one.results.some((result) => verdictOf(result) === 'BROKEN'))
  ? 1
  : 0;

/** Ends the process where it was asked for what there is not. */
function optionsOf(args: readonly string[]): Options {
  try {
    return parseOptions(
      args,
      ALL_ROWS,
      OWN_SUBJECTS.map(({ name }) => name),
    );
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return process.exit(2);
  }
}

/** Results, and how they were made: in a run, or in one whose results were kept. */
interface Run extends Circumstances {
  readonly subjects: readonly SubjectResults[];
}

async function runOf({ from, ...asked }: Options): Promise<Run> {
  if (from !== undefined) return JSON.parse(readFileSync(from, 'utf8')) as Run;
  const { tempo, seed } = asked;
  const date = new Date().toISOString().slice(0, 10);
  const made: Circumstances = { date, node: process.version, cores: availableParallelism(), tempo, seed };
  return { ...made, subjects: await play(asked) };
}

/** Runs what was asked for, with a line for each row that is over. */
function play({
  rows,
  subjects: names,
  tempo,
  seed,
  json,
}: Omit<Options, 'from'>): Promise<readonly SubjectResults[]> {
  const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));
  const widths = { subject: longest(names), row: longest(rows) };
  // Who names a row wants it played, be there a hurry or not.
  const choice = rows.length === ALL_ROWS.length ? tempo : 'full';
  const subjects = OWN_SUBJECTS.filter(({ name }) => names.includes(name)).map((subject) => {
    const { module, name } = subject;
    const own = rowsOf(subject, choice).map((row) => row.name);
    return { module, name, rows: own.filter((row) => rows.includes(row)) };
  });
  return run({
    subjects: subjects.filter((subject) => subject.rows.length > 0),
    tempo,
    seed,
    processes: PROCESSES_OF_EACH[tempo],
    processesAtOnce: PROCESSES_AT_ONCE[tempo],
    onResult: (result, { name }) => {
      if (json.to !== 'output') console.log(liveLine(name, result, widths));
    },
  });
}

function report({ subjects: all, ...made }: Run, { json, writes }: Options): void {
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
  const parts = {
    invariants: invariantsPart(),
    rows: rowsPart(ROWS),
    'special rows': rowsPart(SPECIAL_ROWS),
    ...Object.fromEntries(all.map((one) => [one.about.name, resultsPart(one, made)])),
  };
  writeFileSync(path, withParts(readFileSync(path, 'utf8'), parts));
}
