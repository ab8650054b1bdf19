import { describe, expect, test } from 'vitest';
import { BehaviourWorld, type Script } from './scripted-behaviour.ts';

const IDLE: Script = { handleCast: (_, state) => ({ do: 'no-reply', state, idleTimeoutMs: 100 }) };

describe('an idle timeout', () => {
  test('is not ended by a call of which the behaviour does not hear', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('backing-off', IDLE, { whenDisconnected: 'fail' });
    handle.cast('begin');
    await world.clock.advance(50);
    world.ask(handle, 'asked');
    await world.clock.advance(49);
    expect(world.story).toEqual(['handleCast(begin, old)', 'asked failed: NOT_CONNECTED not-sent']);
    await world.clock.advance(1);
    expect(world.story.at(-1)).toBe('handleInfo(TIMEOUT, old)');
  });

  test('is ended by what came before it was over, although a change of the behaviour held that up', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', IDLE);
    handle.cast('begin');
    await world.clock.advance(50);
    const slow = world.behaviour({
      codeChange: async (state) => {
        await world.takes(100);
        return state;
      },
    });
    const upgraded = handle.upgrade(slow);
    await world.clock.settle();
    handle.info('in time');
    await world.clock.advance(200);
    await upgraded;
    expect(world.story).toEqual(['handleCast(begin, old)', 'codeChange(old)', 'handleInfo(in time, old)']);
  });

  test('that is over while the behaviour is changed comes to the new one', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', IDLE);
    handle.cast('begin');
    await world.clock.settle();
    const slow = world.behaviour({
      as: 'new ',
      codeChange: async (state) => {
        await world.takes(150);
        return state;
      },
    });
    const upgraded = handle.upgrade(slow);
    await world.clock.advance(150);
    await upgraded;
    expect(world.story.slice(1)).toEqual(['new codeChange(old)', 'new handleInfo(TIMEOUT, old)']);
  });
});
