import { expect, test } from 'vitest';
import { ReadEntries } from '../../faults/company/read-entries.ts';

const ADDED = [0, 1, 2, 3, 4, 5];

/** What is found of one who was given these; a minus stands for a gap that was told of before. */
function found(numbers: readonly number[], isTrimmed: boolean, isWhole = false): string[] {
  const read = new ReadEntries('somebody', isTrimmed);
  for (const number of numbers) {
    const fields = { number: `${Math.abs(number)}` };
    read.add({ stream: 'stream', id: `${Math.abs(number)}-1`, fields, afterGap: number < 0 });
  }
  return read.check(ADDED, isWhole);
}

test('entries that come once and in order are well, also when the last are to come, and when it was trimmed with a word', () => {
  expect(found([0, 1, 2], false)).toEqual([]);
  expect(found(ADDED, false, true)).toEqual([]);
  expect(found([2, 3, -5], true)).toEqual([]);
});

test.each([
  ['is missing', [0, 2], false, '1 are missing before 2, and no gap is told of'],
  ['is missing at first', [1], false, '1 are missing before 1, and no gap is told of'],
  ['is missing of a stream that is trimmed', [0, 3], true, '2 are missing before 3, and no gap is told of'],
  ['comes twice', [0, 1, 1], false, '1 was read twice, or behind a later one'],
  ['comes behind a later one', [0, 1, 0], false, '0 was read twice, or behind a later one'],
  ["is nobody's", [0, 9], false, '9 was read, and nobody has added it'],
  ['comes behind a gap that was none', [0, -1], false, 'a gap is told of before 1, and nothing was trimmed'],
] as const)('one that %s is found', (_, numbers, isTrimmed, sentence) => {
  expect(found(numbers, isTrimmed)).toEqual([`somebody: ${sentence}`]);
});

test('what should have come in the end is found', () => {
  expect(found([0, 1, 2, 3], false, true)).toEqual(['somebody: the last 2 were not read']);
});
