import { checkInteger } from '../check-numbers.ts';
import { checkOptions, FUNCTION, NUMBER, optional, type Expectations } from '../check-options.ts';
import type { HistorySummary } from '../recorded-call.ts';
import {
  simulate,
  SIMULATE_EXPECTATIONS,
  type Scenario,
  type SimulateOptions,
  type SimulationRun,
} from './simulate.ts';
import { SimulationError } from './simulation-error.ts';

/** How a scenario is run with many seeds. */
export interface SimulateManyOptions<T = void> extends SimulateOptions {
  /** After so many failures no further seed is tried. Default 3. */
  readonly failuresMax?: number | undefined;
  /** Is told of each run in which all went well. */
  readonly onRun?: ((run: SimulationRun<T>) => void) | undefined;
}

/** Many runs in which all went well. */
export interface SimulationTotals {
  readonly runs: number;
  /** The calls of all histories. */
  readonly summary: HistorySummary;
}

const EXPECTATIONS: Expectations<SimulateManyOptions> = {
  ...SIMULATE_EXPECTATIONS,
  ...optional({ failuresMax: NUMBER, onRun: FUNCTION }),
};

/**
 * Runs a scenario with each seed, one after the other, as {@link simulate} does.
 *
 * @throws AggregateError (as a rejection) with the SimulationError of each seed that has failed. Its message has a line for
 * each that replays it and what was wrong, and tells the whole story of the first.
 */
export async function simulateMany<T>(
  seeds: Iterable<number>,
  scenario: Scenario<T>,
  options: SimulateManyOptions<T> = {},
): Promise<SimulationTotals> {
  checkOptions('simulateMany', options, EXPECTATIONS);
  const { failuresMax = 3, onRun, ...each } = options;
  checkInteger('simulateMany', 'failuresMax', failuresMax, 1);
  const failures: SimulationError[] = [];
  const totals = new Totals();
  for (const seed of seeds) {
    try {
      const run = await simulate(seed, scenario, each);
      totals.add(run.summary);
      onRun?.(run);
    } catch (error) {
      if (!(error instanceof SimulationError)) throw error;
      failures.push(error);
      if (failures.length === failuresMax) break;
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) return { runs: totals.runs, summary: totals.summary };
  const tried = totals.runs + failures.length;
  const lines = [
    `${failures.length} of ${tried} seeds have failed${failures.length === failuresMax ? ', no more were tried' : ''}`,
    first.message,
    ...others.map(({ replay, broken }) => [replay, ...broken].join('\n  ')),
  ];
  throw new AggregateError(failures, lines.join('\n'));
}

/** Adds up the histories of many runs. */
class Totals {
  runs = 0;
  readonly #sums = { calls: 0, open: 0, confirmed: 0, 'not-sent': 0, refused: 0, unknown: 0 };
  readonly #failures = new Map<string, number>();

  get summary(): HistorySummary {
    return { ...this.#sums, failures: Object.fromEntries(this.#failures) };
  }

  add({ failures, ...sums }: HistorySummary): void {
    this.runs += 1;
    for (const name of Object.keys(this.#sums) as (keyof typeof sums)[]) this.#sums[name] += sums[name];
    for (const [kind, times] of Object.entries(failures)) {
      this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + times);
    }
  }
}
