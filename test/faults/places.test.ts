import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Places } from '../../faults/places.ts';

test('who comes when all places are taken waits for one, in the order of coming', async () => {
  const places = new Places(2);
  const began: string[] = [];
  const taken = ['first', 'second', 'third', 'fourth'].map(async (name) => {
    const place = await places.take();
    began.push(name);
    return place;
  });
  await nextTurn();
  expect(began).toEqual(['first', 'second']);
  (await taken[1]!)[Symbol.dispose]();
  await nextTurn();
  expect(began).toEqual(['first', 'second', 'third']);
  (await taken[0]!)[Symbol.dispose]();
  (await taken[2]!)[Symbol.dispose]();
  await nextTurn();
  expect(began).toHaveLength(4);
});

test('a place that was given back is there for who comes later', async () => {
  const places = new Places(1);
  (await places.take())[Symbol.dispose]();
  await places.take();
});
