// Two ways to begin, and how to end.
//
//   npm run build && npx tsc -p examples
//   REDIS_URL=redis://localhost:6379 node build/examples/startup-and-shutdown.js
import { Redis, type HawserError } from 'hawser/redis';

const url = process.env['REDIS_URL'] ?? 'redis://localhost:6379';
const key = `hawser:example:${process.pid}`;

// 1. `connect`: the connection is available, or you learn why not. For scripts, and for programs that are nothing
// without Redis. A rejection leaves nothing behind.
const nobodyThere = 'redis://127.0.0.1:1';
await Redis.connect(nobodyThere).catch(({ code, message }: HawserError) =>
  console.log(`${code}: ${message}`),
);
{
  await using redis = await Redis.connect(url);
  console.log('connected:', await redis.ping());
} // Closed here.

// 2. `start`: the connection manager is available, at once. For services, which start before or without Redis. It
// connects and reconnects by itself, for ever; calls made meanwhile wait a little, then fail as NOT_CONNECTED.
const redis = Redis.start(url);
redis.onState(({ from, to, cause }) => console.log(`${from} -> ${to}`, cause?.message ?? ''));
console.log('started:', redis.state);

// For a health check, or to take traffic only when there is a connection.
await redis.ready({ timeoutMs: 10_000 });
const { state, peer, downForMs } = redis.explain();
console.log('ready:', state, peer?.includes(':') ? 'at its port' : 'at its socket', downForMs ?? 'not down');

// The end, on SIGTERM or, as here, when the work is done. What is in flight is answered; nothing new is accepted.
async function stop(): Promise<void> {
  await redis.close({ timeoutMs: 2_000 });
  console.log('closed:', redis.state);
}
process.once('SIGTERM', () => void stop());

const lastCalls = Promise.all([redis.set(key, 'ahoy'), redis.get(key), redis.del(key)]);
const stopped = stop();
await redis.get(key).catch(({ code, outcome }: HawserError) => console.log(`too late: ${code}, ${outcome}`));
console.log('last calls:', await lastCalls);
await stopped;
