import { resp } from 'hawser/testing';
import { expect, test } from 'vitest';
import { RedisWorld } from '../support/redis-world.ts';

test.each([[0], [1], [3]])(
  'a transaction of two commands that is answered with %i replies is torn: they cannot be told apart',
  async (count) => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('EXEC', () => ({
      bytes: resp.array(Array.from({ length: count }, () => resp.integer(1))),
    }));
    const error = await world.failureOf(
      client.transaction([
        ['INCR', 'a'],
        ['INCR', 'b'],
      ]),
    );
    expect(error).toMatchObject({ code: 'TRANSACTION_TORN', outcome: 'unknown' });
    expect(client.state).toBe('backing-off');
  },
);
