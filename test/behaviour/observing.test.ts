import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { StateTrace } from 'hawser';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BehaviourWorld } from './scripted-behaviour.ts';

describe('a behaviour that is observed', () => {
  test('tells its changes of state on the channel of all connections, under its name', async () => {
    const told: string[] = [];
    const listener = (message: unknown): void => {
      const { protocol, connection, from, to } = message as StateTrace;
      told.push(`${protocol} ${connection}: ${from} to ${to}`);
    };
    subscribe('hawser:connection:state', listener);
    onTestFinished(() => void unsubscribe('hawser:connection:state', listener));
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {}, { name: 'scale' });
    await world.clock.waitFor(handle.close());
    expect(told).toEqual([
      'connection scale: idle to connecting',
      'connection scale: connecting to handshaking',
      'connection scale: handshaking to ready',
      'connection scale: ready to closed',
    ]);
  });

  test('explains how long it is down, why, and when the next attempt is due', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({
      init: () => ({ do: 'connect', info: 'first', state: 'old' }),
      connect: async (_, state) => {
        await world.takes(5);
        return { do: 'backoff', afterMs: 100, cause: new Error('no route'), state };
      },
    });
    await world.clock.advance(25);
    expect(handle.explain()).toMatchObject({
      state: 'backing-off',
      downForMs: 25,
      lastCause: 'no route',
      failures: 0,
      nextAttemptInMs: 80,
      callback: undefined,
      callbackForMs: undefined,
    });
    await world.clock.advance(90);
    expect(handle.explain()).toMatchObject({ failures: 1, nextAttemptInMs: 95 });
  });

  test('plans no attempt in a backoff without an end', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({ init: () => ({ do: 'backoff', afterMs: Infinity, state: 'old' }) });
    await world.clock.settle();
    expect(handle.explain()).toMatchObject({ state: 'backing-off', nextAttemptInMs: undefined });
  });
});
