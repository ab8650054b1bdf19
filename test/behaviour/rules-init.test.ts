import type { StopReason } from 'hawser';
import { describe, expect, test } from 'vitest';
import { BehaviourWorld, FAILURES } from './scripted-behaviour.ts';

const GONE = new Error('gone');

describe('callbacks that a behaviour leaves out', () => {
  test('case 1 (R16): init takes its argument for the state and does not connect', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({ handleCast: (_, state) => ({ do: 'no-reply', state }) });
    handle.cast('look');
    await world.clock.settle();
    expect(world.story).toEqual(['init(argument)', 'handleCast(look, argument)']);
    expect(handle.state).toBe('idle');
  });

  test('case 1 (R16): handleInfo ignores its message and keeps the state', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', { handleCast: (_, state) => ({ do: 'no-reply', state }) });
    handle.info('noise');
    handle.cast('look');
    await world.clock.settle();
    expect(world.story).toEqual(['handleInfo(noise, old)', 'handleCast(look, old)']);
  });

  test.each([
    ['connect', 'connect(why, old)'],
    ['disconnect', 'disconnect(why, old)'],
  ] as const)('case 1 (R16): %s fails, since nobody says how it is done', async (directive, line) => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleInfo: (_, state) => ({ do: directive, info: 'why', state }),
    });
    handle.info('go');
    await world.clock.settle();
    expect(world.story).toEqual(['handleInfo(go, old)', line, 'terminate(INVALID_ARGUMENT, old)']);
    expect([handle.state, world.warnings.length]).toEqual(['closed', 1]);
  });

  test('case 1 (R16): handleCall fails, and the caller learns that nobody answers', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {});
    const asked = world.ask(handle, 'ping');
    await world.clock.settle();
    expect(world.story).toEqual([
      'handleCall(ping, old)',
      'terminate(INVALID_ARGUMENT, old)',
      'ping failed: CLOSED unknown',
    ]);
    expect(world.warnings).toEqual([asked.error?.cause]);
  });

  test('case 1 (R16): handleCast fails', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {});
    handle.cast('tell');
    await world.clock.settle();
    expect(world.story).toEqual(['handleCast(tell, old)', 'terminate(INVALID_ARGUMENT, old)']);
    expect([handle.state, world.warnings.length]).toEqual(['closed', 1]);
  });

  test('case 1 (R16): terminate does nothing', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {});
    await world.clock.waitFor(handle.close());
    expect(world.story).toEqual(['terminate(normal, old)']);
    expect([world.warnings, world.clock.now()]).toEqual([[], 0]);
  });
});

describe('init', () => {
  test('case 2 (R1): init ok starts without connecting, and stays so', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({ init: () => ({ do: 'ok', state: 'new' }) });
    await world.clock.advance(60_000);
    expect(world.story).toEqual(['init(argument)']);
    expect([handle.state, world.clock.pendingTimers]).toEqual(['idle', 0]);
  });

  test('case 2 (R1): whoever starts a connection gets it when init is over, however long that takes', async () => {
    const world = new BehaviourWorld();
    await world.start({
      init: async () => {
        await world.takes(300);
        return { do: 'ok', state: 'new' };
      },
    });
    expect(world.clock.now()).toBe(300);
  });

  test('case 3 (R1): init ok with an idle timeout of 0: it comes at once', async () => {
    const world = new BehaviourWorld();
    await world.start({ init: () => ({ do: 'ok', state: 'new', idleTimeoutMs: 0 }) });
    await world.clock.settle();
    expect(world.story).toEqual(['init(argument)', 'handleInfo(TIMEOUT, new)']);
    await world.clock.advance(1_000);
    expect(world.story).toHaveLength(2);
  });

  test('case 3 (R1, R9): an idle timeout of 0 does not come while a message waits', async () => {
    const world = new BehaviourWorld();
    await world.start({
      init: (_, { self }) => {
        self.cast('early');
        return { do: 'ok', state: 'new', idleTimeoutMs: 0 };
      },
      handleCast: (_, state) => ({ do: 'no-reply', state }),
    });
    await world.clock.advance(1_000);
    expect(world.story).toEqual(['init(argument)', 'handleCast(early, new)']);
  });

  test('case 3 (R1): an idle timeout comes when nothing has happened for so long, not before', async () => {
    const world = new BehaviourWorld();
    await world.start({ init: () => ({ do: 'ok', state: 'new', idleTimeoutMs: 50 }) });
    await world.clock.advance(49);
    expect(world.story).toEqual(['init(argument)']);
    await world.clock.advance(1);
    expect(world.story).toEqual(['init(argument)', 'handleInfo(TIMEOUT, new)']);
  });

  test('case 5 (R3, R5): init backs off for 0 ms: it is started, and connects at once', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({
      init: () => ({ do: 'backoff', afterMs: 0, state: 'old' }),
      connect: () => ({ do: 'ok', state: 'new' }),
    });
    await world.clock.settle();
    expect(world.story).toEqual(['init(argument)', 'connect(BACKOFF, old)']);
    expect([handle.state, world.clock.now()]).toEqual(['ready', 0]);
  });

  test('case 6 (R3, R9): init backs off with an idle timeout of 0: the timeout comes first, then connect with the state it set', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({
      init: () => ({ do: 'backoff', afterMs: 20, idleTimeoutMs: 0, state: 'old' }),
      handleInfo: () => ({ do: 'no-reply', state: 'timed out' }),
      connect: () => ({ do: 'ok', state: 'new' }),
    });
    await world.clock.advance(19);
    expect(world.story).toEqual(['init(argument)', 'handleInfo(TIMEOUT, old)']);
    expect(handle.state).toBe('backing-off');
    await world.clock.advance(1);
    expect(world.story.slice(2)).toEqual(['connect(BACKOFF, timed out)']);
    expect(handle.state).toBe('ready');
  });

  test('case 6 (R3, R9): the end of the backoff is something that happens: an idle timeout that is longer does not come', async () => {
    const world = new BehaviourWorld();
    await world.start({
      init: () => ({ do: 'backoff', afterMs: 20, idleTimeoutMs: 30, state: 'old' }),
      connect: () => ({ do: 'ok', state: 'new' }),
    });
    await world.clock.advance(1_000);
    expect(world.story).toEqual(['init(argument)', 'connect(BACKOFF, old)']);
  });
});

describe('init that starts nothing', () => {
  test('case 8 (R4): init ignores: the start succeeds, of a connection that is closed, and terminate is not called', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({ init: () => ({ do: 'ignore' }) });
    expect(handle.state).toBe('closed');
    world.ask(handle, 'ping');
    await world.clock.settle();
    expect(() => handle.cast('tell')).toThrow(expect.objectContaining({ code: 'CLOSED' }));
    expect(() => handle.info('tell')).toThrow(expect.objectContaining({ code: 'CLOSED' }));
    expect(world.story).toEqual(['init(argument)', 'ping failed: CLOSED not-sent']);
    expect([world.warnings, world.clock.pendingTimers]).toEqual([[], 0]);
  });

  test.each<[string, StopReason]>([
    ['normal', 'normal'],
    ['shutdown', 'shutdown'],
    ['a shutdown with a reason', { shutdown: 'maintenance' }],
    ['an error', GONE],
  ])(
    'case 9 (R4): init stops, reason %s: the start fails, and terminate is not called',
    async (_, reason) => {
      const world = new BehaviourWorld();
      const error = await world.startError({ init: () => ({ do: 'stop', reason }) });
      expect(error).toMatchObject({ code: 'CLOSED', outcome: 'not-sent' });
      expect(error.cause).toBe(reason);
      await world.clock.advance(60_000);
      expect(world.story).toEqual(['init(argument)']);
      expect([world.warnings, world.clock.pendingTimers]).toEqual([[], 0]);
    },
  );

  test.each(FAILURES)(
    'case 11 (R4): init %s an error: the start fails with it, and terminate is not called',
    async (_, fail) => {
      const world = new BehaviourWorld();
      const error = await world.startError({ init: () => fail(GONE) });
      expect(error).toMatchObject({ code: 'CLOSED', outcome: 'not-sent' });
      expect(error.cause).toBe(GONE);
      await world.clock.advance(60_000);
      expect(world.story).toEqual(['init(argument)']);
      expect([world.warnings, world.clock.pendingTimers]).toEqual([[], 0]);
    },
  );

  test('case 11 (R4): init does not end: the start fails at its deadline, and what init says later is stale', async () => {
    const world = new BehaviourWorld();
    const error = await world.startError(
      {
        init: async () => {
          await world.takes(300);
          return { do: 'connect', info: 'first', state: 'new' };
        },
      },
      { timeoutMs: 100 },
    );
    expect(error).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent' });
    expect(world.clock.now()).toBe(100);
    await world.clock.advance(60_000);
    expect(world.story).toEqual(['init(argument)']);
    expect([world.warnings, world.clock.pendingTimers]).toEqual([[], 0]);
  });

  test.each(FAILURES)(
    'case 12 (R4): init %s what is no error: it is the cause of one, with which the start fails',
    async (_, fail) => {
      const world = new BehaviourWorld();
      const error = await world.startError({ init: () => fail('oops') });
      expect(error).toMatchObject({ code: 'CLOSED', outcome: 'not-sent' });
      expect(error.cause).toBeInstanceOf(Error);
      expect((error.cause as Error).cause).toBe('oops');
      await world.clock.advance(60_000);
      expect(world.story).toEqual(['init(argument)']);
      expect([world.warnings, world.clock.pendingTimers]).toEqual([[], 0]);
    },
  );
});
