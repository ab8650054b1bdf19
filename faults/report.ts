import type { RowResult } from './row.ts';
import type { SubjectResults } from './run.ts';
import type { Tempo } from './tempo.ts';
import { aligned, duration } from './text.ts';

/** How a run was made, so that any row of it can be made again. */
export interface RunOf {
  readonly tempo: Tempo['name'];
  readonly seed: number;
}

type Played = Extract<RowResult, { kind: 'played' }>;

interface Figure {
  readonly title: string;
  readonly of: (played: Played) => string;
}

const FIGURES: readonly Figure[] = [
  { title: 'found after', of: ({ givenUpAfterMs }) => duration(givenUpAfterMs) },
  { title: 'back after', of: ({ recoveredAfterMs }) => duration(recoveredAfterMs) },
  { title: 'dials', of: ({ dials }) => (dials === undefined ? '-' : `${dials}`) },
  { title: 'confirmed', of: ({ calls }) => `${calls.confirmed}` },
  { title: 'not sent', of: ({ calls }) => `${calls['not-sent']}` },
  { title: 'refused', of: ({ calls }) => `${calls.refused}` },
  { title: 'unknown', of: ({ calls }) => `${calls.unknown}` },
  { title: 'closed in', of: ({ closedAfterMs }) => duration(closedAfterMs) },
];

/** What those had who use the client besides its callers. */
const BESIDES: Figure = { title: 'besides', of: ({ company = '' }) => company };

/** The columns of figures, in a table or a line. */
export function figuresOf(results: readonly RowResult[]): readonly Figure[] {
  const hasCompany = results.some((result) => result.kind === 'played' && result.company !== undefined);
  return hasCompany ? [...FIGURES, BESIDES] : FIGURES;
}

/** What was found out about a row, in a word. */
export function verdictOf(result: RowResult): 'held' | 'BROKEN' | 'not run' {
  if (result.kind === 'not run') return 'not run';
  return sentencesOf(result).length === 0 ? 'held' : 'BROKEN';
}

/** What did not hold, a sentence each. */
export function sentencesOf(result: RowResult): readonly string[] {
  if (result.kind === 'played') return result.broken;
  return result.kind === 'cut short' ? [result.reason] : [];
}

/** The line of a row that has just been played. The names are padded to these widths. */
export function liveLine(
  subject: string,
  result: RowResult,
  widths: { readonly subject: number; readonly row: number },
): string {
  const begin = `${subject.padEnd(widths.subject)}  ${result.row.padEnd(widths.row)}  ${verdictOf(result).padEnd(7)}`;
  if (result.kind !== 'played') return `${begin}  ${result.reason}`;
  const { calls } = result;
  const failed = (['not-sent', 'refused', 'unknown'] as const)
    .filter((outcome) => calls[outcome] > 0)
    .map((outcome) => `, ${calls[outcome]} ${outcome}`);
  const figures = [
    `found ${duration(result.givenUpAfterMs)}`.padEnd(14),
    `back ${duration(result.recoveredAfterMs)}`.padEnd(13),
    `dials ${result.dials ?? '-'}`.padEnd(9),
    `${calls.confirmed} confirmed${failed.join('')}`,
    ...(result.company === undefined ? [] : [result.company]),
  ];
  return `${begin}  ${figures.join('  ')}`;
}

/** All results of a subject, as a table for a terminal. */
export function tableOf({ about, results }: SubjectResults): string {
  const figures = figuresOf(results);
  const cells = results.map((result) => [
    result.row,
    verdictOf(result),
    ...figures.map(({ of }) => (result.kind === 'played' ? of(result) : '')),
  ]);
  const lines = [['', '', ...figures.map(({ title }) => title)], ...cells];
  return [`${about.name}: ${about.library}, ${about.how}, on ${about.server}`, ...aligned(lines, 2)].join(
    '\n',
  );
}

/** How many rows held, were broken and were not run. */
export function totalsOf(all: readonly SubjectResults[]): string {
  const verdicts = all.flatMap(({ results }) => results.map(verdictOf));
  const count = (verdict: string): number => verdicts.filter((one) => one === verdict).length;
  return `${count('held')} held, ${count('BROKEN')} broken, ${count('not run')} not run`;
}

/** What was broken, sentence by sentence, each row with the line that plays it again, and what was not run, with the reasons. */
export function findingsOf(all: readonly SubjectResults[], made: RunOf): string[] {
  return all.flatMap(({ about, results }) =>
    results.flatMap((result) => {
      if (result.kind === 'not run') return [`not run: ${about.name}, ${result.row}: ${result.reason}`];
      const sentences = sentencesOf(result);
      if (sentences.length === 0) return [];
      return [
        `BROKEN: ${about.name}, ${result.row}`,
        ...sentences.map((sentence) => `  ${sentence}`),
        `  again: ${replayLine(about.name, result.row, made)}`,
      ];
    }),
  );
}

function replayLine(subject: string, row: string, { tempo, seed }: RunOf): string {
  const quick = tempo === 'quick' ? '--quick ' : '';
  return `npm run faults -- ${quick}--row "${row}" --subject ${subject} --seed ${seed}`;
}
