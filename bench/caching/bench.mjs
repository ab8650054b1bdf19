import { Redis } from '../../dist/redis/index.js';
import { findRedis, RedisServer } from '../../dist/testing/index.js';

const ROUNDS = 7;
const FIELDS = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => [`field${index}`, `value${index}`]),
);

/** What is measured: reads that ask the server beside reads that are answered from memory. @param {Redis} redis */
function readsOf(redis) {
  let fresh = 0;
  return [
    { name: '`get`', calls: 20_000, read: () => redis.get('string') },
    { name: '`cached.get`, known', calls: 200_000, read: () => redis.cached.get('string') },
    { name: '`hgetall`', calls: 10_000, read: () => redis.hgetall('hash') },
    { name: '`cached.hgetall`, known', calls: 100_000, read: () => redis.cached.hgetall('hash') },
    { name: '`cached.get`, not known', calls: 10_000, read: () => redis.cached.get(`fresh${(fresh += 1)}`) },
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

/** Prints a table. @returns {Promise<number>} the exit code */
export async function benchCaching() {
  const server = await RedisServer.start({
    binary: await findRedis({ report: (text) => console.error(text) }),
  });
  const redis = await Redis.connect(server.url, { cache: {} });
  try {
    await redis.set('string', 'x'.repeat(100));
    await redis.hset('hash', FIELDS);
    console.log('| Read | Callers | Calls/s | CPU, µs |\n| --- | --- | --- | --- |');
    for (const callers of [1, 100]) {
      const reads = readsOf(redis);
      const rounds = reads.map(() => []);
      // In turns, so that all meet about the same machine; the first round is warming up.
      for (let round = 0; round <= ROUNDS; round += 1) {
        for (const [index, { read, calls }] of reads.entries()) {
          const measured = await measure(read, callers === 1 ? calls / 10 : calls, callers);
          if (round > 0) rounds[index].push(measured);
        }
      }
      for (const [index, { name }] of reads.entries()) {
        const perSecond = Math.round(median(rounds[index].map((round) => round.perSecond)));
        const cpu = median(rounds[index].map(({ cpuMicros }) => cpuMicros)).toFixed(1);
        console.log(`| ${name} | ${callers} | ${perSecond.toLocaleString('en')} | ${cpu} |`);
      }
    }
    return 0;
  } finally {
    await redis.close();
    await server.stop();
  }
}
