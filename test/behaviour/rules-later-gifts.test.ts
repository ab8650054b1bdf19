import { describe, expect, test } from 'vitest';
import { ANSWERING, BehaviourWorld, STANDING_BACKOFF_MS, type Script } from './scripted-behaviour.ts';

const GONE = new Error('gone');

const MODES = ['handle', 'fail'] as const;

describe('a start that waits for the connection', () => {
  test('gift 4 (R2, R5): it ends when connect has succeeded', async () => {
    const world = new BehaviourWorld();
    const handle = await world.connect({
      init: () => ({ do: 'connect', info: 'first', state: 'old' }),
      connect: async () => {
        await world.takes(100);
        return { do: 'ok', state: 'new' };
      },
    });
    expect(world.story).toEqual(['init(argument)', 'connect(first, old)']);
    expect([handle.state, world.clock.now()]).toEqual(['ready', 100]);
  });

  test('gift 4 (R3, R5): so it does after a backoff that init began', async () => {
    const world = new BehaviourWorld();
    const handle = await world.connect({
      init: () => ({ do: 'backoff', afterMs: 20, state: 'old' }),
      connect: () => ({ do: 'ok', state: 'new' }),
    });
    expect(world.story).toEqual(['init(argument)', 'connect(BACKOFF, old)']);
    expect([handle.state, world.clock.now()]).toEqual(['ready', 20]);
  });

  const failing: readonly (readonly [how: string, script: Script, code: string, reason: string])[] = [
    [
      'backs off',
      { connect: () => ({ do: 'backoff', afterMs: 10, cause: GONE, state: 'new' }) },
      'CONNECT_FAILED',
      'terminate(normal, new)',
    ],
    [
      'stops',
      { connect: () => ({ do: 'stop', reason: GONE, state: 'new' }) },
      'CLOSED',
      'terminate(Error: gone, new)',
    ],
    [
      'throws',
      {
        connect: () => {
          throw GONE;
        },
      },
      'CLOSED',
      'terminate(Error: gone, old)',
    ],
  ];

  test.each(failing)(
    'gift 4 (R12): it fails with the cause when connect %s, and leaves nothing',
    async (_, script, code, reason) => {
      const world = new BehaviourWorld();
      const init: Script['init'] = () => ({ do: 'connect', info: 'first', state: 'old' });
      const error: unknown = await world.connect({ ...script, init }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code, outcome: 'not-sent', cause: GONE });
      await world.clock.advance(60_000);
      expect(world.story).toEqual(['init(argument)', 'connect(first, old)', reason]);
      expect([world.warnings, world.clock.pendingTimers]).toEqual([[], 0]);
    },
  );
});

describe('calls made while it connects', () => {
  test.each(MODES)(
    'gift 1 (R2, R17): they wait, and are handled when it has connected, with whenDisconnected %s',
    async (whenDisconnected) => {
      const world = new BehaviourWorld();
      const handle = await world.start(
        {
          ...ANSWERING,
          init: () => ({ do: 'connect', info: 'first', state: 'old' }),
          connect: async () => {
            await world.takes(100);
            return { do: 'ok', state: 'new' };
          },
        },
        { whenDisconnected },
      );
      world.ask(handle, 'ping');
      await world.clock.advance(99);
      expect(world.story).toEqual(['init(argument)', 'connect(first, old)']);
      await world.clock.advance(1);
      expect(world.story.slice(2)).toEqual(['handleCall(ping, new)', 'ping answered: pong']);
    },
  );

  test('gift 1 (R8): with fail, they wait for the end of that attempt, and fail when it has failed', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start(
      {
        ...ANSWERING,
        init: () => ({ do: 'connect', info: 'first', state: 'old' }),
        connect: async () => {
          await world.takes(100);
          return { do: 'backoff', afterMs: 1_000, cause: GONE, state: 'new' };
        },
      },
      { whenDisconnected: 'fail' },
    );
    const asked = world.ask(handle, 'ping');
    await world.clock.advance(99);
    expect(world.story).toEqual(['init(argument)', 'connect(first, old)']);
    await world.clock.advance(1);
    expect(world.story.slice(2)).toEqual(['ping failed: NOT_CONNECTED not-sent']);
    expect(asked.error?.cause).toBe(GONE);
  });

  test('gift 1 (R15): one whose deadline passes meanwhile was not sent', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({
      ...ANSWERING,
      init: () => ({ do: 'connect', info: 'first', state: 'old' }),
      connect: async () => {
        await world.takes(100);
        return { do: 'ok', state: 'new' };
      },
    });
    world.ask(handle, 'ping', { timeoutMs: 50 });
    await world.clock.advance(50);
    expect(world.story.slice(2)).toEqual(['ping failed: DEADLINE not-sent']);
    await world.clock.advance(1_000);
    expect(world.story).toHaveLength(3);
  });
});

describe('calls made while there is no connection', () => {
  test.each(['idle', 'backing-off'] as const)(
    'gift 2 (R8): a behaviour that does not want to be asked while down is not, while %s; casts and infos are handled',
    async (standing) => {
      const world = new BehaviourWorld();
      const handle = await world.startIn(standing, ANSWERING, { whenDisconnected: 'fail' });
      world.ask(handle, 'ping');
      await world.clock.settle();
      handle.cast('tell');
      handle.info('tell');
      await world.clock.settle();
      expect(world.story).toEqual([
        'ping failed: NOT_CONNECTED not-sent',
        'handleCast(tell, old)',
        'handleInfo(tell, old)',
      ]);
    },
  );

  test('gift 2 (R8): it says since when, why and until when', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn(
      'ready',
      {
        ...ANSWERING,
        handleCast: (_, state) => ({ do: 'disconnect', info: 'bye', state }),
        disconnect: (_, state) => ({ do: 'backoff', afterMs: 1_000, cause: GONE, state }),
      },
      { whenDisconnected: 'fail' },
    );
    handle.cast('leave');
    await world.clock.advance(300);
    const asked = world.ask(handle, 'ping');
    await world.clock.settle();
    expect(asked.error).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent', cause: GONE });
    expect(asked.error?.message).toMatch(/not connected for 300 ms.*next attempt in 700 ms.*gone/);
  });

  test('gift 2 (R8): once connected it is asked, and no more when that is over', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn(
      'backing-off',
      {
        ...ANSWERING,
        connect: () => ({ do: 'ok', state: 'connected' }),
        handleCast: () => ({ do: 'disconnect', info: 'bye', state: 'leaving' }),
        disconnect: () => ({ do: 'no-connect', state: 'left' }),
      },
      { whenDisconnected: 'fail' },
    );
    world.ask(handle, 'early');
    await world.clock.advance(STANDING_BACKOFF_MS);
    world.ask(handle, 'ping');
    await world.clock.settle();
    handle.cast('leave');
    world.ask(handle, 'late');
    await world.clock.settle();
    expect(world.story).toEqual([
      'early failed: NOT_CONNECTED not-sent',
      'connect(BACKOFF, old)',
      'handleCall(ping, connected)',
      'ping answered: pong',
      'handleCast(leave, connected)',
      'disconnect(bye, leaving)',
      'late failed: NOT_CONNECTED not-sent',
    ]);
  });

  test('gift 2 (R10): one that was taken while connected may be answered when that is over', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn(
      'ready',
      {
        handleCall: async (_, __, state) => {
          await world.takes(10);
          return { do: 'disconnect', info: 'asked', reply: 'pong', state };
        },
        disconnect: () => ({ do: 'no-connect', state: 'left' }),
      },
      { whenDisconnected: 'fail' },
    );
    const asked = world.ask(handle, 'ping');
    await world.clock.advance(10);
    expect([asked.value, handle.state]).toEqual(['pong', 'idle']);
  });
});
