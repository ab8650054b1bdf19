import { expect, test } from 'vitest';
import { parseOptions, type Options } from '../../faults/options.ts';
import type { Row } from '../../faults/row.ts';

const ROWS: readonly Row[] = ['reset', 'reset, idle', 'half-open'].map((name) => ({
  name,
  fault: '',
  injected: '',
  inject: () => expect.fail('nothing is played here'),
}));

function parsed(...args: readonly string[]): Options {
  return parseOptions(args, ROWS, ['shared', 'pooled']);
}

test('without options every row is played with every subject, at full length', () => {
  expect(parsed()).toEqual({
    tempo: 'full',
    seed: 1,
    rows: ['reset', 'reset, idle', 'half-open'],
    subjects: ['shared', 'pooled'],
    writes: false,
    from: undefined,
    json: { to: 'nowhere' },
  });
});

test('--quick and --seed', () => {
  expect(parsed('--quick', '--seed', '7')).toMatchObject({ tempo: 'quick', seed: 7 });
});

test('a row is named by its whole name, or by what several have in theirs, in the order of the matrix', () => {
  expect(parsed('--row', 'reset').rows).toEqual(['reset']);
  expect(parsed('--row', 'res').rows).toEqual(['reset', 'reset, idle']);
  expect(parsed('--row', 'half', '--row', 'idle').rows).toEqual(['reset, idle', 'half-open']);
});

test('the results of a run that was kept, or of some subjects, can go into the page', () => {
  expect(parsed('--from', 'all.json', '--write')).toMatchObject({ from: 'all.json', writes: true });
  expect(parsed('--write', '--subject', 'shared')).toMatchObject({ subjects: ['shared'], writes: true });
});

test('--json takes a file, or none for the standard output', () => {
  expect(parsed('--json').json).toEqual({ to: 'output' });
  expect(parsed('--json', '--quick').json).toEqual({ to: 'output' });
  expect(parsed('--json', 'all.json').json).toEqual({ to: 'file', path: 'all.json' });
  expect(parsed('--json=all.json').json).toEqual({ to: 'file', path: 'all.json' });
});

test.each([
  [['--row', 'flood'], 'There is no row "flood". There are:\n  reset\n  reset, idle\n  half-open'],
  [['--subject', 'share'], 'There is no subject "share". There are: shared, pooled.'],
  [['--seed', 'x'], '--seed takes a whole number from 0 on, not "x".'],
  [['--seed', '1.5'], '--seed takes a whole number from 0 on, not "1.5".'],
  [['--seed=-1'], '--seed takes a whole number from 0 on, not "-1".'],
  [['--write', '--row', 'reset'], '--write is for all rows of a subject'],
  [['--fast'], "Unknown option '--fast'"],
  [['fast'], "Unexpected argument 'fast'"],
])('%j is refused, with what was expected', (args, words) => {
  expect(() => parsed(...args)).toThrow(words);
});
