import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HawserError, type Encoded } from '../../src/core/index.ts';
import { commandInfo } from '../../src/redis/commands.ts';
import type { RedisArgument } from '../../src/redis/argument-text.ts';
import { encodeCommand, joinCommands } from '../../src/redis/resp-encoder.ts';

/** What a transport would write. */
function wireOf(data: Encoded): Buffer {
  const pieces = typeof data === 'string' || data instanceof Uint8Array ? [data] : data;
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

/** Commands as a server reads them: strictly, and to the last byte. A character of a part stands for a byte. */
function parseCommands(wire: Buffer): string[][] {
  let at = 0;
  const header = (type: string): number => {
    const end = wire.indexOf('\r\n', at);
    const line = wire.toString('latin1', at, end);
    at = end + 2;
    if (!/^[*$](0|[1-9]\d*)$/.test(line) || line[0] !== type) throw new Error(`not a header: ${line}`);
    return Number(line.slice(1));
  };
  const part = (): string => {
    const bytes = header('$');
    const content = wire.subarray(at, at + bytes);
    at += bytes + 2;
    if (content.length !== bytes || wire.toString('latin1', at - 2, at) !== '\r\n') throw new Error('no end');
    return content.toString('latin1');
  };
  const commands = [];
  while (at < wire.length) commands.push(Array.from({ length: header('*') }, part));
  return commands;
}

function bytesOf(argument: RedisArgument): string {
  const bytes = argument instanceof Uint8Array ? Buffer.from(argument) : Buffer.from(String(argument));
  return bytes.toString('latin1');
}

const anyArgument: fc.Arbitrary<RedisArgument> = fc.oneof(
  { weight: 5, arbitrary: fc.string() },
  fc.string({ unit: 'grapheme' }),
  // Lone surrogates, too.
  fc.array(fc.integer({ min: 0, max: 0xff_ff })).map((units) => String.fromCharCode(...units)),
  fc.integer({ min: 4_000, max: 4_200 }).map((length) => 'x'.repeat(length)),
  fc.integer({ min: 4_000, max: 4_200 }).map((length) => `${'x'.repeat(length)}€`),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.bigInt(),
  fc.uint8Array(),
);
const anyName = fc.oneof(fc.constantFrom('GET', 'set', 'Json.Get', 'ПРИВЕТ', 'two words', ''), anyArgument);
const anyCommand = fc
  .tuple(anyName, fc.array(anyArgument, { maxLength: 20 }))
  .map(([name, rest]) => [name, ...rest]);

/** What a server is to read of a command. */
function sent(args: readonly RedisArgument[]): string[] {
  const info = commandInfo(args[0]);
  const [name, ...rest] = args.map(bytesOf);
  return [info.name === '(unnamed)' ? name! : info.name, ...rest];
}

function failureOf(run: () => unknown): HawserError {
  try {
    run();
  } catch (error) {
    if (error instanceof HawserError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a command', () => {
  test.each<[string, readonly RedisArgument[], Encoded]>([
    ['without arguments', ['PING'], '*1\r\n$4\r\nPING\r\n'],
    ['with a key', ['GET', 'key'], '*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n'],
    ['in lower case', ['get', 'Key'], '*2\r\n$3\r\nGET\r\n$3\r\nKey\r\n'],
    ['of a module', ['json.get', 'key'], '*2\r\n$8\r\nJSON.GET\r\n$3\r\nkey\r\n'],
    ['with an empty argument', ['SET', 'key', ''], '*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$0\r\n\r\n'],
    ['with numbers', ['SET', 1, -2.5], '*3\r\n$3\r\nSET\r\n$1\r\n1\r\n$4\r\n-2.5\r\n'],
    ['with a negative zero', ['GET', -0], '*2\r\n$3\r\nGET\r\n$1\r\n0\r\n'],
    ['with a bigint', ['GET', 2n ** 64n], '*2\r\n$3\r\nGET\r\n$20\r\n18446744073709551616\r\n'],
    ['with text beyond ASCII', ['GET', 'züg€'], '*2\r\n$3\r\nGET\r\n$7\r\nzüg€\r\n'],
    ['whose name is no name', ['not a name'], '*1\r\n$10\r\nnot a name\r\n'],
    ['whose name is a number', [1], '*1\r\n$1\r\n1\r\n'],
    ['whose name is in bytes', [Buffer.from('get'), 'key'], '*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n'],
  ])('%s is one string', (_, args, data) => {
    expect(encodeCommand(args)).toEqual({ data, bytes: Buffer.byteLength(data as string) });
  });

  test('with a Uint8Array is in pieces, and the array is referenced', () => {
    const value = new Uint8Array([0, 255]);
    const { data, bytes } = encodeCommand(['SET', 'key', value, 'NX']);
    expect(data).toEqual(['*4\r\n$3\r\nSET\r\n$3\r\nkey\r\n$2\r\n', value, '\r\n$2\r\nNX\r\n']);
    expect((data as unknown[])[1]).toBe(value);
    expect(bytes).toBe(38);
  });

  test.each([
    ['ASCII', 'x'.repeat(4_096)],
    ['text beyond ASCII', '€'.repeat(1_366)],
    ['lone surrogates', '\ud800'.repeat(1_366)],
  ])('with %s of 4 KiB has a Buffer of it', (_, value) => {
    const { data, bytes } = encodeCommand(['SET', 'key', value]);
    expect(Buffer.from(value).equals((data as [string, Buffer, string])[1])).toBe(true);
    expect(bytes).toBe(wireOf(data).length);
  });

  test('of which no part reaches 4 KiB is one string, however long it is', () => {
    const { data, bytes } = encodeCommand([
      'MSET',
      ...Array.from({ length: 1_000 }, () => 'x'.repeat(1_000)),
    ]);
    expect(data).toHaveLength(bytes);
  });

  test('of any kind is what a server reads, and `bytes` is its exact size', () => {
    fc.assert(
      fc.property(anyCommand, (args) => {
        const { data, bytes } = encodeCommand(args);
        const wire = wireOf(data);
        expect(bytes).toBe(wire.length);
        expect(parseCommands(wire)).toEqual([sent(args)]);
        expect(encodeCommand(args, commandInfo(args[0])).bytes).toBe(bytes);
      }),
    );
  });

  test.each<[string, unknown, string]>([
    ['an object', {}, 'object'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a boolean', true, 'boolean'],
    ['an array', ['secret'], 'an array'],
    ['NaN', NaN, 'a number that is not finite'],
    ['Infinity', Infinity, 'a number that is not finite'],
    ['a symbol', Symbol('secret'), 'symbol'],
    ['a function', () => 'secret', 'function'],
    ['an ArrayBuffer', new ArrayBuffer(1), 'object'],
    ['an array of larger numbers', new Uint16Array(1), 'object'],
  ])('with %s as an argument is refused', (_, argument, got) => {
    for (const args of [
      ['SET', 'secret', argument],
      ['SET', Buffer.from('secret'), argument, 'secret'],
    ]) {
      const error = failureOf(() => encodeCommand(args as RedisArgument[]));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', outcome: 'not-sent', command: 'SET' });
      expect(error.message).toBe(
        `argument 2 of SET: expected string, number, bigint or Uint8Array, got ${got}`,
      );
    }
  });

  test('with a hole among its arguments is refused', () => {
    // oxlint-disable-next-line no-sparse-arrays
    const args = ['SET', , 'value'] as unknown as RedisArgument[];
    expect(failureOf(() => encodeCommand(args)).message).toContain('argument 1 of SET');
  });

  test.each<[string, unknown, string]>([
    ['an empty array', [], 'an empty array'],
    ['a string', 'GET key', 'string'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['an object', {}, 'object'],
  ])('that is %s is refused', (_, args, got) => {
    const error = failureOf(() => encodeCommand(args as RedisArgument[]));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', outcome: 'not-sent' });
    expect(error.message).toBe(`a command: expected array of its name and arguments, got ${got}`);
  });

  test('whose name is none is refused without repeating it', () => {
    const error = failureOf(() => encodeCommand([{ secret: 1 } as unknown as string, 'secret']));
    expect(error.message).toBe("a command's name: expected string, number, bigint or Uint8Array, got object");
    expect(failureOf(() => encodeCommand(['AUTH secret', NaN])).message).toContain('argument 1 of (unnamed)');
  });
});

describe('commands in a row', () => {
  test('are one string when each of them is', () => {
    const { data, bytes } = joinCommands([encodeCommand(['INCR', 'ä']), encodeCommand(['GET', 'b'])]);
    expect(data).toBe('*2\r\n$4\r\nINCR\r\n$2\r\nä\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n');
    expect(bytes).toBe(Buffer.byteLength(data as string));
  });

  test('have their text joined between Uint8Arrays', () => {
    const value = Buffer.from([0]);
    const { data } = joinCommands([
      encodeCommand(['GET', 'a']),
      encodeCommand(['SET', 'b', value]),
      encodeCommand(['GET', 'c']),
    ]);
    expect(data).toEqual([expect.stringContaining('SET'), value, expect.stringContaining('GET')]);
  });

  test('have their text cut where it would be long', () => {
    const { data } = joinCommands(
      Array.from({ length: 200 }, () => encodeCommand(['ECHO', 'x'.repeat(1_000)])),
    );
    const pieces = data as readonly string[];
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) expect(piece.length).toBeLessThan(70_000);
  });

  test('may be none', () => {
    expect(joinCommands([])).toEqual({ data: [], bytes: 0 });
  });

  test('of any kind are what a server reads, and `bytes` is their exact size', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { minLength: 1, maxLength: 8 }), (commands) => {
        const { data, bytes } = joinCommands(commands.map((args) => encodeCommand(args)));
        const wire = wireOf(data);
        expect(bytes).toBe(wire.length);
        expect(parseCommands(wire)).toEqual(commands.map(sent));
      }),
    );
  });
});
