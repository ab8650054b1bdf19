import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RedisConnection } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { Pipeline } from '../../src/core/index.ts';
import { commandInfo } from '../../src/redis/commands.ts';
import { leasedProtocol } from '../../src/redis/leased-session.ts';
import { resolveRedisOptions } from '../../src/redis/options.ts';
import { Footprint, OwnRequest } from '../../src/redis/own-request.ts';
import { PLAIN_FORM, type RedisReply } from '../../src/redis/reply.ts';
import { encodeCommand } from '../../src/redis/resp-encoder.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { redisServer } from '../support/redis.ts';
import { pool } from './clients.ts';

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
      const plain = {
        repeatable: false,
        form: PLAIN_FORM,
        convert: undefined,
        batch: undefined,
        stallAfterMs: 0,
      };
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

describe('what one holder of a connection has done', () => {
  const server = redisServer();
  const commands = [...COMMANDS, 'EXEC x', 'DISCARD x', 'MULTI x'].map((text) => text.split(' '));

  /** Asks something, and may leave before the answer. */
  async function ask(connection: RedisConnection, random: SeededRandom): Promise<unknown> {
    const abort = new AbortController();
    const { signal } = abort;
    const pick = (): string[] => random.pick(commands);
    const ways = [
      () => connection.command(pick(), { signal }),
      () => connection.command(pick(), { signal }),
      () => connection.get('text', { signal }),
      () => connection.pipeline([pick(), pick(), pick()], { signal }),
      () => connection.transaction([['GET', 'text'], pick()], { signal }),
      () => connection.transaction([['SELECT', '5']], { signal }),
    ];
    const call = random
      .pick(ways)()
      .catch((error: unknown) => error);
    const leavesAfter = random.integer(0, 6);
    if (leavesAfter === 1) await Promise.resolve();
    if (leavesAfter === 2) await nextTurn();
    if (leavesAfter < 3) abort.abort();
    if (leavesAfter === 3) await call;
    return call;
  }

  test.each(SEEDS)('the next one does not find, whatever it was (seed %i)', async (seed) => {
    const random = new SeededRandom(seed);
    const redis = pool(server().url, { max: 1, shedding: false });
    for (let holder = 1; holder <= 20; holder += 1) {
      await redis.dedicated(async (connection) => {
        await Promise.all(Array.from({ length: LENGTH }, () => ask(connection, random)));
        // What a caller has left is answered before this is, and the connection may be lent on.
        await connection.command(['PING']).catch(() => {});
      });
      await server().inspect(['SET', 'raced', `${seed}-${holder}`]);
      const found = await redis.dedicated(async (connection) => [
        await connection.command(['CLIENT', 'INFO']),
        await connection.transaction([['GET', 'raced']]),
      ]);
      expect(found).toEqual([expect.stringMatching(/ db=0 .* multi=-1 /), [`${seed}-${holder}`]]);
    }
    expect(redis.explain().counts.opened).toBe(1);
  });
});
