import { Connection, HawserError, type From } from 'hawser';
import { describe, expect, test } from 'vitest';
import { BehaviourWorld } from './scripted-behaviour.ts';

const LOST = new HawserError('CONNECTION_LOST', 'lost', { outcome: 'unknown' });

describe('an answer says whether its caller was still there', () => {
  test.each([
    ['reply', (from: From<string>) => Connection.reply(from, 'answer')],
    ['refuse', (from: From<string>) => Connection.refuse(from, LOST)],
  ])('%s: not when it has left, nor when it was answered before', async (_, answer) => {
    const world = new BehaviourWorld();
    const callers: From<string>[] = [];
    const handle = await world.startIn('ready', {
      handleCall: (request, from, state) => {
        callers.push(from);
        return { do: 'no-reply', state: `${state} ${request}` };
      },
    });
    const left = handle.call('left', { timeoutMs: 10 }).catch((error: HawserError) => error.code);
    const waits = handle.call('waits').catch((error: HawserError) => error.code);
    await world.clock.advance(20);
    expect(callers.map(answer)).toEqual([false, true]);
    expect(callers.map(answer)).toEqual([false, false]);
    expect(await left).toBe('DEADLINE');
    expect(['answer', 'CONNECTION_LOST']).toContain(await waits);
  });
});

test('a caller whom disconnect refuses, and who waits until it is ready, finds the next connection', async () => {
  const world = new BehaviourWorld();
  let waiting: From<string> | undefined;
  const handle = await world.startIn('ready', {
    handleCall: (request, from, state) => {
      if (request === 'again') return { do: 'reply', value: state, state };
      waiting = from;
      return { do: 'no-reply', state };
    },
    handleCast: (_, state) => ({ do: 'disconnect', info: 'lost', state }),
    disconnect: () => {
      Connection.refuse(waiting!, LOST);
      return { do: 'backoff', afterMs: 1_000, state: 'down' };
    },
    connect: () => ({ do: 'ok', state: 'up again' }),
  });
  const caller = async (): Promise<string> => {
    await handle.call('first').catch(() => {});
    await handle.ready();
    return handle.call('again');
  };
  const answer = caller();
  await world.clock.settle();
  handle.cast('lose');
  expect(await world.clock.waitFor(answer)).toBe('up again');
});

test.each([
  ['an Error', new Error('refused'), 'refused'],
  ['anything else', 'refused', 'the cause of the backoff is no error: string'],
])('the cause of a backoff may be what was caught: %s', async (_, cause, message) => {
  const world = new BehaviourWorld();
  const handle = await world.start({
    init: () => ({ do: 'connect', info: 'first', state: 'old' }),
    connect: (__, state) => ({ do: 'backoff', afterMs: Infinity, cause, state }),
  });
  await world.clock.settle();
  expect(handle.explain()).toMatchObject({ state: 'backing-off', lastCause: message });
});
