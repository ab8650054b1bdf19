import { Duplex } from 'node:stream';
import { Connection, type From, type HawserError } from 'hawser';
import { describe, expect, test } from 'vitest';
import { BehaviourWorld, ScriptedBehaviour } from './scripted-behaviour.ts';

function failure(promise: Promise<unknown>): Promise<HawserError | undefined> {
  return promise.then(
    () => undefined,
    (error: HawserError) => error,
  );
}

describe('an upgrade', () => {
  test('keeps an owned socket: what it says comes to the new behaviour', async () => {
    const world = new BehaviourWorld();
    const wire = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
    class Owning extends world.behaviour({ as: 'old ', codeChange: (state) => state }) {
      override connect(): Promise<{ do: 'ok'; state: string }> {
        this.own(wire);
        return Promise.resolve({ do: 'ok', state: 'connected' });
      }

      override init(): Promise<{ do: 'connect'; info: string; state: string }> {
        return Promise.resolve({ do: 'connect', info: 'first', state: 'old' });
      }
    }
    const environment = {
      clock: world.clock,
      random: () => 0.5,
      dial: () => Promise.reject(new Error('unused')),
    };
    const handle = await world.clock.waitFor(Owning.connect('argument', {}, environment));
    await world.clock.waitFor(
      handle.upgrade(world.behaviour({ as: 'new ', handleInfo: (_, state) => ({ do: 'no-reply', state }) })),
    );
    wire.push('data');
    await world.clock.settle();
    expect(world.story[0]).toBe('new codeChange(connected)');
    expect(world.story[1]).toMatch(/^new handleInfo\(.*data/s);
    expect(wire.destroyed).toBe(false);
    await world.clock.waitFor(handle.close());
    expect(wire.destroyed).toBe(true);
  });

  test('the new behaviour has the connection: it can answer, ask for the handle, and hear that it closes', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {});
    let isSame = false;
    const behaviour = world.behaviour({
      handleCall: (request, from, state, { self, signal }) => {
        isSame = self === handle && !signal.aborted;
        Connection.reply(from, `${request}!`);
        return { do: 'no-reply', state };
      },
    });
    await world.clock.waitFor(handle.upgrade(behaviour));
    expect(await world.clock.waitFor(handle.call('ping'))).toBe('ping!');
    expect(isSame).toBe(true);
  });

  test('whose caller has left before its turn is not made', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCast: async (_, state) => {
        await world.takes(100);
        return { do: 'no-reply', state };
      },
    });
    handle.cast('long');
    const late = failure(handle.upgrade(world.behaviour({ as: 'new ' }), { timeoutMs: 10 }));
    await world.clock.advance(1_000);
    expect(await late).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent', command: 'upgrade' });
    expect(world.story).toEqual(['handleCast(long, old)']);
  });

  test('whose caller has left while it is being made is made, and no other message comes in between', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {});
    const behaviour = world.behaviour({
      as: 'new ',
      codeChange: async (state) => {
        await world.takes(100);
        return `${state} changed`;
      },
    });
    const late = failure(handle.upgrade(behaviour, { timeoutMs: 10 }));
    handle.info('next');
    await world.clock.advance(10);
    expect(await late).toMatchObject({ code: 'DEADLINE', outcome: 'unknown' });
    expect(handle.explain().callback).toBe('codeChange');
    await world.clock.advance(90);
    expect(world.story).toEqual(['new codeChange(old)', 'new handleInfo(next, old changed)']);
  });

  test('keeps an idle timeout and a timeout of the state', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCast: (_, state) => ({
        do: 'no-reply',
        state,
        idleTimeoutMs: 50,
        stateTimeout: { afterMs: 100, message: 'long enough' },
      }),
    });
    handle.cast('begin');
    await world.clock.advance(20);
    await world.clock.waitFor(handle.upgrade(world.behaviour({ as: 'new ' })));
    await world.clock.advance(100);
    expect(world.story.slice(2)).toEqual([
      'new handleInfo(TIMEOUT, old)',
      'new handleInfo(long enough, old)',
    ]);
  });

  test.each([
    ['no class', 5],
    ['a class of something else', Map],
    [
      'a constructor that throws',
      class extends ScriptedBehaviour {
        constructor() {
          super();
          throw new Error('not today');
        }
      },
    ],
  ])('to %s is refused, and the old behaviour goes on', async (_, behaviour) => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {});
    const error = await world.clock.waitFor(failure(handle.upgrade(behaviour as typeof ScriptedBehaviour)));
    expect(error).toMatchObject({ code: 'REFUSED', outcome: 'refused', cause: expect.any(Error) });
    handle.info('next');
    await world.clock.settle();
    expect([world.story, handle.state]).toEqual([['handleInfo(next, old)'], 'ready']);
  });

  test('twice: each takes over from the one before', async () => {
    const world = new BehaviourWorld();
    const callers: From<string>[] = [];
    const handle = await world.startIn('idle', {
      handleCall: (_, from, state) => {
        callers.push(from);
        return { do: 'no-reply', state };
      },
    });
    const asked = world.ask(handle, 'ping');
    const first = handle.upgrade(world.behaviour({ codeChange: (state) => `${state} 1` }));
    const second = handle.upgrade(world.behaviour({ codeChange: (state) => `${state} 2` }));
    await world.clock.waitFor(Promise.all([first, second]));
    Connection.reply(callers[0]!, 'still there');
    handle.info('look');
    await world.clock.settle();
    expect(asked.value).toBe('still there');
    expect(world.story.slice(1, 3)).toEqual(['codeChange(old)', 'codeChange(old 1)']);
    expect(world.story).toContain('handleInfo(look, old 1 2)');
  });

  test('after the end is refused', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {});
    await world.clock.waitFor(handle.close());
    expect(await failure(handle.upgrade(world.behaviour({})))).toMatchObject({
      code: 'CLOSED',
      outcome: 'not-sent',
    });
  });
});
