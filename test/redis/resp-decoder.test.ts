import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RedisReplyError } from '../../src/redis/errors.ts';
import { PLAIN_FORM, type RedisReply } from '../../src/redis/reply.ts';
import { RespDecoder, type RespSink } from '../../src/redis/resp-decoder.ts';
import { allSimpleCuts, cutsEvery, failureOf, receive } from './resp-receiving.ts';

const refused = (text: string): RedisReplyError => new RedisReplyError(text);

const REPLIES: readonly [title: string, stream: string, reply: RedisReply][] = [
  ['OK', '+OK\r\n', 'OK'],
  ['a simple string', '+PONG\r\n', 'PONG'],
  ['a simple string that starts like OK', '+OKAY\r\n', 'OKAY'],
  ['an empty simple string', '+\r\n', ''],
  ['a simple string beyond ASCII', '+grün\r\n', 'grün'],
  ['a long simple string', `+${'s'.repeat(1_000)}\r\n`, 's'.repeat(1_000)],
  ['an error', '-ERR no such key\r\n', refused('ERR no such key')],
  ['an error with another code', '-WRONGTYPE Operation\r\n', refused('WRONGTYPE Operation')],
  ['an integer', ':1\r\n', 1],
  ['zero', ':0\r\n', 0],
  ['a negative zero', ':-0\r\n', 0],
  ['a negative integer', ':-1234567890\r\n', -1_234_567_890],
  ['an integer with a plus', ':+5\r\n', 5],
  ['an integer with leading zeros', ':007\r\n', 7],
  ['the largest exact integer', ':9007199254740991\r\n', 9_007_199_254_740_991],
  ['the first integer beyond', ':9007199254740992\r\n', 9_007_199_254_740_992n],
  ['a negative integer beyond', ':-9007199254740993\r\n', -9_007_199_254_740_993n],
  ['the largest integer', ':9223372036854775807\r\n', 9_223_372_036_854_775_807n],
  ['the smallest integer', ':-9223372036854775808\r\n', -9_223_372_036_854_775_808n],
  ['a bulk', '$5\r\nhello\r\n', 'hello'],
  ['an empty bulk', '$0\r\n\r\n', ''],
  ['a bulk with line ends in it', '$6\r\n\r\n$3\r\n\r\n', '\r\n$3\r\n'],
  ['a bulk of sixteen bytes', '$16\r\n0123456789abcdef\r\n', '0123456789abcdef'],
  ['a bulk of seventeen bytes', '$17\r\n0123456789abcdefg\r\n', '0123456789abcdefg'],
  ['a short bulk beyond ASCII', '$7\r\nzüg€\r\n', 'züg€'],
  ['a bulk with characters of four bytes', '$8\r\n😀😁\r\n', '😀😁'],
  ['a bulk that starts with a byte order mark', '$4\r\n\ufeffx\r\n', '\ufeffx'],
  ['a null bulk', '$-1\r\n', null],
  ['a null array', '*-1\r\n', null],
  ['a null', '_\r\n', null],
  ['true', '#t\r\n', true],
  ['false', '#f\r\n', false],
  ['a double', ',3.25\r\n', 3.25],
  ['a double without a fraction', ',10\r\n', 10],
  ['a double with an exponent', ',-1.5e-7\r\n', -1.5e-7],
  ['a double with an upper case exponent', ',2E+10\r\n', 2e10],
  ['infinity', ',inf\r\n', Infinity],
  ['negative infinity', ',-inf\r\n', -Infinity],
  ['not a number', ',nan\r\n', NaN],
  ['not a number as old servers have it', ',-nan\r\n', NaN],
  [
    'a big number',
    '(3492890328409238509324850943850943825024385\r\n',
    3492890328409238509324850943850943825024385n,
  ],
  ['a small negative big number', '(-7\r\n', -7n],
  ['a bulk error', '!21\r\nSYNTAX invalid syntax\r\n', refused('SYNTAX invalid syntax')],
  ['a verbatim string', '=15\r\ntxt:Some string\r\n', 'Some string'],
  ['an empty verbatim string', '=4\r\nmkd:\r\n', ''],
  ['an array', '*2\r\n:1\r\n$1\r\na\r\n', [1, 'a']],
  ['an empty array', '*0\r\n', []],
  [
    'an array of everything',
    '*6\r\n$-1\r\n*-1\r\n_\r\n-ERR x\r\n*0\r\n+OK\r\n',
    [null, null, null, refused('ERR x'), [], 'OK'],
  ],
  ['arrays in arrays', '*2\r\n*2\r\n*1\r\n:1\r\n:2\r\n*1\r\n*1\r\n*0\r\n', [[[1], 2], [[[]]]]],
  [
    'a map',
    '%2\r\n+first\r\n:1\r\n$6\r\nsecond\r\n*1\r\n:2\r\n',
    new Map<RedisReply, RedisReply>([
      ['first', 1],
      ['second', [2]],
    ]),
  ],
  ['an empty map', '%0\r\n', new Map()],
  ['a map in a map', '%1\r\n%1\r\n:1\r\n:2\r\n%0\r\n', new Map([[new Map([[1, 2]]), new Map()]])],
  ['a map with a null key', '%1\r\n_\r\n#t\r\n', new Map([[null, true]])],
  ['a set', '~3\r\n:1\r\n+a\r\n:1\r\n', new Set<RedisReply>([1, 'a'])],
  ['an empty set', '~0\r\n', new Set()],
  ['an attribute in front of a reply', '|1\r\n+ttl\r\n:3600\r\n$1\r\na\r\n', 'a'],
  ['two attributes in front of a reply', '|1\r\n+a\r\n*1\r\n:1\r\n|1\r\n+b\r\n:2\r\n:7\r\n', 7],
  ['an empty attribute in front of a reply', '|0\r\n:7\r\n', 7],
  ['an attribute in front of an element', '*3\r\n:1\r\n|1\r\n+ttl\r\n:3600\r\n:2\r\n:3\r\n', [1, 2, 3]],
  ['an empty attribute in front of an element', '*2\r\n:1\r\n|0\r\n:2\r\n', [1, 2]],
  [
    'attributes in front of a key, a value and within an attribute',
    '%1\r\n|1\r\n|1\r\n+x\r\n+y\r\n+a\r\n+b\r\n+key\r\n|1\r\n+a\r\n%1\r\n+p\r\n+q\r\n+value\r\n',
    new Map([['key', 'value']]),
  ],
];

const MALFORMED: readonly [title: string, stream: string][] = [
  ['an unknown type', '@1\r\n'],
  ['a letter as a type', 'a\r\n'],
  ['an empty line', '\r\n'],
  ['a NUL', '\0\r\n'],
  ['a byte beyond ASCII as a type', 'é\r\n'],
  ['a letter in an integer', ':4x2\r\n'],
  ['a space in an integer', ': 42\r\n'],
  ['an integer without digits', ':\r\n'],
  ['an integer of a sign alone', ':-\r\n'],
  ['an integer with two signs', ':--1\r\n'],
  ['an integer with a fraction', ':1.5\r\n'],
  ['an integer of more than 64 bits', ':9223372036854775808\r\n'],
  ['a negative integer of more than 64 bits', ':-9223372036854775809\r\n'],
  ['an integer of twenty digits', ':00000000000000000001\r\n'],
  ['an endless integer', `:${'1'.repeat(40)}`],
  ['an integer that ends with LF alone', ':1\n'],
  ['an integer that ends with CR and something else', ':1\rx'],
  ['a bulk without a length', '$\r\n\r\n'],
  ['a bulk of length -2', '$-2\r\n'],
  ['a bulk of length -01', '$-01\r\n'],
  ['a bulk of length -10', '$-10\r\n'],
  ['a bulk of length - alone', '$-\r\n'],
  ['a bulk of length +1', '$+1\r\na\r\n'],
  ['a bulk of a length in hexadecimal', '$0x1\r\na\r\n'],
  ['a bulk of an unknown length', '$?\r\n;1\r\na\r\n;0\r\n'],
  ['a length that ends with LF alone', '$1\na\r\n'],
  ['a length that ends with CR and something else', '$1\ra\r\n'],
  ['a bulk that is longer than its length', '$2\r\nabcd\r\n'],
  ['a bulk that ends with LF alone', '$2\r\nab\n+'],
  ['a bulk that ends with CR and something else', '$2\r\nab\rx'],
  ['a bulk that is shorter than its length', '$4\r\nab\r\n+OK\r\n'],
  ['a simple string that ends with LF alone', '+OK\n'],
  ['a simple string with LF in it', '+a\nb\r\n'],
  ['a simple string with CR in it', '+a\rb\r\n'],
  ['OK that ends with CR and something else', '+OK\rx'],
  ['an error that ends with LF alone', '-ERR\n'],
  ['an array of length -2', '*-2\r\n'],
  ['an array without a length', '*\r\n'],
  ['an array of a fractional length', '*1.0\r\n'],
  ['a map of length -1', '%-1\r\n'],
  ['a set of length -1', '~-1\r\n'],
  ['a push message of length -1', '>-1\r\n'],
  ['an attribute of length -1', '|-1\r\n'],
  ['a verbatim string of length -1', '=-1\r\n'],
  ['a bulk error of length -1', '!-1\r\n'],
  ['a verbatim string without a format', '=3\r\ntxt\r\n'],
  ['a verbatim string without a colon', '=5\r\ntexts\r\n'],
  ['a null with something in it', '_x\r\n'],
  ['a boolean of another letter', '#x\r\n'],
  ['a boolean of two letters', '#tf\r\n'],
  ['an empty boolean', '#\r\n'],
  ['an empty double', ',\r\n'],
  ['a double of a word', ',one\r\n'],
  ['a double with a space', ',1 2\r\n'],
  ['a double without digits behind the point', ',1.\r\n'],
  ['a double with an empty exponent', ',1e\r\n'],
  ['a double in hexadecimal', ',0x10\r\n'],
  ['an empty big number', '(\r\n'],
  ['a big number with a letter', '(12a\r\n'],
  ['a push message in an array', '*1\r\n>1\r\n+a\r\n'],
  ['a push message in an attribute', '|1\r\n>1\r\n+a\r\n+b\r\n'],
  ['a push message in a push message', '>1\r\n>1\r\n+a\r\n'],
  ['an empty push message', '>0\r\n'],
  ['the end of a stream of unknown length', '*?\r\n:1\r\n.\r\n'],
];

/** Any way to cut a stream of so many bytes. */
function anyCuts(streamBytes: number): fc.Arbitrary<number[]> {
  const cut = fc.integer({ min: 0, max: streamBytes });
  return fc.array(cut, { maxLength: 20 }).map((cuts) => cuts.toSorted((a, b) => a - b));
}

describe.each(REPLIES)('%s', (_, stream, reply) => {
  test('is decoded however it is cut, with nothing left over', () => {
    const streamBytes = Buffer.byteLength(stream);
    for (const cuts of streamBytes < 200 ? allSimpleCuts(streamBytes) : [[], cutsEvery(7, streamBytes)]) {
      expect(receive(stream, cuts)).toMatchObject({ events: [{ reply }], unconsumedBytes: 0 });
    }
  });
});

describe('a stream', () => {
  const stream = Buffer.from(REPLIES.map(([, bytes]) => bytes).join(''));
  const replies = REPLIES.map(([, , reply]) => ({ reply }));

  test('of all replies is decoded in order, byte by byte and whole', () => {
    expect(receive(stream, []).events).toEqual(replies);
    expect(receive(stream, cutsEvery(1, stream.length)).events).toEqual(replies);
  });

  test('of all replies is decoded in order at any cuts', () => {
    fc.assert(
      fc.property(anyCuts(stream.length), (cuts) => {
        expect(receive(stream, cuts)).toMatchObject({ events: replies, unconsumedBytes: 0 });
      }),
    );
  });

  test('of each reply behind each other one is decoded byte by byte', () => {
    const short = REPLIES.filter(([, bytes]) => bytes.length < 100);
    for (const [, before, first] of short) {
      for (const [, behind, second] of short) {
        const pair = Buffer.from(before + behind);
        const { events } = receive(pair, cutsEvery(1, pair.length));
        expect(events).toEqual([{ reply: first }, { reply: second }]);
      }
    }
  });

  test('has push messages between replies, in front of attributes and at its end', () => {
    const mixed = '>2\r\n+a\r\n:1\r\n:1\r\n>1\r\n%1\r\n+k\r\n+v\r\n|1\r\n+x\r\n+y\r\n>1\r\n$1\r\nb\r\n';
    for (const cuts of allSimpleCuts(mixed.length)) {
      expect(receive(mixed, cuts).events).toEqual([
        { push: ['a', 1] },
        { reply: 1 },
        { push: [new Map([['k', 'v']])] },
        { push: ['b'] },
      ]);
    }
  });

  test('that is cut leaves no more unconsumed than the element that is cut', () => {
    const elements = '$10\r\n0123456789\r\n'.repeat(1_000);
    const { maxUnconsumedBytes } = receive(`*1000\r\n${elements}`, cutsEvery(99, elements.length));
    expect(maxUnconsumedBytes).toBeLessThan(17);
  });

  test('that is not complete yields nothing', () => {
    for (const [, bytes] of REPLIES) {
      expect(receive(Buffer.from(bytes).subarray(0, -1), []).events).toEqual([]);
    }
  });
});

describe.each(MALFORMED)('%s', (_, stream) => {
  test('is a protocol violation however it is cut', () => {
    for (const cuts of allSimpleCuts(Buffer.byteLength(stream))) {
      expect(failureOf(stream, cuts)).toMatchObject({ code: 'PROTOCOL_VIOLATION', outcome: 'unknown' });
    }
  });

  test('is a protocol violation within an array and behind other replies', () => {
    for (const around of [`*3\r\n:1\r\n${stream}:1\r\n`, `+OK\r\n${stream}+OK\r\n`]) {
      expect(failureOf(around, []).code).toBe('PROTOCOL_VIOLATION');
      expect(failureOf(around, cutsEvery(1, Buffer.byteLength(around))).code).toBe('PROTOCOL_VIOLATION');
    }
  });
});

test('a violation says what was expected and which byte came, and nothing of the content', () => {
  expect(failureOf('$2\r\nabsecret\r\n', []).message).toBe('expected CR and LF after a bulk, got byte 0x73');
  expect(failureOf('?secret\r\n', []).message).toBe('expected a type of RESP, got byte 0x3f');
  for (const [, stream] of MALFORMED) expect(failureOf(stream, []).message).toMatch(/^expected .{3,80}$/);
});

describe('text as Buffers', () => {
  const wanted = { buffers: true };

  test.each([
    ['a bulk', '$5\r\nhello\r\n', Buffer.from('hello')],
    ['a long bulk', `$40\r\n${'x'.repeat(40)}\r\n`, Buffer.alloc(40, 'x')],
    ['an empty bulk', '$0\r\n\r\n', Buffer.alloc(0)],
    ['a simple string', '+OK\r\n', Buffer.from('OK')],
    ['a verbatim string', '=5\r\ntxt:x\r\n', Buffer.from('x')],
    ['an error', '-ERR x\r\n', refused('ERR x')],
    ['an array', '*3\r\n$1\r\na\r\n:1\r\n$-1\r\n', [Buffer.from('a'), 1, null]],
    ['a map', '%1\r\n$1\r\na\r\n+b\r\n', new Map([[Buffer.from('a'), Buffer.from('b')]])],
  ])('%s', (_, stream, reply) => {
    for (const cuts of allSimpleCuts(stream.length)) {
      expect(receive(stream, cuts, wanted).events).toEqual([{ reply }]);
    }
  });

  test('keep bytes that are no UTF-8', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x0d, 0x0a]);
    const stream = Buffer.concat([Buffer.from('$5\r\n'), bytes, Buffer.from('\r\n')]);
    expect(receive(stream, [], wanted).events).toEqual([{ reply: bytes }]);
  });

  test('do not concern push messages, nor attributes', () => {
    const stream = '|1\r\n+a\r\n+b\r\n>1\r\n+message\r\n+reply\r\n';
    expect(receive(stream, [], wanted).events).toEqual([
      { push: ['message'] },
      { reply: Buffer.from('reply') },
    ]);
  });
});

describe('maps that are wanted flat', () => {
  const wanted = { maps: 'flat' } as const;

  test('are keys and values in turn, nested ones too', () => {
    const stream = '%2\r\n+a\r\n:1\r\n+b\r\n%1\r\n+c\r\n:2\r\n%0\r\n';
    for (const cuts of allSimpleCuts(stream.length)) {
      expect(receive(stream, cuts, wanted).events).toEqual([
        { reply: ['a', 1, 'b', ['c', 2]] },
        { reply: [] },
      ]);
    }
  });

  test('are maps in push messages', () => {
    const stream = '>1\r\n%1\r\n+a\r\n:1\r\n';
    expect(receive(stream, [], wanted).events).toEqual([{ push: [new Map([['a', 1]])] }]);
  });
});

test('what the sink throws leaves decode', () => {
  const stop = new Error('nothing was asked');
  const sink: RespSink = {
    form: PLAIN_FORM,
    value: () => {
      throw stop;
    },
    push: () => {
      throw stop;
    },
  };
  expect(() => new RespDecoder().decode(Buffer.from('+OK\r\n'), sink)).toThrow(stop);
  expect(() => new RespDecoder().decode(Buffer.from('>1\r\n:1\r\n'), sink)).toThrow(stop);
});

describe('integers as bigints', () => {
  test.each([':0\r\n', ':-1\r\n', ':+7\r\n', ':9007199254740993\r\n'])('%j', (stream) => {
    const reply = BigInt(stream.slice(1).trim());
    expect(receive(stream, [], { bigints: true }).events).toEqual([{ reply }]);
  });
});
