import { Connection, HawserError, type From } from 'hawser';
import { describe, expect, test } from 'vitest';
import { BehaviourWorld, type Handle, type Script } from './scripted-behaviour.ts';

/** A peer that takes a connection and drops it, four times; `before` is done each time while it is ready. The waits. */
async function waitsOfLoss(
  before: (handle: Handle, world: BehaviourWorld, script: Script) => void,
  answer: (from: From<string>) => void = () => {},
  leave: (from: From<string>) => void = () => {},
): Promise<number[]> {
  const world = new BehaviourWorld();
  let caller: From<string> | undefined;
  const script: Script = {
    init: () => ({ do: 'connect', info: 'first', state: 'old' }),
    connect: (_, state) => ({ do: 'ok', state }),
    handleCall: (_, from, state) => {
      caller = from;
      answer(from);
      return { do: 'no-reply', state };
    },
    handleInfo: (_, state) => ({ do: 'disconnect', info: 'lost', state }),
    disconnect: (_, state) => {
      if (caller !== undefined) leave(caller);
      return { do: 'backoff', state };
    },
  };
  const handle = await world.start(script);
  const waits: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    await world.clock.waitFor(handle.ready());
    before(handle, world, script);
    await world.clock.advance(1_000);
    handle.info('lost');
    await world.clock.settle();
    waits.push(handle.explain().nextAttemptInMs!);
  }
  return waits;
}

const ask = (handle: Handle, world: BehaviourWorld): void => void world.ask(handle, 'asked');
const lost = new HawserError('CONNECTION_LOST', 'gone', { outcome: 'unknown' });
const GROWING = [50, 100, 200, 400];
const SHORT = [50, 50, 50, 50];

describe('the wait before the next attempt grows with each connection that is lost', () => {
  test('when nobody was answered', async () => {
    expect(await waitsOfLoss(() => {})).toEqual(GROWING);
  });

  test('and those who waited for an answer were told that it is lost', async () => {
    const waits = await waitsOfLoss(ask, undefined, (from) => Connection.refuse(from, lost));
    expect(waits).toEqual(GROWING);
  });

  test('although its behaviour was changed meanwhile', async () => {
    const waits = await waitsOfLoss((handle, world, script) => {
      void handle.upgrade(world.behaviour(script));
    });
    expect(waits).toEqual(GROWING);
  });
});

describe('it begins anew', () => {
  test('when somebody was answered', async () => {
    expect(await waitsOfLoss(ask, (from) => Connection.reply(from, 'pong'))).toEqual(SHORT);
  });

  test('when somebody was refused by the peer', async () => {
    expect(await waitsOfLoss(ask, (from) => Connection.refuse(from, new Error('no')))).toEqual(SHORT);
  });
});
