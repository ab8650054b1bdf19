import type { RedisServer } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { hashSlotOf } from '../../../src/redis/cluster/hash-slot.ts';
import { CommandSlots } from '../../../src/redis/cluster/command-slots.ts';
import { redisCluster } from '../../support/redis.ts';

const cluster = redisCluster({ masters: 1, replicasPerMaster: 0 });

const KEYS = [
  '',
  'foo',
  '123456789',
  '{user1000}.following',
  '{user1000}.followers',
  'foo{}{bar}',
  'foo{{bar}}zap',
  'foo{bar}{zap}',
  '{}',
  '}{',
  'no{end',
  'Grüße',
  'ключ{часть}',
  '🧷{é}',
  'a'.repeat(300),
  '{' + 'x'.repeat(20) + '}',
];

describe('the slot of a key', () => {
  test('is the one that a server says', async () => {
    const node: RedisServer = cluster().nodes[0]!;
    for (const key of KEYS) {
      expect([key, hashSlotOf(key)]).toEqual([key, await node.inspect(['CLUSTER', 'KEYSLOT', key])]);
    }
  });

  test('is the same for text and its bytes, and for numbers and their text', () => {
    for (const key of KEYS) expect(hashSlotOf(Buffer.from(key))).toBe(hashSlotOf(key));
    expect(hashSlotOf(42)).toBe(hashSlotOf('42'));
    expect(hashSlotOf(42n)).toBe(hashSlotOf('42'));
  });

  test('is that of the example in the specification', () => {
    expect(hashSlotOf('123456789')).toBe(0x31c3 % 16_384);
  });
});

describe('the slot of a command', () => {
  const slots = new CommandSlots(undefined);
  test.each([
    [['GET', 'k'], 'k'],
    [['MSET', 'k', 'v', 'l', 'w'], 'k'],
    [['EVAL', 'return 1', '1', 'k', 'arg'], 'k'],
    [['XREAD', 'COUNT', '1', 'STREAMS', 'k', 'l', '0', '0'], 'k'],
    [['XGROUP', 'CREATE', 'k', 'g', '$'], 'k'],
    [['ZUNION', '2', 'k', 'l'], 'k'],
    [['SORT', 'k', 'BY', 'w_*'], 'k'],
    [['SPUBLISH', 'k', 'hello'], 'k'],
    [['OBJECT', 'ENCODING', 'k'], 'k'],
    [['BITOP', 'AND', 'k', 'l'], 'k'],
    [['JSON.GET', 'k', '$'], 'k'],
  ])('%j is that of its first key', (command, key) => {
    expect(slots.of(command[0]!, command)).toBe(hashSlotOf(key));
  });

  test.each([
    [['PING']],
    [['EVAL', 'return 1', '0']],
    [['CONFIG', 'SET', 'a', 'b']],
    [['PUBLISH', 'k', 'm']],
    [['ECHO', 'k']],
  ])('%j has none', (command) => {
    expect(slots.of(command[0]!, command)).toBeUndefined();
    if (command.length === 2) expect(slots.ofUnary(command[0]!, command[1]!)).toBeUndefined();
  });

  test('counts the prefix of keys, and not for channels', () => {
    const prefixed = new CommandSlots('app:{7}:');
    expect(prefixed.of('GET', ['GET', 'k'])).toBe(hashSlotOf('7'));
    expect(prefixed.of('GET', ['GET', Buffer.from('k')])).toBe(hashSlotOf('7'));
    expect(prefixed.of('SPUBLISH', ['SPUBLISH', 'k', 'm'])).toBe(hashSlotOf('k'));
  });
});
