import type { HawserError } from 'hawser';
import { describe, expect, test } from 'vitest';
import { checkDirective, type DirectiveCallback } from '../../src/core/behaviour/directives.ts';

const SECRET = 'swordfish';

function refusal(callback: DirectiveCallback, returned: unknown): HawserError {
  try {
    checkDirective(callback, returned);
  } catch (error) {
    return error as HawserError;
  }
  throw new Error('It was let through.');
}

const BAD: readonly [DirectiveCallback, unknown, string][] = [
  ['init', undefined, 'got undefined'],
  ['init', null, 'got null'],
  ['init', SECRET, 'got string'],
  ['init', () => ({ do: 'ok', state: 1 }), 'got function'],
  ['init', { do: SECRET, state: 1 }, 'got an object that is none'],
  ['init', { do: 'no-reply', state: 1 }, 'got one to do no-reply, which is not allowed there'],
  ['connect', { do: 'connect', info: SECRET, state: 1 }, 'to do ok, backoff, stop, got one to do connect'],
  ['connect', { do: 'no-connect', state: 1 }, 'got one to do no-connect'],
  ['connect', { do: 'ok' }, 'state with ok'],
  ['disconnect', { do: 'ok', state: 1 }, 'got one to do ok'],
  ['disconnect', { do: 'connect', info: 1, state: 1, reply: SECRET }, 'no reply'],
  ['handleCall', { do: 'reply', state: 1 }, 'value with reply'],
  ['handleCall', { do: 'stop', reason: 'normal' }, 'state with stop'],
  ['handleCast', { do: 'reply', value: SECRET, state: 1 }, 'got one to do reply'],
  [
    'handleInfo',
    { do: 'stop', reason: SECRET, state: 1 },
    'reason: normal, shutdown, { shutdown } or an Error',
  ],
  ['handleInfo', { do: 'stop', reason: undefined, state: 1 }, 'reason:'],
  ['init', { do: 'backoff', afterMs: -1, state: 1 }, 'afterMs: milliseconds from 0'],
  ['init', { do: 'backoff', afterMs: Number.NaN, state: 1 }, 'got NaN'],
  ['init', { do: 'ok', idleTimeoutMs: SECRET, state: 1 }, 'idleTimeoutMs: milliseconds'],
  ['init', { do: 'ok', idleTimeoutMs: 2 ** 31, state: 1 }, 'idleTimeoutMs: milliseconds'],
  ['init', { do: 'ok', stateTimeout: 5, state: 1 }, 'stateTimeout: { afterMs, message }'],
  ['init', { do: 'ok', stateTimeout: { message: SECRET }, state: 1 }, 'stateTimeout: { afterMs, message }'],
  [
    'init',
    { do: 'ok', stateTimeout: { afterMs: undefined }, state: 1 },
    'stateTimeout.afterMs: milliseconds',
  ],
  ['init', { do: 'ok', stateTimeout: { afterMs: -5 }, state: 1 }, 'stateTimeout.afterMs: milliseconds'],
];

const GOOD: readonly [DirectiveCallback, unknown][] = [
  ['init', { do: 'ignore' }],
  ['init', { do: 'stop', reason: { shutdown: undefined } }],
  ['init', { do: 'ok', state: undefined }],
  ['init', { do: 'backoff', afterMs: Infinity, state: 1 }],
  ['connect', { do: 'ok', state: 1, idleTimeoutMs: 0.5, stateTimeout: { afterMs: 2 ** 31 - 1, message: 1 } }],
  ['connect', { do: 'backoff', cause: 'thrown', state: 1 }],
  ['disconnect', { do: 'no-connect', state: 1, stateTimeout: undefined }],
  ['handleCall', { do: 'reply', value: undefined, state: 1 }],
  ['handleCall', { do: 'stop', reason: new Error('over'), state: 1, reply: undefined }],
  ['handleInfo', { do: 'disconnect', info: undefined, state: 1 }],
];

describe('checkDirective', () => {
  test.each(BAD)('of %s is refused, without a value of it: %j', (callback, returned, says) => {
    const error = refusal(callback, returned);
    expect(error).toMatchObject({ code: 'INVALID_DIRECTIVE', command: callback });
    expect(error.message).toContain(`${callback} returned: expected `);
    expect(error.message).toContain(says);
    expect(error.message).not.toContain(SECRET);
  });

  test.each(GOOD)('of %s is let through as it is: %j', (callback, returned) => {
    expect(checkDirective(callback, returned)).toEqual(returned);
  });
});
