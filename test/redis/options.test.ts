import { HawserError } from 'hawser';
import { Redis, type RedisOptions } from 'hawser/redis';
import { RedisClusterClient } from 'hawser/redis/cluster';
import { describe, expect, test } from 'vitest';
import { resolveOptions } from '../../src/core/options.ts';
import { askFunction } from '../../src/redis/credentials.ts';
import { resolveRedisOptions } from '../../src/redis/options.ts';
import { DEFAULT_RESP_LIMITS } from '../../src/redis/resp-limits.ts';

/** What an address comes to. */
function read(address: string | URL, options: RedisOptions = {}) {
  const { connection, credentials, database } = resolveRedisOptions(address, options);
  const [endpoint] = connection.endpoints;
  return { ...endpoint, tls: connection.tls !== undefined, credentials: credentials.given, database };
}

function refusalOf(address: unknown, options: unknown = {}): HawserError {
  try {
    resolveOptions(resolveRedisOptions(address as string, options as RedisOptions).connection);
  } catch (error) {
    expect(error).toBeInstanceOf(HawserError);
    return error as HawserError;
  }
  throw new Error('It was expected to be refused.');
}

const DEFAULTS = { tls: false, credentials: undefined, database: 0 };

describe('an address', () => {
  test.each([
    ['redis://', { host: 'localhost', port: 6379 }],
    ['redis://cache', { host: 'cache', port: 6379 }],
    ['redis://cache.example.org:7000', { host: 'cache.example.org', port: 7000 }],
    ['redis://127.0.0.1:7000/', { host: '127.0.0.1', port: 7000 }],
    ['redis://[::1]:7000', { host: '::1', port: 7000 }],
    ['redis://[2001:db8::1]', { host: '2001:db8::1', port: 6379 }],
    ['REDIS://cache', { host: 'cache', port: 6379 }],
    ['redis://cache/3', { host: 'cache', port: 6379, database: 3 }],
    ['redis:///3', { host: 'localhost', port: 6379, database: 3 }],
    ['rediss://cache', { host: 'cache', port: 6379, tls: true }],
    ['valkey://cache', { host: 'cache', port: 6379 }],
    ['valkeys://cache', { host: 'cache', port: 6379, tls: true }],
    ['unix:///run/redis.sock', { path: '/run/redis.sock' }],
    ['unix:///run/redis.sock?database=2', { path: '/run/redis.sock', database: 2 }],
    ['unix:///run/with%20space.sock', { path: '/run/with space.sock' }],
  ])('%s is read', (address, expected) => {
    expect(read(address)).toEqual({ ...DEFAULTS, ...expected });
    expect(read(new URL(address))).toEqual({ ...DEFAULTS, ...expected });
  });

  test.each([
    ['redis://:secret@cache', { username: undefined, password: 'secret' }],
    ['redis://user:secret@cache', { username: 'user', password: 'secret' }],
    ['redis://user@cache', { username: 'user', password: undefined }],
    ['redis://us%40er:p%2Fw%3A%20%C3%BC%25@cache', { username: 'us@er', password: 'p/w: ü%' }],
  ])('the credentials in %s are decoded', (address, credentials) => {
    expect(read(address)).toEqual({ ...DEFAULTS, host: 'cache', port: 6379, credentials });
  });

  test.each([
    [''],
    ['cache'],
    ['cache:6379'],
    ['http://user:secret@cache'],
    ['redis://user:secret@cache:port'],
    ['redis://user:secret@cache:65536'],
    ['redis://user:secret@cache:0'],
    ['redis://user:secret@cache/one'],
    ['redis://user:secret@cache/-1'],
    ['redis://user:secret@cache/1.5'],
    ['redis://user:secret@cache/0x10'],
    ['redis://user:secret@cache/1e1'],
    ['redis://user:secret@cache/1/2'],
    ['redis://user:secret%@cache'],
    ['redis://cache?database=2'],
    ['redis://cache/2?password=secret'],
    ['redis://user:12#secret@cache'],
    ['redis://user:12?secret@cache'],
    ['unix:///run/redis.sock?db=2'],
    ['unix:///run/redis.sock?database=2&password=secret'],
    ['redis://user:secret%ff@cache'],
    ['unix://'],
    ['unix:///run/redis.sock?database=secret'],
    [undefined],
    [null],
    [6379],
    [{ secret: 'secret' }],
  ])('%j is refused with INVALID_OPTION, and not repeated', (address) => {
    const error = refusalOf(address);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', outcome: 'not-sent' });
    expect(error.message).toMatch(/^option (url|database|endpoints\.(port|path)): expected .+, got .+$/);
    // Without its frames, which name the folder that the project lies in.
    const stack = String(error.stack).replaceAll(/^ {4}at .*$/gm, '');
    expect([error.message, stack, JSON.stringify(error), String(error.cause)].join()).not.toMatch(
      /secret|cache/,
    );
  });
});

describe('options override the address', () => {
  test('credentials, database, TLS and endpoints', () => {
    const address = 'rediss://user:secret@cache/1';
    const credentials = { username: 'other', password: 'word' };
    expect(read(address, { credentials }).credentials).toEqual(credentials);
    expect(read(address, { database: 0 }).database).toBe(0);
    expect(read(address, { tls: false }).tls).toBe(false);
    expect(read('redis://cache', { tls: true }).tls).toBe(true);
    const endpoints = [{ host: 'a', port: 1 }, { path: '/b' }];
    expect(resolveRedisOptions(address, { endpoints }).connection.endpoints).toEqual(endpoints);
  });

  test('TLS options are handed on', () => {
    const tls = { servername: 'redis.example.org', rejectUnauthorized: false };
    expect(resolveRedisOptions('rediss://cache', { tls }).connection.tls).toEqual(tls);
  });

  test('one limit leaves the others as they are', () => {
    const { limits } = resolveRedisOptions('redis://', { limits: { maxNesting: 7 } });
    expect(limits).toEqual({ ...DEFAULT_RESP_LIMITS, maxNesting: 7 });
  });
});

/** Values that an option cannot have, by the option's name in the error. */
const REFUSED_VALUES: readonly [string, unknown][] = [
  ...['connectTimeoutMs', 'handshakeTimeoutMs', 'slowRetryMs'].flatMap((name) =>
    [-1, NaN, Infinity, 2_147_483_648, '5', null].map((value): [string, unknown] => [name, value]),
  ),
  ...['timeoutMs', 'stallAfterMs', 'whenDownWaitMs'].flatMap((name) =>
    [-1, NaN, -Infinity, 2_147_483_648, '5', null].map((value): [string, unknown] => [name, value]),
  ),
  ...['backoff.baseMs', 'backoff.capMs'].flatMap((name) =>
    [-1, NaN, Infinity, '5'].map((value): [string, unknown] => [name, value]),
  ),
  ...['maxPending.requests', 'maxPending.bytes', 'limits.maxNesting', 'limits.maxBulkBytes'].flatMap((name) =>
    [0, -1, 1.5, NaN, Infinity, '5'].map((value): [string, unknown] => [name, value]),
  ),
  ['limits.unheardOf', 1],
  ['database', -1],
  ['database', 1.5],
  ['database', '0'],
  ['keyPrefix', 'a*'],
  ['keyPrefix', 5],
  ['protocol', 4],
  ['protocol', '3'],
  ['clientName', ''],
  ['clientName', 'two words'],
  ['clientName', 'line\nbreak'],
  ['clientName', 5],
  ['credentials', 'secret'],
  ['credentials', 5],
  ['credentials.password', 5],
  ['credentials.username', 5],
  ['endpoints', []],
  ['endpoints', 'redis.example.org'],
  ['endpoints.host', ''],
  ['endpoints.path', ''],
  ['endpoints.port', 0],
  ['endpoints.port', 65_536],
  ['endpoints.port', '6379'],
];

/** `a.b` with a value, as options. */
function optionsWith(name: string, value: unknown): object {
  const [outer, inner] = name.split('.') as [string, string | undefined];
  if (inner === undefined) return { [outer]: value };
  const part = { [inner]: value };
  if (outer !== 'endpoints') return { [outer]: part };
  return { endpoints: [inner === 'port' ? { host: 'cache', ...part } : { port: 6379, ...part }] };
}

describe('an option', () => {
  test.each(REFUSED_VALUES)('%s is refused with the value %j, by its name', (name, value) => {
    const error = refusalOf('redis://', optionsWith(name, value));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', outcome: 'not-sent' });
    expect(error.message).toMatch(new RegExp(`^option ${name.replace('.', '\\.')}: expected .+, got .+$`));
    expect(error.message).not.toContain('secret');
  });

  test.each([
    ['timeoutMs', Infinity],
    ['stallAfterMs', Infinity],
    ['whenDownWaitMs', Infinity],
    ['whenDownWaitMs', 0],
    ['timeoutMs', 0.5],
    ['connectTimeoutMs', 2_147_483_647],
    ['credentials', {}],
    ['credentials', () => ({})],
    ['tls', {}],
  ])('%s may be %s', (name, value) => {
    const options = resolveRedisOptions('redis://', { [name]: value });
    expect(() => resolveOptions(options.connection)).not.toThrow();
  });

  test('that is refused throws from start() and rejects from connect(), and nothing is dialled', async () => {
    const dial = (): never => {
      throw new Error('It was dialled.');
    };
    const environment = { clock: { now: () => 0 } as never, random: () => 0, dial };
    expect(() => Redis.start('redis://', { timeoutMs: -1 }, environment)).toThrow('option timeoutMs');
    await expect(Redis.connect('redis://', { timeoutMs: -1 }, environment)).rejects.toThrow(
      'option timeoutMs',
    );
    await expect(Redis.connect('nonsense', {}, environment)).rejects.toThrow('option url');
  });
});

describe('an option that there is not', () => {
  test.each([
    ['db', { db: 3 }],
    ['password', { password: 'secret' }],
    ['retryStrategy', { retryStrategy: () => 1 }],
    ['signal', { signal: AbortSignal.abort() }],
    ['backoff.base', { backoff: { base: 5 } }],
    ['maxPending.commands', { maxPending: { commands: 5 } }],
    ['dedicated.maximum', { dedicated: { maximum: 5 } }],
    ['dedicated.shedding.target', { dedicated: { shedding: { target: 5 } } }],
    ['credentials.user', { credentials: { user: 'secret' } }],
    ['credentials.validForMs', { credentials: { password: 'secret', validForMs: 5 } }],
    ['sentinel.name', { sentinel: { group: 'main', name: 'secret' } }],
  ])('is refused by its name, and not repeated: %s', (name, options) => {
    const error = refusalOf('redis://', options);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', outcome: 'not-sent' });
    expect(error.message).toMatch(/^option [\w.]+: there is no such option; there are \w+(, \w+)+$/);
    expect(error.message).toContain(`option ${name.replace(/^dedicated\.shed/, 'shed')}: `);
    expect(error.message).not.toContain('secret');
  });

  test('is refused by every client', async () => {
    const options: object = { lazyConnect: true };
    const refused = {
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/^option lazyConnect: /) as unknown,
    };
    const error = expect.objectContaining(refused) as Error;
    expect(() => Redis.start('redis://', options)).toThrow(error);
    expect(() => Redis.pool('redis://', options)).toThrow(error);
    expect(() => RedisClusterClient.start('redis://', options)).toThrow(error);
    await expect(Redis.connect('redis://', options)).rejects.toThrow(error);
    await expect(RedisClusterClient.connect('redis://', options)).rejects.toThrow(error);
  });

  test.each(['cache', 'dedicated', 'maxPending'])('for a pool: %s', (name) => {
    expect(() => Redis.pool('redis://', { [name]: {} })).toThrow(`option ${name}: there is no such option`);
  });

  test.each(['cache', 'database', 'readonly', 'role', 'sentinel'])('for a cluster: %s', (name) => {
    expect(() => RedisClusterClient.start('redis://', { [name]: {} })).toThrow(
      `option ${name}: there is no such option`,
    );
  });

  test('may be there without a value', () => {
    const options = { db: undefined, backoff: { base: undefined } };
    expect(() => resolveRedisOptions('redis://', options as RedisOptions)).not.toThrow();
  });

  test('of what a credentials function answers fails the attempt: nobody else is authenticated as', async () => {
    const credentials = () => Promise.resolve({ user: 'secret' } as object);
    const asked = askFunction(credentials, new AbortController().signal);
    await expect(asked).rejects.toMatchObject({ code: 'CONNECT_FAILED', cause: { code: 'INVALID_OPTION' } });
  });
});

test('options that are none are refused by a cluster too', async () => {
  const nothing = null as unknown as object;
  const refused = { code: 'INVALID_OPTION', message: 'option options: expected an object, got null' };
  expect(() => RedisClusterClient.start('redis://', nothing)).toThrow(expect.objectContaining(refused));
  await expect(RedisClusterClient.connect('redis://', nothing)).rejects.toMatchObject(refused);
});
