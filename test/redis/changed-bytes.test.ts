import { describe, expect, test } from 'vitest';
import { socketDial } from '../../src/core/dial.ts';
import { Recorder, plainServer, requestFor } from '../support/loopback.ts';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

// A Uint8Array is not copied. Whoever gives its memory away too early harms the call it was for, and no other.

/** Gives the memory of an array away, as posting it to a worker does. */
function giveAway(bytes: Uint8Array<ArrayBuffer>): void {
  structuredClone(bytes, { transfer: [bytes.buffer] });
}

describe('bytes that are gone before they are handed over', () => {
  test.each([100, 5_000, 10_000])(
    'fail their call as not-sent, and shift nobody else: %i bytes',
    async (size) => {
      const world = new RedisWorld();
      const client = await world.connect();
      const bytes = new Uint8Array(size);
      const calls = [
        client.set('key', bytes),
        client.command(['ECHO', bytes]),
        client.pipeline([['SET', 'key', bytes]]).then(([result]) => Promise.reject(result as Error)),
        client.transaction([['SET', 'key', bytes]]),
      ];
      const others = ['a', 'b', 'c'].map((word) => client.command(['ECHO', word]));
      giveAway(bytes);
      for (const ending of await world.endings<unknown>(calls)) {
        expect(ending).toMatchObject({ error: { code: 'INVALID_ARGUMENT', outcome: 'not-sent' } });
      }
      expect(await world.clock.waitFor(Promise.all(others))).toEqual(['a', 'b', 'c']);
      expect(world.received(1)).toEqual(['ECHO a', 'ECHO b', 'ECHO c']);
      expect(world.network.dials).toHaveLength(1);
    },
  );

  test('fail it while there is no connection too', async () => {
    const world = new RedisWorld();
    const client = world.start();
    const bytes = new Uint8Array(8);
    const call = endingOf(client.set('key', bytes));
    const other = client.incr('n');
    await world.clock.settle();
    giveAway(bytes);
    expect(await world.clock.waitFor(call)).toMatchObject({
      error: { code: 'INVALID_ARGUMENT', command: 'SET' },
    });
    expect(await world.clock.waitFor(other)).toBe(1);
  });
});

test('bytes that are gone before the last of them were written cost the connection', async () => {
  const server = await plainServer(() => {});
  const transport = await socketDial(requestFor({ host: '127.0.0.1', port: server.port }));
  const recorder = Recorder.attachedTo(transport);
  const bytes = new Uint8Array(100);
  giveAway(bytes);
  transport.write('header', 6);
  transport.write(bytes, 100);
  transport.write('next', 4);
  expect(await recorder.lost()).toMatchObject({
    code: 'CONNECTION_LOST',
    outcome: 'unknown',
    message: 'bytes were changed by their owner before they were written',
  });
});
