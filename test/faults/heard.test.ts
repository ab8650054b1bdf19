import { describe, expect, test } from 'vitest';
import { Heard, type HeardFindings, type Published } from '../../faults/company/heard.ts';
import type { Told } from '../../faults/subject.ts';

/** Each number is published a second after the one before, and takes a tenth of one. */
const SECOND_MS = 1_000;

function published(numbers: readonly number[], lossesMs: readonly number[] = []): Published {
  const beats = Array.from({ length: 20 }, (_, number) => ({
    beganAtMs: number * SECOND_MS,
    endedAtMs: number * SECOND_MS + 100,
  }));
  return { numbers, beats, lossesMs, endsAll: true };
}

const ALL = Array.from({ length: 10 }, (_, number) => number);

function message(number: number, channel = 'news'): Told {
  return { type: 'message', channel: 'news', payload: `${channel} ${number} ...` };
}

/** From shortly before one number is published until shortly before another is. */
function gap(from: number, until: number): Told {
  const since = from * SECOND_MS - 10;
  return { type: 'gap', channel: 'news', since, downForMs: (until - from) * SECOND_MS };
}

/** What is found of one who was told this, and of whose connection it is known to have been lost when each gap began. */
function found(told: readonly Told[], numbers = ALL, isWhole = false): HeardFindings {
  const heard = new Heard('somebody', { channel: 'news', topic: 'news', isOnly: true });
  for (const event of told) heard.told(event);
  const losses = told.flatMap((event) => (event.type === 'gap' ? [event.since] : []));
  return heard.check(published(numbers, losses), isWhole);
}

describe('what came', () => {
  test('in the order of the server, from anywhere on and up to anywhere, is well', () => {
    expect(found([3, 4, 5].map((number) => message(number)))).toEqual({ messages: [], gaps: [] });
    // The order in which they were published is that of the server, not of the numbers.
    expect(
      found(
        [4, 3, 5].map((number) => message(number)),
        [4, 3, 5],
      ),
    ).toEqual({ messages: [], gaps: [] });
  });

  test.each([
    ['twice', [message(3), message(3)], '3 came twice'],
    ['behind a later one', [message(4), message(3)], '3 came behind a later one'],
    ['though nobody has published it', [message(11)], '11 came, and was not published'],
    ['of another channel', [message(3, 'olds')], '3 was published to olds'],
  ])('%s is found', (_, told, sentence) => {
    expect(found(told).messages).toEqual([`somebody, news: ${sentence}`]);
  });
});

describe('what did not come', () => {
  test.each([
    ['in a gap', [message(3), gap(4, 6), message(6)]],
    ['in two gaps', [message(3), gap(4, 5), gap(5, 7), message(7)]],
    ['in a gap in which nothing was published', [message(3), gap(4, 4), message(4)]],
    ['dropped', [message(3), { type: 'dropped', count: 2 }, message(6)]],
    ['dropped before a gap', [message(3), { type: 'dropped', count: 2 }, gap(6, 8), message(8)]],
  ] as [string, Told[]][])('is well told of: %s', (_, told) => {
    expect(found(told)).toEqual({ messages: [], gaps: [] });
  });

  test.each([
    ['nothing is told', [message(3), message(6)], '2 are missing behind 3, and 0 were said to be'],
    [
      'fewer are told of',
      [message(3), { type: 'dropped', count: 1 }, message(6)],
      '2 are missing behind 3, and 1 were said to be',
    ],
    [
      'more are told of',
      [message(3), { type: 'dropped', count: 3 }, message(6)],
      '2 are missing behind 3, and 3 were said to be',
    ],
    [
      'they came behind the gap',
      [message(3), gap(4, 5), message(7)],
      '2 are missing behind 3 that were published behind the gap',
    ],
    [
      'they came before it',
      [message(3), gap(6, 8), message(8)],
      '2 are missing behind 3 that were published before the gap',
    ],
  ] as [string, Told[], string][])('is found when %s', (_, told, sentence) => {
    expect(found(told).gaps).toEqual([`somebody, news: ${sentence}`]);
  });

  test('may be whatever is to come, until all should have come', () => {
    const told = [message(3)];
    expect(found(told).gaps).toEqual([]);
    expect(found(told, ALL, true).gaps).toEqual([
      'somebody, news: 6 are missing behind 3, and 0 were said to be',
    ]);
  });

  test('may be whatever was before the subscription was confirmed, and nothing behind that', () => {
    const heard = new Heard('somebody', { channel: 'news', topic: 'news', isOnly: true });
    // Now, by the clock of the test, is long before the first was published.
    heard.ready();
    heard.told(message(3));
    const beats = ALL.map((number) => ({
      beganAtMs: performance.now() + (number - 1.5) * SECOND_MS,
      endedAtMs: Infinity,
    }));
    expect(heard.check({ ...published(ALL), beats }, false).gaps).toEqual([
      'somebody, news: 1 are missing at first, and 0 were said to be',
    ]);
  });
});

describe('a gap', () => {
  test('without a loss is found', () => {
    const heard = new Heard('somebody', { channel: 'news', topic: 'news', isOnly: true });
    heard.told(gap(4, 6));
    expect(heard.check(published(ALL, [3 * SECOND_MS]), false).gaps).toEqual([
      'somebody, news: a gap of 2000 ms was told of, and no connection was lost',
    ]);
  });

  test('that is not told of a loss is found', () => {
    const heard = new Heard('somebody', { channel: 'news', topic: 'news', isOnly: true });
    heard.ready();
    const lossMs = performance.now() + 1_000;
    const beats = published([]).beats;
    const lost = { numbers: [], beats, lossesMs: [lossMs], endsAll: true };
    expect(heard.check(lost, true).gaps).toEqual([
      'somebody, news: its connection was lost 1 times, and no gap tells of it',
    ]);
    expect(heard.check({ ...lost, endsAll: false }, true).gaps).toEqual([]);
    heard.told({ type: 'gap', channel: 'news', since: lossMs, downForMs: 5 });
    expect(heard.check(lost, true).gaps).toEqual([]);
  });

  test('of another channel says nothing of this one, and one of the pattern does', () => {
    const heard = new Heard('somebody', { channel: 'news', topic: 'n*', isOnly: true });
    heard.told(message(3));
    heard.told({ type: 'gap', channel: 'n*', since: 4 * SECOND_MS, downForMs: 2 * SECOND_MS });
    heard.told(message(6));
    expect(heard.check(published(ALL, [4 * SECOND_MS]), false).gaps).toEqual([]);
    expect(heard.gaps).toBe(1);
  });
});
