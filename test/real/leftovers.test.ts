import { describe, expect, test } from 'vitest';
import { Pipeline } from '../../src/core/index.ts';
import { commandInfo } from '../../src/redis/commands.ts';
import { leasedProtocol } from '../../src/redis/leased-session.ts';
import { resolveRedisOptions } from '../../src/redis/options.ts';
import { Footprint, OwnRequest } from '../../src/redis/own-request.ts';
import type { RedisReply } from '../../src/redis/reply.ts';
import { encodeCommand } from '../../src/redis/resp-encoder.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { redisServer } from '../support/redis.ts';

/** Commands that change the state of a connection, that fail to, and that do not try. */
const COMMANDS = [
  'MULTI',
  'MULTI',
  'EXEC',
  'EXEC',
  'DISCARD',
  'WATCH raced',
  'WATCH',
  'UNWATCH',
  'SELECT 3',
  'SELECT 0',
  'SELECT 99',
  'SELECT x',
  'SELECT 00',
  'SET raced 1',
  'INCR text',
  'NOPE',
  'GET',
];
const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1);
const LENGTH = 12;

describe('what is believed to be left behind on a connection', () => {
  const server = redisServer();

  test.each(SEEDS)('is what the server says, whatever was asked (seed %i)', async (seed) => {
    const random = new SeededRandom(seed);
    const options = resolveRedisOptions(server().url, {});
    const connection = await Pipeline.connectOnce(leasedProtocol(options), options.connection);
    const ask = async (text: string): Promise<RedisReply | Error> => {
      const words = text.split(' ');
      const info = commandInfo(words[0]);
      const footprint = new Footprint();
      footprint.add(info, words, false);
      const plain = { repeatable: false, buffers: false, batch: undefined, stallAfterMs: 0 };
      const request = new OwnRequest(info.name, encodeCommand(words), { ...plain, footprint });
      return connection.submit(request).catch((error: unknown) => error as Error);
    };
    const truth = async (id: string): Promise<string[]> => {
      const text = String(await server().inspect(['CLIENT', 'LIST', 'ID', id]));
      const database = /\bdb=(\d+)/.exec(text)?.[1];
      const isOpen = !/\bmulti=-1\b/.test(text);
      return [...(isOpen ? ['DISCARD'] : []), ...(database === '0' ? [] : ['SELECT'])];
    };
    try {
      await server().inspect(['SET', 'text', 'no number']);
      const id = String(Number(await ask('CLIENT ID')));
      const asked: string[] = [];
      for (let count = 0; count < LENGTH; count += 1) {
        asked.push(random.pick(COMMANDS));
        await ask(asked.at(-1)!);
        const believed = (connection.session?.reset?.() ?? []).map(({ command }) => command);
        expect({ asked, left: believed.filter((name) => name !== 'UNWATCH') }).toEqual({
          asked,
          left: await truth(id),
        });
      }
      for (const request of connection.session?.reset?.() ?? []) await connection.submit(request);
      expect(connection.session?.isDirty).toBe(false);
      // Nothing is watched: what others change does not keep a transaction from running.
      await server().inspect(['SET', 'raced', String(seed)]);
      await ask('MULTI');
      await ask('GET raced');
      expect(await ask('EXEC')).toEqual([String(seed)]);
    } finally {
      await connection.close({ timeoutMs: 0 });
    }
  });
});
