import { INVARIANTS } from './invariants.ts';
import { figuresOf, sentencesOf, verdictOf } from './report.ts';
import type { Row } from './row.ts';
import type { SubjectResults } from './run.ts';
import type { Tempo } from './tempo.ts';

/** When, on what and how a run was made. */
export interface Circumstances {
  /** A day, as 2026-01-31. */
  readonly date: string;
  /** Version of Node.js, as v22.1.0. */
  readonly node: string;
  readonly cores: number;
  readonly tempo: Tempo['name'];
  readonly seed: number;
}

/** Puts generated parts into a page, each between its two markers. Throws when a page has no such markers. */
export function withParts(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- ${name}:begin -->\n`, `<!-- ${name}:end -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from)
      throw new Error(`The page has no part between "${begin.trim()}" and "${end}".`);
    return `${text.slice(0, from + begin.length)}\n${part}\n${text.slice(to)}`;
  }, page);
}

/** What has to hold after every row, a line each. */
export function invariantsPart(): string {
  return INVARIANTS.map(({ name, meaning }) => `- **${name}**: ${meaning}.\n`).join('');
}

/** The faults, how each is brought about, and what has to hold besides. */
export function rowsPart(rows: readonly Row[]): string {
  return table(
    ['Row', 'Fault', 'How it is brought about', 'What has to hold besides'],
    rows.map(({ name, fault, injected, besides }) => [name, fault, injected, besides ?? '']),
  );
}

/** What a run has shown of one subject: a table, then what was broken and what was not run. */
export function resultsPart({ about, results }: SubjectResults, made: Circumstances): string {
  const { date, node, cores, tempo, seed } = made;
  const played = results.filter(({ kind }) => kind !== 'not run');
  const broken = played.filter((result) => verdictOf(result) === 'BROKEN');
  const columns = figuresOf(results);
  const figures = table(
    ['Row', ...columns.map(({ title }) => title), 'verdict'],
    played.map((result) => [
      result.row,
      ...columns.map(({ of }) => (result.kind === 'played' ? of(result) : '')),
      verdictOf(result),
    ]),
    columns.length,
  );
  const sentences = broken.flatMap((result) =>
    sentencesOf(result).map((sentence) => `- ${result.row}: ${firstLine(sentence)}\n`),
  );
  const notRun = results.flatMap((result) =>
    result.kind === 'not run' ? [`- ${result.row}: ${firstLine(result.reason)}\n`] : [],
  );
  return [
    `### ${about.name}\n`,
    `${date}, Node.js ${node.replace(/^v/, '')}, ${cores} cores, tempo "${tempo}", seed ${seed}.\n`,
    `${about.library}, ${about.how}, on ${about.server}: of ${played.length} rows ${played.length - broken.length} held.\n`,
    figures,
    ...(sentences.length === 0 ? [] : [sentences.join('')]),
    ...(notRun.length === 0 ? [] : [`Not run:\n\n${notRun.join('')}`]),
  ].join('\n');
}

/** @param figures how many columns behind the first one are aligned to the right */
function table(titles: readonly string[], lines: readonly (readonly string[])[], figures = 0): string {
  const rule = titles.map((_, column) => (column > 0 && column <= figures ? '---:' : '---'));
  return [titles, rule, ...lines].map((cells) => `| ${cells.map(inline).join(' | ')} |\n`).join('');
}

/** What follows in a stack or in what a process has printed is about a machine. */
function firstLine(sentence: string): string {
  return inline(sentence.split('\n', 1).join());
}

/** Text that stays within its cell. */
function inline(text: string): string {
  return text.replaceAll('|', '\\|');
}
