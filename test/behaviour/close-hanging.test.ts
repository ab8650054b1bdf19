import { getEventListeners } from 'node:events';
import type { HawserError } from 'hawser';
import { describe, expect, test } from 'vitest';
import { closing, Hanging } from './hanging.ts';
import { BehaviourWorld, type Handle, type Script } from './scripted-behaviour.ts';

interface Place {
  readonly callback: string;
  readonly script: (hang: () => Promise<never>) => Script;
  /** Leads to the callback. */
  readonly begin: (handle: Handle, world: BehaviourWorld) => void;
}

const PLACES: readonly Place[] = [
  {
    callback: 'connect',
    script: (hang) => ({ connect: hang, handleCast: (_, state) => ({ do: 'connect', info: 'why', state }) }),
    begin: (handle) => handle.cast('connect'),
  },
  {
    callback: 'disconnect',
    script: (hang) => ({
      disconnect: hang,
      handleCast: (_, state) => ({ do: 'disconnect', info: 'why', state }),
    }),
    begin: (handle) => handle.cast('disconnect'),
  },
  {
    callback: 'handleCall',
    script: (hang) => ({ handleCall: hang }),
    begin: (handle, world) => void world.ask(handle, 'begun'),
  },
  { callback: 'handleCast', script: (hang) => ({ handleCast: hang }), begin: (handle) => handle.cast('go') },
  { callback: 'handleInfo', script: (hang) => ({ handleInfo: hang }), begin: (handle) => handle.info('go') },
];

const FROM = ['idle', 'backing-off', 'ready'] as const;
const HANGING = PLACES.flatMap((place) => FROM.map((standing) => ({ ...place, standing })));

describe('close, while a callback hangs', () => {
  test.each(HANGING)(
    '$callback, out of $standing: it ends at the deadline, with the last state, and what comes later is not heeded',
    async ({ script, begin, callback, standing }) => {
      const world = new BehaviourWorld();
      const hanging = new Hanging<never>();
      const handle = await world.startIn(
        standing,
        script(() => hanging.promise),
      );
      begin(handle, world);
      world.ask(handle, 'waiting');
      handle.info('waiting');
      await world.clock.advance(10);
      expect(handle.explain()).toMatchObject({ callback, callbackForMs: 10 });
      expect(await closing(world, handle, 100)).toBe(110);
      await world.clock.settle();
      const begun = callback === 'handleCall' ? ['begun failed: CLOSED unknown'] : [];
      const end = [
        'waiting failed: CLOSED not-sent',
        ...begun,
        expect.stringMatching(/^terminate\(normal, old\)/),
      ];
      expect(world.story.slice(-end.length)).toEqual(expect.arrayContaining(end));
      const told = world.story.length;
      hanging.settle({ do: 'connect', info: 'late', state: 'late' } as never);
      await world.clock.advance(60_000);
      expect(world.story).toHaveLength(told);
      expect([handle.state, world.warnings, world.clock.pendingTimers]).toEqual(['closed', [], 0]);
      expect(handle.explain()).toMatchObject({ waiting: 0, unanswered: 0, sockets: 0 });
    },
  );

  test.each(PLACES)('$callback: what it throws after that is heeded by nobody', async ({ script, begin }) => {
    const world = new BehaviourWorld();
    const hanging = new Hanging<never>();
    const handle = await world.startIn(
      'ready',
      script(() => hanging.promise),
    );
    begin(handle, world);
    await world.clock.settle();
    await closing(world, handle, 0);
    hanging.fail(new Error('too late'));
    await world.clock.advance(60_000);
    expect(world.warnings).toEqual([]);
  });

  test('codeChange: it ends at the deadline, with the old behaviour, and the upgrade may have been made', async () => {
    const world = new BehaviourWorld();
    const hanging = new Hanging<string>();
    const handle = await world.startIn('ready', { as: 'old ' });
    const upgrade = handle.upgrade(world.behaviour({ as: 'new ', codeChange: () => hanging.promise }));
    const failure = upgrade.catch((error: HawserError) => `${error.code} ${error.outcome}`);
    await world.clock.settle();
    expect(await closing(world, handle, 100)).toBe(100);
    expect(await failure).toBe('CLOSED unknown');
    hanging.settle('late');
    await world.clock.advance(60_000);
    expect(world.story).toEqual([
      'new codeChange(old)',
      expect.stringMatching(/^old terminate\(normal, old\)/),
    ]);
  });

  test('terminate: it ends at the deadline, and terminate is not called again', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', { terminate: () => new Hanging<void>().promise });
    expect(await closing(world, handle, 100)).toBe(100);
    expect([world.story, handle.state, world.warnings]).toEqual([['terminate(normal, old)'], 'closed', []]);
  });

  test('terminate of a behaviour that stopped by itself: it ends after 5,000 ms, for the reason and with the reply of the stop', async () => {
    const world = new BehaviourWorld();
    const reason = new Error('broken');
    const handle = await world.startIn('ready', {
      handleCall: (_, __, state) => ({ do: 'stop', reason, state, reply: 'bye' }),
      terminate: () => new Hanging<void>().promise,
    });
    const asked = world.ask(handle, 'stop', { timeoutMs: Infinity });
    const other = world.ask(handle, 'too late', { timeoutMs: Infinity });
    await world.clock.advance(4_999);
    expect([handle.state, asked]).toEqual(['ready', {}]);
    await world.clock.advance(1);
    expect(handle.state).toBe('closed');
    expect([asked, other.error?.code]).toEqual([{ value: 'bye' }, 'CLOSED']);
    expect(world.warnings).toEqual([reason]);
  });

  test('a close while it terminates by itself ends at the earlier deadline, for the reason of the stop', async () => {
    const world = new BehaviourWorld();
    const reason = new Error('broken');
    const handle = await world.startIn('ready', {
      handleCast: (_, state) => ({ do: 'stop', reason, state }),
      terminate: () => new Hanging<void>().promise,
    });
    handle.cast('stop');
    await world.clock.advance(10);
    expect(await closing(world, handle, 100)).toBe(110);
    expect([world.story.slice(1), world.warnings]).toEqual([['terminate(Error: broken, old)'], [reason]]);
  });
});

describe('a start, while a callback hangs', () => {
  test('init: it fails at its deadline, and what init returns later begins nothing', async () => {
    const world = new BehaviourWorld();
    const hanging = new Hanging<{ do: 'connect'; info: string; state: string }>();
    const error = await world.startError({ init: () => hanging.promise }, { timeoutMs: 100 });
    expect(error).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent', command: 'start' });
    expect(world.clock.now()).toBe(100);
    hanging.settle({ do: 'connect', info: 'late', state: 'late' });
    await world.clock.advance(60_000);
    expect([world.story, world.warnings, world.clock.pendingTimers]).toEqual([['init(argument)'], [], 0]);
  });

  test('init: the signal of the callbacks fires when it is given up', async () => {
    const world = new BehaviourWorld();
    let given: AbortSignal | undefined;
    const script: Script = {
      init: (_, { signal }) => {
        given = signal;
        return new Hanging<never>().promise;
      },
    };
    await world.startError(script, { timeoutMs: 100 });
    expect(given?.aborted).toBe(true);
    expect(given?.reason).toMatchObject({ code: 'CLOSED' });
  });

  test('a signal that has fired before keeps it from beginning', async () => {
    const world = new BehaviourWorld();
    const failed = new Promise<HawserError>((resolve) => {
      // Out of a callback of Node, where its own queue comes before those of promises.
      setImmediate(() => void world.startError({}, { signal: AbortSignal.abort() }).then(resolve));
    });
    expect(await failed).toMatchObject({ code: 'ABORTED', outcome: 'not-sent', command: 'start' });
    expect(world.story).toEqual([]);
  });

  test('init: its signal ends it', async () => {
    const world = new BehaviourWorld();
    const controller = new AbortController();
    const script: Script = {
      init: () => {
        controller.abort(new Error('no longer wanted'));
        return new Hanging<never>().promise;
      },
    };
    const error = await world.startError(script, { signal: controller.signal });
    expect(error).toMatchObject({ code: 'ABORTED', cause: new Error('no longer wanted') });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    const after = await world.startError(script, { signal: controller.signal });
    expect([after.code, world.story]).toEqual(['ABORTED', ['init(argument)']]);
  });

  test('connect: one that waits for it fails at its deadline, and the connection is closed', async () => {
    const world = new BehaviourWorld();
    const failure = world
      .connect(
        {
          init: () => ({ do: 'connect', info: 'first', state: 'old' }),
          connect: () => new Hanging<never>().promise,
        },
        { timeoutMs: 100 },
      )
      .catch((error: HawserError) => error);
    expect(await failure).toMatchObject({ code: 'CONNECT_TIMEOUT', outcome: 'not-sent', command: 'connect' });
    expect(world.clock.now()).toBe(100);
    await world.clock.advance(60_000);
    expect(world.story.slice(1)).toEqual([
      'connect(first, old)',
      expect.stringMatching(/^terminate\(normal, old\)/),
    ]);
    expect([world.warnings, world.clock.pendingTimers]).toEqual([[], 0]);
  });
});
