import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MUTANTS } from '../../scripts/mutants/index.mjs';
import { mutated } from '../../scripts/mutants/mutant.mjs';
import { ROOT } from './files.ts';

// That the tests find them is for `npm run mutants` to show. This keeps the list true meanwhile.

describe('the deliberate defects', () => {
  test.each(MUTANTS)('$name: its place is there, once, and so are its tests', (mutant) => {
    const text = readFileSync(ROOT + mutant.file, 'utf8');
    expect(mutated(mutant, text)).not.toBe(text);
    expect(mutant.tests.filter((path) => !existsSync(ROOT + path))).toEqual([]);
    expect(mutant.tests).not.toEqual([]);
  });

  test('have a name each, and are for every promise', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    const promises = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10'];
    expect([...new Set(MUTANTS.map(({ rule }) => rule))].toSorted()).toEqual(promises.toSorted());
  });

  test('one whose place is not there, or there twice, is an error', () => {
    const mutant = { name: 'a', rule: 'P1', file: 'a.ts', find: 'b', put: '$&', tests: [] };
    expect(mutated(mutant, 'abc')).toBe('a$&c');
    expect(() => mutated(mutant, 'ac')).toThrow('a: its text is 0 times in a.ts, expected once');
    expect(() => mutated(mutant, 'abb')).toThrow('2 times');
  });
});
