import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { RedisReplyError } from '../../src/redis/errors.ts';
import { allSimpleCuts, cutsEvery, failureOf, receive } from './resp-receiving.ts';

describe('a large bulk', () => {
  const sizes = [16_384, 16_385, 65_536, 262_144, 262_145, 1_048_576, 1_048_577, 5_000_000];

  test.each(sizes)(
    'of %i bytes comes as text and as a Buffer, and little of it is left unconsumed',
    (size) => {
      const text = `${'x'.repeat(size - 4)}éyz`;
      const stream = Buffer.from(`*2\r\n$${Buffer.byteLength(text)}\r\n${text}\r\n:1\r\n`);
      for (const cuts of [[], cutsEvery(65_536, stream.length), [stream.length - 6], [stream.length - 5]]) {
        const received = receive(stream, cuts);
        expect(received.events).toEqual([{ reply: [text, 1] }]);
        expect(received.maxUnconsumedBytes).toBeLessThan(16_500);
        const [first] = (receive(stream, cuts, { buffers: true }).events[0] as { reply: [Buffer, number] })
          .reply;
        expect(first.equals(Buffer.from(text))).toBe(true);
      }
    },
  );

  test('does not change when the next one comes', () => {
    const stream = ['a', 'b', 'c'].map((letter) => `$20000\r\n${letter.repeat(20_000)}\r\n`).join('');
    for (const buffers of [false, true]) {
      const { events } = receive(stream, cutsEvery(10_000, stream.length), { buffers });
      const texts = events.map((event) => String((event as { reply: string | Buffer }).reply));
      expect(texts).toEqual(['a', 'b', 'c'].map((letter) => letter.repeat(20_000)));
    }
  });

  test('may be a verbatim string or an error, of which only the beginning is kept', () => {
    const stream = `=20004\r\ntxt:${'v'.repeat(20_000)}\r\n!20004\r\nERR ${'e'.repeat(20_000)}\r\n`;
    const { events } = receive(stream, cutsEvery(10_000, stream.length));
    expect(events).toEqual([
      { reply: 'v'.repeat(20_000) },
      { reply: new RedisReplyError(`ERR ${'e'.repeat(20_000)}`) },
    ]);
  });

  test.each(['xx', 'x\n', '\rx'])('that ends with %j is a violation', (end) => {
    const stream = `$20000\r\n${'x'.repeat(20_000)}${end}`;
    for (const cuts of [[], [20_008], [20_009], cutsEvery(10_000, stream.length)]) {
      expect(failureOf(stream, cuts).code).toBe('PROTOCOL_VIOLATION');
    }
  });
});

describe('a limit', () => {
  const nested = (depth: number): string => `${'*1\r\n'.repeat(depth)}:1\r\n`;

  test.each<[limit: string, most: number, allowed: string, beyond: string]>([
    ['maxBulkBytes', 5, '$5\r\nhello\r\n', '$6\r\n'],
    ['maxBulkBytes', 100_000, `$100000\r\n${'x'.repeat(100_000)}\r\n`, '$100001\r\n'],
    ['maxBulkBytes', 5, '=5\r\ntxt:x\r\n', '=6\r\n'],
    ['maxBulkBytes', 5, '!5\r\nERR x\r\n', '!6\r\n'],
    ['maxBulkBytes', 5, '*1\r\n$5\r\nhello\r\n', '*1\r\n$9999999999999999999\r\n'],
    ['maxLineBytes', 5, '+hello\r\n', '+hello!'],
    ['maxLineBytes', 5, '+hello\r\n', '+hello!\r\n'],
    ['maxLineBytes', 5, '-ERR x\r\n', '-ERR xy\r\n'],
    ['maxLineBytes', 5, '(12345\r\n', '(123456\r\n'],
    ['maxNesting', 3, nested(3), nested(4)],
    ['maxNesting', 3, '%1\r\n~1\r\n|1\r\n:1\r\n:2\r\n:3\r\n:4\r\n', '%1\r\n~1\r\n|1\r\n*0\r\n'],
    ['maxReplyBytes', 11, '$5\r\nhello\r\n', '$6\r\nhello!\r\n'],
    ['maxReplyBytes', 15, '*1\r\n$5\r\nhello\r\n', '*1\r\n$6\r\nhello!\r\n'],
    ['maxReplyBytes', 16, '*4\r\n:1\r\n:2\r\n:3\r\n', '*5\r\n'],
    ['maxReplyBytes', 16, '|1\r\n:1\r\n:2\r\n:3\r\n', '|1\r\n:1\r\n:2\r\n:34\r\n'],
    ['maxReplyBytes', 16, '>3\r\n:1\r\n:2\r\n:3\r\n', '>3\r\n:1\r\n:2\r\n:34\r\n'],
  ])('of %s %i is met by %j and not by %j', (limit, most, allowed, beyond) => {
    const wanted = { limits: { [limit]: most } };
    for (const cuts of [[], cutsEvery(allowed.length > 1_000 ? 999 : 1, allowed.length)]) {
      expect(receive(allowed, cuts, wanted)).toMatchObject({ unconsumedBytes: 0 });
    }
    for (const cuts of allSimpleCuts(beyond.length)) {
      const error = failureOf(beyond, cuts, wanted);
      expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', outcome: 'unknown' });
      expect(error.message).toContain(`${limit} (${most})`);
    }
  });

  test('holds for each reply, not for a stream', () => {
    const stream = '*3\r\n:1\r\n:2\r\n:3\r\n'.repeat(10);
    const wanted = { limits: { maxReplyBytes: 16 } };
    for (const pieceBytes of [1, 7, 1_000]) {
      expect(receive(stream, cutsEvery(pieceBytes, stream.length), wanted).events).toHaveLength(10);
    }
  });

  test('of a reply is met by what has come, not by what was claimed', () => {
    const stream = `*3\r\n${`$20000\r\n${'x'.repeat(20_000)}\r\n`.repeat(3)}`;
    const error = failureOf(stream, cutsEvery(1_000, stream.length), { limits: { maxReplyBytes: 50_000 } });
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  test('by default refuses text that no string can hold, and claims beyond', () => {
    expect(failureOf('$536870912\r\n', []).message).toContain('ask for Buffers');
    expect(failureOf('$536870913\r\n', [], { buffers: true }).message).toContain('maxBulkBytes (536870912)');
    expect(failureOf('*357913942\r\n', []).message).toContain('maxReplyBytes (1073741824)');
    expect(failureOf(nested(33), []).message).toContain('maxNesting (32)');
  });
});
