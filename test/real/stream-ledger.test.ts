import type { Redis, RedisOptions, RedisPool } from 'hawser/redis';
import { FaultProxy } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, PATIENCE_MS, pool, until } from './clients.ts';
import { consume, newStream, pendingIn } from './consuming.ts';
import { OPTIONS } from './kills.ts';
import { Load, storing } from './load.ts';

const server = redisServer({ appendOnly: true });

/** What consumers have done, and what was wrong with it. */
class Ledger {
  readonly handled = new Set<string>();
  readonly faults: string[] = [];
  readonly #acknowledged = new Set<string>();

  /** Notes what the client is told to be acknowledged. */
  watch(redis: Redis | RedisPool): void {
    const xack = redis.xack.bind(redis) as (...args: unknown[]) => Promise<number>;
    Object.assign(redis, {
      xack: async (
        stream: string,
        group: string,
        ids: readonly string[],
        options: object,
      ): Promise<number> => {
        const count = await xack(stream, group, ids, options);
        for (const id of ids) this.#acknowledged.add(id);
        return count;
      },
    });
  }

  handle(id: string, value: string): void {
    if (this.#acknowledged.has(id)) this.faults.push(`${id} was handled after it was acknowledged`);
    this.handled.add(value);
  }
}

describe('two consumers of a group, and what is added meanwhile', () => {
  /**
   * All that is added is handled at least once, and nothing that is acknowledged is handled again, whatever is hurt. Nothing
   * is taken over from others, unless it says so: what was lost on its way is found by the consumer itself.
   */
  async function handlesAll(
    urls: readonly string[],
    options: RedisOptions,
    hurt: (handled: () => number, clients: readonly (Redis | RedisPool)[]) => Promise<void>,
    claimIdleMs: number = 600_000,
    client: typeof connect | typeof pool = connect,
  ): Promise<void> {
    const [stream, ledger] = [newStream(), new Ledger()];
    const clients: (Redis | RedisPool)[] = [];
    for (const [index, url] of urls.entries()) {
      const redis = await client(url, options);
      clients.push(redis);
      ledger.watch(redis);
      consume(redis, {
        stream,
        consumer: `consumer-${index}`,
        concurrency: 5,
        claimIdleMs,
        handler: async ({ id, fields }) => {
          await new Promise(setImmediate);
          ledger.handle(id, fields['value'] ?? '');
        },
      });
    }
    const writer = await connect(server().url, OPTIONS);
    const load = new Load(3, (value) => writer.xadd(stream, '*', { value }), storing(stream));
    onTestFinished(() => load.stop());
    await until(() => ledger.handled.size > 100);
    await hurt(() => ledger.handled.size, clients);
    const before = ledger.handled.size;
    await until(() => ledger.handled.size > before + 100);
    await load.stop();
    const length = (await server().inspect(['XLEN', stream])) as number;
    await until(async () => ledger.handled.size >= length && (await pendingIn(server(), stream)) === 0);
    expect(ledger.faults).toEqual([]);
    expect(load.history.checkLedger(stream, [...ledger.handled])).toEqual([]);
  }

  test.each([
    ['with shared connections', connect],
    ['with pools', pool],
  ])('through three kills of the server, %s', (_way, client) =>
    handlesAll(
      [server().url, server().url],
      OPTIONS,
      async (handled) => {
        for (let kills = 0; kills < 3; kills += 1) {
          await server().kill();
          await server().restart({ timeoutMs: PATIENCE_MS });
          const before = handled();
          await until(() => handled() > before + 20);
        }
      },
      undefined,
      client,
    ),
  );

  test('while the server is stopped (SIGSTOP) for longer than it may be silent', () =>
    handlesAll(
      [server().url, server().url],
      { ...OPTIONS, stallAfterMs: 200, handshakeTimeoutMs: 200 },
      async (_handled, clients) => {
        server().pause();
        await until(() => clients.every((redis) => redis.state !== 'ready'));
        server().resume();
      },
    ));

  test('over a network that resets connections', async () => {
    const proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port: server().port } });
    onTestFinished(() => proxy.close());
    const url = `redis://127.0.0.1:${proxy.port}`;
    await handlesAll([url, url], OPTIONS, async (handled) => {
      for (let resets = 0; resets < 10; resets += 1) {
        const before = handled();
        await until(() => handled() > before + 10);
        proxy.add({ kind: 'reset' });
      }
    });
  });

  test('when one of them dies', () =>
    handlesAll(
      [server().url, server().url],
      OPTIONS,
      async (_handled, clients) => void (await clients[0]!.close({ timeoutMs: 0 })),
      // Longer than a busy machine lets a handler wait: what is taken over may be acknowledged by the first all the same.
      2_000,
    ));
});
