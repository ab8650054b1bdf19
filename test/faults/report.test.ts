import { describe, expect, test } from 'vitest';
import { resultsPart, rowsPart, withParts } from '../../faults/page.ts';
import { findingsOf, liveLine, tableOf, totalsOf } from '../../faults/report.ts';
import type { RowResult } from '../../faults/row.ts';
import type { SubjectResults } from '../../faults/run.ts';

const HELD: RowResult = {
  row: 'reset',
  kind: 'played',
  broken: [],
  givenUpAfterMs: 4.6,
  recoveredAfterMs: 1_234,
  dials: 1,
  calls: { confirmed: 500, 'not-sent': 0, refused: 0, unknown: 12 },
  failures: { 'CONNECTION_LOST unknown': 12 },
  closedAfterMs: 0.4,
};
const BROKEN: RowResult = {
  ...HELD,
  row: 'half-open, idle',
  broken: ['found: it did not give its connection up', 'ledger: a | b is stored\n    at a place'],
  givenUpAfterMs: undefined,
  dials: undefined,
};
const CUT_SHORT: RowResult = { row: 'crash', kind: 'cut short', reason: 'it ended the process: SIGSEGV' };
const NOT_RUN: RowResult = { row: 'no room', kind: 'not run', reason: 'its calls cannot be given up' };

const ALL: readonly SubjectResults[] = [
  {
    about: { name: 'one', library: 'hawser 1.0.0', how: 'defaults', server: 'redis 7.0.15' },
    results: [HELD, BROKEN, CUT_SHORT, NOT_RUN],
  },
];

describe('on a terminal', () => {
  test('each row that is over is a line, with its figures or the reason why it has none', () => {
    const widths = { subject: 5, row: 8 };
    expect([HELD, BROKEN, CUT_SHORT, NOT_RUN].map((result) => liveLine('one', result, widths))).toEqual([
      'one    reset     held     found 5 ms      back 1.2 s     dials 1    500 confirmed, 12 unknown',
      'one    half-open, idle  BROKEN   found -         back 1.2 s     dials -    500 confirmed, 12 unknown',
      'one    crash     BROKEN   it ended the process: SIGSEGV',
      'one    no room   not run  its calls cannot be given up',
    ]);
  });

  test('what others had beside the callers is told where there were such', () => {
    const result = { ...HELD, company: '9 taken, 0 unknown, 0 gone' };
    expect(liveLine('one', result, { subject: 3, row: 5 })).toMatch(/unknown {2}9 taken, 0 unknown, 0 gone$/);
    expect(tableOf({ ...ALL[0]!, results: [result, HELD] }).split('\n')).toEqual([
      expect.any(String),
      expect.stringMatching(/closed in +besides$/),
      expect.stringMatching(/0 ms {2}9 taken, 0 unknown, 0 gone$/),
      expect.stringMatching(/0 ms$/),
    ]);
  });

  test('in the end there is a table of each subject', () => {
    expect(tableOf(ALL[0]!).split('\n')).toEqual([
      'one: hawser 1.0.0, defaults, on redis 7.0.15',
      '                          found after  back after  dials  confirmed  not sent  refused  unknown  closed in',
      'reset            held            5 ms       1.2 s      1        500         0        0       12       0 ms',
      'half-open, idle  BROKEN             -       1.2 s      -        500         0        0       12       0 ms',
      'crash            BROKEN',
      'no room          not run',
    ]);
  });

  test('what was broken is told with the line that plays that row again, and what was not run with its reason', () => {
    expect(findingsOf(ALL, { tempo: 'quick', seed: 7 })).toEqual([
      'BROKEN: one, half-open, idle',
      '  found: it did not give its connection up',
      '  ledger: a | b is stored\n    at a place',
      '  again: npm run faults -- --quick --row "half-open, idle" --subject one --seed 7',
      'BROKEN: one, crash',
      '  it ended the process: SIGSEGV',
      '  again: npm run faults -- --quick --row "crash" --subject one --seed 7',
      'not run: one, no room: its calls cannot be given up',
    ]);
    expect(totalsOf(ALL)).toBe('1 held, 2 broken, 1 not run');
  });
});

describe('on the page', () => {
  test('a run is dated, and has a table of each subject, what was broken, and what was not run', () => {
    const made = { date: '2026-01-31', node: 'v22.1.0', cores: 2, tempo: 'full', seed: 1 } as const;
    expect(resultsPart(ALL[0]!, made)).toBe(`\
### one

2026-01-31, Node.js 22.1.0, 2 cores, tempo "full", seed 1.

hawser 1.0.0, defaults, on redis 7.0.15: of 3 rows 1 held.

| Row | found after | back after | dials | confirmed | not sent | refused | unknown | closed in | verdict |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
| reset | 5 ms | 1.2 s | 1 | 500 | 0 | 0 | 12 | 0 ms | held |
| half-open, idle | - | 1.2 s | - | 500 | 0 | 0 | 12 | 0 ms | BROKEN |
| crash |  |  |  |  |  |  |  |  | BROKEN |

- half-open, idle: found: it did not give its connection up
- half-open, idle: ledger: a \\| b is stored
- crash: it ended the process: SIGSEGV

Not run:

- no room: its calls cannot be given up
`);
  });

  test('a row is described by its fault and by what brings it about', () => {
    const row = { name: 'reset', fault: 'RST', injected: 'this | that', inject: () => ({}) };
    expect(rowsPart([row, { ...row, besides: 'nobody notices' }])).toBe(`\
| Row | Fault | How it is brought about | What has to hold besides |
| --- | --- | --- | --- |
| reset | RST | this \\| that |  |
| reset | RST | this \\| that | nobody notices |
`);
  });

  test('parts replace what was between their markers, and nothing else', () => {
    const page = 'a\n<!-- one:begin -->\nold\n<!-- one:end -->\nb\n<!-- two:begin -->\n<!-- two:end -->\n';
    expect(withParts(page, { two: 'second\n', one: 'first\n' })).toBe(
      'a\n<!-- one:begin -->\n\nfirst\n\n<!-- one:end -->\nb\n<!-- two:begin -->\n\nsecond\n\n<!-- two:end -->\n',
    );
    expect(() => withParts(page, { three: '' })).toThrow(
      'The page has no part between "<!-- three:begin -->"',
    );
  });
});
