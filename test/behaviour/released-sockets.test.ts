import { describe, expect, test } from 'vitest';
import { owner } from './socket-owner.ts';
import { Wire } from './wire.ts';

describe('when an owned socket is released', () => {
  test.each([
    ['disconnects', 'disconnect'],
    ['connects anew', 'connect'],
    ['stops', 'stop'],
  ] as const)('because the connection %s: it is destroyed, and nothing more comes of it', async (_, next) => {
    const { clock, handle, story } = await owner(async (line) => {
      if (line !== 'go') return 'no-reply';
      await new Promise<void>((resolve) => void clock.setTimer(resolve, 10));
      return next;
    });
    const wire = new Wire();
    handle.cast(wire);
    handle.info('go');
    await clock.settle();
    wire.push('never told');
    await clock.advance(10);
    expect([story, wire.destroyed, wire.listening]).toEqual([['go'], true, 0]);
    expect(handle.explain()).toMatchObject({ sockets: 0, waiting: 0 });
  });

  test('one that was owned while there was no connection goes with the next attempt', async () => {
    const { clock, handle } = await owner((line) => (line === 'leave' ? 'disconnect' : 'connect'));
    handle.info('leave');
    const wire = new Wire();
    handle.cast(wire);
    await clock.settle();
    expect([handle.state, wire.destroyed]).toEqual(['idle', false]);
    handle.info('come');
    await clock.settle();
    expect([handle.state, wire.destroyed]).toEqual(['ready', true]);
  });

  test.each(['disconnect', 'close'] as const)(
    'one that was owned while there was no connection goes with a %s, too',
    async (end) => {
      const { clock, handle } = await owner((line) => (line === 'leave' ? 'disconnect' : 'no-reply'));
      handle.info('leave');
      const wire = new Wire();
      handle.cast(wire);
      await clock.settle();
      expect([handle.state, wire.destroyed]).toEqual(['idle', false]);
      if (end === 'close') await clock.waitFor(handle.close());
      else handle.info('leave');
      await clock.settle();
      expect(wire.destroyed).toBe(true);
    },
  );

  test('an error of a socket that is being destroyed is heard by nobody, and harms nobody', async () => {
    const { clock, handle, behaviour, story } = await owner();
    class Failing extends Wire {
      override _destroy(_error: Error | null, callback: (error: Error) => void): void {
        setImmediate(() => callback(new Error('late')));
      }
    }
    const wire = new Failing();
    behaviour.take(wire);
    await clock.waitFor(handle.close());
    await clock.settle();
    expect([story, wire.listening]).toEqual([[], 0]);
  });

  test('one that is taken over after the end is destroyed', async () => {
    const { clock, handle, behaviour } = await owner();
    await clock.waitFor(handle.close());
    const wire = new Wire();
    behaviour.take(wire);
    await clock.settle();
    expect([wire.destroyed, wire.listening]).toEqual([true, 0]);
    const over = new Wire();
    over.destroy();
    behaviour.take(over);
    expect(handle.explain()).toMatchObject({ waiting: 0, sockets: 0 });
  });

  test('terminate can still take its leave of the peer', async () => {
    const { clock, handle, behaviour } = await owner();
    const wire = new Wire();
    let wasOpen = false;
    behaviour.terminate = () => {
      wasOpen = !wire.destroyed;
    };
    handle.cast(wire);
    await clock.waitFor(handle.close());
    expect([wasOpen, wire.destroyed]).toEqual([true, true]);
  });
});
