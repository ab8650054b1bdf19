import { HawserError } from 'hawser/redis';
import type { SimulatedRedisAnswer, SimulatedRedisCall, SimulatedRedisConnection } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/testing/seeded-random.ts';
import { RedisWorld, type Ending } from '../../support/redis-world.ts';
import { WAYS, type Client } from './ways.ts';

const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);
const CALLS = 150;
/** Whatever the calls go through, they are settled by their deadline and the turn behind it. */
const TURN_MS = 1;

interface Made {
  readonly key: string;
  readonly kind: 'incr' | 'echo' | 'transaction' | 'pipeline' | 'dedicated';
  readonly timeoutMs: number;
  readonly ending: Promise<Ending<unknown>>;
  readonly tookMs: () => number;
}

/** A server that is slow, silent, gone or mad from time to time, until it is calm. */
class Trouble {
  isOver = false;
  readonly #random: SeededRandom;
  /** Connections on which nothing is answered any more: to leave out one answer alone is what nobody could see. */
  readonly #silent = new Set<SimulatedRedisConnection>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  readonly answer = ({ command, connection, run }: SimulatedRedisCall): SimulatedRedisAnswer | undefined => {
    const random = this.#random;
    if (this.#silent.has(connection)) return 'silence';
    if (this.isOver || command.name === 'HELLO') return undefined;
    if (random.chance(0.02)) return 'reset';
    if (random.chance(0.02)) {
      this.#silent.add(connection);
      return 'silence';
    }
    if (random.chance(0.01)) return { bytes: '@\r\n' };
    return random.chance(0.2) ? { bytes: run(), afterMs: random.integer(1, 80) } : undefined;
  };
}

function make(client: Client, world: RedisWorld, random: SeededRandom, index: number): Made {
  const key = `key:${index}`;
  const kind = random.pick(['incr', 'echo', 'transaction', 'pipeline', 'dedicated'] as const);
  const timeoutMs = random.integer(50, 900);
  const abort = new AbortController();
  if (random.chance(0.15)) world.clock.setTimer(() => abort.abort(), random.integer(0, 200));
  const options = { timeoutMs, signal: abort.signal, retry: 'never' } as const;
  const ask = async (): Promise<unknown> => {
    switch (kind) {
      case 'incr':
        return client.incr(key, options);
      case 'echo':
        return client.command(['ECHO', key], options);
      case 'transaction':
        return client.transaction([['INCR', key]], options);
      case 'pipeline': {
        const [reply] = await client.pipeline([['INCR', key]], options);
        if (reply instanceof HawserError) throw reply;
        return reply;
      }
      case 'dedicated':
        return client.dedicated((connection) => connection.incr(key, { retry: 'never' }), options);
    }
  };
  const startedAt = world.clock.now();
  let endedAt = Infinity;
  const ending = ask()
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error: error as HawserError }),
    )
    .finally(() => (endedAt = world.clock.now()));
  return { key, kind, timeoutMs, ending, tookMs: () => endedAt - startedAt };
}

describe.each(WAYS)('any history, over $name', (way) => {
  test.each(SEEDS)('settles each call by its deadline, once, and tells the truth (seed %i)', async (seed) => {
    const random = new SeededRandom(seed);
    const world = new RedisWorld({
      toServer: { slicing: 'random' },
      toClient: { latencyMs: random.integer(0, 5) },
    });
    const client = way.start(world, {
      stallAfterMs: 300,
      timeoutMs: 900,
      backoff: { baseMs: 20, capMs: 100 },
    });
    const trouble = new Trouble(random.fork());
    world.redis.on('*', trouble.answer);
    for (let crashes = random.integer(0, 3); crashes > 0; crashes -= 1) {
      const at = random.integer(10, 1_500);
      world.clock.setTimer(
        () => {
          world.crash();
          world.clock.setTimer(() => world.restart(), random.integer(1, 400));
        },
        at * crashes + 500 * crashes,
      );
    }
    const made: Made[] = [];
    while (made.length < CALLS) {
      made.push(make(client, world, random, made.length));
      if (random.chance(0.3)) await world.clock.advance(random.integer(1, 60));
    }
    for (const { key, kind, timeoutMs, ending, tookMs } of made) {
      const end = await world.clock.waitFor(ending);
      if (kind !== 'dedicated') expect(tookMs()).toBeLessThanOrEqual(timeoutMs + TURN_MS);
      const times = kind === 'echo' ? world.redis.timesReceived(key) : world.redis.timesApplied(key);
      if ('value' in end) {
        expect(end.value).toEqual(kind === 'echo' ? key : kind === 'transaction' ? [1] : 1);
        expect(times).toBe(1);
      } else {
        expect(end.error).toBeInstanceOf(HawserError);
        expect(times).toBeLessThanOrEqual(end.error.outcome === 'unknown' ? 1 : 0);
      }
    }
    // Time for whatever was said never to run.
    trouble.isOver = true;
    await world.clock.advance(10_000);
    for (const { key, ending } of made) {
      const end = await ending;
      if ('error' in end && end.error.outcome === 'not-sent') expect(world.redis.timesReceived(key)).toBe(0);
    }
    expect(await world.clock.waitFor(client.incr('last'))).toBe(1);
  });
});
