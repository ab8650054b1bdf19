import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { invariantsPart, rowsPart, withParts } from '../../faults/page.ts';
import { ROWS, rowsOf, SPECIAL_ROWS } from '../../faults/rows/index.ts';
import { OWN_SUBJECTS } from '../../faults/subjects/index.ts';
import { ROOT } from './files.ts';

const page = readFileSync(`${ROOT}/docs/reliability.md`, 'utf8');

// `npm run faults -- --write` writes all of it anew.
describe('docs/reliability.md', () => {
  test('tells of the invariants and the rows that there are', () => {
    const parts = {
      invariants: invariantsPart(),
      rows: rowsPart(ROWS),
      'special rows': rowsPart(SPECIAL_ROWS),
    };
    expect(page).toBe(withParts(page, parts));
  });

  test.each(OWN_SUBJECTS.map((subject) => [subject.name, subject] as const))(
    'has a result of %s for every row, in their order',
    (_, subject) => {
      const [, text = ''] = page.split(`<!-- ${subject.name}:begin -->`);
      const [results = ''] = text.split(`<!-- ${subject.name}:end -->`);
      const [, ...notRunLines] = results.split('Not run:');
      const listed = (lines: string, line: RegExp): (string | undefined)[] =>
        [...lines.matchAll(line)].map(([, row]) => row);
      const played = listed(results, /^\| (.+?) \| .* \| (?:held|BROKEN) \|$/gm);
      const notRun = listed(notRunLines.join(), /^- (.+?): ./gm);
      const names = rowsOf(subject, 'full').map(({ name }) => name);
      expect(played).toEqual(names.filter((name) => !notRun.includes(name)));
      expect(notRun).toEqual(names.filter((name) => !played.includes(name)));
    },
  );
});
