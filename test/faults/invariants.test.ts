import { afterEach, describe, expect, test } from 'vitest';
import { BESIDE_INVARIANTS } from '../../faults/company/invariants.ts';
import { INVARIANTS } from '../../faults/invariants.ts';
import { playRow, playToTheEnd } from '../../faults/play.ts';
import type { Row } from '../../faults/row.ts';
import { ROWS } from '../../faults/rows/index.ts';
import type { Subject } from '../../faults/subject.ts';
import { sharedRedis } from '../../faults/subjects/hawser-redis.ts';
import type { Tempo } from '../../faults/tempo.ts';
import * as lies from './lying-subjects.ts';

const { BRIEF, IMPATIENT, LASTING } = lies;

afterEach(() => {
  for (const one of lies.leftBehind.splice(0)) {
    if ('destroy' in one) one.destroy();
    else clearTimeout(one);
  }
});

function rowNamed(name: string): Row {
  const row = ROWS.find((candidate) => candidate.name === name);
  return row ?? expect.fail(`There is no row ${name}.`);
}

/** What did not hold in a row. */
async function brokenIn(row: Row, subject: Subject, tempo: Tempo = BRIEF): Promise<readonly string[]> {
  const { broken } = await playToTheEnd(row, { subject, tempo, seed: 1 });
  return broken;
}

describe('each invariant finds the client that breaks it', () => {
  const LIES: readonly {
    readonly title: string;
    readonly subject: Subject;
    readonly row: string;
    /** How the sentence begins. */
    readonly found: string;
    readonly tempo?: Tempo;
  }[] = [
    {
      title: 'never settles a call',
      subject: lies.SETTLES_NEVER,
      row: 'half-open, replies lost',
      found: 'settles: ',
      tempo: IMPATIENT,
    },
    {
      title: 'settles its calls late',
      subject: lies.SETTLES_LATE,
      row: 'half-open, replies lost',
      found: 'settles: ',
    },
    { title: 'swaps replies', subject: lies.SWAPS_REPLIES, row: 'reset, idle', found: 'own answer: ' },
    {
      title: 'repeats an increment',
      subject: lies.REPEATS_A_COUNT,
      row: 'half-open, replies lost',
      found: 'counter: ',
    },
    {
      title: 'repeats an entry',
      subject: lies.REPEATS_AN_ENTRY,
      row: 'half-open, replies lost',
      found: 'ledger: ',
    },
    {
      title: 'answers before it has asked',
      subject: lies.ANSWERS_BEFORE_IT_ASKS,
      row: 'reset mid-reply',
      found: 'ledger: ',
    },
    {
      title: 'calls a sent call not-sent',
      subject: lies.CALLS_SENT_NOT_SENT,
      row: 'half-open, replies lost',
      found: 'ledger: ',
    },
    {
      title: 'opens too many sockets',
      subject: lies.OPENS_TOO_MANY_SOCKETS,
      row: 'reset, idle',
      found: 'sockets: ',
    },
    { title: 'has odd books', subject: lies.CANNOT_COUNT, row: 'reset, idle', found: 'books: ' },
    {
      title: 'dials in a hot loop',
      subject: lies.DIALS_IN_A_HOT_LOOP,
      row: 'refused, under load',
      found: 'no storm: ',
      tempo: LASTING,
    },
    {
      title: 'never gives up a silent peer',
      subject: lies.NEVER_GIVES_UP,
      row: 'half-open, then healed',
      found: 'found: it did not',
      tempo: LASTING,
    },
    {
      title: 'never comes back',
      subject: lies.NEVER_COMES_BACK,
      row: 'reset, idle',
      found: 'recovers: no write',
      tempo: IMPATIENT,
    },
    {
      title: 'serves one caller no more',
      subject: lies.FORGETS_A_CALLER,
      row: 'half-open, replies lost',
      found: 'recovers: 1 callers',
      tempo: IMPATIENT,
    },
    {
      title: 'is lost again',
      subject: lies.IS_LOST_AGAIN,
      row: 'half-open, replies lost',
      found: 'recovers: 20 callers were served again, and then no more',
      tempo: IMPATIENT,
    },
    {
      title: 'does not end its close()',
      subject: lies.CLOSE_HANGS,
      row: 'reset, idle',
      found: 'closes: it has not',
      tempo: IMPATIENT,
    },
    {
      title: 'has its close() rejected',
      subject: lies.CLOSE_REJECTS,
      row: 'reset, idle',
      found: 'closes: it was rejected: Error: it was closed already',
    },
    {
      title: 'leaves a socket',
      subject: lies.LEAVES_A_SOCKET,
      row: 'reset, idle',
      found: 'leaves nothing: 1 sockets',
    },
    {
      title: 'leaves a timer',
      subject: lies.LEAVES_A_TIMER,
      row: 'reset, idle',
      found: 'leaves nothing: a timer is set',
    },
    {
      title: 'throws in a timer',
      subject: lies.THROWS_IN_A_TIMER,
      row: 'reset, idle',
      found: 'no crash: uncaughtException',
    },
    {
      title: 'leaves a rejection unhandled',
      subject: lies.REJECTS_UNHEARD,
      row: 'reset, idle',
      found: 'no crash: unhandledRejection',
    },
  ];

  test.each(LIES.map((lie) => [lie.title, lie] as const))('one that %s', async (_, lie) => {
    const { subject, row, found, tempo } = lie;
    const broken = await brokenIn(rowNamed(row), subject, tempo);
    expect(broken).toContainEqual(expect.stringContaining(found));
  });

  test.each([
    ['reset, idle', IMPATIENT],
    ['reset mid-reply', BRIEF],
    ['half-open, replies lost', IMPATIENT],
    ['half-open, then healed', LASTING],
    ['refused, under load', LASTING],
  ] as const)('an honest one breaks none: %s', async (row, tempo) => {
    expect(await brokenIn(rowNamed(row), sharedRedis(BRIEF), tempo)).toEqual([]);
  });

  test('one whose sockets cannot be seen is judged by the connections that the proxy accepts', async () => {
    const row = rowNamed('half-open, replies lost');
    expect(await brokenIn(row, lies.unseen(sharedRedis(BRIEF)), LASTING)).toEqual([]);
    expect(await brokenIn(row, lies.unseen(lies.NEVER_GIVES_UP), IMPATIENT)).toContainEqual(
      expect.stringContaining('found: it did not'),
    );
    const storm = await brokenIn(
      rowNamed('accepted, then dropped'),
      lies.unseen(lies.DIALS_IN_A_HOT_LOOP),
      LASTING,
    );
    expect(storm).toContainEqual(expect.stringContaining('no storm: '));
  });

  test('there is such a client for every invariant', () => {
    const found = LIES.map(({ found: sentence }) => sentence.split(':', 1)[0]);
    // The others are in company.test.ts.
    const own = INVARIANTS.filter((invariant) => !BESIDE_INVARIANTS.includes(invariant));
    expect(found).toEqual(expect.arrayContaining(own.map(({ name }) => name)));
  });
});

describe('a row that proves nothing has failed', () => {
  const honest = sharedRedis(BRIEF);
  const row: Row = {
    name: 'a row',
    fault: '',
    injected: '',
    inject: ({ proxy }) => {
      proxy.add({ kind: 'reset' });
      return {};
    },
  };

  test('when nothing shows that its fault struck', async () => {
    expect(await brokenIn({ ...row, inject: () => ({}) }, honest)).toEqual([
      'the row proves nothing: nothing shows that the fault struck',
    ]);
  });

  test('unless it is not to be noticed, and the row sees by itself that it struck', async () => {
    const unnoticed: Row = { ...row, isUnnoticed: true, inject: () => ({ expect: () => ['it did not'] }) };
    expect(await brokenIn(unnoticed, honest)).toEqual(['it did not']);
  });

  test('when the client connects where nobody looks', async () => {
    const elsewhere: Row = {
      ...row,
      access: ({ server }) => ({ endpoints: [{ host: '127.0.0.1', port: server.port }] }),
      inject: async ({ system, server }) => {
        await system.endSessions(server, 'all');
        return {};
      },
    };
    expect(await brokenIn(elsewhere, honest)).toContain(
      'the row proves nothing: no attempt to connect was seen',
    );
  });

  test('when nobody could be served before it began', async () => {
    const nowhere: Row = { ...row, access: () => ({ endpoints: [{ host: '127.0.0.1', port: 1 }] }) };
    const [sentence, ...others] = await brokenIn(nowhere, honest, IMPATIENT);
    expect(sentence).toMatch(
      /^the row could not be played: Error: 20 callers were not served before the fault/,
    );
    expect(others).toEqual([]);
  });

  test('when it throws, and what it has begun is ended all the same, once', async () => {
    const mistake = (): never => {
      throw new Error('a mistake in the row');
    };
    const ended: string[] = [];
    const inject: Row['inject'] = () => ({ end: () => ended.push('fault') });
    // Before the fault would have been ended, and behind that.
    for (const wrong of [{ holdMs: mistake }, { expect: mistake }]) {
      const [sentence] = await brokenIn({ ...row, ...wrong, inject }, honest);
      expect(sentence).toMatch(/^the row could not be played: Error: a mistake in the row/);
    }
    expect(ended).toEqual(['fault', 'fault']);
  });
});

test('what breaks when a client is closed in the midst of a fault is told as that', async () => {
  const play = { subject: lies.THROWS_IN_A_TIMER, tempo: BRIEF, seed: 1 };
  const sentence = 'no crash: uncaughtException: Error: thrown in a timer';
  expect(await playRow(rowNamed('reset, idle'), play)).toMatchObject({
    kind: 'played',
    broken: [sentence, `closed meanwhile: ${sentence}`],
  });
});

describe('a row that cannot be run', () => {
  const row = rowNamed('reset, idle');
  const play = { subject: sharedRedis(BRIEF), tempo: BRIEF, seed: 1 };

  test('is told with its reason', async () => {
    expect(await playRow({ ...row, obstacle: () => 'there is no network' }, play)).toEqual({
      row: 'reset, idle',
      kind: 'not run',
      reason: 'there is no network',
    });
  });

  test('has failed when the reason cannot be found out', async () => {
    const result = await playRow({ ...row, obstacle: () => Promise.reject(new Error('no such file')) }, play);
    expect(result).toMatchObject({ kind: 'cut short', reason: expect.stringContaining('no such file') });
  });
});
