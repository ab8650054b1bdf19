import { describe, expect, test } from 'vitest';
import {
  BehaviourWorld,
  FAILURES,
  STANDINGS,
  type Handle,
  type Script,
  type Standing,
} from './scripted-behaviour.ts';

const GONE = new Error('gone');

/** The two kinds of messages that nobody waits for, with what the original's suite numbers their cases by. */
interface Kind {
  readonly send: 'cast' | 'info';
  readonly callback: 'handleCast' | 'handleInfo';
}

const CAST: Kind = { send: 'cast', callback: 'handleCast' };
const INFO: Kind = { send: 'info', callback: 'handleInfo' };

/** Where such a message is sent to. */
interface Scene {
  readonly standing: Standing;
  readonly kind: Kind;
}

/** A connection that was sent a message and does what the script says about it. */
async function sent(world: BehaviourWorld, { standing, kind }: Scene, script: Script): Promise<Handle> {
  const handle = await world.startIn(standing, script);
  handle[kind.send]('go');
  await world.clock.settle();
  return handle;
}

async function goesOn(kind: Kind): Promise<void> {
  const world = new BehaviourWorld();
  const handle = await sent(
    world,
    { standing: 'idle', kind },
    {
      [kind.callback]: (message: string, state: string) => ({ do: 'no-reply', state: `${state} ${message}` }),
    },
  );
  handle[kind.send]('on');
  await world.clock.advance(60_000);
  expect(world.story).toEqual([`${kind.callback}(go, old)`, `${kind.callback}(on, old go)`]);
}

async function timesOut(kind: Kind): Promise<void> {
  const world = new BehaviourWorld();
  await sent(
    world,
    { standing: 'idle', kind },
    {
      handleInfo: (_, state) => ({ do: 'no-reply', state: `${state} over` }),
      // Without a timeout after the timeout, also where one callback gets both.
      [kind.callback]: (message: unknown) =>
        message === 'go'
          ? { do: 'no-reply', state: 'new', idleTimeoutMs: 50 }
          : { do: 'no-reply', state: 'new over' },
    },
  );
  await world.clock.advance(49);
  expect(world.story).toEqual([`${kind.callback}(go, old)`]);
  await world.clock.advance(60_000);
  expect(world.story.slice(1)).toEqual(['handleInfo(TIMEOUT, new)']);
}

async function isCancelled(kind: Kind): Promise<void> {
  const world = new BehaviourWorld();
  const handle = await world.startIn('idle', {
    handleCall: () => ({ do: 'reply', value: 'pong', state: 'new', idleTimeoutMs: 50 }),
    [kind.callback]: (_: unknown, state: string) => ({ do: 'no-reply', state }),
  });
  world.ask(handle, 'ping');
  await world.clock.advance(49);
  handle[kind.send]('go');
  await world.clock.advance(60_000);
  expect(world.story).toEqual(['handleCall(ping, old)', 'ping answered: pong', `${kind.callback}(go, new)`]);
}

async function connects({ standing, kind }: Scene): Promise<void> {
  const world = new BehaviourWorld();
  const handle = await sent(
    world,
    { standing, kind },
    {
      [kind.callback]: () => ({ do: 'connect', info: 'told', state: 'new' }),
      connect: async () => {
        await world.takes(10);
        return { do: 'ok', state: 'newer' };
      },
    },
  );
  expect(handle.state).toBe('connecting');
  await world.clock.advance(60_000);
  expect(world.story).toEqual([`${kind.callback}(go, old)`, 'connect(told, new)']);
  expect(handle.state).toBe('ready');
}

async function disconnects({ standing, kind }: Scene): Promise<void> {
  const world = new BehaviourWorld();
  const handle = await sent(
    world,
    { standing, kind },
    {
      [kind.callback]: () => ({ do: 'disconnect', info: 'told', state: 'new' }),
      disconnect: () => ({ do: 'no-connect', state: 'newer' }),
    },
  );
  await world.clock.advance(60_000);
  expect(world.story).toEqual([`${kind.callback}(go, old)`, 'disconnect(told, new)']);
  expect(handle.state).toBe('idle');
}

async function stops({ standing, kind }: Scene): Promise<void> {
  const world = new BehaviourWorld();
  const handle = await sent(
    world,
    { standing, kind },
    {
      [kind.callback]: () => ({ do: 'stop', reason: 'normal', state: 'new' }),
    },
  );
  expect(world.story).toEqual([`${kind.callback}(go, old)`, 'terminate(normal, new)']);
  expect([handle.state, world.warnings]).toEqual(['closed', []]);
}

async function fails(kind: Kind, fail: (error: unknown) => Promise<never>): Promise<void> {
  const world = new BehaviourWorld();
  const handle = await sent(world, { standing: 'ready', kind }, { [kind.callback]: () => fail(GONE) });
  expect(world.story).toEqual([`${kind.callback}(go, old)`, 'terminate(Error: gone, old)']);
  expect([handle.state, world.warnings]).toEqual(['closed', [GONE]]);
}

describe('handleCast', () => {
  test('case 40 (R11): cast, no reply: the state is the new one', () => goesOn(CAST));

  test('case 41 (R9, R11): cast, with an idle timeout: it comes in the new state', () => timesOut(CAST));

  test('case 41 (R9): a cast cancels an idle timeout', () => isCancelled(CAST));

  test.each(STANDINGS)('case 43 (R8, R11): cast, connect: it connects, once, while %s', (standing) =>
    connects({ standing, kind: CAST }),
  );

  test.each(STANDINGS)(
    'case 44 (R7, R8, R11): cast, disconnect: it disconnects and stays so, while %s',
    (standing) => disconnects({ standing, kind: CAST }),
  );

  test.each(STANDINGS)('case 45 (R11, R12): cast, stop: terminate gets the new state, while %s', (standing) =>
    stops({ standing, kind: CAST }),
  );

  test.each(FAILURES)(
    'case 45 (R12, R14): handleCast %s an error: terminate gets the state from before it, and one warning says so',
    (_, fail) => fails(CAST, fail),
  );
});

describe('handleInfo', () => {
  test('case 46 (R11): info, no reply: the state is the new one', () => goesOn(INFO));

  test('case 47 (R9, R11): info, with an idle timeout: it comes in the new state', () => timesOut(INFO));

  test('case 47 (R9): an info cancels an idle timeout', () => isCancelled(INFO));

  test.each(STANDINGS)('case 49 (R8, R11): info, connect: it connects, once, while %s', (standing) =>
    connects({ standing, kind: INFO }),
  );

  test.each(STANDINGS)(
    'case 50 (R7, R8, R11): info, disconnect: it disconnects and stays so, while %s',
    (standing) => disconnects({ standing, kind: INFO }),
  );

  test.each(STANDINGS)('case 51 (R11, R12): info, stop: terminate gets the new state, while %s', (standing) =>
    stops({ standing, kind: INFO }),
  );

  test.each(FAILURES)(
    'case 51 (R12, R14): handleInfo %s an error: terminate gets the state from before it, and one warning says so',
    (_, fail) => fails(INFO, fail),
  );

  test.each(FAILURES)(
    'case 52 (R13, R14): info, stop for an error, and terminate %s an error: its failure replaces the reason',
    async (_, fail) => {
      const world = new BehaviourWorld();
      const later = new Error('later');
      const handle = await sent(
        world,
        { standing: 'ready', kind: INFO },
        {
          handleInfo: () => ({ do: 'stop', reason: GONE, state: 'new' }),
          terminate: () => fail(later),
        },
      );
      expect(world.story).toEqual(['handleInfo(go, old)', 'terminate(Error: gone, new)']);
      expect([handle.state, world.warnings]).toEqual(['closed', [later]]);
      expect(handle.explain().transitions.at(-1)).toMatchObject({ to: 'closed', cause: 'later' });
    },
  );

  test.each(FAILURES)(
    'case 52 (R13, R14): an end that would have been quiet is not, when terminate %s an error',
    async (_, fail) => {
      const world = new BehaviourWorld();
      const handle = await sent(
        world,
        { standing: 'idle', kind: INFO },
        {
          handleInfo: () => ({ do: 'stop', reason: 'normal', state: 'new' }),
          terminate: () => fail(GONE),
        },
      );
      expect(world.story).toEqual(['handleInfo(go, old)', 'terminate(normal, new)']);
      expect([handle.state, world.warnings]).toEqual(['closed', [GONE]]);
    },
  );
});
