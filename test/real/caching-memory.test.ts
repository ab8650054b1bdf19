import { measureGrowth } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { compactOf } from '../../src/redis/caching/shared-value.ts';
import { redisServer } from '../support/redis.ts';
import { connect } from './clients.ts';

const READS_PER_ROUND = 100;
const ROUNDS = { rounds: 5, warmUpRounds: 2 };

describe('what is kept takes about what is said of it', () => {
  const server = redisServer();

  test('though its key is a part of a text that is much longer', async () => {
    const lengthOfText = 50_000;
    const redis = await connect(server().url, { cache: {} });
    const { perRound } = await measureGrowth(async (round) => {
      for (let index = 0; index < READS_PER_ROUND; index += 1) {
        const text = `a key that is ${round} and ${index};${'x'.repeat(lengthOfText)}`;
        const [key] = /^[^;]+/.exec(text)!;
        await (index % 2 === 0 ? redis.cached.get(key) : redis.cached.hget(key, 'field'));
      }
    }, ROUNDS);
    expect(redis.explain().cache).toMatchObject({ entries: 7 * READS_PER_ROUND });
    expect(perRound.heapBytes).toBeLessThan((READS_PER_ROUND * lengthOfText) / 4);
  });

  test('though a Buffer comes as a part of memory that many share', async () => {
    const redis = await connect(server().url, { cache: {} });
    await redis.mset(new Map(Array.from({ length: 1_000 }, (_, index) => [String(index), 'small'])));
    const { perRound } = await measureGrowth(async (round) => {
      for (let index = 0; index < READS_PER_ROUND; index += 1) {
        await redis.cached.get(String(round * READS_PER_ROUND + index), { buffers: true });
        // Whoever else allocates meanwhile gets the rest of the same memory.
        for (let half = 0; half < 2; half += 1) Buffer.allocUnsafe(Buffer.poolSize / 2 - 1);
      }
    }, ROUNDS);
    expect(redis.explain().cache).toMatchObject({ entries: 7 * READS_PER_ROUND });
    expect(perRound.heapBytes).toBeLessThan((READS_PER_ROUND * Buffer.poolSize) / 2);
  });

  test('and the Buffers of one reply share memory with each other alone', () => {
    const parts = ['a', 'bc', '', 'def'].map((text) => Buffer.from(text));
    const value = [
      parts,
      new Map([['key', Buffer.from('ghi')]]),
      { field: Buffer.from('j') },
      1,
      null,
      'text',
    ];
    const compact = compactOf(value) as [Buffer[], Map<string, Buffer>, { field: Buffer }];
    expect(compact).toEqual(value);
    const buffers = [...compact[0], ...compact[1].values(), compact[2].field];
    expect(new Set(buffers.map(({ buffer }) => buffer)).size).toBe(1);
    expect(buffers[0]!.buffer.byteLength).toBe(10);
  });
});
