import { Buffer } from 'node:buffer';
import type { RedisConnection } from 'hawser/redis';
import { resp, type Bytes } from 'hawser/testing';
import { expect, test } from 'vitest';
import { NEWER, NEWER_OPTIONS } from '../../../scripts/commands/newer.ts';
import { RedisWorld } from '../../support/redis-world.ts';

const { array, bulk, integer } = resp;
const NONE = resp.nilArray(2);
const MISSING = resp.nil(2);
const integers = (...values: number[]): Buffer => array(values.map((value) => integer(value)));

interface NewerCase {
  readonly sent: string;
  readonly call: (own: RedisConnection) => Promise<unknown>;
  readonly answer: Bytes;
  readonly value: unknown;
}

/** What the projects document: what is sent, what a server with the command answers, and what becomes of it. */
const CASES: readonly NewerCase[] = [
  newer('CLIENT NO-TOUCH ON', (own) => own.clientNoTouch('ON'), resp.simple('OK'), 'OK'),
  newer('CLUSTER MYSHARDID', (own) => own.clusterMyshardid(), bulk('5f3a'), '5f3a'),
  newer('WAITAOF 1 0 100', (own) => own.waitaof(1, 0, 100), integers(1, 0), { local: 1, replicas: 0 }),

  newer('HEXPIRE h 60 FIELDS 2 f g', (own) => own.hexpire('h', 60, ['f', 'g']), integers(1, -2), [1, -2]),
  newer('HEXPIRE h 0 GT FIELDS 1 f', (own) => own.hexpire('h', 0, 'f', { gt: true }), integers(2), [2]),
  newer('HPEXPIRE h 500 NX FIELDS 1 f', (own) => own.hpexpire('h', 500, 'f', { nx: true }), integers(0), [0]),
  newer(
    'HEXPIREAT h 1900000000 XX FIELDS 1 f',
    (own) => own.hexpireat('h', 1_900_000_000, 'f', { xx: true }),
    integers(1),
    [1],
  ),
  newer(
    'HPEXPIREAT h 1900000000000 LT FIELDS 1 f',
    (own) => own.hpexpireat('h', 1_900_000_000_000, 'f', { lt: true }),
    integers(1),
    [1],
  ),
  newer('HPERSIST h FIELDS 2 f g', (own) => own.hpersist('h', ['f', 'g']), integers(1, -1), [1, -1]),
  newer('HTTL h FIELDS 2 f g', (own) => own.httl('h', ['f', 'g']), integers(59, -2), [59, -2]),
  newer('HPTTL h FIELDS 1 f', (own) => own.hpttl('h', 'f'), integers(59_123), [59_123]),
  newer(
    'HEXPIRETIME h FIELDS 1 f',
    (own) => own.hexpiretime('h', 'f'),
    integers(1_900_000_000),
    [1_900_000_000],
  ),
  newer(
    'HPEXPIRETIME h FIELDS 1 f',
    (own) => own.hpexpiretime('h', 'f'),
    integers(1_900_000_000_000),
    [1_900_000_000_000],
  ),

  newer('HGETDEL h FIELDS 2 f g', (own) => own.hgetdel('h', ['f', 'g']), array([bulk('1'), MISSING]), [
    '1',
    null,
  ]),
  newer('HGETEX h FIELDS 1 f', (own) => own.hgetex('h', 'f'), array([bulk('1')]), ['1']),
  newer(
    'HGETEX h EX 60 FIELDS 2 f g',
    (own) => own.hgetex('h', ['f', 'g'], { ex: 60 }),
    array([bulk('1'), MISSING]),
    ['1', null],
  ),
  newer(
    'HGETEX h PERSIST FIELDS 1 f',
    (own) => own.hgetex('h', 'f', { persist: true, buffers: true }),
    array([bulk('1')]),
    [Buffer.from('1')],
  ),
  newer('HSETEX h FIELDS 1 f 1', (own) => own.hsetex('h', { f: 1 }), integer(1), true),
  newer(
    'HSETEX h FXX PX 500 FIELDS 2 f 1 g 2',
    (own) => own.hsetex('h', { f: 1, g: 2 }, { fxx: true, px: 500 }),
    integer(0),
    false,
  ),
  newer(
    'HSETEX h KEEPTTL FIELDS 1 f 1',
    (own) => own.hsetex('h', { f: 1 }, { keepttl: true }),
    integer(1),
    true,
  ),

  newer('DELIFEQ k v', (own) => own.delifeq('k', 'v'), integer(1), true),
  newer('DELIFEQ k w', (own) => own.delifeq('k', 'w'), integer(0), false),
  newer('SET k new IFEQ old', (own) => own.set('k', 'new', { ifeq: 'old' }), resp.simple('OK'), 'OK'),
  newer('SET k new IFEQ other', (own) => own.set('k', 'new', { ifeq: 'other' }), MISSING, null),
  newer(
    'SET k new IFEQ old GET EX 5',
    (own) => own.set('k', 'new', { ifeq: 'old', get: true, ex: 5 }),
    bulk('old'),
    'old',
  ),
  newer(
    'ZRANK z a WITHSCORE',
    (own) => own.zrank('z', 'a', { withscore: true }),
    array([integer(2), bulk('1.5')]),
    { rank: 2, score: 1.5 },
  ),
  newer(
    'ZRANK z a WITHSCORE',
    (own) => own.zrank('z', 'a', { withscore: true }),
    array([integer(2), Buffer.from(',1.5\r\n')]),
    { rank: 2, score: 1.5 },
  ),
  newer('ZRANK z b WITHSCORE', (own) => own.zrank('z', 'b', { withscore: true }), NONE, null),
  newer(
    'ZREVRANK z a WITHSCORE',
    (own) => own.zrevrank('z', 'a', { withscore: true }),
    array([integer(0), Buffer.from(',inf\r\n')]),
    { rank: 0, score: Infinity },
  ),
  newer('CLIENT KILL MAXAGE 60', (own) => own.clientKill({ maxage: 60 }), integer(3), 3),
];

function newer(sent: string, call: NewerCase['call'], answer: Bytes, value: unknown): NewerCase {
  return { sent, call, answer, value };
}

test.each(CASES)('$sent answers with $value', async ({ sent, call, answer, value }) => {
  const world = new RedisWorld();
  const redis = await world.connect();
  const [name = ''] = sent.split(' ');
  const reply = redis.dedicated((own) => {
    // The handshake is over, which has CLIENT commands of its own.
    world.redis.on(name, () => ({ bytes: answer }));
    return call(own);
  });
  expect(await world.clock.waitFor(reply)).toEqual(value);
  expect(world.server(2).commands.map(({ text }) => text)).toContain(sent);
});

test('every command and option that Redis 7.0 does not have is tried', () => {
  const options = Object.entries(NEWER_OPTIONS).flatMap(([name, each]) =>
    Object.keys(each).map((option) => [name, option.toUpperCase()] as const),
  );
  const all = [...Object.keys(NEWER).map((name) => [name, ''] as const), ...options];
  const untried = all.filter(([name, option]) => {
    const start = `${name.replace('|', ' ')} `;
    return !CASES.some(({ sent }) => `${sent} `.startsWith(start) && sent.includes(option));
  });
  expect(untried).toEqual([]);
});
