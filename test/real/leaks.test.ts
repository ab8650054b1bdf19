import { Redis, type RedisPool } from 'hawser/redis';
import { LeakCheck, measureGrowth } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { failureOf } from './clients.ts';

const server = redisServer();

/** Clients of both kinds, each to be closed by whoever made it. */
const CLIENTS: readonly { readonly kind: string; readonly make: () => Redis | RedisPool }[] = [
  { kind: 'a shared connection', make: () => Redis.start(server().url) },
  { kind: 'a pool', make: () => Redis.pool(server().url, { max: 5 }) },
];

describe.each(CLIENTS)('$kind', ({ make }) => {
  /** Calls that are answered, late, aborted and in flight at the end, and a connection that was lent. */
  async function use(client: Redis | RedisPool, signal: AbortSignal): Promise<void> {
    await client.ready();
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => client.set(`key:${index % 10}`, 'value', { signal })),
    );
    await client.dedicated(async (own) => own.command(['WATCH', 'key']));
    const late = client.command(['DEBUG', 'SLEEP', '0.05'], { timeoutMs: 1 });
    await failureOf(late);
    const abort = new AbortController();
    const aborted = client.get('key', { signal: abort.signal });
    abort.abort();
    await failureOf(aborted);
    await client.get('key', { signal });
  }

  test('that is closed leaves no socket, no timer and no listener', async () => {
    const { signal } = new AbortController();
    using check = await LeakCheck.begin({ timers: true, listenersOf: { 'the signal of calls': signal } });
    const client = make();
    await use(client, signal);
    expect(await check.leftovers({ timeoutMs: 0 })).not.toEqual([]);
    await client.close();
    expect(await check.leftovers()).toEqual([]);
  });

  test('that is opened, used and closed again and again takes no more memory each time', async () => {
    const { perRound } = await measureGrowth(
      async () => {
        for (let clients = 0; clients < 5; clients += 1) {
          const client = make();
          await Promise.all(
            Array.from({ length: 20 }, (_, index) => client.set(`key:${index}`, 'x'.repeat(200))),
          );
          await client.close();
        }
      },
      { rounds: 6, warmUpRounds: 6 },
    );
    // The buffer of one connection alone is 65,536 bytes.
    expect(perRound.heapBytes).toBeLessThan(150_000);
    expect(perRound.sockets).toBe(0);
  });
});
