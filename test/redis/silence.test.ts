import { describe, expect, test } from 'vitest';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

// A peer that has stopped answering is found by lack of progress, and our own writes are none.

const STALL_MS = 1_500;

describe('a peer that takes what is written and answers nothing', () => {
  test('is found although there is always more to write, and its kernel takes it slowly', async () => {
    const world = new RedisWorld({ kernelBufferBytes: 30_000, toServer: { latencyMs: 400 } });
    const client = await world.connect();
    world.redis.on('SET', () => 'silence');
    const value = 'x'.repeat(60_000);
    const startedAt = world.clock.now();
    const calls = Array.from({ length: 60 }, (_, index) => endingOf(client.set(`key:${index}`, value)));
    const first = await world.clock.waitFor(calls[0]!);
    expect(first).toMatchObject({ error: { code: 'STALLED', outcome: 'unknown' } });
    // The first call was with the kernel of the peer after 400 ms.
    expect(world.clock.now() - startedAt).toBeLessThanOrEqual(400 + 2 * STALL_MS);
    await world.clock.waitFor(Promise.all(calls));
  });

  test('is not given up while the oldest call is still being written', async () => {
    const world = new RedisWorld({ kernelBufferBytes: 30_000, toServer: { latencyMs: 400 } });
    const client = await world.connect();
    const value = 'x'.repeat(1_000_000);
    expect(await world.clock.waitFor(client.set('key', value, { timeoutMs: 60_000 }))).toBe('OK');
    expect(world.network.dials).toHaveLength(1);
    expect(world.clock.now()).toBeGreaterThan(2 * STALL_MS);
  });

  test.each([
    [100_000, STALL_MS, 'a request that is small waits no longer'],
    [1_048_576, 4_000, 'a large one gets a second for each 256 KiB'],
    [8_388_608, 5_000, 'but no more than its own time'],
  ])('after a request of %i bytes is found within %i ms more: %s', async (bytes, limitMs) => {
    const world = new RedisWorld({ kernelBufferBytes: 10_000_000 });
    const client = await world.connect();
    world.redis.on('SET', () => 'silence');
    const startedAt = world.clock.now();
    const call = endingOf(client.set('key', Buffer.alloc(bytes)));
    await world.clock.waitFor(call);
    while (client.state === 'ready') await world.clock.advance(10);
    const tookMs = world.clock.now() - startedAt;
    expect(tookMs).toBeGreaterThanOrEqual(limitMs);
    expect(tookMs).toBeLessThanOrEqual(limitMs + STALL_MS + 10);
  });
});
