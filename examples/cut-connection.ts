// A test of one's own service: does it survive when its connection to Redis is cut, and where?
//
//   npm run build && npx tsc -p examples
//   node build/examples/cut-connection.js
//
// Starts a Redis of its own. With a test runner, each of the steps below would be a test.
import assert from 'node:assert/strict';
import { HawserError, Redis } from 'hawser/redis';
import { FaultProxy, RedisServer } from 'hawser/testing';

/** The service: writes orders down, each of them once, whatever becomes of the connection. */
class Orders {
  readonly redis: Redis;
  constructor(redis: Redis) {
    this.redis = redis;
  }

  async place(order: string): Promise<void> {
    for (;;) {
      try {
        return void (await this.redis.rpush('orders', order));
      } catch (error) {
        if (!(error instanceof HawserError) || error.outcome === 'refused') throw error;
        console.log(`${order}: ${error.outcome} (${error.code})`);
        await this.redis.ready();
        // It may have run: look first, and repeat it only if it has not.
        if (error.outcome === 'unknown' && (await this.all()).includes(order)) return;
      }
    }
  }

  all(): Promise<string[]> {
    return this.redis.lrange('orders', 0, -1);
  }
}

await using server = await RedisServer.start();
await using proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port: server.port } });
let connection = 0;
proxy.onConnection(({ number }) => {
  connection = number;
});
// The service finds Redis where the proxy is.
await using redis = await Redis.connect(`redis://${proxy.host}:${proxy.port}`, { whenDownWaitMs: 0 });
const orders = new Orders(redis);

// 1. The order arrives, and two bytes of the reply come back before the connection is torn. The fault is for this
// connection only: the next one is whole.
proxy.add({ kind: 'cut', direction: 'to-client', afterBytes: 2, ending: 'reset' }, { connection });
await orders.place('a rope');
assert.deepEqual(await orders.all(), ['a rope']);

// 2. The connection is torn in the middle of the order.
proxy.add({ kind: 'cut', direction: 'to-server', afterBytes: 10, ending: 'reset' }, { connection });
await orders.place('an anchor');
assert.deepEqual(await orders.all(), ['a rope', 'an anchor']);

// 3. Redis is away: every connection is torn, and new ones are refused, until the first of them was.
const back = proxy.add({ kind: 'refuse' });
proxy.add({ kind: 'reset' });
redis.onState(({ from, to }) => from === 'connecting' && to === 'backing-off' && back());
await orders.place('a sail');
assert.deepEqual(await orders.all(), ['a rope', 'an anchor', 'a sail']);

console.log(`survived, in ${connection} connections`);
