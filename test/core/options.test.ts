import { describe, expect, test } from 'vitest';
import { HawserError } from '../../src/core/machine/index.ts';
import { checkTimeout, invalidOption, MAX_TIMER_MS, resolveOptions } from '../../src/core/options.ts';

const endpoints = [{ host: 'example.test', port: 6379 }];

/** What a value of an option is refused with. A value of any type, for callers without types. */
function refusal(options: Readonly<Record<string, unknown>>): HawserError {
  try {
    resolveOptions({ endpoints, ...options });
  } catch (error) {
    if (error instanceof HawserError) return error;
    throw error;
  }
  throw new Error('The options were accepted.');
}

/** An object with one value at a path of names, joined by dots. */
function at(path: string, value: unknown): Readonly<Record<string, unknown>> {
  const [first = '', second] = path.split('.');
  return { [first]: second === undefined ? value : { [second]: value } };
}

describe('the options of a connection', () => {
  test('have these defaults', () => {
    expect(resolveOptions({ endpoints })).toEqual({
      endpoints,
      tls: undefined,
      name: 'example.test:6379',
      timeoutMs: 5_000,
      connectTimeoutMs: 5_000,
      handshakeTimeoutMs: 5_000,
      stallAfterMs: 1_500,
      whenDownWaitMs: 2_000,
      maxPending: { requests: 250_000, bytes: 67_108_864 },
      backoff: { baseMs: 100, capMs: 10_000 },
      slowRetryMs: 30_000,
    });
  });

  test('that are given are kept, the rest of a group has its default', () => {
    const given = { name: 'cache', timeoutMs: 1, stallAfterMs: Infinity, tls: { servername: 'a' } };
    const groups = { maxPending: { bytes: 7 }, backoff: { capMs: 500 } };
    expect(resolveOptions({ endpoints, ...given, ...groups })).toMatchObject({
      ...given,
      maxPending: { requests: 250_000, bytes: 7 },
      backoff: { baseMs: 100, capMs: 500 },
    });
  });

  test('that are undefined have their defaults', () => {
    const unset = {
      name: undefined,
      timeoutMs: undefined,
      maxPending: undefined,
      backoff: { baseMs: undefined },
    };
    expect(resolveOptions({ endpoints, ...unset })).toEqual(resolveOptions({ endpoints }));
  });

  test('name a connection by its endpoints', () => {
    const several = [{ path: '/run/redis.sock' }, { host: '::1', port: 1 }, { host: 'b', port: 65_535 }];
    expect(resolveOptions({ endpoints: several }).name).toBe('/run/redis.sock,[::1]:1,b:65535');
  });

  test.each([
    ['timeoutMs', 0],
    // With none of these would there ever be a connection.
    ['connectTimeoutMs', 1],
    ['handshakeTimeoutMs', 1],
    ['stallAfterMs', 1],
    ['whenDownWaitMs', 0],
    ['backoff.baseMs', 0],
    ['backoff.capMs', 0],
    ['slowRetryMs', 0],
  ])('%s is a duration that a timer can be set to, from %s', (option, least) => {
    for (const value of [least - 1, NaN, MAX_TIMER_MS + 1, -Infinity]) {
      expect(refusal(at(option, value))).toMatchObject({
        code: 'INVALID_OPTION',
        outcome: 'not-sent',
        message: expect.stringMatching(
          `^option ${option}: expected milliseconds from ${least} to 2147483647.*, got ${value}$`,
        ),
      });
    }
    for (const value of ['5000', null, {}, true, 5n])
      expect(refusal(at(option, value)).code).toBe('INVALID_OPTION');
    resolveOptions({ endpoints, ...at(option, MAX_TIMER_MS) });
    resolveOptions({ endpoints, ...at(option, least) });
    resolveOptions({ endpoints, ...at(option, least + 0.5) });
  });

  test('only limits that may be left out can be infinite', () => {
    for (const option of ['timeoutMs', 'stallAfterMs', 'whenDownWaitMs']) {
      expect(resolveOptions({ endpoints, [option]: Infinity })).toHaveProperty(option, Infinity);
    }
    for (const option of [
      'connectTimeoutMs',
      'handshakeTimeoutMs',
      'backoff.baseMs',
      'backoff.capMs',
      'slowRetryMs',
    ]) {
      expect(refusal(at(option, Infinity)).message).toMatch(/from [01] to 2147483647, got Infinity$/);
    }
  });

  test.each(['maxPending.requests', 'maxPending.bytes'])('%s is a whole number above 0', (option) => {
    for (const value of [0, -1, 1.5, NaN, Infinity, '10', null, 2 ** 53]) {
      const { code, message } = refusal(at(option, value));
      expect([code, message]).toEqual([
        'INVALID_OPTION',
        expect.stringMatching(`^option ${option}: expected a whole number above 0, got `),
      ]);
    }
    resolveOptions({ endpoints, ...at(option, 1) });
  });

  test.each<[string, unknown, string]>([
    ['none', undefined, 'endpoints: expected at least one endpoint, got undefined'],
    ['an empty list', [], 'endpoints: expected at least one endpoint, got an array'],
    ['no list', 'example.test', 'endpoints: expected at least one endpoint, got string'],
    ['nothing in the list', [null], 'endpoints: expected a host and port, or a path, got null'],
    ['text in the list', ['a:1'], 'endpoints: expected a host and port, or a path, got string'],
    ['no host', [{ port: 1 }], 'endpoints.host: expected a host name or address, got undefined'],
    ['an empty host', [{ host: '', port: 1 }], 'endpoints.host: expected a host name or address, got string'],
    ['no port', [{ host: 'a' }], 'endpoints.port: expected a port from 1 to 65535, got undefined'],
    [
      'a port as text',
      [{ host: 'a', port: '1' }],
      'endpoints.port: expected a port from 1 to 65535, got string',
    ],
    ['port 0', [{ host: 'a', port: 0 }], 'endpoints.port: expected a port from 1 to 65535, got 0'],
    [
      'port 65536',
      [{ host: 'a', port: 65_536 }],
      'endpoints.port: expected a port from 1 to 65535, got 65536',
    ],
    ['half a port', [{ host: 'a', port: 1.5 }], 'endpoints.port: expected a port from 1 to 65535, got 1.5'],
    ['an empty path', [{ path: '' }], 'endpoints.path: expected the path of a Unix socket, got string'],
    ['a path of no text', [{ path: 7 }], 'endpoints.path: expected the path of a Unix socket, got 7'],
    [
      'a second one that is wrong',
      [...endpoints, { host: 'a', port: -1 }],
      'endpoints.port: expected a port from 1 to 65535, got -1',
    ],
  ])('endpoints are checked: %s', (_, value, message) => {
    const error = refusal({ endpoints: value });
    expect([error.code, error.message]).toEqual(['INVALID_OPTION', `option ${message}`]);
  });

  test('a text that was given is not repeated, for it may be a secret', () => {
    const secret = 'hunter2';
    const errors = [
      refusal({ timeoutMs: secret }),
      refusal({ maxPending: { requests: secret } }),
      refusal({ endpoints: secret }),
      refusal({ endpoints: [{ host: 'a', port: secret }] }),
      refusal({ timeoutMs: { secret } }),
      invalidOption('password', 'a text without line breaks', secret),
    ];
    for (const error of errors) {
      expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toContain(secret);
    }
  });
});

describe('the time limit of a call', () => {
  test('may be left out, or infinite, or anything that a timer can be set to', () => {
    for (const value of [undefined, Infinity, 0, 0.5, MAX_TIMER_MS])
      expect(checkTimeout('GET', value)).toBe(value);
  });

  test.each([-1, NaN, MAX_TIMER_MS + 1, '5', null, {}])('is refused otherwise: %s', (value) => {
    const came = typeof value === 'number' ? String(value) : typeof value;
    expect(() => checkTimeout('GET', value as number)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        outcome: 'not-sent',
        command: 'GET',
        message: `GET: timeoutMs: expected milliseconds from 0 to 2147483647 or Infinity, got ${came}`,
      }),
    );
  });
});
