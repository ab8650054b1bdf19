import { Connection, type From, type MessageDirective } from 'hawser';
import { describe, expect, test } from 'vitest';
import { closing } from './hanging.ts';
import { BehaviourWorld } from './scripted-behaviour.ts';
import { owner } from './socket-owner.ts';
import { Wire } from './wire.ts';

describe('what is said without end', () => {
  test('by idle timeouts of 0 stops neither the clock nor whatever else the program does', async () => {
    let isTurnOver = false;
    class Restless extends Connection<number> {
      override handleInfo(_: unknown, state: number): MessageDirective<number> {
        if (isTurnOver || state > 100_000) return { do: 'stop', reason: 'normal', state };
        handled = state;
        return { do: 'no-reply', state: state + 1, idleTimeoutMs: 0 };
      }
    }
    let handled = 0;
    const handle = await Restless.start(0);
    handle.info('begin');
    await new Promise((resolve) => void setImmediate(resolve));
    isTurnOver = true;
    await handle.close();
    expect(handled).toBeLessThan(10_000);
  });

  test('by a peer that is faster than its behaviour does not hold up a close', async () => {
    const { clock, handle } = await owner(
      () => new Promise((resolve) => void clock.setTimer(() => resolve('no-reply'), 10)),
    );
    class Chatty extends Wire {
      override _read(): void {
        this.push('more');
      }
    }
    handle.cast(new Chatty());
    await clock.advance(100);
    const closed = handle.close({ timeoutMs: 1_000 }).then(() => clock.now());
    expect(await clock.waitFor(closed)).toBe(110);
  });

  test('is listened to while a call is still to be answered', async () => {
    const world = new BehaviourWorld();
    const callers: From<string>[] = [];
    const handle = await world.startIn('ready', {
      handleCall: (_, from, state) => {
        callers.push(from);
        return { do: 'no-reply', state, idleTimeoutMs: 20 };
      },
      handleInfo: (_, state) => {
        Connection.reply(callers[0]!, 'when idle');
        return { do: 'no-reply', state };
      },
    });
    world.ask(handle, 'asked');
    await world.clock.settle();
    expect(await closing(world, handle, 1_000)).toBe(20);
    expect(world.story).toContain('asked answered: when idle');
  });
});
