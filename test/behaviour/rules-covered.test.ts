import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { WITHOUT_MEANING } from './without-meaning.ts';

/** How many there are, in the original's suite and in the lists that go beyond it. */
const NUMBERS = { case: 52, uncovered: 11, gift: 4 } as const;
const RULES = 17;

/** A title that says which case it is and by which rules, as `case 6 (R3, R9): ...`. */
const TITLE = /['"`](case|uncovered|gift) (\d+) \(((?:R\d+(?:, )?)+)\): /g;

interface Titled {
  readonly kind: keyof typeof NUMBERS;
  readonly number: number;
  readonly rules: readonly string[];
}

const folder = new URL('./', import.meta.url);
const titled: readonly Titled[] = readdirSync(folder)
  .filter((name) => /^rules-.*\.test\.ts$/.test(name))
  .flatMap((name) => [...readFileSync(new URL(name, folder), 'utf8').matchAll(TITLE)])
  .map(([, kind, number, rules]) => ({
    kind: kind as Titled['kind'],
    number: Number(number),
    rules: rules!.split(', '),
  }));

function numbersOf(kind: Titled['kind']): ReadonlySet<number> {
  return new Set(titled.filter((title) => title.kind === kind).map(({ number }) => number));
}

/** From 1 to the last. */
function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

describe('the suite of the rules', () => {
  test('each of the 52 cases is in the title of a test, or in the table of what has no meaning here, and not in both', () => {
    const meaningless = WITHOUT_MEANING.flatMap(({ cases }) => cases);
    const tested = numbersOf('case');
    expect([...tested, ...meaningless].toSorted((one, other) => one - other)).toEqual(upTo(NUMBERS.case));
  });

  test('a case of which a part has no meaning is tested without it', () => {
    const parts = WITHOUT_MEANING.flatMap(({ partOf }) => partOf);
    expect(parts.filter((number) => !numbersOf('case').has(number))).toEqual([]);
  });

  test.each(['uncovered', 'gift'] as const)('each number of what is called %s is in a title', (kind) => {
    expect([...numbersOf(kind)].toSorted((one, other) => one - other)).toEqual(upTo(NUMBERS[kind]));
  });

  test('each of the 17 rules is in a title', () => {
    const ruled = new Set(titled.flatMap(({ rules }) => rules));
    expect(upTo(RULES).filter((rule) => !ruled.has(`R${rule}`))).toEqual([]);
    expect(ruled.size).toBe(RULES);
  });
});
