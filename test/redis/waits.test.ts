import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { ENDPOINT, RedisWorld, endingOf } from '../support/redis-world.ts';

// Those who wait for something other than a reply: for the connection, for room.

describe('many who wait share one signal', () => {
  test('with one listener of ours for readiness and for room together, and all are told when it fires', async () => {
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
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
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

describe('capacity()', () => {
  test('resolves when those in front have failed because the connection is down', async () => {
    const world = new RedisWorld();
    world.network.answerDials(ENDPOINT, { kind: 'blackhole' });
    const client = world.start({ maxPending: { requests: 1 }, whenDownWaitMs: 100 });
    const call = endingOf(client.incr('n'));
    const room = endingOf(client.capacity());
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'NOT_CONNECTED' } });
    expect(world.clock.now()).toBe(100);
    expect(await world.clock.waitFor(room)).toEqual({ value: undefined });
    expect(world.clock.now()).toBe(100);
  });

  test('resolves when calls in flight were lost with a connection that comes back', async () => {
    const world = new RedisWorld();
    world.redis.on('INCR', () => 'silence');
    const client = await world.connect({
      maxPending: { requests: 1 },
      stallAfterMs: Infinity,
      timeoutMs: Infinity,
    });
    const call = endingOf(client.incr('n'));
    await world.clock.advance(10);
    const room = endingOf(client.capacity());
    const lostAt = world.clock.now();
    world.server(1).reset();
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'CONNECTION_LOST' } });
    expect(await world.clock.waitFor(room)).toEqual({ value: undefined });
    expect(world.clock.now() - lostAt).toBeLessThan(10);
  });

  test('waits for as much room as the call needs that was refused, so that asking again does not spin', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ maxPending: { bytes: 1_000 } });
    world.redis.on('SET', ({ run }) => ({ bytes: run(), afterMs: 100 }));
    const calls = [client.set('a', 'x'.repeat(600))];
    let refusals = 0;
    async function setWhenThereIsRoom(key: string): Promise<unknown> {
      while (refusals < 100) {
        try {
          return await client.set(key, 'x'.repeat(600));
        } catch {
          refusals += 1;
          await client.capacity();
        }
      }
      throw new Error('It spins.');
    }
    const replies = [...calls, setWhenThereIsRoom('b'), setWhenThereIsRoom('c')];
    expect(await world.clock.waitFor(Promise.all(replies))).toEqual(['OK', 'OK', 'OK']);
    expect(refusals).toBeLessThanOrEqual(3);
    // A smaller one is none the worse for it.
    await world.clock.waitFor(client.capacity({ timeoutMs: 0 }));
  });

  test('rejects with CLOSED as soon as nothing is accepted any more', async () => {
    const world = new RedisWorld();
    world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 1_000 }));
    const client = await world.connect({ maxPending: { requests: 1 } });
    const call = client.incr('n');
    const room = client.capacity();
    const startedAt = world.clock.now();
    const closed = client.close();
    expect(await world.failureOf(room)).toMatchObject({ code: 'CLOSED', outcome: 'not-sent' });
    expect(world.clock.now()).toBe(startedAt);
    expect(await world.clock.waitFor(call)).toBe(1);
    await world.clock.waitFor(closed);
  });
});

test('no more than a hundred thousand may wait for one thing', async () => {
  const world = new RedisWorld({ connectMs: 1_000 });
  const client = world.start();
  const waits = Array.from({ length: 100_000 }, () => client.ready({ timeoutMs: Infinity }));
  expect(await world.failureOf(client.ready())).toMatchObject({ code: 'OVERLOADED', outcome: 'not-sent' });
  expect(world.clock.now()).toBe(0);
  await world.clock.waitFor(client.capacity());
  await world.clock.waitFor(Promise.all(waits));
  await world.clock.waitFor(client.ready());
});
