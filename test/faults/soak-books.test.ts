import { describe, expect, test } from 'vitest';
import { booksOf, large, readBooks } from '../../faults/soak/books.ts';
import { QueueAccount } from '../../faults/queue-account.ts';
import type { Server } from '../../faults/system.ts';

const BOOKS = booksOf(3);

/** What is read from a server in whose large ledger these entries are. */
async function readLarge(...entries: readonly string[]): Promise<readonly string[]> {
  const ledger = (_: Server, name: string): Promise<readonly string[]> =>
    Promise.resolve(name === BOOKS.largeLedger ? entries : []);
  const found = await readBooks(
    { counter: () => Promise.resolve(0), ledger, members: () => Promise.resolve([]) },
    {} as Server,
    BOOKS,
  );
  return found.entries.get(BOOKS.largeLedger)!;
}

describe('what is large', () => {
  test('has its size, and its name while it is whole', async () => {
    const { name, text } = large('1-2', 1_000);
    expect(text).toHaveLength(1_000);
    expect(await readLarge(text)).toEqual([name]);
  });

  test.each([
    ['cut', (text: string) => text.slice(0, -1)],
    ['longer', (text: string) => `${text}.`],
    ['changed within', (text: string) => `${text.slice(0, 500)}?${text.slice(501)}`],
  ])('is told of as mangled when it is %s', async (_, mangle) => {
    const { name, text } = large('1-2', 1_000);
    expect(await readLarge(mangle(text))).toEqual([`${name}, mangled`]);
  });

  test('is told from what is small, which is read as it is', async () => {
    expect(await readLarge('1-2', '1-2/3', '1-2, never')).toEqual(['1-2', '1-2/3', '1-2, never']);
  });
});

test('each round has books of its own', () => {
  const names = (round: number): string[] => JSON.stringify(booksOf(round)).match(/soak:[^"]+/g)!;
  expect(names(1).filter((name) => names(2).includes(name))).toEqual([]);
  expect(new Set(names(1)).size).toBe(names(1).length);
});

describe('a queue', () => {
  function queueOf(
    puts: Readonly<Record<string, Parameters<ReturnType<QueueAccount['put']>>[0]>>,
  ): QueueAccount {
    const queue = new QueueAccount();
    for (const [entry, ending] of Object.entries(puts)) queue.put(entry)(ending);
    return queue;
  }

  test('adds up when each entry was taken, is left, or may have been given to somebody who does not know', () => {
    const queue = queueOf({
      a: 'confirmed',
      b: 'confirmed',
      c: 'confirmed',
      d: 'not-sent',
      e: 'unknown',
      f: 'unknown',
    });
    queue.put('g');
    queue.took('a');
    queue.took('e');
    queue.mayHaveTaken();
    expect(queue.check(['b'])).toEqual([]);
  });

  test('does not when an entry is there or was taken more often than it was put in', () => {
    const queue = queueOf({ a: 'confirmed', b: 'confirmed' });
    queue.took('a');
    queue.took('a');
    queue.took('b');
    expect(queue.check(['b'])).toEqual([
      'a was put in once, and is there or was taken 2 times',
      'b was put in once, and is there or was taken 2 times',
    ]);
  });

  test('does not when an entry is there or was taken that was said not to be', () => {
    const queue = queueOf({ a: 'not-sent', b: 'refused' });
    queue.took('a');
    queue.took('x');
    expect(queue.check(['b'])).toEqual([
      'a was taken or is there, and was said to be not-sent',
      'x was taken or is there, and nobody has put it in',
      'b was taken or is there, and was said to be refused',
    ]);
  });

  test('does not when more entries are gone than takers do not know of', () => {
    const queue = queueOf({ a: 'confirmed', b: 'confirmed', c: 'unknown' });
    queue.mayHaveTaken();
    expect(queue.check([])).toEqual([
      '2 entries are gone, and only 1 takers do not know what they were given',
    ]);
  });
});
