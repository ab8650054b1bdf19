import { expect, test } from 'vitest';
import { playRow } from '../../faults/play.ts';
import { ALL_ROWS, ROWS, rowsOf, SPECIAL_ROWS } from '../../faults/rows/index.ts';
import { subjects } from '../../faults/subjects/hawser-redis.ts';
import { QUICK } from '../../faults/tempo.ts';

/** A few of each sort: nobody listens, nobody answers, the server is gone, the network is odd. All are played by `npm run faults`. */
const NAMES = ['refused, under load', 'half-open, replies lost', 'killed and restarted', 'random pieces'];

test('every row has a name of its own', () => {
  const names = ALL_ROWS.map(({ name }) => name);
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
});

test('a client is put through the rows for any client, or through some of them and those that concern its company', () => {
  expect(rowsOf({}, 'quick')).toEqual(ROWS);
  expect(rowsOf({ isAnotherWay: true }, 'full')).toEqual(ROWS);
  const another = rowsOf({ isAnotherWay: true }, 'quick');
  expect(ROWS).toEqual(expect.arrayContaining([...another]));
  expect(another.length).toBeLessThan(ROWS.length);
  const ofClusters = SPECIAL_ROWS.filter(({ concerns }) => concerns === 'cluster');
  expect(rowsOf({ setting: 'cluster' }, 'full')).toEqual(ofClusters);
  const own = SPECIAL_ROWS.filter(({ concerns }) => concerns === 'takers');
  const [full, quick] = (['full', 'quick'] as const).map((tempo) => rowsOf({ company: 'takers' }, tempo));
  expect(full!.filter((row) => SPECIAL_ROWS.includes(row))).toEqual(own);
  expect(full!.length).toBeGreaterThan(own.length);
  expect(full).toEqual(expect.arrayContaining([...quick!]));
  expect(quick).not.toEqual([]);
});

test.for(
  subjects(QUICK).flatMap((subject) =>
    NAMES.map((name) => ({ subject, name, title: `${subject.name}, ${name}` })),
  ),
)('everything holds: $title', async ({ subject, name }) => {
  const row = ROWS.find((candidate) => candidate.name === name)!;
  const result = await playRow(row, { subject, tempo: QUICK, seed: 1 });
  expect(result).toMatchObject({
    row: name,
    kind: 'played',
    broken: [],
    givenUpAfterMs: row.connection === 'kept' ? undefined : expect.any(Number),
    recoveredAfterMs: expect.any(Number),
    closedAfterMs: expect.any(Number),
  });
});
