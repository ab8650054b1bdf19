import { aligned, duration } from '../text.ts';
import type { Memory } from './memory.ts';
import type { Progress, SubjectReport } from './soak-run.ts';
import type { Durations, FaultTally } from './tally.ts';

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
const MIB = 1_048_576;

/** One line of how a run goes. */
export function progressLine({ name, sinceMs, faults, totals, broken, beat }: Progress): string {
  const parts = [
    `${name}  ${clock(sinceMs)}`,
    `${totals.rounds} rounds`,
    `${sum(totals.faults, ({ survived }) => survived)} faults survived`,
    `${count(totals.calls.confirmed)} calls confirmed`,
    ...(beat === undefined ? [] : [`${mebibytes(beat.rssBytes)} MiB, ${count(beat.dials)} dials`]),
    ...(broken === 0 ? [] : [`BROKEN: ${broken}`]),
    faults.length === 0 ? 'calm' : faults.join(' + '),
  ];
  return parts.join('; ');
}

/** All that is known of the run of one subject, for a terminal. */
export function reportOf(report: SubjectReport): string {
  const { about, name, lastedMs, broken } = report;
  const sections = [
    [
      about === undefined ? name : `${name}: ${about.library}, ${about.how}, on ${about.server}`,
      `${(lastedMs / MINUTE_MS).toFixed(1)} minutes, ${report.rounds} rounds`,
    ],
    report.faults.length === 0 ? [] : faultLines(report.faults),
    callLines(report),
    report.memory === undefined ? [] : memoryLines(report.memory),
    otherLines(report),
    broken.map((sentence) => `BROKEN: ${sentence}`),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** Whether all held, for all subjects, in a sentence. */
export function verdictOf(reports: readonly SubjectReport[]): string {
  const faults = reports.flatMap((report) => report.faults);
  const broken = sum(reports, (report) => report.broken.length);
  const held = broken === 0 ? 'all held' : `BROKEN: ${broken}`;
  return `${sum(faults, ({ survived }) => survived)} of ${sum(faults, ({ times }) => times)} faults survived; ${held}`;
}

/** When, on what and how a run was made. */
export interface Circumstances {
  /** A day, as 2026-01-31. */
  readonly date: string;
  /** Version of Node.js, as v22.1.0. */
  readonly node: string;
  readonly cores: number;
  readonly minutes: number;
  readonly seed: number;
}

/** What the page of results says of a run. */
export function soakPart(reports: readonly SubjectReport[], made: Circumstances): string {
  const { date, node, cores, minutes, seed } = made;
  const version = node.replace(/^v/, '');
  return [
    `${date}, Node.js ${version}, ${cores} cores, \`--minutes ${minutes} --seed ${seed}\`: ${verdictOf(reports)}.\n`,
    `\`\`\`text\n${reports.map(reportOf).join('\n\n')}\n\`\`\`\n`,
  ].join('\n');
}

function faultLines(faults: readonly FaultTally[]): string[] {
  const durations = ({ medianMs, worstMs }: Durations): string[] => [duration(medianMs), duration(worstMs)];
  const titles = ['fault', 'times', 'survived', 'lost', 'found: median', 'worst', 'back: median', 'worst'];
  const rows = faults.map(({ kind, times, survived, found, back }) => [
    kind,
    `${times}`,
    `${survived}`,
    `${found.count}`,
    ...durations(found),
    ...durations(back),
  ]);
  return aligned([titles, ...rows], 1);
}

function callLines({ calls, entries, rounds, roundsHeld }: SubjectReport): string[] {
  const { confirmed, 'not-sent': notSent, refused, unknown, failures } = calls;
  const byCode = Object.entries(failures)
    .toSorted(([, one], [, other]) => other - one)
    .map(([kind, number]) => `${kind} ${count(number)}`);
  return [
    `calls: ${count(confirmed)} confirmed, ${count(notSent)} not sent, ${count(refused)} refused, ${count(unknown)} unknown`,
    ...(byCode.length === 0 ? [] : [`failed: ${byCode.join(', ')}`]),
    `books: ${roundsHeld} of ${rounds} rounds exact; ${count(entries)} entries were held against the server`,
  ];
}

function memoryLines({ samples, start, middle, end, perMinute, allowed }: Memory): string[] {
  const row = (
    title: string,
    quantity: keyof typeof allowed,
    text: (amount: number) => string,
    most = text(allowed[quantity]),
  ): string[] => [
    title,
    ...[start, middle, end].map((sample) => text(sample[quantity])),
    perMinute === undefined ? 'not known' : text(perMinute[quantity]),
    most,
  ];
  const titles = [`at rest, ${samples} times`, 'start', 'middle', 'end', 'grown a minute', 'of at most'];
  const lines = [
    titles,
    row('heap, MiB', 'heapBytes', mebibytes),
    row('process, MiB', 'rssBytes', mebibytes),
    row('sockets', 'sockets', decimal, '-'),
    row('timers', 'timers', decimal),
  ];
  return aligned(lines, 1);
}

function otherLines({ most, dials, lastedMs, closedAfterMs }: SubjectReport): string[] {
  const atOnce = Object.entries(most).map(([quantity, number]) => `${quantity} ${count(number)}`);
  return [
    ...(atOnce.length === 0 ? [] : [`most at once: ${atOnce.join(', ')}`]),
    ...(dials === undefined
      ? []
      : [`dials: ${count(dials)}, ${decimal(dials / (lastedMs / SECOND_MS))} a second`]),
    `closed in: ${duration(closedAfterMs)}`,
  ];
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / SECOND_MS);
  return `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, '0')}`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function decimal(number: number): string {
  return number.toFixed(1);
}

function mebibytes(bytes: number): string {
  return decimal(bytes / MIB);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
