import type { Scenario } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import type { Simulation } from './simulation.ts';
import { joined, runBatch } from './run/batch.ts';
import { parseOptions } from './run/options.ts';
import { reportOf, textOf } from './run/report.ts';

const NAMES = ['redis', 'pool'];

/** Its calls are confirmed, but those of every fourth seed, which fails besides. */
const scenario: Scenario = async ({ seed, history, pause, check }) => {
  await pause(seed);
  const call = history.begin({ caller: 1, what: 'ask' });
  if (seed % 4 !== 0) return call.ok('yes');
  call.failed(new Error('no'));
  check([`${seed} is a multiple of 4`]);
};

const simulation: Simulation = {
  name: 'fours',
  folder: 'test/fours',
  seeds: 10,
  commonFates: ['ok', 'DEADLINE unknown'],
  scenario,
};

describe('the command line', () => {
  test('has a default for everything', () => {
    const options = { names: NAMES, from: 1, count: 1_000, replayed: undefined, json: false };
    expect(parseOptions([], NAMES)).toEqual(options);
    expect(parseOptions(['--seeds', '7', '--from=-3', '--only', 'pool', '--json'], NAMES)).toEqual({
      ...options,
      names: ['pool'],
      from: -3,
      count: 7,
      json: true,
    });
    expect(parseOptions(['--seed', '42'], NAMES)).toEqual({ ...options, replayed: 42 });
  });

  test.each([
    [['--only', 'pol'], 'There is no simulation "pol". There are: redis, pool.'],
    [['--seeds', '0'], '--seeds takes a whole number from 1 on, not "0".'],
    [['--seeds', 'many'], '--seeds takes a whole number from 1 on, not "many".'],
    [['--seed', ''], '--seed takes a whole number from -9007199254740991 on, not "".'],
    [['--sedes', '1'], "Unknown option '--sedes'"],
  ])('%j is refused', (args, message) => {
    expect(() => parseOptions(args, NAMES)).toThrow(message);
  });
});

describe('batches', () => {
  test('tell of each seed, and their order makes no difference', async () => {
    const first = await runBatch({ simulation: 'fours', from: 1, count: 4 }, simulation);
    const second = await runBatch({ simulation: 'fours', from: 5, count: 2 }, simulation);
    const whole = await runBatch({ simulation: 'fours', from: 1, count: 6 }, simulation);
    expect(first.failures).toEqual([{ seed: 4, broken: ['4 is a multiple of 4'] }]);
    expect([first.summaries.length, second.summaries.length, second.failures]).toEqual([3, 2, []]);
    expect(joined(second.fingerprint, first.fingerprint)).toBe(whole.fingerprint);
    expect(joined('f'.repeat(16), '2')).toBe(`${'0'.repeat(15)}1`);
  });

  test('that throw what is no failure of a run end the program', async () => {
    const broken = { ...simulation, scenario: undefined as unknown as Scenario };
    const failing = runBatch({ simulation: 'fours', from: 0.5, count: 1 }, broken);
    await expect(failing).rejects.toThrow('A seed is a safe integer, not 0.5.');
  });
});

describe('a report', () => {
  test('adds up what became of calls, and says how each failing seed is replayed', async () => {
    const results = [
      await runBatch({ simulation: 'fours', from: 7, count: 2 }, simulation),
      await runBatch({ simulation: 'fours', from: 1, count: 6 }, simulation),
    ];
    const report = reportOf(simulation, results);
    expect(report).toMatchObject({ simulation: 'fours', seeds: 8, calls: 6, fates: { ok: 6 }, missing: [] });
    expect(report.failures.map(({ seed, replay }) => [seed, replay])).toEqual([
      [4, 'npm run simulate -- --only fours --seed 4'],
      [8, 'npm run simulate -- --only fours --seed 8'],
    ]);
    expect(textOf(report).split('\n')).toEqual([
      `fours: 8 seeds, 6 calls, 2 seeds have failed, fingerprint ${report.fingerprint}`,
      '  6 ok',
      '  FAILED: npm run simulate -- --only fours --seed 4',
      '    4 is a multiple of 4',
      '  FAILED: npm run simulate -- --only fours --seed 8',
      '    8 is a multiple of 4',
    ]);
  });

  test('says which fates so many seeds have hardly met', async () => {
    const result = await runBatch({ simulation: 'fours', from: 1, count: 3 }, simulation);
    const many = {
      ...result,
      count: 200,
      summaries: Array.from({ length: 200 }, () => result.summaries[0]!),
    };
    expect(reportOf(simulation, [many]).missing).toEqual(['DEADLINE unknown']);
    expect(textOf(reportOf(simulation, [many]))).toContain('HARDLY MET: DEADLINE unknown');
  });
});
