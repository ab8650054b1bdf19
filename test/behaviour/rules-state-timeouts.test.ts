import type { StateName } from 'hawser';
import { describe, expect, test } from 'vitest';
import { ANSWERING, BehaviourWorld, type Script } from './scripted-behaviour.ts';

describe('a timeout bound to a state', () => {
  const dueIn = (afterMs: number, message: string = 'due'): { afterMs: number; message: string } => ({
    afterMs,
    message,
  });

  test('gift 3 (R6, R9): it comes when that state has lasted for so long, whatever was said meanwhile', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({
      ...ANSWERING,
      init: () => ({ do: 'connect', info: 'first', state: 'old' }),
      connect: () => ({ do: 'ok', state: 'new', stateTimeout: dueIn(100) }),
    });
    await world.clock.advance(60);
    handle.cast('tell');
    world.ask(handle, 'ping');
    await world.clock.advance(39);
    expect(world.story.slice(2)).toEqual([
      'handleCast(tell, new)',
      'handleCall(ping, new)',
      'ping answered: pong',
    ]);
    await world.clock.advance(1);
    expect(world.story.slice(5)).toEqual(['handleInfo(due, new)']);
    await world.clock.advance(60_000);
    expect([world.story.length, world.clock.pendingTimers]).toEqual([6, 0]);
  });

  const leaving: readonly (readonly [how: string, script: Script, state: StateName])[] = [
    [
      'disconnects and stays so',
      {
        handleCast: (_, state) => ({ do: 'disconnect', info: 'bye', state }),
        disconnect: (_, state) => ({ do: 'no-connect', state }),
      },
      'idle',
    ],
    [
      'disconnects and backs off',
      {
        handleCast: (_, state) => ({ do: 'disconnect', info: 'bye', state }),
        disconnect: (_, state) => ({ do: 'backoff', afterMs: Infinity, state }),
      },
      'backing-off',
    ],
    [
      'connects anew',
      {
        handleCast: (_, state) => ({ do: 'connect', info: 'anew', state }),
        connect: (_, state) => ({ do: 'ok', state }),
      },
      'ready',
    ],
  ];

  test.each(leaving)('gift 3 (R7): it does not come when the connection %s', async (_, script, state) => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      ...ANSWERING,
      ...script,
      handleCall: () => ({ do: 'reply', value: 'pong', state: 'new', stateTimeout: dueIn(100) }),
    });
    world.ask(handle, 'ping');
    await world.clock.advance(50);
    handle.cast('leave');
    await world.clock.advance(60_000);
    expect(world.story.filter((line) => line.startsWith('handleInfo'))).toEqual([]);
    expect([handle.state, world.clock.pendingTimers]).toEqual([state, 0]);
  });

  test.each(leaving)(
    'gift 3 (R7, R17): nor when it is due while a callback runs, and with that the connection %s',
    async (_, script, state) => {
      const world = new BehaviourWorld();
      const handle = await world.startIn('ready', {
        ...ANSWERING,
        ...script,
        handleCall: () => ({ do: 'reply', value: 'pong', state: 'new', stateTimeout: dueIn(100) }),
        handleCast: async (message, current, tools) => {
          await world.takes(200);
          return script.handleCast!(message, current, tools);
        },
      });
      world.ask(handle, 'ping');
      await world.clock.settle();
      handle.cast('leave');
      await world.clock.advance(60_000);
      expect(world.story.filter((line) => line.startsWith('handleInfo'))).toEqual([]);
      expect(handle.state).toBe(state);
    },
  );

  test('gift 3 (R3): of a backoff it comes while that lasts, not after', async () => {
    const world = new BehaviourWorld();
    let attempts = 0;
    await world.start({
      ...ANSWERING,
      init: () => ({ do: 'backoff', afterMs: 100, state: 'old', stateTimeout: dueIn(30) }),
      connect: () => {
        attempts += 1;
        return attempts === 1
          ? { do: 'backoff', afterMs: 100, state: 'new', stateTimeout: dueIn(130) }
          : { do: 'ok', state: 'newer' };
      },
    });
    await world.clock.advance(99);
    expect(world.story).toEqual(['init(argument)', 'handleInfo(due, old)']);
    await world.clock.advance(60_000);
    expect(world.story.slice(2)).toEqual(['connect(BACKOFF, old)', 'connect(BACKOFF, new)']);
  });

  test('gift 3 (R9): there is one at a time: a later one replaces it', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      ...ANSWERING,
      handleCast: (message, state) => ({
        do: 'no-reply',
        state,
        stateTimeout: dueIn(message === 'first' ? 100 : 300, message),
      }),
    });
    handle.cast('first');
    await world.clock.advance(50);
    handle.cast('second');
    await world.clock.advance(299);
    expect(world.story).toEqual(['handleCast(first, old)', 'handleCast(second, old)']);
    await world.clock.advance(60_000);
    expect(world.story.slice(2)).toEqual(['handleInfo(second, old)']);
  });

  test('gift 3 (R9, R17): so it does when the earlier one is due already and waits for its turn', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      ...ANSWERING,
      handleCast: async (message, state) => {
        if (message === 'second') await world.takes(200);
        return { do: 'no-reply', state, stateTimeout: dueIn(100, message) };
      },
    });
    handle.cast('first');
    handle.cast('second');
    await world.clock.advance(60_000);
    expect(world.story).toEqual([
      'handleCast(first, old)',
      'handleCast(second, old)',
      'handleInfo(second, old)',
    ]);
  });

  test('gift 3 (R9): it is a message as others are, which cancels an idle timeout', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      ...ANSWERING,
      handleCast: (_, state) => ({ do: 'no-reply', state, idleTimeoutMs: 150, stateTimeout: dueIn(100) }),
    });
    handle.cast('tell');
    await world.clock.advance(60_000);
    expect(world.story).toEqual(['handleCast(tell, old)', 'handleInfo(due, old)']);
  });

  test('gift 3 (R9): one that is dropped cancels nothing', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      ...ANSWERING,
      handleCast: async (message, state) => {
        if (message === 'first') return { do: 'no-reply', state, stateTimeout: dueIn(100, message) };
        await world.takes(200);
        return { do: 'no-reply', state, idleTimeoutMs: 50, stateTimeout: dueIn(100, message) };
      },
    });
    handle.cast('first');
    handle.cast('second');
    await world.clock.advance(60_000);
    expect(world.story).toEqual([
      'handleCast(first, old)',
      'handleCast(second, old)',
      'handleInfo(TIMEOUT, old)',
      'handleInfo(second, old)',
    ]);
  });

  test('gift 3 (R9): an idle timeout does not cancel it', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      ...ANSWERING,
      handleCast: (_, state) => ({ do: 'no-reply', state, idleTimeoutMs: 50, stateTimeout: dueIn(100) }),
    });
    handle.cast('tell');
    await world.clock.advance(60_000);
    expect(world.story).toEqual([
      'handleCast(tell, old)',
      'handleInfo(TIMEOUT, old)',
      'handleInfo(due, old)',
    ]);
  });

  test('gift 3 (R17): it waits for its turn behind what came before it', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      ...ANSWERING,
      handleCast: async (message, state) => {
        if (message === 'slow') await world.takes(200);
        return message === 'set'
          ? { do: 'no-reply', state, stateTimeout: dueIn(100) }
          : { do: 'no-reply', state };
      },
    });
    for (const message of ['set', 'slow', 'next']) handle.cast(message);
    await world.clock.advance(60_000);
    expect(world.story).toEqual([
      'handleCast(set, old)',
      'handleCast(slow, old)',
      'handleCast(next, old)',
      'handleInfo(due, old)',
    ]);
  });
});
