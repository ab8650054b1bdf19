// What a reply that is kept takes, beside what explain() says of it.
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Redis } from '../../dist/redis/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const ENTRIES = 20_000;
const AT_ONCE = 500;
const ITEMS = Array.from({ length: 20 }, (_, index) => `item${index}`);

/** @type {[name: string, read: (reads: import('../../dist/redis/index.js').CachedReads, number: number) => Promise<unknown>][]} */
const REPLIES = [
  ['`get`, nothing there', (reads, number) => reads.get(`missing:${number}`)],
  ['`get`, 100 bytes', (reads, number) => reads.get(`string:${number}`)],
  ['`get`, 100 bytes as a Buffer', (reads, number) => reads.get(`string:${number}`, { buffers: true })],
  ['`hget`, 6 bytes', (reads, number) => reads.hget(`hash:${number}`, 'item1')],
  ['`hgetall`, 20 fields', (reads, number) => reads.hgetall(`hash:${number}`)],
  ['`lrange`, 20 of 6 bytes', (reads, number) => reads.lrange(`list:${number}`, 0, -1)],
  ['the same as Buffers', (reads, number) => reads.lrange(`list:${number}`, 0, -1, { buffers: true })],
];

async function inMany(work) {
  for (let first = 0; first < ENTRIES; first += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => work(first + index)));
  }
}

async function heapBytes() {
  for (let turn = 0; turn < 3; turn += 1) {
    await pause(20);
    collect();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function measure(url, read) {
  const redis = await Redis.connect(url, { cache: { maxEntries: ENTRIES, maxBytes: 2 ** 30 } });
  try {
    // What the first reads compile stays.
    await redis.cached.get('first');
    await read(redis.cached, 0);
    const before = await heapBytes();
    await inMany((number) => read(redis.cached, number));
    const taken = (await heapBytes()) - before;
    return [taken, redis.explain().cache.bytes].map((bytes) => Math.round(bytes / ENTRIES));
  } finally {
    await redis.close();
  }
}

/** Prints a table. */
export async function memoryTable(url) {
  const redis = await Redis.connect(url);
  await inMany((number) =>
    Promise.all([
      redis.set(`string:${number}`, 'x'.repeat(100)),
      redis.hset(`hash:${number}`, Object.fromEntries(ITEMS.map((item) => [item, `${item}.`]))),
      redis.rpush(`list:${number}`, ITEMS),
    ]),
  );
  await redis.close();
  console.log('\n| Reply | bytes taken | as estimated |\n| --- | --- | --- |');
  for (const [name, read] of REPLIES) {
    const [taken, estimated] = await measure(url, read);
    console.log(`| ${name} | ${taken} | ${estimated} |`);
  }
}
