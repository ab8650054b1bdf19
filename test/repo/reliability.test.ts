import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { invariantsPart, rowsPart, withParts } from '../../faults/page.ts';
import { ROWS } from '../../faults/rows/index.ts';
import { OWN_SUBJECTS } from '../../faults/subjects/index.ts';
import { ROOT } from './files.ts';

const page = readFileSync(`${ROOT}/docs/reliability.md`, 'utf8');

// `npm run faults -- --write` writes all of it anew.
describe('docs/reliability.md', () => {
  test('tells of the invariants and the rows that there are', () => {
    expect(page).toBe(withParts(page, { invariants: invariantsPart(), rows: rowsPart(ROWS) }));
  });

  test.each(OWN_SUBJECTS.map(({ name }) => name))(
    'has a result of %s for every row, in their order',
    (subject) => {
      const [, results] = page.split('## Results');
      const table = results?.split(`### ${subject}\n`)[1]?.split('###')[0] ?? '';
      const played = [...table.matchAll(/^\| (.+?) \| .* \| (?:held|BROKEN) \|$/gm)].map(([, row]) => row);
      const notRun = [...(results?.matchAll(new RegExp(`^- ${subject}, (.+?): .`, 'gm')) ?? [])].map(
        ([, row]) => row,
      );
      const names = ROWS.map(({ name }) => name);
      expect(played).toEqual(names.filter((name) => !notRun.includes(name)));
      expect(notRun).toEqual(names.filter((name) => !played.includes(name)));
    },
  );
});
