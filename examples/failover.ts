// A test of one's own service: does it survive a failover of Redis, and keep what it has confirmed?
//
//   npm run build && npx tsc -p examples
//   node build/examples/failover.js
//
// Starts servers of its own: a primary, a replica that will be promoted, and a replica of that, which follows it then.
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { HawserError, Redis, type RedisPool } from 'hawser/redis';
import { History, LeakCheck, RedisServer } from 'hawser/testing';

/**
 * Writes an order down unless it is there, so that it does no harm to ask again. Writes something in any case: WAIT waits
 * for what its own connection has written.
 */
const PLACE = `
  redis.call('INCR', KEYS[2])
  if redis.call('LPOS', KEYS[1], ARGV[1]) then return 0 end
  return redis.call('RPUSH', KEYS[1], ARGV[1])`;

/** The service: an order is placed when a second server has it too. */
class Orders {
  readonly #redis: RedisPool;
  constructor(redis: RedisPool) {
    this.#redis = redis;
  }

  async place(order: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if ((await this.#write(order)) >= 1) return;
      } catch (error) {
        if (!mayAskAgain(error)) throw error;
        await this.#redis.ready({ timeoutMs: Infinity, signal }).catch(() => undefined);
      }
    }
    // Not an error that says `not-sent`: an attempt before the last may have written it.
    throw new Error(`it is not known whether ${order} was placed`);
  }

  /** Resolves to the number of replicas that have it. */
  #write(order: string): Promise<number> {
    return this.#redis.dedicated(async (own) => {
      await own.command(['EVAL', PLACE, 2, 'orders', 'orders:asked', order]);
      return Number(await own.command(['WAIT', 1, 500]));
    });
  }
}

/** Whatever became of it, to ask again is right, but for what the server itself refuses and would refuse again. */
function mayAskAgain(error: unknown): boolean {
  return error instanceof HawserError && (error.outcome !== 'refused' || error.code === 'READONLY');
}

const CALLERS = 4;
const ORDERS = 50;
const PATIENCE_MS = 60_000;

await using primary = await RedisServer.start();
await using replica = await RedisServer.start({ replicaOf: primary });
await using follower = await RedisServer.start({ replicaOf: replica });
const history = new History();
using check = await LeakCheck.begin({ timers: true });

const redis = Redis.pool(primary.url, { endpoints: [primary, replica], max: CALLERS });
const orders = new Orders(redis);
const giveUp = new AbortController();
const patience = setTimeout(() => giveUp.abort(), PATIENCE_MS);
const callers = Array.from({ length: CALLERS }, async (_, caller) => {
  for (let number = 1; number <= ORDERS; number += 1) {
    const entry = `order ${number} of caller ${caller}`;
    const about = { caller, what: entry, timeoutMs: PATIENCE_MS, stores: { ledger: 'orders', entry } };
    await history.call(about, () => orders.place(entry, giveUp.signal));
  }
});

// In the midst of it the primary dies. What has died with it, nobody is told.
while (history.summary().confirmed < (CALLERS * ORDERS) / 4) await wait(1);
const noPrimary = new Promise<string>((resolve) => {
  redis.onState(
    ({ cause }) => cause instanceof HawserError && cause.code === 'WRONG_ROLE' && resolve(cause.message),
  );
});
await primary.kill();
console.log(`the primary was killed: ${await noPrimary}`);
await replica.inspect(['REPLICAOF', 'NO', 'ONE']);
console.log('the replica was promoted');

await Promise.all(callers);
clearTimeout(patience);
await redis.close();

// Asked without the client that is under test.
const stored = (await replica.inspect(['LRANGE', 'orders', '0', '-1'])) as string[];
const broken = [
  ...history.checkLedger('orders', stored),
  ...history.checkOrder('orders', stored),
  ...history.checkSettled({ graceMs: 1_000 }),
  ...(await check.leftovers()),
];
assert.deepEqual(broken, []);
// The last order was confirmed when the follower had it, and with it all before.
assert.deepEqual(await follower.inspect(['LRANGE', 'orders', '0', '-1']), stored);
console.log(
  `${history.summary().confirmed} orders were confirmed, and ${stored.length} are stored, each once`,
);
