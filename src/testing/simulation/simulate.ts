import type { HistorySummary } from '../recorded-call.ts';
import { checkRange } from '../check-numbers.ts';
import {
  checkOptions,
  checkOption,
  FUNCTION,
  NUMBER,
  optional,
  TEXT,
  type Expectations,
} from '../check-options.ts';
import { leftovers } from './leftovers.ts';
import { SimulationError } from './simulation-error.ts';
import { SimulatedWorld } from './simulated-world.ts';

/** What happens in a simulated world, from its beginning to its end. What it throws fails the run. */
export type Scenario<T = void> = (world: SimulatedWorld) => Promise<T>;

/** How a scenario is run. */
export interface SimulateOptions {
  /** How the test is run, for the line that replays a failure: `npx vitest run test/orders`. Default: not said. */
  readonly command?: string | undefined;
  /** Virtual time within which the scenario must be over. Default an hour. */
  readonly limitMs?: number | undefined;
}

/** A run in which all went well. */
export interface SimulationRun<T = void> {
  readonly seed: number;
  /** What the scenario has returned. */
  readonly value: T;
  /** The calls of the world's history. */
  readonly summary: HistorySummary;
  /** When it was over, in virtual time. */
  readonly endedAtMs: number;
  /** Sixteen hexadecimal digits that stand for all events. Two runs that share them have done the same at the same time. */
  readonly fingerprint: string;
}

export const SIMULATE_EXPECTATIONS: Expectations<SimulateOptions> = optional({
  command: TEXT,
  limitMs: NUMBER,
});

const LIMIT_MS = 3_600_000;
/** Within this time everything that is on its way has arrived. */
const ARRIVAL_MS = 60_000;
/** Deadlines are whole milliseconds, and are judged in a turn of their own. */
const GRACE_MS = 2;

/**
 * Runs a scenario in a world of its own, in virtual time, and checks what has to hold in the end, whatever the scenario is
 * about. The same seed does the same, event by event, as long as the scenario takes time and chance from its world.
 *
 * A scenario is plain code that waits for what it calls: while it waits, time passes, as far as anything is due. It must not
 * wait for anything outside its world. When it is over, and all that is on its way has arrived, nothing may be left: no
 * timer, no open transport, no pending dial, no call of the history that has not settled or was late, none that was answered
 * with another's reply. No transport may have been used against its contract, and no promise rejected unhandled. One
 * simulation at a time, then, for a rejection does not say whose it is.
 *
 * @throws SimulationError (as a rejection) when any of that does not hold, and when the scenario throws; a TypeError or a RangeError for
 * arguments that make no sense.
 */
export async function simulate<T>(
  seed: number,
  scenario: Scenario<T>,
  options: SimulateOptions = {},
): Promise<SimulationRun<T>> {
  checkOptions('simulate', options, SIMULATE_EXPECTATIONS);
  const { limitMs = LIMIT_MS, command } = options;
  checkRange('simulate', 'limitMs', limitMs, 0, Number.MAX_SAFE_INTEGER);
  const world = new SimulatedWorld(seed);
  checkOption('simulate', 'scenario', scenario, FUNCTION);
  const { clock, network, history } = world;
  const rejected = (reason: unknown): void => world.check([`unhandled rejection: ${stackOf(reason)}`]);
  process.on('unhandledRejection', rejected);
  const outcome: { value?: T; thrown?: unknown } = {};
  try {
    outcome.value = await clock.waitFor(scenario(world), limitMs);
    for (let ms = 0; network.pendingTimers > 0 && ms < ARRIVAL_MS; ms += 100) await clock.advance(100);
    await clock.settle();
    world.check(leftovers(world));
    world.check(history.checkSettled({ graceMs: GRACE_MS }));
    world.check(history.checkOwnAnswers());
    world.note(`over, after ${clock.steps} steps of the clock`);
  } catch (error) {
    outcome.thrown = error;
    world.check([`thrown: ${stackOf(error)}`]);
  } finally {
    process.off('unhandledRejection', rejected);
  }
  const { broken } = world;
  if (broken.length > 0) {
    throw new SimulationError({ seed, broken, log: network.log, command, cause: outcome.thrown });
  }
  return {
    seed,
    value: outcome.value as T,
    summary: history.summary(),
    endedAtMs: clock.now(),
    fingerprint: network.fingerprint,
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
