import { describe, expect, onTestFinished, test } from 'vitest';
import { Listeners } from '../../src/core/listeners.ts';

/** The warnings of the process from now on, which are not printed meanwhile. They come in a later turn. */
function warnings(): Error[] {
  const seen: Error[] = [];
  const usual = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => seen.push(warning));
  onTestFinished(() => {
    process.removeAllListeners('warning');
    for (const listener of usual) process.on('warning', listener);
  });
  return seen;
}

async function laterTurn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

describe('Listeners', () => {
  test('all are called with the value, in the order in which they were added', () => {
    const listeners = new Listeners<string>();
    const calls: string[] = [];
    listeners.add((value) => calls.push(`first ${value}`));
    listeners.add((value) => calls.push(`second ${value}`));
    listeners.notify('a');
    listeners.notify('b');
    expect(calls).toEqual(['first a', 'second a', 'first b', 'second b']);
  });

  test('a listener that was removed is called no more, also when that happens while others are called', () => {
    const listeners = new Listeners<number>();
    const calls: string[] = [];
    const removeFirst = listeners.add(() => {
      calls.push('first');
      removeFirst();
      removeSecond();
    });
    const removeSecond = listeners.add(() => calls.push('second'));
    listeners.add(() => calls.push('third'));
    listeners.notify(1);
    listeners.notify(2);
    expect(calls).toEqual(['first', 'third', 'third']);
  });

  test('the same function added twice is called twice, and removed one by one', () => {
    const listeners = new Listeners<number>();
    let calls = 0;
    const count = (): void => void (calls += 1);
    const remove = listeners.add(count);
    listeners.add(count);
    listeners.notify(1);
    remove();
    remove();
    listeners.notify(2);
    expect(calls).toBe(3);
  });

  test('what a listener throws is a warning of the process, and the others are called', async () => {
    const seen = warnings();
    const listeners = new Listeners<string>();
    const calls: string[] = [];
    const error = new Error('a fault of the user');
    listeners.add(() => {
      throw error;
    });
    listeners.add((value) => calls.push(value));
    listeners.notify('a');
    expect(calls).toEqual(['a']);
    await laterTurn();
    expect(seen).toEqual([error]);
  });

  test('what an async listener rejects with is a warning of the process, not an unhandled rejection', async () => {
    const seen = warnings();
    const listeners = new Listeners<string>();
    listeners.add(async () => {
      await laterTurn();
      throw new Error('later');
    });
    listeners.notify('a');
    await laterTurn();
    await laterTurn();
    expect(seen.map(({ message }) => message)).toEqual(['later']);
  });

  test.each<[string, unknown, string]>([
    ['a string', 'just text', 'just text'],
    ['nothing', undefined, 'a listener threw what is no error: undefined'],
    ['a symbol', Symbol('sign'), 'a listener threw what is no error: symbol'],
    ['an object without a text', Object.create(null), 'a listener threw what is no error: object'],
  ])('it does not matter what is thrown: %s', async (_, thrown, message) => {
    const seen = warnings();
    const listeners = new Listeners<string>();
    const calls: string[] = [];
    listeners.add(() => {
      // eslint-disable-next-line typescript/only-throw-error -- that is the point
      throw thrown;
    });
    listeners.add((value) => calls.push(value));
    expect(() => listeners.notify('a')).not.toThrow();
    await laterTurn();
    expect([calls, seen.map((warning) => warning.message)]).toEqual([['a'], [message]]);
  });
});
