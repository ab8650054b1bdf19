import { describe, expect, test } from 'vitest';
import {
  BehaviourWorld,
  FAILURES,
  STANDINGS,
  STANDING_BACKOFF_MS,
  type Handle,
  type Script,
  type Standing,
} from './scripted-behaviour.ts';

const GONE = new Error('gone');

/** A cast that disconnects, whatever the script says of the rest. */
const DISCONNECTING: Script = {
  handleCast: (_, state) => ({ do: 'disconnect', info: 'bye', state: `${state} cast` }),
};

/** A connection that stands there and was told to disconnect. */
async function disconnecting(world: BehaviourWorld, standing: Standing, script: Script): Promise<Handle> {
  const handle = await world.startIn(standing, { ...DISCONNECTING, ...script });
  handle.cast('leave');
  await world.clock.settle();
  return handle;
}

const TOLD = ['handleCast(leave, old)', 'disconnect(bye, old cast)'];

describe('disconnect', () => {
  test.each(STANDINGS)(
    'case 21 (R7, R8): disconnect, and do not connect: it stays down, told so while %s',
    async (standing) => {
      const world = new BehaviourWorld();
      const handle = await disconnecting(world, standing, {
        disconnect: () => ({ do: 'no-connect', state: 'new' }),
        handleInfo: (_, state) => ({ do: 'no-reply', state }),
      });
      expect([handle.state, world.clock.pendingTimers]).toEqual(['idle', 0]);
      await world.clock.advance(60_000);
      handle.info('look');
      await world.clock.settle();
      expect(world.story).toEqual([...TOLD, 'handleInfo(look, new)']);
    },
  );

  test.each(STANDINGS)(
    'case 21 (R8): a backoff ends when disconnect begins, not when that has returned; what is connected stays so until then, told so while %s',
    async (standing) => {
      const world = new BehaviourWorld();
      const handle = await disconnecting(world, standing, {
        disconnect: async () => {
          await world.takes(2 * STANDING_BACKOFF_MS);
          return { do: 'no-connect', state: 'new' };
        },
      });
      const states: string[] = [];
      handle.onState(({ to }) => void states.push(to));
      expect(handle.state).toBe(standing === 'ready' ? 'ready' : 'idle');
      await world.clock.advance(60_000);
      expect([handle.state, states]).toEqual(['idle', standing === 'ready' ? ['idle'] : []]);
      expect(world.story).toEqual(TOLD);
    },
  );

  test.each(STANDINGS)(
    'case 22 (R7, R9): disconnect, do not connect, with an idle timeout: it comes in that state, told so while %s',
    async (standing) => {
      const world = new BehaviourWorld();
      await disconnecting(world, standing, {
        disconnect: () => ({ do: 'no-connect', state: 'new', idleTimeoutMs: 50 }),
      });
      await world.clock.advance(49);
      expect(world.story).toEqual(TOLD);
      await world.clock.advance(1);
      expect(world.story.slice(2)).toEqual(['handleInfo(TIMEOUT, new)']);
      await world.clock.advance(60_000);
      expect(world.story).toHaveLength(3);
    },
  );

  test.each(STANDINGS)(
    'case 24 (R7, R12, R14): disconnect stops for a shutdown: terminate gets the new state, and nobody is warned, told so while %s',
    async (standing) => {
      const world = new BehaviourWorld();
      const handle = await disconnecting(world, standing, {
        disconnect: () => ({ do: 'stop', reason: { shutdown: 'maintenance' }, state: 'new' }),
      });
      expect(world.story).toEqual([...TOLD, "terminate({ shutdown: 'maintenance' }, new)"]);
      expect([handle.state, world.warnings]).toEqual(['closed', []]);
    },
  );

  const failing = FAILURES.flatMap(([how, fail]) =>
    STANDINGS.map((standing) => [how, standing, fail] as const),
  );

  test.each(failing)(
    'case 25 (R12, R14): disconnect %s an error: terminate gets the state from before it, and one warning says so, told so while %s',
    async (_, standing, fail) => {
      const world = new BehaviourWorld();
      const handle = await disconnecting(world, standing, { disconnect: () => fail(GONE) });
      expect(world.story).toEqual([...TOLD, 'terminate(Error: gone, old cast)']);
      expect([handle.state, world.warnings]).toEqual(['closed', [GONE]]);
    },
  );

  test('case 21 (R7): a stop does not disconnect, it terminates', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCast: () => ({ do: 'stop', reason: 'normal', state: 'new' }),
    });
    handle.cast('stop');
    await world.clock.settle();
    expect(world.story).toEqual(['handleCast(stop, old)', 'terminate(normal, new)']);
  });

  test('case 21 (R7): nor does a close', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {});
    await world.clock.waitFor(handle.close());
    expect(world.story).toEqual(['terminate(normal, old)']);
    expect([handle.state, world.warnings]).toEqual(['closed', []]);
  });

  test('case 21 (R7): to connect anew while connected does not disconnect', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCast: (_, state) => ({ do: 'connect', info: 'anew', state }),
      connect: () => ({ do: 'ok', state: 'new' }),
    });
    handle.cast('renew');
    await world.clock.settle();
    expect(world.story).toEqual(['handleCast(renew, old)', 'connect(anew, old)']);
    expect(handle.state).toBe('ready');
  });
});
