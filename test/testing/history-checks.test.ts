import { HawserError, type Outcome } from 'hawser';
import { History, VirtualClock, type OpenCall } from 'hawser/testing';
import { describe, expect, test } from 'vitest';

function failure(outcome: Outcome): HawserError {
  return new HawserError('DEADLINE', 'It failed.', { outcome });
}

describe('checkCounter', () => {
  function begin(history: History, by = 1): OpenCall {
    return history.begin({ caller: 1, what: 'INCR n', increments: { counter: 'n', by } });
  }

  /** 2 confirmed, 2 unknown, 2 ruled out, 1 open. */
  function mixed(): History {
    const history = new History();
    begin(history).ok('OK');
    begin(history).ok('OK');
    for (const outcome of ['unknown', 'unknown', 'not-sent', 'refused'] as const) {
      begin(history).failed(failure(outcome));
    }
    begin(history);
    return history;
  }

  test.each([2, 3, 5])('all is well with %s, whatever became of the unknown calls', (found) => {
    expect(mixed().checkCounter('n', found)).toEqual([]);
  });

  test('finds that a confirmed call is lost', () => {
    expect(mixed().checkCounter('n', 1)).toEqual(['counter n: 2 were confirmed, and the server has 1']);
  });

  test('finds more than the calls account for', () => {
    expect(mixed().checkCounter('n', 6)).toEqual([
      'counter n: the server has 6, and only 2 were confirmed and 3 are unknown',
    ]);
  });

  test('takes no number for no proof', () => {
    expect(mixed().checkCounter('n', NaN)).toHaveLength(2);
    expect(mixed().checkCounter('m', 0)).toEqual(['counter m: no call was about it']);
  });

  test('counts sums where calls add more than 1', () => {
    const history = new History();
    begin(history, 5).ok(5);
    begin(history, 2).ok(7n);
    expect(history.checkCounter('n', 7)).toEqual([]);
    expect(history.checkCounter('n', 6)).toHaveLength(2);
  });

  test('replies may come in any order, with gaps where calls are unknown', () => {
    const history = new History();
    const calls = [3, 9, 1, 10, 6, 8, 2].map((told) => ({ told, call: begin(history) }));
    for (const { told, call } of calls) call.ok(told);
    for (const _ of [4, 5, 7]) begin(history).failed(failure('unknown'));
    expect(history.checkCounter('n', 10)).toEqual([]);
  });

  test.each([
    ['the same', 4, 6],
    ['what is within the part of another', 2, 5],
    ['what begins within the part of another', 3, 8],
    ['what ends within the part of another', 2, 3],
  ])('finds that a caller was told %s', (_, by, told) => {
    const history = new History();
    const [first, second] = [begin(history, 4), begin(history, by)];
    first.ok(6);
    second.ok(told);
    begin(history, 10).failed(failure('unknown'));
    expect(history.checkCounter('n', 10)).toEqual([
      `counter n: INCR n of caller 1 was told ${told}, and another call owns some of what it added`,
    ]);
  });

  test('finds that a caller was told what was true before its call was made', () => {
    const history = new History();
    begin(history).failed(failure('unknown'));
    begin(history).ok(2);
    begin(history).ok(1);
    expect(history.checkCounter('n', 2)).toEqual([
      'counter n: INCR n of caller 1 was told 1, though 2 had been told before it was made',
    ]);
  });

  test('finds that a caller was told more than there is', () => {
    const history = new History();
    begin(history).ok(3);
    begin(history).failed(failure('unknown'));
    expect(history.checkCounter('n', 2)).toEqual(['counter n: a caller was told 3, and the server has 2']);
  });
});

/** One call per caller and entry: `a1` is the first of caller a. */
function stored(endings: Readonly<Record<string, Outcome | 'confirmed' | 'open'>>): History {
  const history = new History();
  for (const [entry, ending] of Object.entries(endings)) {
    const stores = { ledger: 'orders', entry };
    const call = history.begin({ caller: entry.charAt(0), what: `RPUSH orders ${entry}`, stores });
    if (ending === 'confirmed') call.ok(1);
    else if (ending !== 'open') call.failed(failure(ending));
  }
  return history;
}

describe('checkLedger', () => {
  const history = stored({
    a1: 'confirmed',
    a2: 'unknown',
    a3: 'not-sent',
    b1: 'refused',
    b2: 'open',
    b3: 'confirmed',
  });

  test.each([
    ['none of the unknown', ['a1', 'b3']],
    ['some of the unknown', ['b2', 'b3', 'a1']],
    ['all of the unknown', ['b3', 'a1', 'b2', 'a2']],
  ])('all is well when %s are stored, in any order', (_, found) => {
    expect(history.checkLedger('orders', found)).toEqual([]);
  });

  test.each([
    ['a confirmed entry is lost', ['a1'], 'b3 was confirmed, and is not stored'],
    ['a `not-sent` entry is stored', ['a1', 'b3', 'a3'], 'a3 is stored, and was said to be not-sent'],
    ['a refused entry is stored', ['a1', 'b3', 'b1'], 'b1 is stored, and was said to be refused'],
    ['a confirmed entry is stored twice', ['a1', 'b3', 'a1'], 'a1 is stored 2 times'],
    ['an unknown entry is stored twice', ['a1', 'b3', 'a2', 'a2'], 'a2 is stored 2 times'],
    ['an entry is stored that nobody asked for', ['a1', 'b3', 'c1'], 'c1 is stored, and nobody asked for it'],
  ])('finds that %s', (_, found, sentence) => {
    expect(history.checkLedger('orders', found)).toEqual([`ledger orders: ${sentence}`]);
  });

  test('takes a ledger of another name for no proof', () => {
    expect(history.checkLedger('others', [])).toEqual(['ledger others: no call was about it']);
  });
});

describe('checkOrder', () => {
  const history = stored({
    a1: 'confirmed',
    b1: 'confirmed',
    a2: 'unknown',
    b2: 'confirmed',
    a3: 'confirmed',
  });

  test.each([[['a1', 'b1', 'b2', 'a3']], [['b1', 'b2', 'a1', 'a2', 'a3']], [['a1', 'a2', 'b1', 'a3', 'b2']]])(
    'all is well with %s, where callers are mixed in any way',
    (found) => {
      expect(history.checkOrder('orders', found)).toEqual([]);
    },
  );

  test('finds that a call was overtaken by a later one of its caller', () => {
    expect(history.checkOrder('orders', ['a1', 'b2', 'a3', 'b1'])).toEqual([
      'ledger orders: b1 of caller b was asked for before b2, and stands behind it',
    ]);
  });

  test('finds that a call was sent again behind later ones of its caller', () => {
    expect(history.checkOrder('orders', ['a1', 'a2', 'a3', 'a1'])).toHaveLength(1);
  });

  test('an unknown call may have run late, but not before earlier ones', () => {
    expect(history.checkOrder('orders', ['a1', 'a3', 'a2'])).toEqual([]);
    expect(history.checkOrder('orders', ['a2', 'a1', 'a3'])).toEqual([
      'ledger orders: a1 of caller a was asked for before a2, and stands behind it',
    ]);
  });
});

describe('checkOwnAnswers', () => {
  function echo(history: History, caller: number, answer: string): void {
    const isOwn = (value: string): boolean => value === `mark ${caller}`;
    history.begin<string>({ caller, what: 'ECHO', isOwn }).ok(answer);
  }

  test('all is well when each answer carries the mark of its call, and calls without an answer carry none', () => {
    const history = new History();
    echo(history, 1, 'mark 1');
    history.begin({ caller: 2, what: 'ECHO', isOwn: () => false }).failed(failure('unknown'));
    expect(history.checkOwnAnswers()).toEqual([]);
  });

  test('finds the answer of another', () => {
    const history = new History();
    echo(history, 1, 'mark 2');
    expect(history.checkOwnAnswers()).toEqual(["not its own answer: ECHO of caller 1 was answered 'mark 2'"]);
  });
});

describe('checkSettled', () => {
  function timed(timeoutMs?: number): { clock: VirtualClock; history: History; call: OpenCall } {
    const clock = new VirtualClock();
    const history = new History({ clock });
    const deadline = timeoutMs === undefined ? {} : { timeoutMs };
    return { clock, history, call: history.begin({ caller: 1, what: 'GET', ...deadline }) };
  }

  test('all is well with a call that settles at the end of its grace, and with one that still has time', async () => {
    const { clock, history, call } = timed(100);
    await clock.advance(110);
    call.failed(failure('unknown'));
    history.begin({ caller: 1, what: 'GET', timeoutMs: 1_000 });
    expect(history.checkSettled({ graceMs: 10 })).toEqual([]);
  });

  test('finds a call that settled late', async () => {
    const { clock, history, call } = timed(100);
    await clock.advance(110.5);
    call.ok(null);
    expect(history.checkSettled({ graceMs: 10 })).toEqual([
      'GET of caller 1 settled 10.5 ms after its deadline',
    ]);
  });

  test('a call may settle late when time has jumped over its deadline, and as soon as that is over', async () => {
    const { clock, history, call } = timed(100);
    await clock.advance(50);
    clock.jump(1_000);
    const afterwards = history.begin({ caller: 1, what: 'GET', timeoutMs: 100 });
    call.ok(null);
    expect(history.checkSettled({ graceMs: 0 })).toEqual([]);
    await clock.advance(105);
    afterwards.ok(null);
    expect(history.checkSettled({ graceMs: 0 })).toEqual(['GET of caller 1 settled 5 ms after its deadline']);
  });

  test('finds a call that hangs', async () => {
    const { clock, history } = timed(100);
    await clock.advance(111);
    expect(history.checkSettled({ graceMs: 10 })).toEqual([
      'GET of caller 1 has not settled 11 ms after its deadline',
    ]);
  });

  test('finds a call without a deadline that has not settled, and none that took long', async () => {
    const { clock, history, call } = timed();
    expect(history.checkSettled({ graceMs: 10 })).toEqual(['GET of caller 1 has not settled']);
    await clock.advance(100_000);
    call.ok(null);
    expect(history.checkSettled({ graceMs: 10 })).toEqual([]);
  });

  test.each(['ok', 'failed'] as const)(
    'finds a call that settles twice; the second time counts for nothing: %s',
    (how) => {
      const { history, call } = timed(100);
      call.failed(failure('not-sent'));
      call[how](failure('unknown'));
      expect(history.checkSettled({ graceMs: 0 })).toEqual(['GET of caller 1 settled more than once']);
      expect(history.summary()).toMatchObject({ 'not-sent': 1, confirmed: 0, unknown: 0 });
    },
  );
});
