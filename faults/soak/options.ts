import { parseArgs } from 'node:util';
import { seedOf, subjectsOf } from '../options.ts';

/** What the command line asks for. */
export interface Options {
  readonly minutes: number;
  readonly seed: number;
  /** Names of subjects. */
  readonly subjects: readonly string[];
  /** Where all results go besides, as JSON. */
  readonly json: string | undefined;
  /** Whether the page of results is to be written. */
  readonly writes: boolean;
}

export const USAGE = `Usage: npm run soak -- [options]

  --minutes N        how long faults go on (1); it ends by itself a minute after that at the latest
  --seed N           for the schedule of faults and what callers do (another one each time)
  --subject NAME     this subject; may be given again
  --json FILE        all results, as JSON, besides the tables
  --write            puts the tables into docs/reliability.md, which holds all subjects`;

/** Half a day: what has to be watched for longer is no test any more. */
const MINUTES_MAX = 720;
const SEEDS = 1_000_000;

/** Throws, with a sentence that says what was expected, for what there is not. */
export function parseOptions(args: readonly string[], subjects: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string' },
      subject: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  if (values.write && values.subject.length > 0) {
    throw new Error('--write is for all subjects, so it cannot go with --subject.');
  }
  return {
    minutes: minutesOf(values.minutes),
    seed: values.seed === undefined ? Math.floor(Math.random() * SEEDS) : seedOf(values.seed),
    subjects: subjectsOf(values.subject, subjects),
    json: values.json,
    writes: values.write,
  };
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (minutes > 0 && minutes <= MINUTES_MAX) return minutes;
  throw new Error(`--minutes takes a number above 0, up to ${MINUTES_MAX}, not "${text}".`);
}
