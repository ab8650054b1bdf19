/** Which members are trusted: see conformance-checkout.test.ts. */
import { describe, expect, test } from 'vitest';
import { poolWorld } from './world.ts';

describe('A member', () => {
  test('is asked before it is lent when it was idle for longer than checkAfterIdleMs', async () => {
    const { clock, source, call } = poolWorld({ checkAfterIdleMs: 1_000 });
    const first = call();
    await clock.settle();
    const { member } = first;
    first.release();
    await clock.advance(900);
    const soon = call();
    await clock.settle();
    expect(source.checks).toEqual([]);
    soon.release();
    await clock.advance(1_001);
    const later = call();
    await clock.settle();
    expect(source.checks).toEqual([member]);
    expect(later.member).toBe(member);
  });

  test('is never asked by checkAfterIdleMs Infinity', async () => {
    const { clock, source, call } = poolWorld({ checkAfterIdleMs: Infinity });
    const first = call();
    await clock.settle();
    first.release();
    await clock.advance(500_000);
    const later = call();
    await clock.settle();
    expect(later.state).toBe('holds');
    expect(source.checks).toEqual([]);
  });

  test.for([
    ['failed', () => Promise.reject(new Error('no pong'))],
    [
      'threw',
      () => {
        throw new Error('no pong');
      },
    ],
    ['never ended', () => new Promise<void>(() => {})],
  ] as const)(
    'whose check %s is closed, and the caller gets another and learns nothing of it',
    async ([, onCheck]) => {
      const { clock, source, call } = poolWorld({ max: 2, checkAfterIdleMs: 1_000, checkTimeoutMs: 200 });
      const first = call();
      await clock.settle();
      const { member } = first;
      first.release();
      await clock.advance(1_001);
      source.onCheck = onCheck;
      const caller = call();
      // It was the only one: another is opened as after any loss of all, by a wait of at most 100 ms.
      await clock.advance(201 + 100);
      expect(member.socket).toBe('closed');
      expect(caller.member.id).toBe(2);
      expect(source.checks).toEqual([member]);
    },
  );

  test('is not trusted because another one answered: after a freeze each is asked', async () => {
    const { clock, source, call } = poolWorld({ max: 5, checkAfterIdleMs: 1_000 });
    const callers = Array.from({ length: 5 }, () => call());
    await clock.settle();
    for (const caller of callers) caller.release();
    clock.jump(60_000);
    source.onCheck = (member) => (member.id === 3 ? Promise.resolve() : Promise.reject(new Error('gone')));
    const again = Array.from({ length: 5 }, () => call());
    await clock.advance(1_000);
    expect(again.every(({ state }) => state === 'holds')).toBe(true);
    expect(again.map(({ member }) => member.id).toSorted((one, other) => one - other)).toEqual([
      3, 6, 7, 8, 9,
    ]);
    expect(source.socketsMax).toBe(5);
  });

  test('that is lost while it is asked is not lent', async () => {
    const { clock, source, call } = poolWorld({ checkAfterIdleMs: 1_000 });
    const first = call();
    await clock.settle();
    first.release();
    await clock.advance(1_001);
    source.onCheck = () => source.wait(50);
    const caller = call();
    await clock.advance(10);
    source.dial(1).member!.lose();
    await clock.advance(200);
    expect(caller.member.id).toBe(2);
  });

  test('that is lost while it is idle is removed, and its place is free', async () => {
    const { clock, source, pool, call } = poolWorld({ max: 2 });
    const callers = [call(), call()];
    await clock.settle();
    for (const caller of callers) caller.release();
    source.dial(2).member!.lose();
    await clock.settle();
    expect(pool.explain()).toMatchObject({ idle: 1 });
    expect(pool.state).toBe('ready');
    const again = [call(), call()];
    await clock.settle();
    expect(new Set(again.map(({ member }) => member.id))).toEqual(new Set([1, 3]));
  });

  test('that is lost as it opens is not lent', async () => {
    const { clock, source, call } = poolWorld({ max: 1, timeoutMs: 60_000, whenDownWaitMs: 60_000 });
    source.onOpen = (open) => {
      open.succeed();
      // The pool has not seen it yet: promises continue later.
      if (open.number === 1) open.member!.lose();
    };
    const caller = call();
    await clock.advance(10_000);
    expect(caller.member.id).toBe(2);
  });

  test('stays after an error of the server that leaves it clean', async () => {
    const { clock, source, pool } = poolWorld();
    const failing = pool.with(() => {
      throw new Error('duplicate key');
    });
    await expect(clock.waitFor(failing)).rejects.toThrowError('duplicate key');
    await clock.waitFor(pool.with(() => 'next'));
    expect(source.opens).toHaveLength(1);
  });

  test('of which one did not answer casts doubt on the others: a caller does not wait for each in turn', async () => {
    const { clock, source, call } = poolWorld({ max: 10, checkAfterIdleMs: 1_000, checkTimeoutMs: 1_000 });
    const callers = Array.from({ length: 10 }, () => call());
    await clock.settle();
    for (const caller of callers) caller.release();
    // The server was moved meanwhile: the old connections are half-open.
    clock.jump(60_000);
    source.onCheck = () => new Promise<void>(() => {});
    const caller = call({ timeoutMs: 5_000 });
    await clock.advance(4_000);
    expect(caller.member.id).toBeGreaterThan(10);
  });
});
