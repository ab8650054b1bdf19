import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { blockingMs } from '../../src/redis/blocking.ts';
import { commandInfo, refusalOf, type Standing } from '../../src/redis/commands.ts';
import type { RedisArgument } from '../../src/redis/argument-text.ts';
import { encodeCommand } from '../../src/redis/resp-encoder.ts';

const OUTSIDE: Standing = 'alone';
const INSIDE: Standing = 'transaction';

describe('what a name tells', () => {
  test('is the same in any spelling', () => {
    const info = commandInfo('GET');
    for (const name of ['get', 'Get', 'gEt', 'GET', Buffer.from('get'), new Uint8Array([71, 69, 84])]) {
      expect(commandInfo(name)).toBe(info);
      expect(commandInfo(name)).toBe(info);
    }
    expect(info).toMatchObject({ name: 'GET', readOnly: true, waiting: undefined, isShareable: true });
  });

  test.each([
    'GET',
    'MGET',
    'HGETALL',
    'LRANGE',
    'SMEMBERS',
    'ZRANGE',
    'XRANGE',
    'EXISTS',
    'TTL',
    'PING',
    'OBJECT',
  ])('%s only reads', (name) => {
    expect(commandInfo(name).readOnly).toBe(true);
  });

  test.each([
    [
      'writes',
      'SET INCR DEL EXPIRE LPOP SPOP GETDEL GETEX GETSET HSET XADD XREADGROUP SORT GEORADIUS PUBLISH TOUCH',
    ],
    ['is a script', 'EVAL EVAL_RO EVALSHA EVALSHA_RO FCALL FCALL_RO'],
    ['has a cursor', 'SCAN HSCAN SSCAN ZSCAN'],
    ['blocks', 'BLPOP BRPOP BLMOVE BZPOPMIN WAIT'],
    ['has subcommands that write', 'CONFIG CLIENT CLUSTER ACL FUNCTION SCRIPT MEMORY LATENCY'],
    ['is not known', 'FT.SEARCH JSON.GET FUTURE'],
  ])('what %s is never taken for a command that only reads', (_, names) => {
    for (const name of names.split(' ')) expect(commandInfo(name).readOnly).toBe(false);
  });

  test.each<[string, RedisArgument | undefined]>([
    ['a name with arguments', 'AUTH secret'],
    ['a long text', 'x'.repeat(65)],
    ['text beyond ASCII', 'ÄUTH'],
    ['a line end', 'GET\r\n'],
    ['an empty text', ''],
    ['bytes that are no text', new Uint8Array([0, 255])],
    ['many bytes', new Uint8Array(1_000)],
    ['a number', 5],
    ['nothing', undefined],
  ])('is little of %s, and does not repeat it', (_, name) => {
    expect(commandInfo(name)).toMatchObject({ name: '(unnamed)', readOnly: false, isShareable: true });
  });

  test('is not remembered for any number of names, and found again', () => {
    const first = commandInfo('made.up.0');
    for (let index = 0; index < 3_000; index += 1) {
      expect(commandInfo(`made.up.${index}`).name).toBe(`MADE.UP.${index}`);
    }
    expect(commandInfo('made.up.0')).not.toBe(first);
    expect(commandInfo('gET')).toMatchObject({ name: 'GET', readOnly: true });
    expect(encodeCommand(['made.up.0']).data).toBe('*1\r\n$9\r\nMADE.UP.0\r\n');
  });
});

/** Commands that some connections refuse, what the error says, and where they are refused. */
const REFUSED: readonly [command: string, message: RegExp, where: 'shared' | 'everywhere'][] = [
  ...'SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE'
    .split(' ')
    .map((name): [string, RegExp, 'everywhere'] => [
      `${name} a`,
      new RegExp(`use redis\\.${name.replace('UN', '').toLowerCase()}\\(\\)`),
      'everywhere',
    ]),
  ['MONITOR', /redis\.monitor\(\)/, 'everywhere'],
  ['SYNC', /replication/, 'everywhere'],
  ['PSYNC ? -1', /replication/, 'everywhere'],
  ['REPLCONF ACK 0', /replication/, 'everywhere'],
  ['WATCH a', /use redis\.dedicated\(\)/, 'shared'],
  ['UNWATCH', /use redis\.dedicated\(\)/, 'shared'],
  ['MULTI', /use redis\.transaction\(\[\.\.\.\]\) or redis\.dedicated\(\)/, 'shared'],
  ['EXEC', /use redis\.transaction\(\[\.\.\.\]\) or redis\.dedicated\(\)/, 'shared'],
  ['DISCARD', /use redis\.transaction\(\[\.\.\.\]\) or redis\.dedicated\(\)/, 'shared'],
  ['SELECT 1', /the database in the URL or as the option database, or use redis\.dedicated\(\)/, 'shared'],
  ['AUTH secret', /option credentials/, 'everywhere'],
  ['HELLO 3', /options credentials and clientName/, 'everywhere'],
  ['RESET', /close this client/, 'everywhere'],
  ['QUIT', /use redis\.close\(\)/, 'everywhere'],
  ['WAIT 1 0', /use redis\.dedicated\(\)/, 'shared'],
  ['WAITAOF 1 0 0', /use redis\.dedicated\(\)/, 'shared'],
  ['READONLY', /option readonly/, 'everywhere'],
  ['ASKING', /RedisClusterClient/, 'everywhere'],
  ['READWRITE', /option readonly/, 'everywhere'],
  ['CLIENT REPLY OFF', /there is no way to it yet/, 'everywhere'],
  ['CLIENT TRACKING ON', /redis\.cached/, 'everywhere'],
  ['CLIENT CACHING YES', /redis\.cached/, 'everywhere'],
  ['CLIENT SETNAME secret', /option clientName, or use redis\.dedicated\(\)/, 'shared'],
  ['CLIENT SETINFO LIB-NAME secret', /option clientName, or use redis\.dedicated\(\)/, 'shared'],
  ['CLIENT NO-TOUCH ON', /use redis\.dedicated\(\)/, 'shared'],
  ['CLIENT NO-EVICT ON', /use redis\.dedicated\(\)/, 'shared'],
  ['CLIENT CAPA redirect', /use redis\.dedicated\(\)/, 'shared'],
  ['CLIENT IMPORT-SOURCE ON', /use redis\.dedicated\(\)/, 'shared'],
  ['SCRIPT DEBUG YES', /redis-cli --ldb/, 'everywhere'],
];

const BLOCKING: readonly string[] = [
  'BLPOP a 0',
  'BRPOP a 0',
  'BRPOPLPUSH a b 0',
  'BLMOVE a b LEFT RIGHT 0',
  'BLMPOP 0 1 a LEFT',
  'BZPOPMIN a 0',
  'BZPOPMAX a 0',
  'BZMPOP 0 1 a MIN',
  'XREAD BLOCK 0 STREAMS a $',
  'XREAD COUNT 2 BLOCK 0 STREAMS a $',
  'XREADGROUP GROUP g c BLOCK 0 STREAMS a >',
  'XREADGROUP GROUP STREAMS BLOCK COUNT 1 NOACK BLOCK 0 STREAMS a >',
];

const SHAREABLE: readonly string[] = [
  'GET a',
  'SET a b',
  'PUBLISH a b',
  'PUBSUB CHANNELS',
  'CLIENT ID',
  'CLIENT KILL ID 1',
  'CLIENT GETNAME',
  'CLIENT TRACKINGINFO',
  'CLIENT',
  'SCRIPT LOAD x',
  'SCRIPT',
  'CONFIG GET a',
  'LPOP BLOCK',
  'XREAD STREAMS BLOCK 0',
  'XREAD COUNT BLOCK STREAMS a 0',
  'XREADGROUP GROUP BLOCK BLOCK STREAMS a >',
  'XREADGROUP GROUP g c COUNT 1 STREAMS BLOCK >',
  'XREAD',
];

/** The ways in which a caller may write the same command. */
function spellings(command: string): RedisArgument[][] {
  const parts = command.split(' ');
  const lower = parts.map((part) => part.toLowerCase());
  return [
    parts,
    lower,
    lower.map((part) => Buffer.from(part)),
    parts.map((part) => new TextEncoder().encode(part)),
  ];
}

describe.each(REFUSED)('%s', (command, message, where) => {
  test.each([OUTSIDE, 'pipeline', INSIDE] as const)(
    'is not for a connection that others use at the same time or for their next call, and the error names what to do: %s',
    (place) => {
      for (const ownership of ['shared', 'pooled'] as const) {
        for (const args of spellings(command)) {
          const error = refusalOf(args, ownership, place);
          expect(error).toMatchObject({ code: 'UNSHAREABLE_COMMAND', outcome: 'not-sent' });
          expect(error?.message).toMatch(message);
          expect(error?.message).not.toContain('secret');
          expect(command.startsWith(error!.command!)).toBe(true);
          expect(error?.message.startsWith(`${error.command} `)).toBe(true);
        }
      }
    },
  );

  test(`is refused ${where === 'everywhere' ? 'on' : 'not on'} a connection of one's own`, () => {
    for (const args of spellings(command)) {
      const error = refusalOf(args, 'leased', OUTSIDE);
      if (where === 'shared') expect(error).toBeUndefined();
      else expect(error?.message).toMatch(message);
    }
  });
});

test.each(['MULTI', 'EXEC', 'DISCARD', 'WATCH a'])(
  '%s is no command of a transaction that begins and ends by itself, on any connection',
  (command) => {
    for (const args of spellings(command)) {
      expect(refusalOf(args, 'leased', INSIDE)).toMatchObject({
        code: 'INVALID_ARGUMENT',
        outcome: 'not-sent',
        message: expect.stringMatching(/leave it out/) as string,
      });
    }
  },
);

test.each(['WAIT 1 0', 'WAITAOF 1 0 0'])(
  '%s is told to wait for what others wrote, where it would',
  (command) => {
    for (const args of spellings(command)) {
      expect(refusalOf(args, 'shared', OUTSIDE)?.message).toMatch(/and waits for their writes too; use/);
    }
  },
);

describe.each(BLOCKING)('%s', (command) => {
  test('is not for a pipeline on a shared connection, and goes elsewhere when it stands alone', () => {
    for (const args of spellings(command)) {
      const error = refusalOf(args, 'shared', 'pipeline');
      expect(error).toMatchObject({ code: 'UNSHAREABLE_COMMAND', outcome: 'not-sent' });
      expect(error?.message).toMatch(/while it waits; call it by itself.*, or use redis\.dedicated\(\)/);
      expect(refusalOf(args, 'shared', OUTSIDE)).toBeUndefined();
    }
  });

  test("is for a connection that is one call's or one caller's own", () => {
    for (const args of spellings(command)) {
      expect(refusalOf(args, 'pooled', OUTSIDE)).toBeUndefined();
      expect(refusalOf(args, 'leased', OUTSIDE)).toBeUndefined();
    }
  });

  test('does not wait in a transaction', () => {
    for (const args of spellings(command)) expect(refusalOf(args, 'shared', INSIDE)).toBeUndefined();
  });
});

describe('how long the server waits', () => {
  test.each([
    ['BLPOP a b 2.5', 2_500],
    ['BRPOP a 1', 1_000],
    ['BRPOPLPUSH a b 3', 3_000],
    ['BLMOVE a b LEFT RIGHT 4', 4_000],
    ['BZPOPMIN a 0.001', 1],
    ['BZPOPMAX a 6', 6_000],
    ['BLMPOP 7 1 a LEFT', 7_000],
    ['BZMPOP 8 1 a MIN', 8_000],
    ['XREAD COUNT 2 BLOCK 900 STREAMS a $', 900],
    ['XREADGROUP GROUP BLOCK 3 BLOCK 100 STREAMS a >', 100],
    ['WAIT 1 250', 250],
    ['WAITAOF 1 0 300', 300],
    ['BLPOP a 0', Infinity],
    ['BLPOP a 0.0', Infinity],
    ['BLMPOP 0 1 a LEFT', Infinity],
    ['XREAD BLOCK 0 STREAMS a $', Infinity],
    ['WAIT 1 0', Infinity],
  ])('over %s is as the command says', (command, ms) => {
    for (const args of spellings(command)) {
      expect(blockingMs(commandInfo(args[0]).waiting, args)).toBe(ms);
    }
  });

  test('is understood of a number and a bigint too', () => {
    expect(blockingMs(commandInfo('BLPOP').waiting, ['BLPOP', 'a', 1.5])).toBe(1_500);
    expect(blockingMs(commandInfo('XREAD').waiting, ['XREAD', 'BLOCK', 5n, 'STREAMS', 'a', '$'])).toBe(5);
  });

  test.each([
    'BLPOP a -1',
    'BLPOP a x',
    'BLPOP',
    'BLPOP a NaN',
    'BLPOP a Infinity',
    'XREAD BLOCK',
    'XREAD BLOCK x STREAMS a $',
    'XREAD STREAMS BLOCK 0',
    'GET 5',
  ])('over %s is nothing: it does not wait, or is refused at once', (command) => {
    for (const args of spellings(command)) {
      expect(blockingMs(commandInfo(args[0]).waiting, args)).toBe(0);
    }
  });

  test('over an empty timeout is nothing', () => {
    expect(blockingMs(commandInfo('BLPOP').waiting, ['BLPOP', 'a', ''])).toBe(0);
    expect(blockingMs(commandInfo('BLPOP').waiting, ['BLPOP', 'a', new Uint8Array()])).toBe(0);
  });
});

test.each(SHAREABLE)('%s is for any connection', (command) => {
  for (const args of spellings(command)) {
    for (const ownership of ['shared', 'pooled', 'leased'] as const) {
      expect(refusalOf(args, ownership, OUTSIDE)).toBeUndefined();
      expect(refusalOf(args, ownership, INSIDE)).toBeUndefined();
    }
  }
});

test('what looks like no command is left to the encoder and the server', () => {
  for (const args of [[], [''], ['AUTH secret'], ['x'.repeat(1_000)], [1]]) {
    expect(refusalOf(args, 'shared', OUTSIDE)).toBeUndefined();
  }
});
