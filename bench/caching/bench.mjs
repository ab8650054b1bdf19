import { createClient } from 'redis';
import { Redis } from '../../dist/redis/index.js';
import { findRedis, RedisServer } from '../../dist/testing/index.js';
import { memoryTable } from './memory.mjs';

const ROUNDS = 7;
const CALLERS = [1, 100, 1_000];
const MAX_ENTRIES = 10_000;
/** So many more than are kept that none is known when its turn comes again. */
const KEYS = 50_000;
const KNOWN_KEYS = 1_000;
const VALUE = 'x'.repeat(100);
const FIELDS = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => [`field${index}`, `value${index}`]),
);

/** The numbers from 0 to `count`, again and again. */
function turns(count) {
  let next = -1;
  return () => (next = (next + 1) % count);
}

/**
 * What is measured: reads that ask the server beside reads that are answered from memory. Each is of another key than the one before, but those
 * of hashes.
 */
function readsOf({ redis, plain, caching }) {
  const [known, unknown] = [turns(KNOWN_KEYS), turns(KEYS)];
  const { cached } = redis;
  return [
    { name: '`get`', calls: 50_000, read: () => redis.get(`key:${unknown()}`) },
    { name: '`cached.get`, known', calls: 200_000, read: () => cached.get(`key:${known()}`) },
    { name: '`cached.get`, not known', calls: 50_000, read: () => cached.get(`key:${unknown()}`) },
    { name: '`hgetall`', calls: 20_000, read: () => redis.hgetall('hash') },
    { name: '`cached.hgetall`, known', calls: 100_000, read: () => cached.hgetall('hash') },
    { name: 'node-redis, `get`', calls: 50_000, read: () => plain.get(`key:${unknown()}`) },
    { name: 'node-redis, known', calls: 100_000, read: () => caching.get(`key:${known()}`) },
    { name: 'node-redis, not known', calls: 50_000, read: () => caching.get(`key:${unknown()}`) },
  ];
}

/** Callers that each ask, wait, and ask again. Returns calls per second and microseconds of CPU for each. */
async function measure(read, calls, callers) {
  const before = process.cpuUsage();
  const began = process.hrtime.bigint();
  const one = async () => {
    for (let left = calls / callers; left > 0; left -= 1) await read();
  };
  await Promise.all(Array.from({ length: callers }, one));
  const ms = Number(process.hrtime.bigint() - began) / 1e6;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: (calls / ms) * 1_000, cpuMicros: (user + system) / calls };
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

async function measureAll(clients, callers) {
  const reads = readsOf(clients);
  const rounds = reads.map(() => []);
  // In turns, so that all meet about the same machine; the first round is warming up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, { name, read, calls }] of reads.entries()) {
      // The reads before have left other keys behind.
      if (name.endsWith(', known')) await measure(read, KNOWN_KEYS, 1);
      const measured = await measure(read, callers === 1 ? calls / 10 : calls, callers);
      // A ratio to what was measured in the same round.
      const ofGet = measured.cpuMicros / (rounds[0][round]?.cpuMicros ?? measured.cpuMicros);
      rounds[index].push({ ...measured, ofGet });
    }
  }
  for (const [index, { name }] of reads.entries()) {
    const of = (value) => median(rounds[index].slice(1).map(value));
    const perSecond = Math.round(of((round) => round.perSecond)).toLocaleString('en');
    const [cpu, ofGet] = [of((round) => round.cpuMicros), of((round) => round.ofGet)];
    console.log(`| ${name} | ${callers} | ${perSecond} | ${cpu.toFixed(1)} | ${ofGet.toFixed(2)} |`);
  }
}

async function nodeRedis(url, options) {
  const client = createClient({ url, RESP: 3, ...options });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Prints two tables. @returns {Promise<number>} the exit code */
export async function benchCaching() {
  const server = await RedisServer.start({
    binary: await findRedis({ report: (text) => console.error(text) }),
  });
  const { url } = server;
  const redis = await Redis.connect(url, { cache: { maxEntries: MAX_ENTRIES } });
  const plain = await nodeRedis(url);
  const clientSideCache = { ttl: 0, maxEntries: MAX_ENTRIES, evictPolicy: 'LRU' };
  const caching = await nodeRedis(url, { clientSideCache });
  try {
    for (let key = 0; key < KEYS; key += 1_000) {
      await redis.mset(new Map(Array.from({ length: 1_000 }, (_, index) => [`key:${key + index}`, VALUE])));
    }
    await redis.hset('hash', FIELDS);
    console.log('| Read | Callers | Calls/s | CPU, µs | of a `get` |\n| --- | --- | --- | --- | --- |');
    for (const callers of CALLERS) await measureAll({ redis, plain, caching }, callers);
    await memoryTable(url);
    return 0;
  } finally {
    await Promise.all([redis.close(), plain.close(), caching.close()]);
    await server.stop();
  }
}
