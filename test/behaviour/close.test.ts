import { once } from 'node:events';
import { Connection, type From, type HawserError } from 'hawser';
import { describe, expect, test } from 'vitest';
import { closing, Hanging } from './hanging.ts';
import { BehaviourWorld, type Script } from './scripted-behaviour.ts';

describe('close, while everything goes well', () => {
  test('what was accepted is handled, and nothing more is accepted', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCast: async (message, state) => {
        await world.takes(10);
        return { do: 'no-reply', state: state + message };
      },
      handleCall: (request, _, state) => ({ do: 'reply', value: request, state }),
    });
    handle.cast('1');
    handle.cast('2');
    world.ask(handle, 'asked');
    await world.clock.settle();
    const closed = closing(world, handle, 1_000);
    expect(() => handle.cast('3')).toThrow(expect.objectContaining({ code: 'CLOSED', outcome: 'not-sent' }));
    expect(() => handle.info('3')).toThrow(expect.objectContaining({ code: 'CLOSED' }));
    world.ask(handle, 'late');
    expect(await closed).toBe(20);
    expect(world.story).toEqual([
      'handleCast(1, old)',
      'late failed: CLOSED not-sent',
      'handleCast(2, old1)',
      'handleCall(asked, old12)',
      'asked answered: asked',
      'terminate(normal, old12)',
    ]);
  });

  test('a call that was taken may still be answered; at the deadline it is unknown', async () => {
    const world = new BehaviourWorld();
    const callers: From<string>[] = [];
    const handle = await world.startIn('ready', {
      handleCall: (_, from, state) => {
        callers.push(from);
        return { do: 'no-reply', state };
      },
      handleInfo: (_, state) => {
        Connection.reply(callers[0]!, 'in time');
        return { do: 'no-reply', state };
      },
    });
    world.ask(handle, 'first');
    world.ask(handle, 'second');
    await world.clock.settle();
    const closed = closing(world, handle, 100);
    world.clock.setTimer(() => Connection.reply(callers[0]!, 'in time'), 50);
    expect(await closed).toBe(100);
    await world.clock.settle();
    Connection.reply(callers[1]!, 'too late');
    expect(world.story.slice(2)).toEqual([
      'first answered: in time',
      'terminate(normal, old)',
      'second failed: CLOSED unknown',
    ]);
  });

  test('it ends as soon as the last of them is answered', async () => {
    const world = new BehaviourWorld();
    let caller: From<string> | undefined;
    const handle = await world.startIn('idle', {
      handleCall: (_, from, state) => {
        caller = from;
        return { do: 'no-reply', state };
      },
    });
    world.ask(handle, 'asked');
    await world.clock.settle();
    world.clock.setTimer(() => Connection.reply(caller!, 'answer'), 50);
    expect(await closing(world, handle, 1_000)).toBe(50);
    expect(world.story.slice(1)).toEqual(['asked answered: answer', 'terminate(normal, old)']);
  });

  test('a backoff is over, and nothing connects any more', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('backing-off', {
      handleCast: (_, state) => ({ do: 'connect', info: 'why', state: `${state} told` }),
    });
    handle.cast('connect');
    expect(await closing(world, handle, 1_000)).toBe(0);
    expect(world.story).toEqual(['handleCast(connect, old)', 'terminate(normal, old told)']);
  });

  test('a backoff that is pending, due or begun meanwhile is over although a call is still to be answered', async () => {
    const world = new BehaviourWorld();
    const callers: From<string>[] = [];
    const taking: Script = {
      handleCall: (_, from, state) => {
        callers.push(from);
        return { do: 'no-reply', state };
      },
    };
    const pending = await world.startIn('backing-off', taking);
    const due = await world.startIn('backing-off', {
      ...taking,
      handleCast: async (_, state) => {
        await world.takes(2_000);
        return { do: 'no-reply', state };
      },
    });
    const begun = await world.startIn('backing-off', {
      ...taking,
      connect: async (_, state) => {
        await world.takes(2_000);
        return { do: 'backoff', afterMs: 5_000, state };
      },
    });
    const options = { timeoutMs: Infinity };
    for (const handle of [pending, due, begun]) world.ask(handle, 'asked', options);
    due.cast('long');
    await world.clock.advance(500);
    const first = pending.close();
    expect(pending.state).toBe('idle');
    Connection.reply(callers.shift()!, 'done');
    await world.clock.waitFor(first);
    await world.clock.advance(1_000);
    expect([due.state, begun.state]).toEqual(['connecting', 'connecting']);
    void due.close();
    void begun.close();
    await world.clock.advance(2_000);
    expect([due.state, begun.state]).toEqual(['idle', 'idle']);
    for (const from of callers) Connection.reply(from, 'done');
    await world.clock.settle();
    expect([due.state, begun.state, world.clock.pendingTimers]).toEqual(['closed', 'closed', 0]);
  });

  test('the end of a backoff that is due, and waits for its turn, connects nothing', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('backing-off', {
      handleCast: async (_, state) => {
        await world.takes(2_000);
        return { do: 'no-reply', state };
      },
    });
    handle.cast('long');
    await world.clock.advance(1_500);
    expect(handle.state).toBe('connecting');
    expect(await closing(world, handle, 1_000)).toBe(2_000);
    expect(world.story).toEqual(['handleCast(long, old)', 'terminate(normal, old)']);
  });

  test.each([
    ['ok', { do: 'ok', state: 'new' }],
    ['backoff', { do: 'backoff', state: 'new' }],
  ] as const)('an attempt that is under way is waited for: %s', async (_, directive) => {
    const world = new BehaviourWorld();
    const handle = await world.start({
      init: () => ({ do: 'connect', info: 'first', state: 'old' }),
      connect: async () => {
        await world.takes(50);
        return directive;
      },
    });
    await world.clock.settle();
    expect(await closing(world, handle, 1_000)).toBe(50);
    expect(world.story.slice(2)).toEqual(['terminate(normal, new)']);
  });

  test('a disconnect on the way runs, and does not connect again', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCast: (_, state) => ({ do: 'disconnect', info: 'why', state }),
      disconnect: () => ({ do: 'connect', info: 'again', state: 'new' }),
    });
    handle.cast('leave');
    await closing(world, handle, 1_000);
    expect(world.story).toEqual(['handleCast(leave, old)', 'disconnect(why, old)', 'terminate(normal, new)']);
  });

  test('timeouts that are pending are over with it', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCast: (_, state) => ({
        do: 'no-reply',
        state,
        idleTimeoutMs: 5_000,
        stateTimeout: { afterMs: 5_000, message: 'never' },
      }),
    });
    handle.cast('begin');
    await world.clock.settle();
    expect(world.clock.pendingTimers).toBe(2);
    await closing(world, handle, 1_000);
    await world.clock.settle();
    expect([world.clock.pendingTimers, world.story.at(-1)]).toEqual([0, 'terminate(normal, old)']);
  });

  test('an idle timeout is not put off by what is no message', async () => {
    const world = new BehaviourWorld();
    const callers: From<string>[] = [];
    const handle = await world.startIn('idle', {
      handleCall: (_, from, state) => {
        callers.push(from);
        return { do: 'no-reply', state, idleTimeoutMs: 50 };
      },
    });
    world.ask(handle, 'a');
    world.ask(handle, 'b');
    await world.clock.settle();
    void handle.close();
    await world.clock.advance(30);
    Connection.reply(callers[0]!, 'answer');
    await world.clock.advance(20);
    expect(world.story.at(-1)).toBe('handleInfo(TIMEOUT, old)');
    Connection.reply(callers[1]!, 'answer');
  });

  test('while terminate runs, no other callback does', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCast: (_, state) => ({ do: 'no-reply', state, stateTimeout: { afterMs: 50, message: 'due' } }),
      terminate: () => world.takes(100),
    });
    handle.cast('begin');
    await world.clock.settle();
    expect(await closing(world, handle, 1_000)).toBe(100);
    expect(world.story).toEqual(['handleCast(begin, old)', 'terminate(normal, old)']);
  });

  test('a caller that ends the connection when it is answered keeps disconnect from being called', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCall: (_, __, state) => ({ do: 'disconnect', info: 'why', state, reply: 'pong' }),
    });
    const ended = handle.call('ping').then(() => handle.close({ signal: AbortSignal.abort() }));
    await world.clock.waitFor(ended);
    await world.clock.settle();
    expect(world.story).toEqual(['handleCall(ping, old)', 'terminate(normal, old)']);
  });

  test('the signal of the callbacks fires at once', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCast: async (_, state, { signal }) => {
        await once(signal, 'abort');
        return { do: 'no-reply', state: 'ended by the signal' };
      },
    });
    handle.cast('wait');
    await world.clock.advance(10);
    expect(await closing(world, handle, 1_000)).toBe(10);
    expect(world.story.at(-1)).toBe('terminate(normal, ended by the signal)');
  });

  test('what terminate throws takes the place of the reason', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      terminate: () => {
        throw new Error('no goodbye');
      },
    });
    await closing(world, handle, 1_000);
    expect(world.warnings).toEqual([new Error('no goodbye')]);
    expect(handle.explain().transitions.at(-1)?.cause).toBe('no goodbye');
  });

  test('it may be called by a callback, and by several', async () => {
    const world = new BehaviourWorld();
    const handle = await world
      .start({
        init: (_, { self }) => {
          void self.close();
          return { do: 'connect', info: 'first', state: 'old' };
        },
      })
      .catch((error: HawserError) => error);
    expect(handle).toMatchObject({ code: 'CLOSED' });
    expect(world.story).toEqual(['init(argument)', 'terminate(normal, old)']);
  });

  test('the earliest deadline of several ends it, and after the end it is nothing', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', { handleCast: () => new Hanging<never>().promise });
    handle.cast('hang');
    await world.clock.settle();
    const late = closing(world, handle, Infinity);
    const early = handle.close({ timeoutMs: 70 });
    expect(await late).toBe(70);
    await early;
    await handle.close();
    await handle[Symbol.asyncDispose]();
  });

  test('its signal is a deadline too', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', { handleCast: () => new Hanging<never>().promise });
    handle.cast('hang');
    await world.clock.settle();
    await handle.close({ signal: AbortSignal.abort() });
    expect([handle.state, world.clock.now()]).toEqual(['closed', 0]);
  });

  test('who waits for it to be ready is told', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('backing-off', {});
    const ready = handle.ready().catch((error: HawserError) => error.code);
    await closing(world, handle, 1_000);
    expect(await ready).toBe('CLOSED');
    await expect(handle.ready()).rejects.toMatchObject({ code: 'CLOSED', outcome: 'not-sent' });
  });
});
