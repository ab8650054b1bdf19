import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { commandInfo, sharedRefusal } from '../../src/redis/commands.ts';
import { encodeCommand, type RedisArgument } from '../../src/redis/resp-encoder.ts';

const OUTSIDE = { inTransaction: false };
const INSIDE = { inTransaction: true };

describe('what a name tells', () => {
  test('is the same in any spelling', () => {
    const info = commandInfo('GET');
    for (const name of ['get', 'Get', 'gEt', 'GET', Buffer.from('get'), new Uint8Array([71, 69, 84])]) {
      expect(commandInfo(name)).toBe(info);
      expect(commandInfo(name)).toBe(info);
    }
    expect(info).toMatchObject({ name: 'GET', readOnly: true, blocking: 'never', isShareable: true });
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

  test.each([
    ['always', 'BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP'],
    ['on-request', 'XREAD XREADGROUP'],
    ['never', 'LPOP XRANGE GET'],
  ])('is that it blocks %s', (blocking, names) => {
    for (const name of names.split(' ')) expect(commandInfo(name).blocking).toBe(blocking);
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

const REFUSED: readonly [command: string, message: RegExp][] = [
  ...'SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE'
    .split(' ')
    .map((name): [string, RegExp] => [`${name} a`, /subscriptions are not there yet/]),
  ['MONITOR', /there is no way to it yet/],
  ['SYNC', /replication/],
  ['PSYNC ? -1', /replication/],
  ['REPLCONF ACK 0', /replication/],
  ['WATCH a', /not there yet/],
  ['UNWATCH', /not there yet/],
  ['MULTI', /use redis\.transaction\(\[\.\.\.\]\)/],
  ['EXEC', /use redis\.transaction\(\[\.\.\.\]\)/],
  ['DISCARD', /use redis\.transaction\(\[\.\.\.\]\)/],
  ['SELECT 1', /the database in the URL or as the option database/],
  ['AUTH secret', /option credentials/],
  ['HELLO 3', /options credentials and clientName/],
  ['RESET', /close this connection/],
  ['QUIT', /use redis\.close\(\)/],
  ['WAIT 1 0', /not there yet/],
  ['WAITAOF 1 0 0', /not there yet/],
  ['READONLY', /Cluster is not there yet/],
  ['READWRITE', /Cluster is not there yet/],
  ['ASKING', /Cluster is not there yet/],
  ['CLIENT REPLY OFF', /there is no way to it yet/],
  ['CLIENT TRACKING ON', /client-side caching is not there yet/],
  ['CLIENT CACHING YES', /client-side caching is not there yet/],
  ['CLIENT SETNAME secret', /option clientName/],
  ['CLIENT SETINFO LIB-NAME secret', /option clientName/],
  ['CLIENT NO-TOUCH ON', /not there yet/],
  ['CLIENT NO-EVICT ON', /not there yet/],
  ['CLIENT CAPA redirect', /not there yet/],
  ['CLIENT IMPORT-SOURCE ON', /not there yet/],
  ['SCRIPT DEBUG YES', /redis-cli --ldb/],
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

describe.each(REFUSED)('%s', (command, message) => {
  test.each([OUTSIDE, INSIDE])(
    'is not for a shared connection, and the error names what to do: %o',
    (where) => {
      for (const args of spellings(command)) {
        const error = sharedRefusal(args, where);
        expect(error).toMatchObject({ code: 'UNSHAREABLE_COMMAND', outcome: 'not-sent' });
        expect(error?.message).toMatch(message);
        expect(error?.message).not.toContain('secret');
        expect(command.startsWith(error!.command!)).toBe(true);
        expect(error?.message.startsWith(`${error.command} `)).toBe(true);
      }
    },
  );
});

describe.each(BLOCKING)('%s', (command) => {
  test('is not for a shared connection outside of a transaction', () => {
    for (const args of spellings(command)) {
      const error = sharedRefusal(args, OUTSIDE);
      expect(error).toMatchObject({ code: 'UNSHAREABLE_COMMAND', outcome: 'not-sent' });
      expect(error?.message).toMatch(/while it waits; .* not there yet/);
    }
  });

  test('does not wait in a transaction', () => {
    for (const args of spellings(command)) expect(sharedRefusal(args, INSIDE)).toBeUndefined();
  });
});

test.each(SHAREABLE)('%s is for a shared connection', (command) => {
  for (const args of spellings(command)) {
    expect(sharedRefusal(args, OUTSIDE)).toBeUndefined();
    expect(sharedRefusal(args, INSIDE)).toBeUndefined();
  }
});

test('what looks like no command is left to the encoder and the server', () => {
  for (const args of [[], [''], ['AUTH secret'], ['x'.repeat(1_000)], [1]]) {
    expect(sharedRefusal(args, OUTSIDE)).toBeUndefined();
  }
});
