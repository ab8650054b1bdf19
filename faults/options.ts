import { parseArgs } from 'node:util';
import type { Row } from './row.ts';
import type { Tempo } from './tempo.ts';

/** What the command line asks for. */
export interface Options {
  readonly tempo: Tempo['name'];
  readonly seed: number;
  /** Names of rows, in the order of the matrix. */
  readonly rows: readonly string[];
  /** Names of subjects. */
  readonly subjects: readonly string[];
  /** Whether the page of results is to be written. */
  readonly writes: boolean;
  /** A file of results, instead of a run. */
  readonly from: string | undefined;
  readonly json: { readonly to: 'nowhere' | 'output' } | { readonly to: 'file'; readonly path: string };
}

export const USAGE = `Usage: npm run faults -- [options]

  --quick            short limits and short faults, and of the rows those that tell most: about a minute
  --row NAME         this row, or those whose names have that in them; may be given again
  --subject NAME     this subject; may be given again
  --seed N           for what is left to chance (1)
  --json [FILE]      all results, as JSON: to FILE beside the tables, or to the standard output instead of them
  --from FILE        what was written with --json, instead of a run
  --write            puts the results into docs/reliability.md, where each subject has all its rows`;

/** Throws, with a sentence that says what was expected, for what there is not. */
export function parseOptions(
  args: readonly string[],
  rows: readonly Row[],
  subjects: readonly string[],
): Options {
  const { values } = parseArgs({
    // What takes a value or none is given one.
    args: args.map((one, index) => (one === '--json' && !isValue(args[index + 1]) ? '--json=' : one)),
    options: {
      quick: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true, default: [] },
      subject: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      from: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  if (values.write && values.row.length > 0) {
    throw new Error('--write is for all rows of a subject, so it cannot go with --row.');
  }
  return {
    tempo: values.quick ? 'quick' : 'full',
    seed: seedOf(values.seed),
    rows: rowsOf(values.row, rows),
    subjects: subjectsOf(values.subject, subjects),
    writes: values.write,
    from: values.from,
    json: jsonOf(values.json),
  };
}

function isValue(arg: string | undefined): boolean {
  return arg !== undefined && !arg.startsWith('--');
}

/** A seed. Throws for what is none. */
export function seedOf(text: string): number {
  const seed = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(seed) || seed < 0) {
    throw new Error(`--seed takes a whole number from 0 on, not "${text}".`);
  }
  return seed;
}

/** A whole name means that row alone, though others have it in theirs. */
function rowsOf(wanted: readonly string[], rows: readonly Row[]): readonly string[] {
  const names = rows.map(({ name }) => name);
  if (wanted.length === 0) return names;
  const chosen = wanted.flatMap((text) => {
    const found = names.includes(text) ? [text] : names.filter((name) => name.includes(text));
    if (found.length === 0) throw new Error(`There is no row "${text}". There are:\n  ${names.join('\n  ')}`);
    return found;
  });
  return names.filter((name) => chosen.includes(name));
}

/** Names of those subjects that are wanted, or of all. Throws for one that there is not. */
export function subjectsOf(wanted: readonly string[], names: readonly string[]): readonly string[] {
  for (const name of wanted) {
    if (!names.includes(name))
      throw new Error(`There is no subject "${name}". There are: ${names.join(', ')}.`);
  }
  return wanted.length === 0 ? names : names.filter((name) => wanted.includes(name));
}

function jsonOf(path: string | undefined): Options['json'] {
  if (path === undefined) return { to: 'nowhere' };
  return path === '' ? { to: 'output' } : { to: 'file', path };
}
