import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fifo } from '../../src/core/machine/index.ts';

type Command =
  | { readonly name: 'push'; readonly count: number }
  | { readonly name: 'shift'; readonly count: number }
  | { readonly name: 'retain'; readonly every: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ name: fc.constant('push' as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ name: fc.constant('shift' as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ name: fc.constant('retain' as const), every: fc.integer({ min: 1, max: 5 }) }),
);

describe('Fifo', () => {
  test('agrees with an array after any sequence of commands', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const fifo = new Fifo<number>();
        let model: number[] = [];
        let next = 0;
        for (const { name, ...how } of commands) {
          if ('every' in how) {
            fifo.retain((item) => item % how.every === 0);
            model = model.filter((item) => item % how.every === 0);
          } else {
            for (let done = 0; done < how.count; done += 1) {
              if (name === 'push') {
                fifo.push(next);
                model.push(next);
                next += 1;
              } else expect(fifo.shift()).toBe(model.shift());
            }
          }
          expect([fifo.length, fifo.peek()]).toEqual([model.length, model[0]]);
          expect(model.map((_, position) => fifo.at(position))).toEqual(model);
        }
      }),
    );
  });

  test('an empty one has nothing to give', () => {
    const fifo = new Fifo<string>();
    expect([fifo.length, fifo.peek(), fifo.shift(), fifo.length]).toEqual([0, undefined, undefined, 0]);
  });

  test('holds items that are undefined in their places', () => {
    const fifo = new Fifo<string | undefined>();
    fifo.push(undefined);
    fifo.push('a');
    expect([fifo.shift(), fifo.shift(), fifo.length]).toEqual([undefined, 'a', 0]);
  });

  test('asks about each item once, in order, when it is to keep some', () => {
    const fifo = new Fifo<number>();
    for (let item = 0; item < 100; item += 1) fifo.push(item);
    for (let item = 0; item < 30; item += 1) fifo.shift();
    const asked: number[] = [];
    fifo.retain((item) => asked.push(item) > 0);
    expect(asked).toEqual(Array.from({ length: 70 }, (_, index) => index + 30));
  });
});
