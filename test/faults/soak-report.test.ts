import { describe, expect, test } from 'vitest';
import { parseOptions, type Options } from '../../faults/soak/options.ts';
import { progressLine, reportOf, soakPart, verdictOf } from '../../faults/soak/report.ts';
import type { SubjectReport } from '../../faults/soak/soak-run.ts';
import { Tally } from '../../faults/soak/tally.ts';

const MIB = 1_048_576;
const SAMPLE = { atMs: 0, heapBytes: 10 * MIB, rssBytes: 80 * MIB, sockets: 5, timers: 2 };

const HELD: SubjectReport = {
  name: 'one',
  about: { name: 'one', library: 'hawser 1.0.0', how: 'short limits', server: 'redis 7.0.15' },
  broken: [],
  lastedMs: 90_000,
  faults: [
    {
      kind: 'half-open',
      times: 3,
      survived: 3,
      found: { count: 2, medianMs: 810.4, worstMs: 1_230 },
      back: { count: 3, medianMs: 12, worstMs: 99 },
    },
    {
      kind: 'latency',
      times: 1,
      survived: 1,
      found: { count: 0, medianMs: undefined, worstMs: undefined },
      back: { count: 1, medianMs: 4, worstMs: 4 },
    },
  ],
  rounds: 20,
  roundsHeld: 20,
  entries: 12_345,
  calls: {
    confirmed: 20_000,
    'not-sent': 10,
    refused: 2,
    unknown: 30,
    failures: { 'READONLY refused': 2, 'STALLED unknown': 30, 'NOT_CONNECTED not-sent': 10 },
  },
  most: { sockets: 5, waiting: 24 },
  dials: 180,
  closedAfterMs: 41.6,
  memory: {
    samples: 20,
    start: SAMPLE,
    middle: { ...SAMPLE, heapBytes: 15.5 * MIB },
    end: { ...SAMPLE, heapBytes: 15 * MIB },
    perMinute: { heapBytes: 0.1 * MIB, rssBytes: 0, sockets: 0, timers: 0 },
    allowed: { heapBytes: 4 * MIB, rssBytes: 64 * MIB, sockets: Infinity, timers: 10 },
  },
};

const CUT_SHORT: SubjectReport = {
  ...HELD,
  name: 'two',
  about: undefined,
  broken: ['round 0 (no fault): it ended the process: SIGSEGV'],
  lastedMs: 1_000,
  faults: [],
  rounds: 0,
  roundsHeld: 0,
  entries: 0,
  calls: { confirmed: 0, 'not-sent': 0, refused: 0, unknown: 0, failures: {} },
  most: {},
  dials: undefined,
  closedAfterMs: undefined,
  memory: undefined,
};

const TEXT = `\
one: hawser 1.0.0, short limits, on redis 7.0.15
1.5 minutes, 20 rounds

fault      times  survived  lost  found: median  worst  back: median  worst
half-open      3         3     2         810 ms  1.2 s         12 ms  99 ms
latency        1         1     0              -      -          4 ms   4 ms

calls: 20,000 confirmed, 10 not sent, 2 refused, 30 unknown
failed: STALLED unknown 30, NOT_CONNECTED not-sent 10, READONLY refused 2
books: 20 of 20 rounds exact; 12,345 entries were held against the server

at rest, 20 times  start  middle   end  grown a minute  of at most
heap, MiB           10.0    15.5  15.0             0.1         4.0
process, MiB        80.0    80.0  80.0             0.0        64.0
sockets              5.0     5.0   5.0             0.0           -
timers               2.0     2.0   2.0             0.0        10.0

most at once: sockets 5, waiting 24
dials: 180, 2.0 a second
closed in: 42 ms`;

describe('a report', () => {
  test('tells of faults, calls, books, memory, dials and the end', () => {
    expect(reportOf(HELD)).toBe(TEXT);
  });

  test('of what was cut short tells what is known, and why', () => {
    expect(reportOf(CUT_SHORT).split('\n')).toEqual([
      'two',
      '0.0 minutes, 0 rounds',
      '',
      'calls: 0 confirmed, 0 not sent, 0 refused, 0 unknown',
      'books: 0 of 0 rounds exact; 0 entries were held against the server',
      '',
      'closed in: -',
      '',
      'BROKEN: round 0 (no fault): it ended the process: SIGSEGV',
    ]);
  });

  test('says in the end whether all held', () => {
    expect(verdictOf([HELD])).toBe('4 of 4 faults survived; all held');
    expect(verdictOf([HELD, CUT_SHORT])).toBe('4 of 4 faults survived; BROKEN: 1');
  });

  test('is dated on the page', () => {
    const made = { date: '2026-01-31', node: 'v22.1.0', cores: 2, minutes: 5, seed: 7 };
    expect(soakPart([HELD], made)).toBe(
      '2026-01-31, Node.js 22.1.0, 2 cores, `--minutes 5 --seed 7`: 4 of 4 faults survived; all held.\n\n' +
        `\`\`\`text\n${TEXT}\n\`\`\`\n`,
    );
  });

  test('is a line while it goes on', () => {
    const beat = { rssBytes: 80 * MIB, heapBytes: 0, sockets: 1, timers: 0, dials: 12, counts: {} };
    const progress = { name: 'one', sinceMs: 65_000, totals: HELD, beat };
    expect(progressLine({ ...progress, faults: ['latency', 'end, one'], broken: 0 })).toBe(
      'one  1:05; 20 rounds; 4 faults survived; 20,000 calls confirmed; 80.0 MiB, 12 dials; latency + end, one',
    );
    expect(progressLine({ ...progress, faults: [], broken: 2, beat: undefined })).toBe(
      'one  1:05; 20 rounds; 4 faults survived; 20,000 calls confirmed; BROKEN: 2; calm',
    );
  });
});

test('a fault was survived when calls were answered again and its round held', () => {
  const tally = new Tally();
  const fault = { kind: 'latency', foundAfterMs: undefined, backAfterMs: 5 };
  const calls = {
    calls: 3,
    open: 0,
    confirmed: 1,
    'not-sent': 1,
    refused: 0,
    unknown: 1,
    failures: { X: 2 },
  };
  tally.addRound({ broken: [], calls }, [fault, { ...fault, backAfterMs: undefined }], 10);
  tally.addRound({ broken: ['it did not hold'], calls }, [fault], 1);
  tally.addFaults([{ ...fault, kind: 'end' }], false);
  expect(tally.totals()).toEqual({
    faults: [
      {
        kind: 'end',
        times: 1,
        survived: 0,
        found: { count: 0, medianMs: undefined, worstMs: undefined },
        back: { count: 1, medianMs: 5, worstMs: 5 },
      },
      {
        kind: 'latency',
        times: 3,
        survived: 1,
        found: { count: 0, medianMs: undefined, worstMs: undefined },
        back: { count: 2, medianMs: 5, worstMs: 5 },
      },
    ],
    rounds: 2,
    roundsHeld: 1,
    entries: 11,
    calls: { confirmed: 2, 'not-sent': 2, refused: 0, unknown: 2, failures: { X: 4 } },
    most: {},
  });
});

describe('the command line', () => {
  const parsed = (...args: readonly string[]): Options => parseOptions(args, ['shared', 'pooled']);

  test('asks for a minute with all subjects and a seed of chance, unless it says otherwise', () => {
    expect(parsed()).toMatchObject({
      minutes: 1,
      subjects: ['shared', 'pooled'],
      json: undefined,
      writes: false,
    });
    expect(Number.isSafeInteger(parsed().seed)).toBe(true);
    expect(parsed('--minutes', '0.5', '--seed', '7', '--subject', 'pooled', '--json', 'a.json')).toEqual({
      minutes: 0.5,
      seed: 7,
      subjects: ['pooled'],
      json: 'a.json',
      writes: false,
    });
  });

  test.each([
    [['--minutes', '0'], '--minutes takes a number above 0, up to 720, not "0".'],
    [['--minutes', 'x'], '--minutes takes a number above 0, up to 720, not "x".'],
    [['--minutes', '721'], '--minutes takes a number above 0, up to 720, not "721".'],
    [['--seed', '1.5'], '--seed takes a whole number from 0 on, not "1.5".'],
    [['--subject', 'share'], 'There is no subject "share". There are: shared, pooled.'],
    [['--write', '--subject', 'shared'], '--write is for all subjects'],
    [['--quick'], "Unknown option '--quick'"],
  ])('%j is refused, with what was expected', (args, words) => {
    expect(() => parsed(...args)).toThrow(words);
  });
});
