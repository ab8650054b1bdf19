import { getEventListeners } from 'node:events';
import { Connection, type From } from 'hawser';
import { describe, expect, test } from 'vitest';
import { BehaviourWorld, type Handle, type Script } from './scripted-behaviour.ts';

const OVERLOADED = expect.objectContaining({ code: 'OVERLOADED', outcome: 'not-sent' });

/** A connection whose one callback for casts takes 100 ms, and is running. */
async function busy(world: BehaviourWorld, script: Script, options: object): Promise<Handle> {
  const handle = await world.startIn(
    'ready',
    {
      handleCast: async (_, state) => {
        await world.takes(100);
        return { do: 'no-reply', state };
      },
      ...script,
    },
    options,
  );
  handle.cast('long');
  await world.clock.settle();
  return handle;
}

const answering: Script = { handleCall: (request, _, state) => ({ do: 'reply', value: request, state }) };

describe('maxMailbox', () => {
  test('as many messages may wait, of all kinds together; one more is refused, and the running one does not count', async () => {
    const world = new BehaviourWorld();
    const handle = await busy(world, answering, { maxMailbox: 3 });
    world.ask(handle, 'a');
    handle.info('b');
    handle.cast('c');
    expect(() => handle.cast('d')).toThrow(OVERLOADED);
    expect(() => handle.info('d')).toThrow(OVERLOADED);
    await expect(handle.call('d')).rejects.toEqual(OVERLOADED);
    await expect(handle.upgrade(world.behaviour({}))).rejects.toEqual(OVERLOADED);
    expect(handle.explain()).toMatchObject({ waiting: 3, unanswered: 1 });
    await world.clock.advance(100);
    expect(handle.explain()).toMatchObject({ waiting: 0, unanswered: 0 });
    handle.cast('there is room again');
  });

  test('a call whose caller has left makes room', async () => {
    const world = new BehaviourWorld();
    const handle = await busy(world, answering, { maxMailbox: 2 });
    const controller = new AbortController();
    world.ask(handle, 'late', { timeoutMs: 10 });
    world.ask(handle, 'aborted', { signal: controller.signal });
    expect(() => handle.cast('c')).toThrow(OVERLOADED);
    await world.clock.advance(10);
    controller.abort();
    expect(handle.explain()).toMatchObject({ waiting: 0, unanswered: 0 });
    handle.info('c');
    handle.info('d');
    expect(() => handle.cast('e')).toThrow(OVERLOADED);
    await world.clock.advance(1_000);
    expect(world.story.slice(1)).toEqual([
      'late failed: DEADLINE not-sent',
      'aborted failed: ABORTED not-sent',
      'handleInfo(c, old)',
      'handleInfo(d, old)',
    ]);
  });

  test('a call whose signal has fired before is not let in, and no signal is listened to for longer than needed', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', answering);
    await expect(handle.call('a', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
      outcome: 'not-sent',
    });
    const { signal } = new AbortController();
    world.ask(handle, 'b', { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await world.clock.settle();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(world.story).toEqual(['handleCall(b, old)', 'b answered: b']);
  });

  test('deadlines of many calls are each kept', async () => {
    const world = new BehaviourWorld();
    const handle = await busy(world, answering, {});
    for (const timeoutMs of [30, 10, 20]) world.ask(handle, String(timeoutMs), { timeoutMs });
    expect(world.clock.pendingTimers).toBe(2);
    await world.clock.advance(50);
    expect(world.story.slice(1)).toEqual([
      '10 failed: DEADLINE not-sent',
      '20 failed: DEADLINE not-sent',
      '30 failed: DEADLINE not-sent',
    ]);
  });

  test('it is 10,000 unless told otherwise', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {});
    for (let sent = 0; sent < 10_000; sent += 1) handle.info(String(sent));
    expect(() => handle.info('one more')).toThrow(OVERLOADED);
    await world.clock.settle();
    expect([world.story.length, world.story.at(-1)]).toEqual([10_000, 'handleInfo(9999, old)']);
  });

  test('what a timer or a backoff says does not count, and is not refused', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn(
      'backing-off',
      {
        connect: () => ({ do: 'ok', state: 'connected' }),
        handleCast: async (_, state) => {
          await world.takes(2_000);
          return { do: 'no-reply', state };
        },
      },
      { maxMailbox: 1 },
    );
    handle.cast('long');
    await world.clock.settle();
    handle.info('waiting');
    await world.clock.advance(2_000);
    expect(world.story.slice(1)).toEqual(['handleInfo(waiting, old)', 'connect(BACKOFF, old)']);
  });
});

describe('maxUnanswered', () => {
  test('as many calls may be without an answer, waiting or taken; one more is refused', async () => {
    const world = new BehaviourWorld();
    const callers: From<string>[] = [];
    const handle = await world.startIn(
      'ready',
      {
        handleCall: (_, from, state) => {
          callers.push(from);
          return { do: 'no-reply', state };
        },
      },
      { maxUnanswered: 2 },
    );
    world.ask(handle, 'a');
    await world.clock.settle();
    world.ask(handle, 'b', { timeoutMs: 50 });
    await expect(handle.call('c')).rejects.toEqual(OVERLOADED);
    await world.clock.settle();
    Connection.reply(callers[0]!, 'answer');
    world.ask(handle, 'd', { timeoutMs: Infinity });
    await expect(handle.call('e')).rejects.toEqual(OVERLOADED);
    await world.clock.advance(50);
    world.ask(handle, 'f', { timeoutMs: 10 });
    await world.clock.advance(10);
    expect(world.story).toEqual([
      'handleCall(a, old)',
      'handleCall(b, old)',
      'a answered: answer',
      'handleCall(d, old)',
      'b failed: DEADLINE unknown',
      'handleCall(f, old)',
      'f failed: DEADLINE unknown',
    ]);
    Connection.refuse(callers[2]!, new Error('enough'));
  });
});

describe('options and arguments', () => {
  const start = (options: object): Promise<unknown> => new BehaviourWorld().start({}, options);

  test.each([
    ['name', { name: 5 }],
    ['timeoutMs', { timeoutMs: -1 }],
    ['signal', { signal: {} }],
    ['whenDisconnected', { whenDisconnected: 'wait' }],
    ['maxMailbox', { maxMailbox: 0 }],
    ['maxUnanswered', { maxUnanswered: 1.5 }],
    ['backoff', { backoff: 5 }],
    ['backoff.baseMs', { backoff: { baseMs: 'soon' } }],
    ['backoff.capMs', { backoff: { capMs: Number.NaN } }],
  ])('%s that cannot be meant is refused by its name', async (option, options) => {
    await expect(start(options)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`option ${option}:`),
    });
  });

  test.each([[{ timeoutMs: -1 }], [{ signal: 'soon' }], [5]])(
    'a wait that cannot be meant is refused: %j',
    async (options) => {
      const world = new BehaviourWorld();
      const handle = await world.startIn('idle', {});
      const refusal = { code: 'INVALID_ARGUMENT', outcome: 'not-sent' };
      await expect(handle.call('a', options as object)).rejects.toMatchObject(refusal);
      await expect(handle.ready(options as object)).rejects.toMatchObject(refusal);
      await expect(handle.close(options as object)).rejects.toMatchObject(refusal);
      expect(handle.state).toBe('idle');
    },
  );

  test('what is no caller cannot be answered', () => {
    const refusal = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    expect(() => Connection.reply({}, 'answer')).toThrow(refusal);
    expect(() => Connection.refuse({}, new Error('no'))).toThrow(refusal);
  });

  test('the name is that of the class, unless another is given', async () => {
    class Scale extends Connection<number> {}
    const handle = await Scale.start(0);
    expect(handle.explain().name).toBe('Scale');
    await handle.close();
    const named = await Scale.start(0, { name: 'kitchen' });
    expect(named.explain().name).toBe('kitchen');
    await named.close();
  });

  test('in the constructor there is no connection yet', async () => {
    class Hasty extends Connection<number> {
      override handleInfo = (): never => {
        throw new Error('not called');
      };
      readonly early = this.signal;
    }
    await expect(Hasty.start(0)).rejects.toMatchObject({
      code: 'CLOSED',
      cause: expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    });
  });
});
