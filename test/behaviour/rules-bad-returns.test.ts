import { HawserError, type StopReason } from 'hawser';
import { describe, expect, test } from 'vitest';
import { BehaviourWorld, type Script } from './scripted-behaviour.ts';

/** Not in any error or warning: a state may hold a password. */
const SECRET = 'hunter2';

/** What no callback may return, or none of those it is said of. */
const NEVER_ALLOWED: readonly (readonly [what: string, value: unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['text', SECRET],
  ['an object that says nothing', { state: SECRET }],
  ['a directive that does not exist', { do: SECRET, state: 'new' }],
  ['a directive named as a property of every object', { do: 'constructor', state: 'new' }],
];

const BAD_TIMES: readonly (readonly [what: string, value: unknown])[] = [
  ['an idle timeout below 0', { idleTimeoutMs: -1 }],
  ['an idle timeout that is no number', { idleTimeoutMs: SECRET }],
  ['an idle timeout that is NaN', { idleTimeoutMs: Number.NaN }],
  ['an idle timeout longer than a timer', { idleTimeoutMs: 2 ** 31 }],
  ['a state timeout without a time', { stateTimeout: { message: SECRET } }],
  ['a state timeout that is no object', { stateTimeout: 10 }],
];

const BAD_BACKOFFS: readonly (readonly [what: string, value: unknown])[] = [
  ['a backoff below 0', { do: 'backoff', afterMs: -1, state: 'new' }],
  ['a backoff that is NaN', { do: 'backoff', afterMs: Number.NaN, state: 'new' }],
  ['a backoff that is no number', { do: 'backoff', afterMs: SECRET, state: 'new' }],
  ['a backoff longer than a timer', { do: 'backoff', afterMs: 2 ** 31, state: 'new' }],
];

const timed = (directive: string): [string, unknown][] =>
  BAD_TIMES.map(([what, times]) => [what, { do: directive, state: 'new', ...(times as object) }]);

const ELSEWHERE: readonly (readonly [string, object])[] = [
  ['ok', { do: 'ok', state: 'new' }],
  ['connect', { do: 'connect', info: SECRET, state: 'new' }],
  ['disconnect', { do: 'disconnect', info: SECRET, state: 'new' }],
  ['backoff', { do: 'backoff', afterMs: 10, state: 'new' }],
  ['no-connect', { do: 'no-connect', state: 'new' }],
  ['reply', { do: 'reply', value: SECRET, state: 'new' }],
  ['no-reply', { do: 'no-reply', state: 'new' }],
  ['ignore', { do: 'ignore' }],
];

/** Directives that are right elsewhere. */
const elsewhere = (...names: readonly string[]): [string, unknown][] =>
  names.map((name) => [`${name}, which is for other callbacks`, ELSEWHERE.find(([own]) => own === name)![1]]);

type BadReturn = readonly [callback: string, what: string, value: unknown];

function badReturns(
  callback: string,
  ...lists: readonly (readonly (readonly [string, unknown])[])[]
): BadReturn[] {
  return lists.flat().map(([what, value]) => [callback, what, value]);
}

const IN_INIT = badReturns(
  'init',
  NEVER_ALLOWED,
  elsewhere('disconnect', 'no-connect', 'reply', 'no-reply'),
  timed('ok'),
  BAD_BACKOFFS,
);

const LATER: readonly BadReturn[] = [
  ...badReturns(
    'connect',
    NEVER_ALLOWED,
    elsewhere('connect', 'disconnect', 'no-connect', 'reply', 'no-reply', 'ignore'),
    timed('ok'),
    BAD_BACKOFFS,
  ),
  ...badReturns(
    'disconnect',
    NEVER_ALLOWED,
    elsewhere('ok', 'disconnect', 'reply', 'no-reply', 'ignore'),
    timed('no-connect'),
    BAD_BACKOFFS,
  ),
  ...badReturns(
    'handleCall',
    NEVER_ALLOWED,
    elsewhere('ok', 'backoff', 'no-connect', 'ignore'),
    timed('reply'),
    timed('no-reply'),
  ),
  ...['handleCast', 'handleInfo'].flatMap((callback) =>
    badReturns(
      callback,
      NEVER_ALLOWED,
      elsewhere('ok', 'backoff', 'no-connect', 'reply', 'ignore'),
      timed('no-reply'),
    ),
  ),
];

/** That it says which callback it was, and nothing of what came. */
function expectInvalidDirective(error: unknown, callback: string): void {
  expect(error).toBeInstanceOf(HawserError);
  expect(error).toMatchObject({ code: 'INVALID_DIRECTIVE', message: expect.stringContaining(callback) });
  expect((error as HawserError).message).not.toContain(SECRET);
}

describe('what is no directive', () => {
  test.each(IN_INIT)(
    'uncovered 5 (R4): %s returns %s: the start fails, and terminate is not called',
    async (_, __, value) => {
      const world = new BehaviourWorld();
      const error = await world.startError({ init: () => value as never });
      expect(error).toMatchObject({ code: 'CLOSED', outcome: 'not-sent' });
      expectInvalidDirective(error.cause, 'init');
      await world.clock.advance(60_000);
      expect(world.story).toEqual(['init(argument)']);
      expect([world.warnings, world.clock.pendingTimers]).toEqual([[], 0]);
    },
  );

  test.each(LATER)(
    'uncovered 5 (R6, R7, R10, R11, R12): %s returns %s: terminate gets the state from before it, and a warning says where it was',
    async (callback, _, value) => {
      const world = new BehaviourWorld();
      const reasons: StopReason[] = [];
      const script: Script = {
        handleInfo: (message, state) => ({ do: message as 'connect', info: 'why', state }),
        [callback]: () => value,
        terminate: (reason) => void reasons.push(reason),
      };
      const handle = await world.startIn('idle', script);
      if (callback === 'connect' || callback === 'disconnect') handle.info(callback);
      else if (callback === 'handleCall') world.ask(handle, 'go');
      else handle[callback === 'handleCast' ? 'cast' : 'info']('go');
      await world.clock.settle();
      expectInvalidDirective(reasons[0], callback);
      expect(world.story).toContain('terminate(INVALID_DIRECTIVE, old)');
      expect([handle.state, world.warnings]).toEqual(['closed', reasons]);
      await world.clock.advance(60_000);
      expect(reasons).toHaveLength(1);
    },
  );

  test('uncovered 5 (R10, R12): the caller of a handleCall that returns none learns that it may have run', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', { handleCall: () => undefined as never });
    const asked = world.ask(handle, 'ping');
    await world.clock.settle();
    expect(world.story).toEqual([
      'handleCall(ping, old)',
      'terminate(INVALID_DIRECTIVE, old)',
      'ping failed: CLOSED unknown',
    ]);
    expectInvalidDirective(asked.error?.cause, 'handleCall');
  });
});
