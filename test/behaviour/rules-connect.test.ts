import type { StopReason } from 'hawser';
import { describe, expect, test } from 'vitest';
import { ANSWERING, BehaviourWorld, FAILURES, PATHS } from './scripted-behaviour.ts';

const GONE = new Error('gone');

describe('connect', () => {
  test.each(PATHS)(
    'case 13 (R2, R5, R6): connect ok: connected, with the state that it gave, on the %s path',
    async (_, { info, atMs, init }) => {
      const world = new BehaviourWorld();
      const handle = await world.start({
        ...ANSWERING,
        init,
        connect: () => ({ do: 'ok', state: 'new' }),
      });
      await world.clock.advance(atMs);
      expect(handle.state).toBe('ready');
      handle.cast('look');
      await world.clock.advance(60_000);
      expect(world.story).toEqual(['init(argument)', `connect(${info}, old)`, 'handleCast(look, new)']);
      expect([handle.state, world.clock.pendingTimers]).toEqual(['ready', 0]);
    },
  );

  test('case 13 (R2): whoever starts a connection has it before that connects', async () => {
    const world = new BehaviourWorld();
    const behaviour = world.behaviour({
      init: () => ({ do: 'connect', info: 'first', state: 'old' }),
      connect: () => ({ do: 'ok', state: 'new' }),
    });
    const started = behaviour.start('argument', {}, world.environment).then((handle) => {
      world.story.push('started');
      return handle;
    });
    const handle = await world.clock.waitFor(started);
    await world.clock.waitFor(handle.close());
    expect(world.story).toEqual([
      'init(argument)',
      'started',
      'connect(first, old)',
      'terminate(normal, new)',
    ]);
  });

  test('case 13 (R2): a start does not wait for the network', async () => {
    const world = new BehaviourWorld();
    const handle = await world.start({
      init: () => ({ do: 'connect', info: 'first', state: 'old' }),
      connect: async () => {
        await world.takes(1_000);
        return { do: 'ok', state: 'new' };
      },
    });
    expect(world.clock.now()).toBe(0);
    await world.clock.advance(999);
    expect([handle.state, world.story]).toEqual(['connecting', ['init(argument)', 'connect(first, old)']]);
    await world.clock.advance(1);
    expect(handle.state).toBe('ready');
  });

  test('case 13 (R2): it connects before any message is handled, also one that waited already', async () => {
    const world = new BehaviourWorld();
    await world.start({
      init: (_, { self }) => {
        self.cast('early');
        return { do: 'connect', info: 'first', state: 'old' };
      },
      connect: async () => {
        await world.takes(10);
        return { do: 'ok', state: 'new' };
      },
      handleCast: (_, state) => ({ do: 'no-reply', state }),
    });
    await world.clock.advance(10);
    expect(world.story).toEqual(['init(argument)', 'connect(first, old)', 'handleCast(early, new)']);
  });

  test.each(PATHS)(
    'case 14 (R6, R9): connect ok with an idle timeout: it comes in that state, on the %s path',
    async (_, { info, atMs, init }) => {
      const world = new BehaviourWorld();
      const handle = await world.start({
        init,
        connect: () => ({ do: 'ok', state: 'new', idleTimeoutMs: 50 }),
      });
      await world.clock.advance(atMs + 49);
      expect(world.story).toEqual(['init(argument)', `connect(${info}, old)`]);
      await world.clock.advance(1);
      expect(world.story.slice(2)).toEqual(['handleInfo(TIMEOUT, new)']);
      await world.clock.advance(1_000);
      expect([world.story.length, handle.state]).toEqual([3, 'ready']);
    },
  );

  test.each(PATHS)(
    'case 16 (R6, R12, R14): connect stops for a shutdown: terminate gets the new state, and nobody is warned, on the %s path',
    async (_, { info, atMs, init }) => {
      const world = new BehaviourWorld();
      const handle = await world.start({
        init,
        connect: () => ({ do: 'stop', reason: { shutdown: 'maintenance' }, state: 'new' }),
      });
      await world.clock.advance(atMs);
      expect(world.story).toEqual([
        'init(argument)',
        `connect(${info}, old)`,
        "terminate({ shutdown: 'maintenance' }, new)",
      ]);
      expect([handle.state, world.warnings]).toEqual(['closed', []]);
    },
  );

  test.each(['normal', 'shutdown'] as const)(
    'case 16 (R14): a stop that is %s is quiet as well',
    async (reason) => {
      const world = new BehaviourWorld();
      const handle = await world.start({
        init: () => ({ do: 'connect', info: 'first', state: 'old' }),
        connect: () => ({ do: 'stop', reason, state: 'new' }),
      });
      await world.clock.settle();
      expect(world.story.at(-1)).toBe(`terminate(${reason}, new)`);
      expect([handle.state, world.warnings]).toEqual(['closed', []]);
    },
  );

  test.each(PATHS)(
    'case 18 (R12, R14): connect stops for an error: terminate gets the new state, and one warning says so, on the %s path',
    async (_, { info, atMs, init }) => {
      const world = new BehaviourWorld();
      const handle = await world.start({
        init,
        connect: () => ({ do: 'stop', reason: GONE, state: 'new' }),
      });
      await world.clock.advance(atMs);
      expect(world.story).toEqual(['init(argument)', `connect(${info}, old)`, 'terminate(Error: gone, new)']);
      expect([handle.state, world.warnings]).toEqual(['closed', [GONE]]);
      expect(handle.explain().transitions.at(-1)).toMatchObject({ to: 'closed', cause: 'gone' });
    },
  );

  const failing = FAILURES.flatMap(([how, fail]) =>
    PATHS.map(([name, path]) => [how, name, { ...path, fail }] as const),
  );

  test.each(failing)(
    'case 19 (R12, R14): connect %s an error: terminate gets the state from before it, and one warning says so, on the %s path',
    async (_, __, { info, atMs, init, fail }) => {
      const world = new BehaviourWorld();
      const handle = await world.start({ init, connect: () => fail(GONE) });
      await world.clock.advance(atMs);
      expect(world.story).toEqual(['init(argument)', `connect(${info}, old)`, 'terminate(Error: gone, old)']);
      expect([handle.state, world.warnings]).toEqual(['closed', [GONE]]);
      expect(handle.explain().transitions.at(-1)).toMatchObject({ to: 'closed', cause: 'gone' });
    },
  );

  test.each(failing)(
    'case 20 (R12): connect %s what is no error: it is the cause of the one that terminate gets, on the %s path',
    async (_, __, { info, atMs, init, fail }) => {
      const world = new BehaviourWorld();
      const reasons: StopReason[] = [];
      const handle = await world.start({
        init,
        connect: () => fail('oops'),
        terminate: (reason) => void reasons.push(reason),
      });
      await world.clock.advance(atMs);
      expect(world.story).toEqual([
        'init(argument)',
        `connect(${info}, old)`,
        expect.stringMatching(/^terminate\(.*, old\)$/),
      ]);
      expect(reasons).toEqual([expect.any(Error)]);
      expect((reasons[0] as Error).cause).toBe('oops');
      expect([handle.state, world.warnings]).toEqual(['closed', reasons]);
    },
  );

  test.each(PATHS)(
    'case 27 (R13, R14): terminate fails after a connect that failed: its failure replaces the reason, on the %s path',
    async (_, { info, atMs, init }) => {
      const world = new BehaviourWorld();
      const later = new Error('later');
      const handle = await world.start({
        init,
        connect: async () => {
          await world.takes(10);
          throw GONE;
        },
        terminate: () => Promise.reject(later),
      });
      await world.clock.advance(atMs);
      const asked = world.ask(handle, 'ping');
      await world.clock.advance(10);
      expect(world.story).toEqual([
        'init(argument)',
        `connect(${info}, old)`,
        'terminate(Error: gone, old)',
        'ping failed: CLOSED not-sent',
      ]);
      expect([world.warnings, asked.error?.cause]).toEqual([[later], later]);
      expect(handle.explain().transitions.at(-1)).toMatchObject({ to: 'closed', cause: 'later' });
    },
  );
});
