import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseOptions, USAGE, type Options } from './options.ts';
import { findingsOf, liveLine, tableOf, totalsOf, verdictOf } from './report.ts';
import { ROWS } from './rows/index.ts';
import { run, type SubjectResults } from './run.ts';
import { subjects } from './subjects/hawser-redis.ts';
import { FULL } from './tempo.ts';

/** What is put through the rows: the adapters of this project, each compiled to beside this file. */
const SUBJECTS = subjects(FULL).map(({ name }) => ({
  module: new URL('subjects/hawser-redis.js', import.meta.url).href,
  name,
}));

const options = optionsOf(process.argv.slice(2));
const results = await play(options);
report(results, options);
process.exitCode = results.some((one) => one.results.some((result) => verdictOf(result) === 'BROKEN'))
  ? 1
  : 0;

/** Ends the process where it was asked for what there is not. */
function optionsOf(args: readonly string[]): Options {
  try {
    const names = SUBJECTS.map(({ name }) => name);
    return parseOptions(args, ROWS, names);
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
    subjects: SUBJECTS.filter(({ name }) => names.includes(name)),
    rows,
    tempo,
    seed,
    onResult: (result, { name }) => {
      if (json.to !== 'output') console.log(liveLine(name, result, widths));
    },
  });
}

function report(all: readonly SubjectResults[], { tempo, seed, json }: Options): void {
  const made = { tempo, seed };
  if (json.to !== 'nowhere') {
    const when = { date: new Date().toISOString(), node: process.version, cores: availableParallelism() };
    const text = `${JSON.stringify({ ...when, ...made, subjects: all }, undefined, 2)}\n`;
    if (json.to === 'file') writeFileSync(json.path, text);
    else process.stdout.write(text);
  }
  if (json.to === 'output') return;
  for (const one of all) console.log(`\n${tableOf(one)}`);
  console.log(['', ...findingsOf(all, made), totalsOf(all)].join('\n'));
}
