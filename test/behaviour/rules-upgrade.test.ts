import { Connection, type From } from 'hawser';
import { describe, expect, test } from 'vitest';
import { BehaviourWorld, STANDING_BACKOFF_MS } from './scripted-behaviour.ts';

const GONE = new Error('gone');

describe('a change of the code', () => {
  test('uncovered 11 (R16): the new behaviour takes over the state, what waits and who waits', async () => {
    const world = new BehaviourWorld();
    const waiting: From<string>[] = [];
    const handle = await world.startIn('ready', {
      handleCall: (_, from, state) => {
        waiting.push(from);
        return { do: 'no-reply', state };
      },
      handleCast: async (_, state) => {
        await world.takes(10);
        return { do: 'no-reply', state };
      },
    });
    world.ask(handle, 'ping');
    handle.cast('slow');
    const upgraded = handle.upgrade(
      world.behaviour({
        as: 'new ',
        codeChange: (state) => `${state}, changed`,
        handleCast: (_, state) => {
          Connection.reply(waiting[0]!, 'pong');
          return { do: 'no-reply', state };
        },
      }),
    );
    handle.cast('quick');
    await world.clock.waitFor(upgraded);
    await world.clock.settle();
    expect(world.story).toEqual([
      'handleCall(ping, old)',
      'handleCast(slow, old)',
      'new codeChange(old)',
      'new handleCast(quick, old, changed)',
      'ping answered: pong',
    ]);
    expect([handle.state, world.clock.now()]).toEqual(['ready', 10]);
  });

  test('uncovered 11 (R16): a new behaviour that says nothing about it keeps the state as it is', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {});
    const behaviour = world.behaviour({ as: 'new ', handleCast: (_, state) => ({ do: 'no-reply', state }) });
    await world.clock.waitFor(handle.upgrade(behaviour));
    handle.cast('look');
    await world.clock.settle();
    expect(world.story).toEqual(['new codeChange(old)', 'new handleCast(look, old)']);
  });

  test('uncovered 11 (R16): when it fails, the old behaviour stays with its state, and only whoever wanted the change is told', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', { handleCast: (_, state) => ({ do: 'no-reply', state }) });
    const behaviour = world.behaviour({
      as: 'new ',
      codeChange: () => {
        throw GONE;
      },
    });
    const reason: unknown = await world.clock.waitFor(
      handle.upgrade(behaviour).catch((error: unknown) => error),
    );
    expect(reason).toMatchObject({ code: 'REFUSED', outcome: 'refused', cause: GONE });
    handle.cast('look');
    await world.clock.settle();
    expect(world.story).toEqual(['new codeChange(old)', 'handleCast(look, old)']);
    expect([handle.state, world.warnings]).toEqual(['ready', []]);
  });

  test('uncovered 11 (R16): a backoff goes on through it', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('backing-off', {});
    await world.clock.advance(STANDING_BACKOFF_MS / 2);
    const behaviour = world.behaviour({ as: 'new ', connect: () => ({ do: 'ok', state: 'connected' }) });
    await world.clock.waitFor(handle.upgrade(behaviour));
    await world.clock.advance(STANDING_BACKOFF_MS / 2);
    expect(world.story).toEqual(['new codeChange(old)', 'new connect(BACKOFF, old)']);
  });
});
