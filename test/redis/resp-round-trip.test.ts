import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RedisReply } from '../../src/redis/reply.ts';
import { RedisReplyError } from '../../src/redis/errors.ts';
import { cutsEvery, receive } from './resp-receiving.ts';

/** A reply and one way in which a server may write it. */
interface Written {
  readonly wire: string;
  readonly reply: RedisReply;
}

const bulkOf = (type: string, text: string): string => `${type}${Buffer.byteLength(text)}\r\n${text}\r\n`;

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ minLength: 12, maxLength: 20 }),
  fc.constantFrom('\r\n', '$5\r\nhello\r\n', '', '\0', '\ufeff'),
);
const anyLine = anyText.map((text) => text.replaceAll(/[\r\n]/g, ' '));
const anyInteger = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

function numberOf(integer: bigint): number | bigint {
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
}

const anyLeaf: fc.Arbitrary<Written> = fc.oneof(
  { weight: 4, arbitrary: anyText.map((text) => ({ wire: bulkOf('$', text), reply: text })) },
  anyLine.map((text) => ({ wire: `+${text}\r\n`, reply: text })),
  anyText.map((text) => ({ wire: bulkOf('=', `txt:${text}`), reply: text })),
  anyLine.map((text) => ({ wire: `-ERR ${text}\r\n`, reply: new RedisReplyError(`ERR ${text}`) })),
  anyText.map((text) => ({ wire: bulkOf('!', `ERR ${text}`), reply: new RedisReplyError(`ERR ${text}`) })),
  fc.oneof(anyInteger, fc.bigInt({ min: -1000n, max: 1000n })).map((integer) => ({
    wire: `:${integer}\r\n`,
    reply: numberOf(integer),
  })),
  fc.bigInt().map((integer) => ({ wire: `(${integer}\r\n`, reply: integer })),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((double) => ({ wire: `,${double}\r\n`, reply: double + 0 })),
  fc.constantFrom<Written>(
    { wire: '+OK\r\n', reply: 'OK' },
    { wire: '$-1\r\n', reply: null },
    { wire: '*-1\r\n', reply: null },
    { wire: '_\r\n', reply: null },
    { wire: '#t\r\n', reply: true },
    { wire: '#f\r\n', reply: false },
    { wire: ',-inf\r\n', reply: -Infinity },
  ),
);

function wireOf(written: readonly Written[]): string {
  return written.map(({ wire }) => wire).join('');
}

function repliesOf(written: readonly Written[]): RedisReply[] {
  return written.map(({ reply }) => reply);
}

const { tree: anyTree } = fc.letrec<{ tree: Written; bare: Written; attribute: string }>((tie) => ({
  bare: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 3, arbitrary: anyLeaf },
    fc.array(tie('tree'), { maxLength: 6 }).map((items) => ({
      wire: `*${items.length}\r\n${wireOf(items)}`,
      reply: repliesOf(items),
    })),
    fc.array(tie('tree'), { maxLength: 4 }).map((items) => ({
      wire: `~${items.length}\r\n${wireOf(items)}`,
      reply: new Set(repliesOf(items)),
    })),
    fc.array(fc.tuple(tie('tree'), tie('tree')), { maxLength: 4 }).map((pairs) => ({
      wire: `%${pairs.length}\r\n${wireOf(pairs.flat())}`,
      reply: new Map(pairs.map(([key, value]) => [key.reply, value.reply])),
    })),
  ),
  attribute: fc
    .array(fc.tuple(anyLeaf, anyLeaf), { maxLength: 2 })
    .map((pairs) => `|${pairs.length}\r\n${wireOf(pairs.flat())}`),
  tree: fc.oneof(
    { weight: 5, arbitrary: tie('bare') },
    fc.tuple(tie('attribute'), tie('bare')).map(([attribute, { wire, reply }]) => ({
      wire: attribute + wire,
      reply,
    })),
  ),
}));

describe('any replies', () => {
  test('come out as they were written, at any cuts', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(anyTree, { minLength: 1, maxLength: 5 }), cuts, (written, places) => {
        const stream = Buffer.from(wireOf(written));
        const ends = places.map((place) => place % stream.length).toSorted((a, b) => a - b);
        expect(receive(stream, ends)).toMatchObject({
          events: repliesOf(written).map((reply) => ({ reply })),
          unconsumedBytes: 0,
        });
      }),
      { numRuns: 200 },
    );
  });

  test('come out as they were written, byte by byte', () => {
    fc.assert(
      fc.property(anyTree, ({ wire, reply }) => {
        const stream = Buffer.from(wire);
        expect(receive(stream, cutsEvery(1, stream.length)).events).toEqual([{ reply }]);
      }),
      { numRuns: 200 },
    );
  });

  test('with one byte changed are refused, or yield the same at any cuts', () => {
    const outcome = (stream: Buffer, cuts: readonly number[]): unknown => {
      try {
        return receive(stream, cuts).events;
      } catch (error) {
        return (error as { code: unknown }).code;
      }
    };
    fc.assert(
      fc.property(anyTree, fc.nat(), fc.nat({ max: 255 }), ({ wire }, place, byte) => {
        const stream = Buffer.from(wire);
        stream[place % stream.length] = byte;
        expect(outcome(stream, cutsEvery(1, stream.length))).toEqual(outcome(stream, []));
      }),
      { numRuns: 200 },
    );
  });
});

test('text of any length is decoded like Buffer does it, wherever it stands', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat({ max: 20 }), (bytes, behind) => {
      const stream = Buffer.concat([
        Buffer.from(`$${bytes.length}\r\n`),
        bytes,
        Buffer.from(`\r\n${'+OK\r\n'.repeat(behind)}`),
      ]);
      const { events } = receive(stream, []);
      expect(events[0]).toEqual({ reply: Buffer.from(bytes).toString() });
      expect(events).toHaveLength(1 + behind);
    }),
  );
});
