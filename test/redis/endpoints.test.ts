import { Redis } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { ENDPOINT, RedisWorld, endingOf, type Ending } from '../support/redis-world.ts';

// One pass over several endpoints, of which some are reached and say nothing.

const SILENT = ['one', 'two'].map((name) => ({ host: `${name}.test`, port: 6379 }));

async function connect(
  world: RedisWorld,
  endpoints: readonly { host: string; port: number }[],
): Promise<Ending<Redis>> {
  const { clock, network } = world;
  for (const endpoint of SILENT) network.listen(endpoint, (connection) => connection.onBytes(() => {}));
  const environment = { clock, random: new SeededRandom(1).next, dial: network.dial };
  return clock.waitFor(endingOf(Redis.connect('redis://', { endpoints }, environment)));
}

describe('connect() to several endpoints', () => {
  test('comes to the last one though those before it accept and are silent', async () => {
    const world = new RedisWorld();
    const ending = await connect(world, [...SILENT, ENDPOINT]);
    expect(world.clock.now()).toBeLessThan(5_000);
    if ('error' in ending) throw ending.error;
    await world.clock.waitFor(ending.value.close());
  });

  test('rejects within connectTimeoutMs when all are silent, after each was tried', async () => {
    const world = new RedisWorld();
    const ending = await connect(world, SILENT);
    expect(ending).toMatchObject({ error: { outcome: 'not-sent' } });
    expect(world.clock.now()).toBe(5_000);
    expect(world.network.dials).toHaveLength(2);
  });

  test('says how long it waited for an endpoint', async () => {
    const world = new RedisWorld();
    const client = world.start({ endpoints: [...SILENT, ENDPOINT], connectTimeoutMs: 1_000 });
    world.network.answerDials(SILENT[0]!, { kind: 'blackhole' });
    const messages: string[] = [];
    client.onState(({ cause }) => messages.push(cause?.message ?? ''));
    await world.clock.advance(400);
    expect(messages).toContain('no connection to one.test:6379 within 333 ms');
  });

  test('dials nobody for a caller who has left before it', async () => {
    const world = new RedisWorld();
    const { clock, network } = world;
    const environment = { clock, random: new SeededRandom(1).next, dial: network.dial };
    const options = { endpoints: [ENDPOINT], signal: AbortSignal.abort(new Error('too late')) };
    expect(await clock.waitFor(endingOf(Redis.connect('redis://', options, environment)))).toMatchObject({
      error: { code: 'ABORTED', outcome: 'not-sent', command: 'connect', cause: { message: 'too late' } },
    });
    expect(network.dials).toEqual([]);
  });
});
