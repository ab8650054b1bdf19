import { Connection, type From } from 'hawser';
import { describe, expect, test } from 'vitest';
import { BehaviourWorld, FAILURES, STANDINGS } from './scripted-behaviour.ts';

const GONE = new Error('gone');

describe('handleCall that goes on', () => {
  test('case 28 (R10): call, reply: the caller gets it, and the state is the new one', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCall: (request, _, state) => ({ do: 'reply', value: 'pong', state: `${state} ${request}` }),
    });
    world.ask(handle, 'ping');
    await world.clock.settle();
    world.ask(handle, 'again');
    await world.clock.settle();
    expect(world.story).toEqual([
      'handleCall(ping, old)',
      'ping answered: pong',
      'handleCall(again, old ping)',
      'again answered: pong',
    ]);
  });

  test('case 28 (R10): a reply may be undefined', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCall: (_, __, state) => ({ do: 'reply', value: undefined as never, state }),
    });
    world.ask(handle, 'ping');
    await world.clock.settle();
    expect(world.story.at(-1)).toBe('ping answered: undefined');
  });

  test('case 29 (R9, R10): call, reply with an idle timeout: the reply first, then the timeout', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCall: () => ({ do: 'reply', value: 'pong', state: 'new', idleTimeoutMs: 0 }),
    });
    world.ask(handle, 'ping');
    await world.clock.settle();
    expect(world.story).toEqual(['handleCall(ping, old)', 'ping answered: pong', 'handleInfo(TIMEOUT, new)']);
  });

  test('case 29 (R9): a call cancels an idle timeout', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCast: (_, state) => ({ do: 'no-reply', state, idleTimeoutMs: 50 }),
      handleCall: (_, __, state) => ({ do: 'reply', value: 'pong', state }),
    });
    handle.cast('tell');
    await world.clock.advance(49);
    world.ask(handle, 'ping');
    await world.clock.advance(60_000);
    expect(world.story).toEqual(['handleCast(tell, old)', 'handleCall(ping, old)', 'ping answered: pong']);
  });

  test('case 30 (R10): call, no reply: the caller waits until somebody replies, and others are served meanwhile', async () => {
    const world = new BehaviourWorld();
    const waiting: From<string>[] = [];
    const handle = await world.startIn('idle', {
      handleCall: (request, from, state) => {
        if (request !== 'wait') return { do: 'reply', value: 'pong', state };
        waiting.push(from);
        return { do: 'no-reply', state: 'new' };
      },
    });
    world.ask(handle, 'wait');
    world.ask(handle, 'ping');
    await world.clock.advance(1_000);
    expect(world.story).toEqual(['handleCall(wait, old)', 'handleCall(ping, new)', 'ping answered: pong']);
    Connection.reply(waiting[0]!, 'at last');
    await world.clock.settle();
    expect(world.story.slice(3)).toEqual(['wait answered: at last']);
  });

  test('case 30 (R10): only the first answer counts', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCall: (_, from, state) => {
        Connection.reply(from, 'first');
        Connection.reply(from, 'second');
        Connection.refuse(from, GONE);
        return { do: 'reply', value: 'third', state };
      },
    });
    world.ask(handle, 'ping');
    await world.clock.settle();
    expect(world.story).toEqual(['handleCall(ping, old)', 'ping answered: first']);
    expect(handle.state).toBe('idle');
  });

  test('case 30 (R10): instead of an answer a caller may be given an error', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCall: (_, from, state) => {
        Connection.refuse(from, GONE);
        return { do: 'no-reply', state };
      },
    });
    const asked = world.ask(handle, 'ping');
    await world.clock.settle();
    expect(world.story).toEqual(['handleCall(ping, old)', 'ping failed: REFUSED refused']);
    expect(asked.error?.cause).toBe(GONE);
    expect([handle.state, world.warnings]).toEqual(['idle', []]);
  });

  test('case 31 (R9, R10): call, no reply with an idle timeout: it comes while the caller waits', async () => {
    const world = new BehaviourWorld();
    const waiting: From<string>[] = [];
    const handle = await world.startIn('idle', {
      handleCall: (_, from) => {
        waiting.push(from);
        return { do: 'no-reply', state: 'new', idleTimeoutMs: 50 };
      },
      handleInfo: (_, state) => {
        Connection.reply(waiting[0]!, 'nobody came');
        return { do: 'no-reply', state };
      },
    });
    world.ask(handle, 'ping');
    await world.clock.advance(49);
    expect(world.story).toEqual(['handleCall(ping, old)']);
    await world.clock.advance(1);
    expect(world.story.slice(1)).toEqual(['handleInfo(TIMEOUT, new)', 'ping answered: nobody came']);
  });
});

describe('handleCall that connects or disconnects', () => {
  test.each(STANDINGS)(
    'case 34 (R8, R10): call, connect with a reply: the caller is answered, then it connects, once, while %s',
    async (standing) => {
      const world = new BehaviourWorld();
      const handle = await world.startIn(standing, {
        handleCall: () => ({ do: 'connect', info: 'asked', reply: 'pong', state: 'new' }),
        connect: async () => {
          await world.takes(10);
          return { do: 'ok', state: 'newer' };
        },
      });
      world.ask(handle, 'ping');
      await world.clock.advance(9);
      expect(world.story).toEqual(['handleCall(ping, old)', 'ping answered: pong', 'connect(asked, new)']);
      expect(handle.state).toBe('connecting');
      await world.clock.advance(60_000);
      expect([world.story.length, handle.state]).toEqual([3, 'ready']);
    },
  );

  test.each(STANDINGS)(
    'case 35 (R8, R10): call, connect without a reply: the caller waits until connect answers it, while %s',
    async (standing) => {
      const world = new BehaviourWorld();
      const waiting: From<string>[] = [];
      const handle = await world.startIn(standing, {
        handleCall: (_, from) => {
          waiting.push(from);
          return { do: 'connect', info: 'asked', state: 'new' };
        },
        connect: async () => {
          await world.takes(10);
          Connection.reply(waiting[0]!, 'connected');
          return { do: 'ok', state: 'newer' };
        },
      });
      world.ask(handle, 'ping');
      await world.clock.advance(9);
      expect(world.story).toEqual(['handleCall(ping, old)', 'connect(asked, new)']);
      await world.clock.advance(60_000);
      expect(world.story.slice(2)).toEqual(['ping answered: connected']);
      expect(handle.state).toBe('ready');
    },
  );

  test('case 35 (R10): a callback may reply itself and connect then', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCall: (_, from) => {
        Connection.reply(from, 'pong');
        return { do: 'connect', info: 'asked', state: 'new' };
      },
      connect: async () => {
        await world.takes(10);
        return { do: 'ok', state: 'newer' };
      },
    });
    const asked = world.ask(handle, 'ping');
    await world.clock.settle();
    expect([asked.value, handle.state]).toEqual(['pong', 'connecting']);
  });

  test.each(STANDINGS)(
    'case 36 (R7, R8, R10): call, disconnect with a reply: the caller is answered, then it disconnects, while %s',
    async (standing) => {
      const world = new BehaviourWorld();
      const handle = await world.startIn(standing, {
        handleCall: () => ({ do: 'disconnect', info: 'asked', reply: 'pong', state: 'new' }),
        disconnect: async () => {
          await world.takes(10);
          return { do: 'no-connect', state: 'newer' };
        },
      });
      world.ask(handle, 'ping');
      await world.clock.advance(9);
      expect(world.story).toEqual(['handleCall(ping, old)', 'ping answered: pong', 'disconnect(asked, new)']);
      await world.clock.advance(60_000);
      expect([world.story.length, handle.state]).toEqual([3, 'idle']);
    },
  );

  test.each(STANDINGS)(
    'case 37 (R7, R8, R10): call, disconnect without a reply: the caller waits until disconnect answers it, while %s',
    async (standing) => {
      const world = new BehaviourWorld();
      const waiting: From<string>[] = [];
      const handle = await world.startIn(standing, {
        handleCall: (_, from) => {
          waiting.push(from);
          return { do: 'disconnect', info: 'asked', state: 'new' };
        },
        disconnect: async () => {
          await world.takes(10);
          Connection.reply(waiting[0]!, 'disconnected');
          return { do: 'no-connect', state: 'newer' };
        },
      });
      world.ask(handle, 'ping');
      await world.clock.advance(9);
      expect(world.story).toEqual(['handleCall(ping, old)', 'disconnect(asked, new)']);
      await world.clock.advance(60_000);
      expect(world.story.slice(2)).toEqual(['ping answered: disconnected']);
      expect(handle.state).toBe('idle');
    },
  );
});

describe('handleCall that ends the connection', () => {
  test('case 38 (R10, R12): call, stop with a reply: terminate gets the new state, then the caller gets the reply', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCall: () => ({ do: 'stop', reason: 'normal', reply: 'pong', state: 'new' }),
    });
    world.ask(handle, 'ping');
    await world.clock.settle();
    expect(world.story).toEqual(['handleCall(ping, old)', 'terminate(normal, new)', 'ping answered: pong']);
    expect([handle.state, world.warnings]).toEqual(['closed', []]);
  });

  test('case 39 (R12, R15): call, stop without a reply: the caller learns that it is over, and why', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCall: () => ({ do: 'stop', reason: GONE, state: 'new' }),
    });
    const asked = world.ask(handle, 'ping');
    await world.clock.settle();
    expect(world.story).toEqual([
      'handleCall(ping, old)',
      'terminate(Error: gone, new)',
      'ping failed: CLOSED unknown',
    ]);
    expect(asked.error?.cause).toBe(GONE);
    expect([handle.state, world.warnings]).toEqual(['closed', [GONE]]);
  });

  test.each(FAILURES)(
    'case 39 (R12, R14, R15): handleCall %s an error: terminate gets the state from before it, and the caller learns why it is over',
    async (_, fail) => {
      const world = new BehaviourWorld();
      const handle = await world.startIn('ready', { handleCall: () => fail(GONE) });
      const asked = world.ask(handle, 'ping');
      await world.clock.settle();
      expect(world.story).toEqual([
        'handleCall(ping, old)',
        'terminate(Error: gone, old)',
        'ping failed: CLOSED unknown',
      ]);
      expect(asked.error?.cause).toBe(GONE);
      expect([handle.state, world.warnings]).toEqual(['closed', [GONE]]);
    },
  );

  test('case 39 (R15): what waits when it stops was not begun: not-sent; what was taken and not answered is unknown', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCall: async (request, _, state) => {
        if (request === 'taken') return { do: 'no-reply', state };
        await world.takes(10);
        return { do: 'stop', reason: 'normal', state };
      },
    });
    for (const request of ['taken', 'stopping', 'waiting']) world.ask(handle, request);
    await world.clock.advance(10);
    expect(world.story.slice(0, 3)).toEqual([
      'handleCall(taken, old)',
      'handleCall(stopping, old)',
      'terminate(normal, old)',
    ]);
    expect(world.story.slice(3).toSorted()).toEqual([
      'stopping failed: CLOSED unknown',
      'taken failed: CLOSED unknown',
      'waiting failed: CLOSED not-sent',
    ]);
  });
});

describe('what a caller may rely on', () => {
  test('case 30 (R15): a call takes at most 5,000 ms, when nobody says otherwise', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', { handleCall: (_, __, state) => ({ do: 'no-reply', state }) });
    world.ask(handle, 'ping');
    await world.clock.advance(4_999);
    expect(world.story).toEqual(['handleCall(ping, old)']);
    await world.clock.advance(1);
    expect(world.story.slice(1)).toEqual(['ping failed: DEADLINE unknown']);
  });

  test('case 30 (R15): an answer that comes after the deadline is ignored', async () => {
    const world = new BehaviourWorld();
    const waiting: From<string>[] = [];
    const handle = await world.startIn('idle', {
      handleCall: (_, from, state) => {
        waiting.push(from);
        return { do: 'no-reply', state };
      },
    });
    world.ask(handle, 'ping', { timeoutMs: 100 });
    await world.clock.advance(100);
    Connection.reply(waiting[0]!, 'late');
    await world.clock.advance(60_000);
    expect(world.story).toEqual(['handleCall(ping, old)', 'ping failed: DEADLINE unknown']);
    expect([handle.state, world.warnings]).toEqual(['idle', []]);
  });

  test.each(['deadline', 'signal'] as const)(
    'case 30 (R15): a call that its %s ends while it waits is never handled: not-sent',
    async (end) => {
      const world = new BehaviourWorld();
      const aborter = new AbortController();
      const handle = await world.startIn('idle', {
        handleCast: async (_, state) => {
          await world.takes(200);
          return { do: 'no-reply', state };
        },
        handleCall: (_, __, state) => ({ do: 'reply', value: 'pong', state }),
      });
      handle.cast('busy');
      world.ask(handle, 'ping', end === 'deadline' ? { timeoutMs: 100 } : { signal: aborter.signal });
      await world.clock.advance(100);
      aborter.abort();
      await world.clock.advance(60_000);
      const code = end === 'deadline' ? 'DEADLINE' : 'ABORTED';
      expect(world.story).toEqual(['handleCast(busy, old)', `ping failed: ${code} not-sent`]);
    },
  );

  test('case 30 (R15): a call that its signal ends once it is handled may have done something: unknown', async () => {
    const world = new BehaviourWorld();
    const aborter = new AbortController();
    const handle = await world.startIn('idle', { handleCall: (_, __, state) => ({ do: 'no-reply', state }) });
    const asked = world.ask(handle, 'ping', { signal: aborter.signal });
    await world.clock.settle();
    aborter.abort(GONE);
    await world.clock.settle();
    expect(world.story).toEqual(['handleCall(ping, old)', 'ping failed: ABORTED unknown']);
    expect(asked.error?.cause).toBe(GONE);
  });

  test('case 39 (R15): a call to a connection that is over fails at once: not-sent', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {});
    await world.clock.waitFor(handle.close());
    world.ask(handle, 'ping');
    await world.clock.settle();
    expect(world.story).toEqual(['terminate(normal, old)', 'ping failed: CLOSED not-sent']);
    expect(world.clock.now()).toBe(0);
  });
});
