import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Signals } from '../../src/core/signals.ts';

function listenersOf({ signal }: AbortController): number {
  return getEventListeners(signal, 'abort').length;
}

describe('Signals', () => {
  test('one signal has one listener, however many calls share it', () => {
    const signals = new Signals<number>(() => {});
    const controller = new AbortController();
    const ends = Array.from({ length: 1_000 }, (_, call) => signals.watch(controller.signal, call));
    expect([listenersOf(controller), signals.size]).toEqual([1, 1]);
    for (const end of ends.slice(1)) end();
    expect([listenersOf(controller), signals.size]).toEqual([1, 1]);
    ends[0]!();
    expect([listenersOf(controller), signals.size]).toEqual([0, 0]);
  });

  test('a signal that fires is told of each call that it watches, in their order, and is watched no more', () => {
    const controller = new AbortController();
    const told: [string, AbortSignal][] = [];
    const signals = new Signals<string>((call, signal) => told.push([call, signal]));
    signals.watch(controller.signal, 'a');
    const settled = signals.watch(controller.signal, 'b');
    signals.watch(controller.signal, 'c');
    settled();
    controller.abort();
    expect(told).toEqual([
      ['a', controller.signal],
      ['c', controller.signal],
    ]);
    expect([listenersOf(controller), signals.size]).toEqual([0, 0]);
  });

  test('calls that settle while their signal fires need not be told', () => {
    const controller = new AbortController();
    const told: string[] = [];
    const ends: (() => void)[] = [];
    const signals = new Signals<string>((call) => {
      told.push(call);
      for (const end of ends) end();
    });
    for (const call of ['a', 'b']) ends.push(signals.watch(controller.signal, call));
    controller.abort();
    expect([told, signals.size]).toEqual([['a'], 0]);
  });

  test('a signal that all have left is watched anew by the next call', () => {
    const controller = new AbortController();
    const told: string[] = [];
    const signals = new Signals<string>((call) => told.push(call));
    const end = signals.watch(controller.signal, 'a');
    end();
    signals.watch(controller.signal, 'b');
    // A call may be told twice that it is over; that must not end the watch over another.
    end();
    expect([listenersOf(controller), signals.size]).toEqual([1, 1]);
    controller.abort();
    expect(told).toEqual(['b']);
  });

  test('signals are watched apart from each other', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const told: string[] = [];
    const signals = new Signals<string>((call) => told.push(call));
    signals.watch(one.signal, 'a');
    signals.watch(other.signal, 'b');
    expect(signals.size).toBe(2);
    other.abort();
    expect([told, signals.size, listenersOf(one)]).toEqual([['b'], 1, 1]);
  });
});
