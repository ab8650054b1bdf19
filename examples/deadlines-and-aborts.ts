// How long a call may take, who may call it off, and that nobody else is harmed by that.
//
//   npm run build && npx tsc -p examples
//   REDIS_URL=redis://localhost:6379 node build/examples/deadlines-and-aborts.js
import { Redis, type HawserError } from 'hawser/redis';

const url = process.env['REDIS_URL'] ?? 'redis://localhost:6379';
const key = `hawser:example:${process.pid}`;

/** A script that keeps the server busy for half a second. */
const SLOW = `
  local function now() local time = redis.call('TIME') return time[1] * 1000 + time[2] / 1000 end
  local start = now()
  while now() - start < 500 do end
  return 'slow, and done'`;

function say(title: string) {
  return (error: HawserError) => console.log(`${title}: ${error.name}, ${error.code}, ${error.outcome}`);
}

// Every call has a deadline: 5 seconds, unless the connection or the call says otherwise.
const redis = await Redis.connect(url, { timeoutMs: 2_000 });
await redis.set(key, 'ahoy', { px: 60_000 });

// Who leaves early is told at once; the reply comes later and reaches nobody, least of all the next caller.
const impatient = redis.command(['EVAL', SLOW, 0], { timeoutMs: 50 }).catch(say('deadline'));
const behind = redis.get(key);
await impatient;
console.log('the call behind it:', await behind);

// A call that is known to take long may say so. It is then not taken for a sign that the server is gone.
console.log('with time:', await redis.command(['EVAL', SLOW, 0], { timeoutMs: 60_000 }));

// One signal for all calls of, say, one request of a browser. These are on their way, and may have run.
const visit = new AbortController();
const { signal } = visit;
const calls = [redis.command(['EVAL', SLOW, 0], { signal }), redis.incr(`${key}:visits`, { signal })];
setTimeout(() => visit.abort(new Error('the visitor left')), 20);
await Promise.all(calls.map((call) => call.catch(say('aborted in flight'))));

// A signal that has fired already: the call is not sent at all, and never runs.
await redis.get(key, { signal }).catch(say('aborted before'));

await redis.del([key, `${key}:visits`]);
await redis.close();
