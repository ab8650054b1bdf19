import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Options {
  /** Names of simulations. */
  readonly names: readonly string[];
  readonly from: number;
  readonly count: number;
  /** This seed alone, with all that is to be known of it. */
  readonly replayed: number | undefined;
  readonly json: boolean;
}

export const USAGE = `Usage: npm run simulate -- [options]

  --seeds N     how many seeds each simulation is run with (1,000)
  --from N      the first of them (1)
  --seed N      this seed alone, with its whole log if it fails
  --only NAME   this simulation; may be given again
  --json        the results as JSON, and nothing else`;

/** Throws, with a sentence that says what was expected, for what there is not. */
export function parseOptions(args: readonly string[], names: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(`There is no simulation "${unknown}". There are: ${names.join(', ')}.`);
  }
  return {
    names: values.only.length === 0 ? names : names.filter((name) => values.only.includes(name)),
    from: numberOf('from', values.from, Number.MIN_SAFE_INTEGER),
    count: numberOf('seeds', values.seeds, 1),
    replayed: values.seed === undefined ? undefined : numberOf('seed', values.seed, Number.MIN_SAFE_INTEGER),
    json: values.json,
  };
}

function numberOf(name: string, text: string, min: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= min) return value;
  throw new Error(`--${name} takes a whole number from ${min} on, not "${text}".`);
}
