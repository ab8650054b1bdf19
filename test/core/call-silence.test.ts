import { describe, expect, test } from 'vitest';
import { RedisWorld } from '../support/redis-world.ts';

const STALL_MS = 1_500;

describe('how long the server may be silent over a call', () => {
  test.each([
    ['is its own timeoutMs', { timeoutMs: 4_000 }, 'DEADLINE', 4_000],
    ['is not what is left of a longer wait', { timeoutMs: 4_000, silenceMs: 0 }, 'STALLED', STALL_MS],
    ['is what it says', { timeoutMs: 4_000, silenceMs: 2_000 }, 'STALLED', 2_000],
  ])('%s', async (_, options, code, leastMs) => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', () => 'silence');
    const startedAt = world.clock.now();
    const error = await world.failureOf(client.command(['INCR', 'n'], options));
    expect(error).toMatchObject({ code, outcome: 'unknown' });
    expect(world.clock.now() - startedAt).toBeGreaterThanOrEqual(leastMs);
    expect(world.clock.now() - startedAt).toBeLessThan(leastMs + STALL_MS + 10);
  });
});
