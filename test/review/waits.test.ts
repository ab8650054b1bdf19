import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { ENDPOINT, RedisWorld, endingOf } from '../support/redis-world.ts';

// Those who wait for something other than a reply: for the connection, for room.

describe('many who wait share one signal', () => {
  test('with one listener of ours each for readiness and for room, and all are told when it fires', async () => {
    const world = new RedisWorld();
    world.network.answerDials(ENDPOINT, { kind: 'blackhole' });
    const client = world.start({ maxPending: { requests: 1 } });
    const call = endingOf(client.incr('n'));
    const controller = new AbortController();
    const { signal } = controller;
    const waits = Array.from({ length: 20 }, () => [
      client.ready({ signal }),
      client.capacity({ signal }),
    ]).flat();
    const endings = Promise.all(waits.map((wait) => endingOf(wait)));
    await world.clock.advance(1);
    expect(getEventListeners(signal, 'abort')).toHaveLength(2);
    controller.abort();
    for (const ending of await endings) expect(ending).toMatchObject({ error: { code: 'ABORTED' } });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await world.clock.waitFor(call);
  });

  test('and it is not listened to any more once none waits', async () => {
    const world = new RedisWorld();
    const client = world.start();
    const { signal } = new AbortController();
    const waits = Array.from({ length: 20 }, () => client.ready({ signal }));
    await world.clock.waitFor(Promise.all(waits));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
