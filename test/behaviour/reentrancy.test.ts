import type { StateName } from 'hawser';
import { describe, expect, test } from 'vitest';
import { BehaviourWorld, type Handle, type Script } from './scripted-behaviour.ts';
import { Wire } from './wire.ts';

/** Leaves when it is told to, and connects again. */
const LEAVING: Script = {
  handleCast: (message, state) => ({ do: 'disconnect', info: message, state }),
  disconnect: (_, state) => ({ do: 'backoff', afterMs: 1_000, state }),
  connect: (_, state) => ({ do: 'ok', state: `${state} again` }),
};

describe('a listener of the state', () => {
  test('that has the backoff skipped as soon as it begins is heard', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', LEAVING);
    handle.onState(({ to }) => {
      if (to === 'backing-off') handle.retryNow();
    });
    handle.cast('leave');
    await world.clock.settle();
    expect(world.story).toEqual([
      'handleCast(leave, old)',
      'disconnect(leave, old)',
      'connect(BACKOFF, old)',
    ]);
    expect([handle.state, world.clock.pendingTimers]).toEqual(['ready', 0]);
  });

  const DEEDS: readonly (readonly [string, (handle: Handle) => void])[] = [
    ['closes', (handle) => void handle.close({ timeoutMs: 50 })],
    ['ends', (handle) => void handle.close({ signal: AbortSignal.abort() })],
    ['sends', (handle) => handle.state === 'closed' || handle.info('sent')],
    ['retries', (handle) => handle.retryNow()],
    ['waits', (handle) => void handle.ready().catch(() => undefined)],
    ['upgrades', (handle) => void handle.upgrade(Object as never).catch(() => undefined)],
  ];
  const STATES: readonly StateName[] = ['idle', 'connecting', 'backing-off', 'ready', 'closed'];
  const PAIRS = DEEDS.flatMap((deed) => STATES.map((state) => [deed[0], state, deed[1]] as const));

  test.each(PAIRS)('that %s when it is %s harms nobody', async (_, state, deed) => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      ...LEAVING,
      handleInfo: (__, held) => ({ do: 'no-reply', state: held }),
    });
    let isDone = false;
    handle.onState(({ to }) => {
      if (to !== state || isDone) return;
      isDone = true;
      deed(handle);
    });
    handle.cast('leave');
    await world.clock.advance(1_100);
    await world.clock.waitFor(handle.close({ timeoutMs: 1_000 }));
    expect([handle.state, world.warnings, world.clock.pendingTimers]).toEqual(['closed', [], 0]);
    expect(world.story.filter((line) => line.startsWith('terminate'))).toHaveLength(1);
  });
});

test('a socket that is owned while the end of a backoff waits for its turn goes with that attempt', async () => {
  const world = new BehaviourWorld();
  const wire = new Wire();
  let take = (): void => {};
  const scripted = world.behaviour({
    init: () => ({ do: 'backoff', afterMs: 10, state: 'old' }),
    connect: (_, state) => ({ do: 'ok', state }),
    handleCast: async (_, state) => {
      await world.takes(20);
      take();
      return { do: 'no-reply', state };
    },
  });
  class Taking extends scripted {
    constructor() {
      super();
      take = () => this.own(wire);
    }
  }
  const handle = await world.clock.waitFor(Taking.start('argument', {}, world.environment));
  handle.cast('long');
  await world.clock.advance(15);
  expect([handle.state, wire.destroyed]).toEqual(['connecting', false]);
  await world.clock.advance(5);
  expect([handle.state, wire.destroyed, handle.explain().sockets]).toEqual(['ready', true, 0]);
  await world.clock.waitFor(handle.close());
});
