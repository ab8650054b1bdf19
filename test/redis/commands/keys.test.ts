import { Redis, type RedisCommand } from 'hawser/redis';
import { SeededRandom } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../../scripts/commands/catalogue.ts';
import { encodeArguments } from '../../../src/redis/command-encoding.ts';
import { keysOf } from '../../../src/redis/command-keys.ts';
import { isNeeded, parseCommand } from '../../../src/redis/command-notation.ts';
import { redisServer } from '../../support/redis.ts';
import { sampleArguments } from './samples.ts';
import { SPECIAL } from './special-samples.ts';

const server = redisServer();

/** What stands at the positions of a command's keys. */
function keysIn(command: RedisCommand): unknown[] | undefined {
  return keysOf(command)?.map((position) => command[position]);
}

describe('the positions of keys are those that the server tells', () => {
  const SPECIAL_COMMANDS: readonly string[] = [
    'MIGRATE h 1 key 0 5 COPY',
    'MIGRATE h 1 "" 0 5 AUTH keys KEYS a b',
    'MIGRATE h 1 "" 0 5 AUTH2 KEYS keys KEYS a b',
    'SORT key BY w_* LIMIT 0 5 GET store DESC STORE to',
    'SORT key GET # GET v STORE a STORE b',
    'SORT key BY store LIMIT store by',
    'SORT_RO key BY w_* GET x',
    'XREAD COUNT 1 BLOCK 5 STREAMS a b 0 0',
    'XREADGROUP GROUP streams streams NOACK STREAMS a STREAMS > >',
    'EVAL script 2 a b c',
    'EVALSHA script 0 a',
    'FCALL f 1 a b',
    'ZUNIONSTORE to 2 a b WEIGHTS 1 2',
    'ZINTER 1 a WITHSCORES',
    'BLMPOP 1 2 a b LEFT',
    'BZMPOP 1 1 a MIN',
    'GEORADIUS key 1 2 3 KM STORE to',
    'GEORADIUSBYMEMBER key STORE 3 KM STORE to STOREDIST other',
    'MSETNX a 1 b 2',
    'BLPOP a b c 0',
    'BITOP AND to a b',
    'LCS a b LEN',
    'OBJECT ENCODING a',
    'MEMORY USAGE a SAMPLES 5',
    'XGROUP CREATE a g 0',
    'XINFO STREAM a FULL',
    'PFMERGE to a b',
    'COPY a b DB 1',
    'WATCH a b',
    'set key value',
  ];

  test.each(SPECIAL_COMMANDS)('of %s', async (text) => {
    const command = text.split(' ').map((part) => (part === '""' ? '' : part));
    await using redis = await Redis.connect(server().url);
    expect(keysIn(command)).toEqual(await redis.commandGetkeys(command));
  });

  test('of every command with a method, with whichever options', async () => {
    await using redis = await Redis.connect(server().url);
    const random = new SeededRandom(7);
    const commands = CATALOGUE.filter(({ since }) => /^\d/.test(since));
    const wrong: string[] = [];
    let compared = 0;
    for (const command of commands) {
      const { words, parts } = parseCommand(`${command.name} ${command.syntax}`);
      for (let round = 0; round < 4; round += 1) {
        if (SPECIAL[command.name]?.args !== undefined && round === 0) continue;
        const args = sampleArguments(command, () => random.next());
        const needed = parts.filter(isNeeded).length;
        const sent = encodeArguments(
          words,
          parts,
          args.slice(0, needed),
          args[needed] as Record<string, unknown>,
        );
        const told = await redis.commandGetkeys(sent).catch((error: Error) => error.message);
        const own = keysIn(sent)?.map(String);
        if (Array.isArray(told)) compared += 1;
        // What the server finds wrong with the arguments has no keys for it, and may have some for us.
        else if (/^Invalid (?:number of )?arguments|^ERR Invalid (?:number of )?arguments/.test(told))
          continue;
        const expected = Array.isArray(told) ? told : [];
        if (own?.join() !== expected.join())
          wrong.push(`${sent.join(' ')}: ${expected.join()}, not ${String(own)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(500);
  });

  test('of what is not known there are none to tell, of what is cut off those that are there', () => {
    expect(keysOf(['JSON.GET', 'k'])).toBeUndefined();
    expect(keysOf(['XINFO', 'NEWS', 'k'])).toBeUndefined();
    expect(keysOf(['PING'])).toEqual([]);
    expect(keysOf(['PUBLISH', 'channel', 'message'])).toEqual([]);
    expect(keysOf(['EVAL', 'script', 'many', 'k'])).toEqual([]);
    expect(keysOf(['EVAL', 'script', 5, 'k'])).toEqual([3]);
    expect(keysOf(['XREAD', 'COUNT'])).toEqual([]);
    expect(keysOf(['GET'])).toEqual([]);
    expect(keysOf(['hexpire', Buffer.from('h'), 5, 'FIELDS', 1, 'f'])).toEqual([1]);
  });
});

describe('keyPrefix', () => {
  const PREFIX = 'app[1]:';

  test('is in front of the keys of every way to ask, and not in front of keys that typed methods answer with', async () => {
    await using redis = await Redis.connect(server().url, { keyPrefix: PREFIX });
    await using plain = await Redis.connect(server().url);
    await plain.flushall();
    await plain.mset({ 'app1:other': 1, stranger: 2 });
    await redis.set('one', 1);
    await redis.mset({ two: 2, 'th*ee': 3 });
    await redis.command(['RPUSH', Buffer.from('list'), 'a', 'b']);
    await redis.pipeline([
      ['INCR', 'one'],
      ['HSET', 'hash', 'f', 'v'],
    ]);
    await redis.transaction([
      ['INCR', 'one'],
      ['SADD', 'set', 'a'],
    ]);
    await redis.dedicated((own) => own.xadd('stream', '1-1', { f: 'v' }));
    const own = ['hash', 'list', 'one', 'set', 'stream', 'th*ee', 'two'];
    expect((await plain.keys('*')).toSorted()).toEqual(
      [...own.map((key) => PREFIX + key), 'app1:other', 'stranger'].toSorted(),
    );
    expect((await redis.keys('*')).toSorted()).toEqual(own);
    expect(await redis.keys('t*')).toHaveLength(2);
    expect(await redis.keys('t*', { buffers: true })).toContainEqual(Buffer.from('two'));
    const scanned: string[] = [];
    for await (const key of redis.scan({ count: 1 })) scanned.push(key);
    expect([...new Set(scanned)].toSorted()).toEqual(own);
    const matching: string[] = [];
    for await (const key of redis.scan({ match: 'th\\*ee' })) matching.push(key);
    expect([...new Set(matching)]).toEqual(['th*ee']);
    expect(await redis.get('one')).toBe('3');
    expect(await redis.lmpop('list', 'LEFT')).toEqual({ key: 'list', elements: ['a'] });
    expect(await redis.xread({ stream: '0' })).toMatchObject([{ key: 'stream' }]);
    expect(await redis.eval('return KEYS[1]', { keys: 'k', args: 'k' })).toBe(`${PREFIX}k`);
    expect(await redis.command(['KEYS', 'one'])).toEqual([`${PREFIX}one`]);
  });

  test('is in front of the patterns of SORT that name keys', async () => {
    await using redis = await Redis.connect(server().url, { keyPrefix: PREFIX });
    await redis.flushall();
    await redis.rpush('ids', ['1', '2']);
    await redis.mset({ weight_1: 9, weight_2: 1, name_1: 'one', name_2: 'two' });
    const sorted = { by: 'weight_*', get: ['#', 'name_*'] };
    expect(await redis.sort('ids', sorted)).toEqual(['2', 'two', '1', 'one']);
    expect(await redis.sort('ids', { by: 'nosort', get: '#', store: 'sorted' })).toBe(2);
    expect(await redis.lrange('sorted', 0, -1)).toEqual(['1', '2']);
  });

  test('keeps a command from being sent of which it is not known where its keys are', async () => {
    await using redis = await Redis.connect(server().url, { keyPrefix: PREFIX });
    const failure = await redis.command(['JSON.GET', 'k']).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'INVALID_ARGUMENT', outcome: 'not-sent', command: 'JSON.GET' });
    expect(String(failure)).toContain('keyPrefix');
    await expect(redis.command(['GET', Symbol('k') as never])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
