// What to do about a call that failed: its `outcome` says what is known of it.
//
//   npm run build && npx tsc -p examples
//   REDIS_URL=redis://localhost:6379 node build/examples/outcomes.js
import { HawserError, Redis } from 'hawser/redis';

const url = process.env['REDIS_URL'] ?? 'redis://localhost:6379';
const orders = `hawser:example:${process.pid}`;

/** Writes an order down, once. */
async function place(redis: Redis, order: string): Promise<string> {
  for (;;) {
    try {
      return `line ${await redis.rpush(orders, order)}`;
    } catch (error) {
      if (!(error instanceof HawserError)) throw error;
      console.log(`${order}: ${error.outcome} (${error.code})`);
      switch (error.outcome) {
        case 'not-sent':
          // The server never saw it, and never will: it is safe to ask again, once there is a connection.
          await redis.ready();
          break;
        case 'refused':
          // The server answered, and would say the same again.
          return error.message;
        case 'unknown': {
          // It may have run. Look, and repeat it only if it has not.
          await redis.ready();
          const line = (await redis.lrange(orders, 0, -1)).indexOf(order);
          if (line >= 0) return `line ${line + 1}`;
        }
      }
    }
  }
}

// Here calls do not wait for a connection, and the first one is made before there is one.
const redis = Redis.start(url, { whenDownWaitMs: 0 });
console.log('a rope:', await place(redis, 'a rope'));

// The server is told to hang up on us: what becomes of a call behind that nobody can know.
const id = Number(await redis.command(['CLIENT', 'ID']));
const [, line] = await Promise.all([
  redis.command(['CLIENT', 'KILL', 'ID', id, 'SKIPME', 'no']),
  place(redis, 'an anchor'),
]);
console.log('an anchor:', line);

// Text is no list: the server says no.
await redis.set(orders, 'closed for today', { px: 60_000 });
console.log('a sail:', await place(redis, 'a sail'));

await redis.del(orders);
await redis.close();
