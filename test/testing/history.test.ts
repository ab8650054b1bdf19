import { HawserError, type Outcome } from 'hawser';
import { History, VirtualClock } from 'hawser/testing';
import { describe, expect, test } from 'vitest';

const OUTCOMES: readonly Outcome[] = ['not-sent', 'refused', 'unknown'];

function failure(outcome: Outcome, code = 'DEADLINE'): HawserError {
  return new HawserError(code, 'It failed.', { outcome });
}

describe('what a history makes of errors', () => {
  test('the outcome of a HawserError is taken as it is, and counted with its code', () => {
    const history = new History();
    for (const outcome of OUTCOMES) {
      history.begin({ caller: 1, what: 'GET a' }).failed(failure(outcome));
    }
    history.begin({ caller: 1, what: 'GET a' }).failed(failure('not-sent', 'OVERLOADED'));
    history.begin({ caller: 1, what: 'GET a' }).ok('value');
    history.begin({ caller: 2, what: 'GET b' });
    expect(history.summary()).toEqual({
      calls: 6,
      open: 1,
      confirmed: 1,
      'not-sent': 2,
      refused: 1,
      unknown: 1,
      failures: {
        'DEADLINE not-sent': 1,
        'DEADLINE refused': 1,
        'DEADLINE unknown': 1,
        'OVERLOADED not-sent': 1,
      },
    });
  });

  test('whatever else a client fails with is unknown, under its code or name', () => {
    const history = new History();
    const errors = [
      Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
      new TypeError('no'),
      // An outcome on an error that is none of Hawser's was put there by somebody else, who may mean something else.
      Object.assign(new Error('odd'), { outcome: 'not-sent' }),
      'text',
    ];
    for (const error of errors) history.begin({ caller: 1, what: 'a call' }).failed(error);
    expect(history.summary()).toMatchObject({
      unknown: 4,
      'not-sent': 0,
      failures: { 'ECONNRESET unknown': 1, 'TypeError unknown': 1, 'Error unknown': 1, 'string unknown': 1 },
    });
  });

  test('a classifier says what the errors of another client mean', () => {
    const outcomeOf = (error: unknown): Outcome =>
      error instanceof Error && error.name === 'ReplyError' ? 'refused' : 'unknown';
    const history = new History({ outcomeOf });
    history.begin({ caller: 1, what: 'a call' }).failed(Object.assign(new Error(), { name: 'ReplyError' }));
    history.begin({ caller: 1, what: 'a call' }).failed(failure('not-sent'));
    expect(history.summary()).toMatchObject({ refused: 1, unknown: 1, 'not-sent': 0 });
  });

  test('kinds of failures beyond the hundredth are summed up', () => {
    const history = new History();
    for (let index = 0; index < 150; index += 1) {
      history.begin({ caller: 1, what: 'a call' }).failed(failure('unknown', `CODE${index}`));
    }
    const { failures } = history.summary();
    expect(Object.keys(failures)).toHaveLength(101);
    expect(failures).toMatchObject({ 'CODE99 unknown': 1, 'OTHER unknown': 50 });
  });
});

describe('call', () => {
  test('resolves as the call does, and confirms it', async () => {
    const history = new History();
    const description = { caller: 1, what: 'INCR stock', increments: { counter: 'stock' } };
    const settled = history.call(description, () => Promise.resolve(1));
    expect(history.summary()).toMatchObject({ calls: 1, open: 1 });
    expect(await settled).toBe(1);
    expect(history.summary()).toMatchObject({ open: 0, confirmed: 1 });
    expect(history.counter('stock')).toEqual({ confirmed: 1, unknown: 0 });
  });

  test('rejects with the very error of the call, and records it, also when it is thrown', async () => {
    const history = new History();
    const late = failure('unknown');
    const wrong = failure('not-sent', 'INVALID_ARGUMENT');
    await expect(history.call({ caller: 1, what: 'a call' }, () => Promise.reject(late))).rejects.toBe(late);
    const throwing = (): Promise<never> => {
      throw wrong;
    };
    await expect(history.call({ caller: 1, what: 'a call' }, throwing)).rejects.toBe(wrong);
    expect(history.summary().failures).toEqual({ 'DEADLINE unknown': 1, 'INVALID_ARGUMENT not-sent': 1 });
  });
});

describe('begin refuses what no check could make sense of, and records nothing of it', () => {
  test('the same entry for two calls', () => {
    const history = new History();
    const description = { caller: 1, what: 'RPUSH', stores: { ledger: 'orders', entry: 'a' } };
    history.begin(description);
    const increments = { counter: 'count' };
    expect(() => history.begin({ ...description, increments })).toThrow(RangeError);
    expect(history.summary().calls).toBe(1);
    expect(history.counter('count')).toEqual({ confirmed: 0, unknown: 0 });
    history.begin({ ...description, stores: { ledger: 'other', entry: 'a' } });
  });

  test.each([0, -1, 0.5, NaN])('an increment by %s', (by) => {
    const history = new History();
    const stores = { ledger: 'orders', entry: 'a' };
    const description = { caller: 1, what: 'INCRBY', stores, increments: { counter: 'count', by } };
    expect(() => history.begin(description)).toThrow(RangeError);
    expect(history.checkLedger('orders', [])).toEqual(['ledger orders: no call was about it']);
  });
});

describe('what a counter knows', () => {
  test('sums of what was confirmed and of what may have happened, open calls included', () => {
    const history = new History();
    const add = (by: number) =>
      history.begin({ caller: 1, what: 'INCRBY', increments: { counter: 'n', by } });
    add(1).ok('one');
    add(20).failed(failure('unknown'));
    add(300).failed(failure('not-sent'));
    add(4_000).failed(failure('refused'));
    add(50_000);
    expect(history.counter('n')).toEqual({ confirmed: 1, unknown: 50_020 });
    expect(history.counter('none')).toEqual({ confirmed: 0, unknown: 0 });
  });
});

describe('memory', () => {
  test('a check says twenty sentences of a kind, and how many more there are', () => {
    const history = new History();
    for (let index = 0; index < 50; index += 1) {
      history.begin({ caller: index, what: 'ECHO', isOwn: () => false }).ok(null);
    }
    expect(history.checkOwnAnswers()).toHaveLength(21);
    expect(history.checkOwnAnswers().at(-1)).toContain('and 30 more of this kind');
  });

  test('a long answer is cut short in a sentence', () => {
    const history = new History();
    history.begin({ caller: 1, what: 'GET', isOwn: () => false }).ok('x'.repeat(10_000));
    expect(history.checkOwnAnswers()[0]!.length).toBeLessThan(250);
  });

  test('of late calls the latest are remembered, in whatever order they settle', async () => {
    const clock = new VirtualClock();
    const history = new History({ clock });
    const calls = Array.from({ length: 100 }, (_, index) =>
      history.begin({ caller: index, what: 'GET', timeoutMs: 100 - index }),
    );
    await clock.advance(1_000);
    for (let step = 0; step < 100; step += 1) calls[(step * 37) % 100]!.ok(null);
    const late = history.checkSettled({ graceMs: 0 });
    expect(late).toHaveLength(20);
    expect(late[0]).toBe('GET of caller 99 settled 999 ms after its deadline');
    expect(late.at(-1)).toBe('GET of caller 80 settled 980 ms after its deadline');
  });
});

test('a history tells of calls and their endings in words, each once', () => {
  const told: string[] = [];
  const history = new History({ note: (what) => told.push(what) });
  const ask = history.begin({ caller: 1, what: 'GET a' });
  const other = history.begin({ caller: 'page', what: 'GET b' });
  ask.ok('value');
  ask.ok('again');
  other.failed(failure('not-sent'));
  expect(told).toEqual([
    'GET a of caller 1 is made',
    'GET b of caller page is made',
    'GET a of caller 1 is confirmed',
    'GET b of caller page ends: DEADLINE not-sent',
  ]);
});
