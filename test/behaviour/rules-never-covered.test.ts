import { describe, expect, test } from 'vitest';
import { BehaviourWorld, STANDING_BACKOFF_MS, type Script } from './scripted-behaviour.ts';

const GONE = new Error('gone');

describe('what follows a disconnect', () => {
  test('uncovered 1 (R7): disconnect, then connect: no message comes in between', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCast: (message, state) =>
        message === 'leave' ? { do: 'disconnect', info: 'bye', state: 'left' } : { do: 'no-reply', state },
      disconnect: async () => {
        await world.takes(10);
        return { do: 'connect', info: 'back', state: 'returning' };
      },
      connect: async () => {
        await world.takes(10);
        return { do: 'ok', state: 'new' };
      },
    });
    handle.cast('leave');
    handle.cast('look');
    await world.clock.advance(20);
    expect(world.story).toEqual([
      'handleCast(leave, old)',
      'disconnect(bye, left)',
      'connect(back, returning)',
      'handleCast(look, new)',
    ]);
    expect(handle.state).toBe('ready');
  });

  test('uncovered 2 (R3, R7): disconnect, then back off: it stays down for so long and connects by itself', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCast: (_, state) => ({ do: 'disconnect', info: 'bye', state }),
      disconnect: () => ({ do: 'backoff', afterMs: 50, idleTimeoutMs: 20, cause: GONE, state: 'down' }),
      handleInfo: () => ({ do: 'no-reply', state: 'waiting' }),
      connect: () => ({ do: 'ok', state: 'new' }),
    });
    handle.cast('leave');
    await world.clock.advance(49);
    expect(world.story).toEqual([
      'handleCast(leave, old)',
      'disconnect(bye, old)',
      'handleInfo(TIMEOUT, down)',
    ]);
    expect(handle.explain()).toMatchObject({
      state: 'backing-off',
      nextAttemptInMs: 1,
      lastCause: 'gone',
    });
    await world.clock.advance(1);
    expect(world.story.slice(3)).toEqual(['connect(BACKOFF, waiting)']);
    expect(handle.state).toBe('ready');
  });
});

describe('the one backoff', () => {
  test.each([
    ['connect', 'connect(told, new)', 'ready'],
    ['disconnect', 'disconnect(told, new)', 'idle'],
  ] as const)('uncovered 3 (R8): %s ends it', async (directive, line, state) => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('backing-off', {
      handleCast: () => ({ do: directive, info: 'told', state: 'new' }),
      connect: () => ({ do: 'ok', state: 'newer' }),
      disconnect: () => ({ do: 'no-connect', state: 'newer' }),
    });
    await world.clock.advance(STANDING_BACKOFF_MS / 2);
    handle.cast('go');
    await world.clock.settle();
    expect(world.clock.pendingTimers).toBe(0);
    await world.clock.advance(60_000);
    expect(world.story).toEqual(['handleCast(go, old)', line]);
    expect(handle.state).toBe(state);
  });

  /** The callback of `slow` is still running when the backoff is over. What was cast before that has its turn first. */
  const overtaken = (world: BehaviourWorld, script: Script): Script => ({
    connect: () => ({ do: 'ok', state: 'newer' }),
    disconnect: () => ({ do: 'no-connect', state: 'newer' }),
    ...script,
    handleCast: async (message, state, tools) => {
      if (message === 'slow') await world.takes(STANDING_BACKOFF_MS);
      return script.handleCast!(message, state, tools);
    },
  });

  test.each([
    ['connect', 'connect(told, new)', 'ready'],
    ['disconnect', 'disconnect(told, new)', 'idle'],
  ] as const)(
    'uncovered 3 (R8): %s drops an end of it that is already due, when the callback that was running says so',
    async (directive, line, state) => {
      const world = new BehaviourWorld();
      const handle = await world.startIn(
        'backing-off',
        overtaken(world, { handleCast: () => ({ do: directive, info: 'told', state: 'new' }) }),
      );
      await world.clock.advance(1);
      handle.cast('slow');
      await world.clock.advance(60_000);
      expect(world.story).toEqual(['handleCast(slow, old)', line]);
      expect(handle.state).toBe(state);
    },
  );

  test.each([
    ['connect', 'connect(told, new)', 'ready'],
    ['disconnect', 'disconnect(told, new)', 'idle'],
  ] as const)(
    'uncovered 3 (R8): %s drops an end of it that is already due, when a message says so that came before it',
    async (directive, line, state) => {
      const world = new BehaviourWorld();
      const handle = await world.startIn(
        'backing-off',
        overtaken(world, {
          handleCast: (message) =>
            message === 'go'
              ? { do: directive, info: 'told', state: 'new' }
              : { do: 'no-reply', state: 'slowed' },
        }),
      );
      await world.clock.advance(1);
      handle.cast('slow');
      handle.cast('go');
      await world.clock.advance(60_000);
      expect(world.story).toEqual(['handleCast(slow, old)', 'handleCast(go, slowed)', line]);
      expect(handle.state).toBe(state);
    },
  );

  test('uncovered 3 (R8, R17): an end of it that is due while a callback runs is taken up after that', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn(
      'backing-off',
      overtaken(world, { handleCast: () => ({ do: 'no-reply', state: 'new' }) }),
    );
    await world.clock.advance(1);
    handle.cast('slow');
    await world.clock.advance(STANDING_BACKOFF_MS - 1);
    expect(world.story).toEqual(['handleCast(slow, old)']);
    await world.clock.advance(1);
    expect(world.story.slice(1)).toEqual(['connect(BACKOFF, new)']);
    expect(handle.state).toBe('ready');
  });

  test('uncovered 3 (R8): a disconnect that backs off again waits anew, and only once', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('backing-off', {
      handleCast: () => ({ do: 'disconnect', info: 'told', state: 'new' }),
      disconnect: () => ({ do: 'backoff', afterMs: STANDING_BACKOFF_MS, state: 'newer' }),
      connect: () => ({ do: 'ok', state: 'newest' }),
    });
    await world.clock.advance(STANDING_BACKOFF_MS / 2);
    handle.cast('go');
    await world.clock.advance(STANDING_BACKOFF_MS - 1);
    expect(world.story).toEqual(['handleCast(go, old)', 'disconnect(told, new)']);
    await world.clock.advance(60_000);
    expect(world.story.slice(2)).toEqual(['connect(BACKOFF, newer)']);
  });

  test('uncovered 4 (R3): a backoff for ever has no timer and ends when it is told to', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({
      init: () => ({ do: 'backoff', afterMs: Infinity, state: 'old' }),
      connect: () => ({ do: 'ok', state: 'new' }),
    });
    expect([handle.state, world.clock.pendingTimers]).toEqual(['backing-off', 0]);
    await world.clock.advance(1e9);
    expect(world.story).toEqual(['init(argument)']);
    handle.retryNow();
    await world.clock.settle();
    expect(world.story.slice(1)).toEqual(['connect(BACKOFF, old)']);
    expect(handle.state).toBe('ready');
  });

  test('uncovered 4 (R3): so it does from connect, from disconnect, and when a message says connect', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCast: (message, state) =>
        message === 'come'
          ? { do: 'connect', info: message, state }
          : { do: 'disconnect', info: message, state },
      connect: () => ({ do: 'backoff', afterMs: Infinity, state: 'no answer' }),
      disconnect: () => ({ do: 'backoff', afterMs: Infinity, state: 'left' }),
    });
    for (const message of ['come', 'go', 'come']) {
      handle.cast(message);
      await world.clock.advance(1e9);
      expect([handle.state, world.clock.pendingTimers]).toEqual(['backing-off', 0]);
    }
    expect(world.story).toEqual([
      'handleCast(come, old)',
      'connect(come, old)',
      'handleCast(go, no answer)',
      'disconnect(go, no answer)',
      'handleCast(come, left)',
      'connect(come, left)',
    ]);
  });

  test('uncovered 6 (R8): calls are answered while it lasts, and do not change when it ends', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('backing-off', {
      handleCall: (request, _, state) => ({ do: 'reply', value: 'closed', state: `${state} ${request}` }),
      connect: () => ({ do: 'ok', state: 'new' }),
    });
    await world.clock.advance(STANDING_BACKOFF_MS - 1);
    world.ask(handle, 'ping');
    await world.clock.settle();
    expect(world.story).toEqual(['handleCall(ping, old)', 'ping answered: closed']);
    expect(handle.state).toBe('backing-off');
    await world.clock.advance(1);
    expect(world.story.slice(2)).toEqual(['connect(BACKOFF, old ping)']);
  });

  test('uncovered 10 (R3, R5, R6): connect, backoff, connect: each with the state that the one before gave', async () => {
    const world = new BehaviourWorld();
    let attempts = 0;
    const handle = await world.start({
      init: () => ({ do: 'connect', info: 'first', state: 'none' }),
      connect: () => {
        attempts += 1;
        if (attempts === 4) return { do: 'ok', state: 'connected' };
        return { do: 'backoff', afterMs: attempts * 10, cause: GONE, state: `failed ${attempts}` };
      },
    });
    const times: number[] = [];
    handle.onState(({ to }) => void (to === 'connecting' && times.push(world.clock.now())));
    await world.clock.advance(60);
    expect(world.story).toEqual([
      'init(argument)',
      'connect(first, none)',
      'connect(BACKOFF, failed 1)',
      'connect(BACKOFF, failed 2)',
      'connect(BACKOFF, failed 3)',
    ]);
    expect([handle.state, times.filter((at) => at > 0)]).toEqual(['ready', [10, 30, 60]]);
  });

  test('uncovered 10 (R3, R6, R9): connect backs off with an idle timeout, which is independent of it', async () => {
    const world = new BehaviourWorld();
    await world.start({
      init: () => ({ do: 'connect', info: 'first', state: 'old' }),
      connect: (info) =>
        info === 'first'
          ? { do: 'backoff', afterMs: 100, idleTimeoutMs: 30, state: 'failed' }
          : { do: 'ok', state: 'connected' },
      handleInfo: (_, state) => ({ do: 'no-reply', state: `${state}, waiting` }),
    });
    await world.clock.advance(29);
    expect(world.story).toEqual(['init(argument)', 'connect(first, old)']);
    await world.clock.advance(70);
    expect(world.story.slice(2)).toEqual(['handleInfo(TIMEOUT, failed)']);
    await world.clock.advance(1);
    expect(world.story.slice(3)).toEqual(['connect(BACKOFF, failed, waiting)']);
  });

  test('uncovered 10 (R6): a backoff that gives no time grows with the outage, and is short again after an answer', async () => {
    const world = new BehaviourWorld();
    const times: number[] = [];
    const handle = await world.start({
      init: () => ({ do: 'connect', info: 'first', state: 'old' }),
      connect: (_, state) => {
        times.push(world.clock.now());
        return times.length === 6 ? { do: 'ok', state } : { do: 'backoff', state };
      },
      handleCall: (_, __, state) => ({ do: 'reply', value: 'pong', state }),
      handleCast: (_, state) => ({ do: 'disconnect', info: 'bye', state }),
      disconnect: (_, state) => ({ do: 'backoff', state }),
    });
    // Half of what the outage has lasted, and of 100 ms at least, for chance is one half here.
    await world.clock.advance(400);
    expect([handle.state, times]).toEqual(['ready', [0, 50, 100, 150, 225, 337.5]]);
    world.ask(handle, 'ping');
    await world.clock.settle();
    handle.cast('leave');
    await world.clock.advance(50);
    expect(times.slice(6)).toEqual([450]);
  });
});

describe('the mailbox', () => {
  test('uncovered 7 (R2, R17): what comes while it connects is handled after that, in its order', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({
      init: () => ({ do: 'connect', info: 'first', state: 'old' }),
      connect: async () => {
        await world.takes(10);
        return { do: 'ok', state: 'new' };
      },
      handleCast: async (_, state) => {
        await world.takes(5);
        return { do: 'no-reply', state };
      },
      handleInfo: (_, state) => ({ do: 'no-reply', state }),
      handleCall: (_, __, state) => ({ do: 'reply', value: 'pong', state }),
    });
    handle.cast('1');
    handle.info('2');
    await world.clock.advance(5);
    world.ask(handle, '3');
    handle.cast('4');
    await world.clock.advance(4);
    expect(world.story).toEqual(['init(argument)', 'connect(first, old)']);
    await world.clock.advance(60);
    expect(world.story.slice(2)).toEqual([
      'handleCast(1, new)',
      'handleInfo(2, new)',
      'handleCall(3, new)',
      expect.any(String),
      expect.any(String),
    ]);
    expect(world.story.slice(5).toSorted()).toEqual(['3 answered: pong', 'handleCast(4, new)']);
  });

  test('uncovered 7 (R2, R17): what waited when a handler said connect is handled after that', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCast: (message, state) =>
        message === 'renew' ? { do: 'connect', info: 'anew', state } : { do: 'no-reply', state },
      connect: async () => {
        await world.takes(10);
        return { do: 'ok', state: 'new' };
      },
    });
    for (const message of ['renew', '1', '2']) handle.cast(message);
    await world.clock.advance(10);
    expect(world.story).toEqual([
      'handleCast(renew, old)',
      'connect(anew, old)',
      'handleCast(1, new)',
      'handleCast(2, new)',
    ]);
  });

  test.each(['connect', 'disconnect'] as const)(
    'uncovered 8 (R10): a reply is sent before %s begins, and comes although that never ends',
    async (directive) => {
      const world = new BehaviourWorld();
      const handle = await world.startIn('ready', {
        handleCall: () => ({ do: directive, info: 'asked', reply: 'pong', state: 'new' }),
        connect: () => new Promise(() => {}),
        disconnect: () => new Promise(() => {}),
      });
      const asked = world.ask(handle, 'ping');
      await world.clock.settle();
      expect([world.clock.now(), asked.value, world.story.includes(`${directive}(asked, new)`)]).toEqual([
        0,
        'pong',
        true,
      ]);
    },
  );

  test('uncovered 8 (R10): a reply is not lost when the connect behind it fails', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCall: () => ({ do: 'connect', info: 'asked', reply: 'pong', state: 'new' }),
      connect: () => {
        throw GONE;
      },
    });
    const asked = world.ask(handle, 'ping');
    await world.clock.settle();
    expect([asked.value, handle.state]).toEqual(['pong', 'closed']);
  });

  test('uncovered 9 (R10): terminate comes before the reply of a stop, however long it takes', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCall: () => ({ do: 'stop', reason: 'normal', reply: 'pong', state: 'new' }),
      terminate: () => world.takes(10),
    });
    world.ask(handle, 'ping');
    await world.clock.advance(9);
    expect(world.story).toEqual(['handleCall(ping, old)', 'terminate(normal, new)']);
    await world.clock.advance(1);
    expect(world.story.slice(2)).toEqual(['ping answered: pong']);
    expect(handle.state).toBe('closed');
  });

  test('uncovered 9 (R10, R13): the reply is not lost when terminate fails', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCall: () => ({ do: 'stop', reason: 'normal', reply: 'pong', state: 'new' }),
      terminate: () => Promise.reject(GONE),
    });
    world.ask(handle, 'ping');
    await world.clock.settle();
    expect(world.story).toEqual(['handleCall(ping, old)', 'terminate(normal, new)', 'ping answered: pong']);
    expect(world.warnings).toEqual([GONE]);
  });
});
