import { describe, expect, test } from 'vitest';
import { BESIDE_INVARIANTS } from '../../faults/company/invariants.ts';
import { playToTheEnd, playUntilClosed } from '../../faults/play.ts';
import { ALL_ROWS } from '../../faults/rows/index.ts';
import type { Row } from '../../faults/row.ts';
import type { Subject } from '../../faults/subject.ts';
import { subjects } from '../../faults/subjects/redis-company.ts';
import type { Tempo } from '../../faults/tempo.ts';
import * as lies from './lying-company.ts';
import { BRIEF, IMPATIENT } from './lying-subjects.ts';

function rowNamed(name: string): Row {
  const row = ALL_ROWS.find((candidate) => candidate.name === name);
  return row ?? expect.fail(`There is no row ${name}.`);
}

async function brokenIn(name: string, subject: Subject, tempo: Tempo): Promise<readonly string[]> {
  const { broken } = await playToTheEnd(rowNamed(name), { subject, tempo, seed: 1 });
  return broken;
}

describe('each invariant of those who subscribe or take finds the client that breaks it', () => {
  const LIES: readonly {
    readonly title: string;
    readonly subject: Subject;
    /** How the sentence begins. */
    readonly found: string;
    /** And ends. */
    readonly words: string;
    readonly tempo?: Tempo;
  }[] = [
    { title: 'tells twice', subject: lies.TELLS_TWICE, found: 'messages: ', words: 'came twice' },
    {
      title: 'loses a message',
      subject: lies.LOSES_A_MESSAGE,
      found: 'gaps: ',
      words: 'and 0 were said to be',
    },
    {
      title: 'tells of no gap',
      subject: lies.TELLS_OF_NO_GAP,
      found: 'gaps: ',
      words: 'no gap tells of it',
    },
    {
      title: 'tells of a gap that is none',
      subject: lies.TELLS_OF_A_GAP_TOO_MANY,
      found: 'gaps: ',
      words: 'and no connection was lost',
    },
    {
      title: 'subscribes once only',
      subject: lies.FORGETS_ITS_SUBSCRIBERS,
      found: 'served besides: ',
      words: 'subscribers were not served any more',
      tempo: IMPATIENT,
    },
    {
      title: 'ends subscriptions in error',
      subject: lies.ENDS_IN_ERROR,
      found: 'subscriptions end: ',
      words: 'was told Error: the client was closed',
    },
    {
      title: 'does not end subscriptions',
      subject: lies.NEVER_ENDS,
      found: 'leaves nothing: ',
      words: 'subscriptions have not ended',
      tempo: IMPATIENT,
    },
    {
      title: 'loses an element',
      subject: lies.LOSES_AN_ELEMENT,
      found: 'elements: ',
      words: 'takers do not know what they were given',
    },
    {
      title: 'hands an element out twice',
      subject: lies.HANDS_OUT_TWICE,
      found: 'elements: ',
      words: 'was put in once',
    },
    {
      title: 'says that it has moved what it has not',
      subject: lies.MOVES_NOTHING,
      found: 'elements: ',
      words: 'is said to be moved',
    },
    {
      title: 'keeps who leaves',
      subject: lies.KEEPS_WHO_LEAVES,
      found: 'takers: ',
      words: 'ms late',
    },
    {
      title: 'knows nothing of what was taken',
      subject: lies.KNOWS_NOTHING,
      found: 'takers: ',
      words: 'nobody knows',
    },
    {
      title: 'lets nobody take any more',
      subject: lies.FORGETS_ITS_TAKERS,
      found: 'served besides: ',
      words: 'takers were not served any more',
      tempo: IMPATIENT,
    },
    {
      title: 'loses an entry of a stream',
      subject: lies.LOSES_AN_ENTRY,
      found: 'entries: ',
      words: 'and no gap is told of',
    },
    {
      title: 'sees to some entries only',
      subject: lies.SEES_TO_SOME,
      found: 'shared entries: ',
      words: 'were seen to by nobody',
      tempo: IMPATIENT,
    },
    {
      title: 'ends reading in error',
      subject: lies.ENDS_READING_IN_ERROR,
      found: 'reading ends: ',
      words: 'was told Error: the client was closed',
    },
  ];

  test.each(LIES.map((lie) => [lie.title, lie] as const))('one that %s', async (_, lie) => {
    const broken = await brokenIn('reset mid-reply', lie.subject, lie.tempo ?? BRIEF);
    expect(broken.filter((sentence) => sentence.startsWith(lie.found)).join('\n')).toContain(lie.words);
  });

  test('there is such a client for every one of them', () => {
    const found = LIES.map(({ found: sentence }) => sentence.split(':', 1)[0]);
    expect(found).toEqual(expect.arrayContaining(BESIDE_INVARIANTS.map(({ name }) => name)));
  });
});

describe.each(subjects(BRIEF).map((subject) => [subject.name, subject] as const))(
  'an honest one: %s',
  (_, subject) => {
    test('breaks none', async () => {
      expect(await brokenIn('reset mid-reply', subject, BRIEF)).toEqual([]);
    });

    test('breaks none when it is closed meanwhile', async () => {
      const play = { subject, tempo: BRIEF, seed: 1 };
      expect((await playUntilClosed(rowNamed('reset mid-reply'), play)).broken).toEqual([]);
    });
  },
);
