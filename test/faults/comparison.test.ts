import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { clients } from '../../bench/faults/clients.mjs';
import { countedFindings, FINDINGS, findingsOf } from '../../bench/faults/findings.mjs';
import { parseOptions, QUICK_ROWS } from '../../bench/faults/options.mjs';
import { blockOf, type Comparison } from '../../bench/faults/page.mjs';
import type { RowResult } from '../../faults/row.ts';
import { ROWS } from '../../faults/rows/index.ts';

type Played = Extract<RowResult, { kind: 'played' }>;

const ROW_NAMES = ROWS.map(({ name }) => name);
const CLIENT_NAMES = clients.map(({ name }) => name);

function played(given: Partial<Played> = {}): Played {
  return {
    row: 'reset',
    kind: 'played',
    broken: [],
    givenUpAfterMs: 12,
    recoveredAfterMs: 340,
    dials: 1,
    calls: { confirmed: 100, 'not-sent': 0, refused: 0, unknown: 0 },
    failures: {},
    closedAfterMs: 3,
    ...given,
  };
}

function compared(
  setting: 'hawser' | 'defaults' | 'tuned',
  ...results: readonly RowResult[]
): Comparison['clients'][number] {
  const title = setting === 'tuned' ? 'Other tuned' : setting === 'defaults' ? 'Other' : 'Hawser';
  return { name: title, title, setting, library: `${title} 1.0.0`, how: 'defaults', unseen: [], results };
}

function comparison(...compares: readonly Comparison['clients'][number][]): Comparison {
  const names = compares[0]?.results.map(({ row }) => row) ?? [];
  return {
    date: '2026-01-02T03:04:05.000Z',
    place: '2 cores',
    seed: 7,
    minutes: 12.4,
    rows: names,
    clients: compares,
  };
}

function wordsOf(result: RowResult): readonly string[] {
  return findingsOf(result).map(({ word }) => word);
}

describe('what did not hold in a comparison', () => {
  test.each([
    ['ledger: ledger ledger: 1-2 is stored 2 times', 'repeats'],
    ['counter: counter counter: the server has 3, and only 2 were confirmed and 0 are unknown', 'repeats'],
    ['counter: counter counter: 3 were confirmed, and the server has 2', 'loses'],
    ['ledger: ledger ledger: 1-2 was confirmed, and is not stored', 'loses'],
    ['ledger: ledger ledger: 1-2 is stored, and was said to be not-sent', 'tells wrong'],
    ['own answer: not its own answer: echo 1-2 of caller 1 was answered 3', 'mixes up'],
    ['ledger: ledger ledger: 1-2 of caller 1 was asked for before 1-3, and stands behind it', 'reorders'],
    ['closed meanwhile: no crash: unhandledRejection: Error', 'dies'],
    ['when it was over, it ended the process: exit code 1', 'dies'],
    ['recovers: no write was confirmed any more', 'stays dead'],
    ['recovers: 3 callers were not served any more', 'serves some'],
    ['recovers: 20 callers were served again, and then no more', 'serves some'],
    ['recovers: a write was confirmed after 9000 ms, of 2500', 'back late'],
    ['recovers: every caller was served after 9000 ms, of 7500', 'back late'],
    ['found: it did not give its connection up', 'does not find'],
    ['found: a connection was given up after 9000 ms, of 3000', 'finds late'],
    ['found: it gave up a connection that was only slow', 'gives up'],
    ['20 calls failed, and none had to', 'fails calls'],
    ['20 calls failed on their way, and none had to', 'fails calls'],
    ['1 sessions are left of a thread that has ended', 'leaves sockets'],
    ['no packet was sent again, so that nothing was shown', 'shows nothing'],
    ['20 calls were called late though their replies had come', 'fails calls'],
    ['closes: it has not ended', 'closing hangs'],
    ['closed meanwhile: closes: it has not ended', 'closing hangs'],
    ['closes: it was rejected: Error: it was closed already', 'closing fails'],
    ['closed meanwhile: closes: it ended after 2016 ms, of 1000', 'closes late'],
    ['closed meanwhile: settles: echo 1-2 of caller 1 has not settled', 'leaves calls'],
    ['closed meanwhile: leaves nothing: 20 calls have not settled', 'leaves calls'],
    ['leaves nothing: 1 sockets are open', 'leaves sockets'],
    ['leaves nothing: 2 attempts to connect were made when it was closed', 'leaves sockets'],
    ['leaves nothing: timers: 1 more than at the beginning', 'leaves timers'],
    ['settles: echo 1-2 of caller 1 has not settled', 'hangs'],
    ['settles: echo 1-2 of caller 1 settled 900 ms after its deadline', 'settles late'],
    ['no storm: it dialled 900 times in 5000 ms, and 90 are many', 'dials on and on'],
    ['sockets: 3 were open at once, of at most 1', 'sockets'],
    ['another client was struck too: 3 times Error unknown', 'strikes others'],
    ['2 look-ups of one name were under way at once', 'looks up twice'],
    ['no caller was told that there is no connection', 'tells nobody'],
    ['the row could not be played: Error', 'no result'],
    ['closed meanwhile: the row could not be played: Error', 'no result'],
    ['the row proves nothing: nothing shows that the fault struck', 'shows nothing'],
    ['books: waiting is 3, though nobody asks', 'otherwise'],
  ])('%j is called "%s"', (sentence, word) => {
    expect(wordsOf(played({ broken: [sentence] }))).toEqual([word]);
  });

  test('each is told once, however many sentences there are', () => {
    const broken = [1, 2, 3].map((number) => `ledger: ledger ledger: ${number} is stored 2 times`);
    expect(wordsOf(played({ broken: [...broken, 'ledger: and 9 more of this kind'] }))).toEqual(['repeats']);
  });

  test('that a fault has shown in nothing is told only where nothing else is', () => {
    const broken = [
      'the row proves nothing: nothing shows that the fault struck',
      'found: it did not give its connection up',
    ];
    expect(wordsOf(played({ broken }))).toEqual(['does not find']);
  });

  test('what is left behind a close that has not ended is not told as well', () => {
    const broken = ['closes: it has not ended', 'leaves nothing: 1 sockets are open'];
    expect(wordsOf(played({ broken }))).toEqual(['closing hangs']);
  });

  test('a process that ended or hung is a finding, and one that was not run is none', () => {
    expect(wordsOf({ row: 'a', kind: 'cut short', reason: 'it ended the process: SIGSEGV' })).toEqual([
      'dies',
    ]);
    expect(wordsOf({ row: 'a', kind: 'cut short', reason: 'it hung for 180 s' })).toEqual(['blocks']);
    expect(wordsOf({ row: 'a', kind: 'not run', reason: 'no way' })).toEqual([]);
  });
});

describe('the tables of a comparison', () => {
  test('tell of each client what did not hold, when it was found and when calls were answered again', () => {
    const other = played({
      broken: ['ledger: ledger ledger: 1 is stored 2 times', 'closes: it has not ended'],
      givenUpAfterMs: undefined,
      recoveredAfterMs: 12_345,
    });
    const block = blockOf(comparison(compared('hawser', played()), compared('defaults', other)));
    expect(block).toContain('| reset | ✓ · 0.0 s · 0.3 s | repeats, closing hangs · - · 12.3 s |');
    expect(block).toContain('Run on 2026-01-02, in 12 minutes, seed 7: 2 cores.');
    expect(block).toContain(
      '- **Other**: 0 of 1 rows held. Calls: 100 confirmed, 0 not-sent, 0 refused, 0 unknown.\n  - *repeats* in 1: reset',
    );
    expect(block).toContain('In no row of this run.');
  });

  test('do not count against others what Hawser alone promises', () => {
    const silent = played({ broken: ['no caller was told that there is no connection'] });
    expect(countedFindings('hawser', silent).map(({ word }) => word)).toEqual(['tells nobody']);
    expect(countedFindings('tuned', silent)).toEqual([]);
    const block = blockOf(comparison(compared('hawser', silent), compared('defaults', silent)));
    expect(block).toContain('| reset | tells nobody · 0.0 s · 0.3 s | ✓ (tells nobody) · 0.0 s · 0.3 s |');
    expect(block).toContain('- **Hawser**: 0 of 1 rows held.');
    expect(block).toContain('- **Other**: 1 of 1 rows held.');
    expect(block).toContain('- reset: Hawser tells nobody; Other held');
  });

  test('leave rows that a client cannot be put through out of its count', () => {
    const notRun: RowResult = { row: 'reset', kind: 'not run', reason: 'it cannot' };
    const block = blockOf(comparison(compared('hawser', played()), compared('tuned', notRun)));
    expect(block).toContain('| reset | ✓ · 0.0 s · 0.3 s | n/a |');
    expect(block).toContain('- **Other tuned**: 0 of 0 rows held.');
    expect(block).toContain('## Not run\n\n- reset (Other tuned): it cannot');
  });

  test('say in which rows another client held and Hawser did not, or was back much sooner', () => {
    const broken = played({ broken: ['recovers: no write was confirmed any more'] });
    const slow = played({ row: 'slow', recoveredAfterMs: 4_000 });
    const block = blockOf(
      comparison(
        compared('hawser', broken, slow),
        compared('defaults', played(), played({ row: 'slow', recoveredAfterMs: 1_000 })),
        compared('tuned', played(), played({ row: 'slow', recoveredAfterMs: 3_900 })),
      ),
    );
    expect(block).toContain('- reset: Hawser stays dead; Other, Other tuned held');
    expect(block).toContain('- slow: Hawser back after 4.0 s; Other after 1.0 s');
  });
});

describe('the command line of the comparison', () => {
  const parse = (...args: string[]): ReturnType<typeof parseOptions> =>
    parseOptions(args, ROW_NAMES, CLIENT_NAMES);

  test('without options takes all rows and all clients', () => {
    expect(parse()).toMatchObject({ rows: ROW_NAMES, clients: CLIENT_NAMES, seed: 1, writes: false });
  });

  test('knows the rows of --quick', () => {
    expect(parse('--quick').rows).toEqual(ROW_NAMES.filter((name) => QUICK_ROWS.includes(name)));
    expect(parse('--quick').rows).toHaveLength(QUICK_ROWS.length);
  });

  test('takes a whole name for that one alone, and a part for all that have it', () => {
    expect(parse('--client', 'ioredis').clients).toEqual(['ioredis']);
    expect(parse('--client', 'tuned').clients).toEqual(CLIENT_NAMES.filter((name) => /tuned/.test(name)));
    expect(() => parse('--client', 'none')).toThrow('There is no client "none"');
  });

  test('refuses what makes no sense, and to write a part of the tables', () => {
    expect(() => parse('--seed', 'x')).toThrow('--seed takes a whole number above 0, not "x"');
    expect(() => parse('--quick', '--write')).toThrow('--write is for all rows and all clients');
    expect(parse('--write').writes).toBe(true);
  });
});

describe('docs/comparison.md', () => {
  const page = readFileSync(new URL('../../docs/comparison.md', import.meta.url), 'utf8');
  const lines = page.slice(page.indexOf('<!-- comparison:begin -->')).split('\n');
  const chapter = (title: string): readonly string[] => {
    const begin = lines.indexOf(title);
    const length = lines.slice(begin + 1).findIndex((line) => line.startsWith('## '));
    return lines.slice(begin + 1, begin + 1 + length);
  };
  const firstCells = (part: readonly string[]): readonly (string | undefined)[] =>
    part
      .filter((line) => line.startsWith('| ') && !line.startsWith('| --- '))
      .map((line) => line.split(' | ')[0]?.slice(2));

  test.each(['## With their defaults', '## Tuned'])(
    'has every row of the matrix once, in order: %s',
    (title) => {
      expect(firstCells(chapter(title))).toEqual(['Fault', ...ROW_NAMES]);
    },
  );

  test('says of every client once how it was set up', () => {
    const before = lines.slice(0, lines.indexOf('## With their defaults'));
    expect(firstCells(before)).toEqual(['Client', ...clients.map(({ title }) => title)]);
  });

  test('explains every word of its tables', () => {
    for (const { word } of FINDINGS)
      expect(chapter('## What the words mean').join('\n')).toContain(`- *${word}*: `);
  });
});
