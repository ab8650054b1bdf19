// Goes through the other facts with nobody listening to anything: no state, no push message, no event of the process.
// Only the calls' own promises are awaited. Prints what became of each, one line a fact. Argument: address.
import { Redis } from '../../dist/redis/index.js';

const [address] = process.argv.slice(2);
const options = {
  timeoutMs: 2_000,
  stallAfterMs: 500,
  whenDownWaitMs: 200,
  backoff: { baseMs: 10, capMs: 50 },
};

/**
 * A value or a failure, in a few words.
 * @param {unknown} value
 * @returns {string}
 */
function inWords(value) {
  if (value instanceof Error) return `${value.code} ${value.outcome}`;
  if (Array.isArray(value)) return `[${value.map(inWords).join(', ')}]`;
  return JSON.stringify(value) ?? 'nothing';
}

/** Settles all calls and prints their values or failures. */
async function report(fact, calls) {
  const endings = await Promise.allSettled(calls);
  const words = endings.map((ending) => inWords(ending.status === 'rejected' ? ending.reason : ending.value));
  console.log(`${fact}: ${words.join(', ')}`);
}

/** A client for one fact. */
async function withClient(run) {
  const redis = await Redis.connect(address, options);
  await run(redis);
  await redis.close({ timeoutMs: 100 });
}

await withClient((redis) => report('a', [redis.incr('dies')]));

await withClient((redis) => report('a', [redis.get('dies-once')]));

await withClient(async (redis) => {
  const abort = new AbortController();
  const calls = [
    redis.incr('silent', { signal: abort.signal }),
    redis.incr('silent', { timeoutMs: 50 }),
    redis.incr('silent'),
  ];
  setTimeout(() => abort.abort(), 20);
  await report('b', calls);
});

await withClient(async (redis) => {
  await report('c', [redis.command(['ECHO', '1']), redis.command(['ECHO', '2'])]);
});

await withClient(async (redis) => {
  await report('d', [redis.get('garbage'), redis.incr('behind')]);
  await report('d', [redis.get('stray')]);
  await report('d', [redis.command(['ECHO', 'own'])]);
});

await withClient(async (redis) => {
  await report('e', [redis.command(['ECHO', 'leave'], { retry: 'never' })]);
  const abort = new AbortController();
  const calls = [
    redis.incr('never', { timeoutMs: 20 }),
    redis.incr('never', { signal: abort.signal }),
    redis.incr('never', { signal: AbortSignal.abort() }),
    redis.incr('never'),
    redis.ready({ timeoutMs: 30 }),
    redis.capacity({ timeoutMs: 30 }),
  ];
  abort.abort();
  await report('e', calls);
  await report('e', [redis.ready({ timeoutMs: 10_000 })]);
  await report('e', [redis.command(['ECHO', 'back'])]);
});

await withClient(async (redis) => {
  const calls = [
    redis.incr('silent'),
    redis.pipeline([['INCR', 'silent']]),
    redis.transaction([['INCR', 'silent']]),
  ];
  await new Promise((resolve) => setTimeout(resolve, 20));
  const closed = redis.close({ timeoutMs: 50 });
  await report('f', [...calls, closed, redis.close(), redis.incr('late')]);
});

// What fails before there is a connection, and is left to itself: nobody waits for these.
const wrong = Redis.start(address, { ...options, credentials: { password: 'wrong' } });
const failing = Redis.start(address, {
  ...options,
  credentials: () => {
    throw new Error('no credentials');
  },
});
const hanging = Redis.start(address, { ...options, credentials: () => new Promise(() => {}) });
const refused = Redis.start('redis://127.0.0.1:1', options);
await report('g', [Redis.connect('redis://127.0.0.1:1', options), Redis.connect('nonsense://')]);
await new Promise((resolve) => setTimeout(resolve, 500));
await report('g', [wrong.ready(), failing.incr('never'), hanging.incr('never'), refused.incr('never')]);
for (const redis of [wrong, failing, hanging, refused]) await redis.close();
