import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { onAbort } from '../../src/core/abort.ts';

function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length;
}

test('all who wait for a signal share one listener, and are told in their order when it fires', () => {
  const controller = new AbortController();
  const told: number[] = [];
  for (let index = 0; index < 20; index += 1) onAbort(controller.signal, () => told.push(index));
  expect(listenersOf(controller.signal)).toBe(1);
  controller.abort();
  expect(told).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(listenersOf(controller.signal)).toBe(0);
});

test('the listener goes with the last who waits, and comes back with the next', () => {
  const controller = new AbortController();
  const told: string[] = [];
  const ends = ['one', 'other'].map((name) => onAbort(controller.signal, () => told.push(name)));
  ends[0]!();
  ends[0]!();
  expect(listenersOf(controller.signal)).toBe(1);
  ends[1]!();
  expect(listenersOf(controller.signal)).toBe(0);
  onAbort(controller.signal, () => told.push('next'));
  ends[1]!();
  expect(listenersOf(controller.signal)).toBe(1);
  controller.abort();
  expect(told).toEqual(['next']);
});

test('who leaves because another is told is not told', () => {
  const controller = new AbortController();
  const told: string[] = [];
  onAbort(controller.signal, () => {
    told.push('first');
    leave();
  });
  const leave = onAbort(controller.signal, () => told.push('second'));
  controller.abort();
  expect(told).toEqual(['first']);
});

test('the same callback may be given twice, and is told twice', () => {
  const controller = new AbortController();
  let told = 0;
  const callback = (): void => void (told += 1);
  onAbort(controller.signal, callback);
  onAbort(controller.signal, callback);
  controller.abort();
  expect(told).toBe(2);
});
