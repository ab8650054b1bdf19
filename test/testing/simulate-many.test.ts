import {
  type SimulationError,
  seedsToTry,
  simulateMany,
  type Scenario,
  type SimulationRun,
} from 'hawser/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

/** Fails with every fourth seed. */
const sometimes: Scenario<number> = async ({ seed, history, pause, check }) => {
  await history.call({ caller: 1, what: 'ask' }, () => pause(1));
  await history
    .call({ caller: 1, what: 'fail' }, () => Promise.reject(new Error('no')))
    .catch(() => undefined);
  if (seed % 4 === 0) check([`${seed} is a multiple of 4`]);
  return seed;
};

describe('many seeds', () => {
  test('are run one after the other, and their calls added up', async () => {
    const runs: SimulationRun<number>[] = [];
    const totals = await simulateMany([1, 2, 3, 5], sometimes, { onRun: (run) => runs.push(run) });
    expect(runs.map(({ seed, value }) => [seed, value])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [5, 5],
    ]);
    expect(totals).toEqual({
      runs: 4,
      summary: {
        calls: 8,
        open: 0,
        confirmed: 4,
        'not-sent': 0,
        refused: 0,
        unknown: 4,
        failures: { 'Error unknown': 4 },
      },
    });
  });

  test('fail together, with a line for each that has failed', async () => {
    const command = 'node --test orders.test.js';
    const tried: number[] = [];
    const scenario: Scenario<number> = (world) => {
      tried.push(world.seed);
      return sometimes(world);
    };
    const error = await failureOf(() =>
      simulateMany(seedsToTry({ count: 50 }), scenario, { command, failuresMax: 2 }),
    );
    expect(tried.at(-1)).toBe(8);
    expect(error.errors.map((failure: SimulationError) => failure.seed)).toEqual([4, 8]);
    const lines = error.message.split('\n');
    expect(lines[0]).toBe('2 of 8 seeds have failed, no more were tried');
    expect(lines[1]).toBe(`seed 4 has failed; to replay it: HAWSER_SEED=4 ${command}`);
    expect(lines.slice(-2)).toEqual([`HAWSER_SEED=8 ${command}`, '  8 is a multiple of 4']);
    const few = await failureOf(() => simulateMany([1, 4, 5], sometimes));
    expect(few.message).toMatch(/^1 of 3 seeds have failed\nseed 4 has failed; /);
  });

  test('end with what is no failure of a run', async () => {
    await expect(simulateMany([0.5], sometimes)).rejects.toThrow('A seed is a safe integer, not 0.5.');
    await expect(simulateMany([1], sometimes, { failuresMax: 0 })).rejects.toThrow(
      'simulateMany: failuresMax is from 1 to',
    );
  });
});

describe('the seeds to try', () => {
  test('are a hundred from 1 on, unless told otherwise', () => {
    withEnvironment({});
    expect(seedsToTry()).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(seedsToTry({ from: 7, count: 3 })).toEqual([7, 8, 9]);
    expect(seedsToTry({ count: 0 })).toEqual([]);
  });

  test('are what the environment says', () => {
    withEnvironment({ HAWSER_SEEDS: '2' });
    expect(seedsToTry({ from: 7, count: 3 })).toEqual([7, 8]);
    withEnvironment({ HAWSER_SEED: '-12', HAWSER_SEEDS: '2' });
    expect(seedsToTry({ from: 7, count: 3 })).toEqual([-12]);
  });

  test.each([
    [
      { HAWSER_SEED: 'last' },
      {},
      'HAWSER_SEED: expected a whole number from -9007199254740991 on, got "last"',
    ],
    [{ HAWSER_SEED: '' }, {}, 'HAWSER_SEED: expected a whole number'],
    [{ HAWSER_SEEDS: '-1' }, {}, 'HAWSER_SEEDS: expected a whole number from 0 on, got "-1"'],
    [{}, { count: -1 }, 'seeds: count is from 0 to 9007199254740991, not -1'],
    [{}, { from: 0.5 }, 'seeds: from is a whole number, not 0.5'],
  ])('are refused where they make no sense: %j %j', (environment, options, message) => {
    withEnvironment(environment);
    expect(() => seedsToTry(options)).toThrow(new RangeError(message).message);
  });
});

/** The process's environment, of which nothing else is asked here, until the test is over. */
function withEnvironment(variables: Readonly<Record<string, string>>): void {
  vi.stubEnv('HAWSER_SEED', variables['HAWSER_SEED']);
  vi.stubEnv('HAWSER_SEEDS', variables['HAWSER_SEEDS']);
  onTestFinished(() => void vi.unstubAllEnvs());
}

async function failureOf(run: () => Promise<unknown>): Promise<AggregateError> {
  const error = await run().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AggregateError) return error;
  throw new Error('It has not failed as it should.', { cause: error });
}
