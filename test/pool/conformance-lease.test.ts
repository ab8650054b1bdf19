/** What is returned, and in which state: see conformance-checkout.test.ts. */
import { describe, expect, test } from 'vitest';
import { poolWorld } from './world.ts';

describe('A lease', () => {
  test('ends once: a second release does nothing, not even when the member is lent to another', async () => {
    const { clock, pool, call } = poolWorld({ max: 1 });
    const first = call();
    const second = call();
    const third = call();
    await clock.settle();
    const { member, lease } = first;
    lease.release();
    await clock.settle();
    lease.release();
    lease.condemn('too late');
    lease[Symbol.dispose]();
    await lease[Symbol.asyncDispose]();
    await clock.settle();
    expect(second.member).toBe(member);
    expect(third.state).toBe('waits');
    expect(pool.explain()).toMatchObject({ leased: 1, idle: 0 });
  });

  test('gives its connection to nobody once it has ended', async () => {
    const { clock, call } = poolWorld();
    const caller = call();
    await clock.settle();
    caller.release();
    expect(() => caller.lease.connection).toThrowError(
      expect.objectContaining({ code: 'LEASE_ENDED', outcome: 'not-sent' }),
    );
  });

  test('that was condemned closes its member, whose place is free when its socket is closed', async () => {
    const { clock, source, call } = poolWorld({ max: 1 });
    source.closeMs = () => 100;
    const first = call();
    const second = call();
    await clock.settle();
    first.lease.condemn('wrong answer');
    expect(first.member.socket).toBe('open');
    first.release();
    await clock.advance(99);
    expect(second.state).toBe('waits');
    expect(source.opens).toHaveLength(1);
    await clock.advance(1);
    expect(second.member.id).toBe(2);
    expect(source.socketsMax).toBe(1);
  });

  test('that leaves its member broken closes it', async () => {
    const { clock, source, call } = poolWorld();
    const first = call();
    await clock.settle();
    first.link.leaves = 'broken';
    const { member } = first;
    first.release();
    const second = call();
    await clock.settle();
    expect(member.socket).toBe('closed');
    expect(second.member.id).toBe(2);
    expect(source.opens).toHaveLength(2);
  });

  test('that leaves its member dirty has it reset before anybody else gets it', async () => {
    const { clock, source, call } = poolWorld({ max: 1 });
    source.onReset = async () => {
      await source.wait(50);
      return true;
    };
    const first = call();
    const second = call();
    await clock.settle();
    first.link.leaves = 'dirty';
    const { member } = first;
    first.release();
    await clock.advance(49);
    expect(second.state).toBe('waits');
    await clock.advance(1);
    expect(second.member).toBe(member);
  });

  test.for([
    ['is not clean after it', () => Promise.resolve(false)],
    ['cannot be reset', () => Promise.reject(new Error('no'))],
    [
      'throws when asked',
      () => {
        throw new Error('no');
      },
    ],
    ['says nothing for checkTimeoutMs', () => new Promise<boolean>(() => {})],
  ] as const)('that leaves its member dirty has it closed when it %s', async ([, onReset]) => {
    const { clock, source, call } = poolWorld({ max: 1, checkTimeoutMs: 500 });
    source.onReset = onReset;
    const first = call();
    const second = call();
    await clock.settle();
    first.link.leaves = 'dirty';
    const { member } = first;
    first.release();
    await clock.advance(501);
    expect(member.socket).toBe('closed');
    expect(second.member.id).toBe(2);
  });

  test('whose member was lost has it removed when it ends, and not before', async () => {
    const { clock, source, pool, call } = poolWorld({ max: 2 });
    const first = call();
    const other = call();
    await clock.settle();
    first.member.lose();
    await clock.settle();
    expect(pool.explain()).toMatchObject({ leased: 2 });
    expect(pool.state).toBe('ready');
    first.release();
    const next = call();
    await clock.settle();
    expect(next.member.id).toBe(3);
    expect(source.socketsMax).toBe(2);
    other.release();
  });

  test('is over when the function of with() is, also when that throws', async () => {
    const { clock, pool } = poolWorld({ max: 1 });
    const seen = await clock.waitFor(pool.with((link, lease) => [link.member.id, lease.connection === link]));
    expect(seen).toEqual([1, true]);
    const failing = pool.with(() => {
      throw new RangeError('of the user');
    });
    await expect(clock.waitFor(failing)).rejects.toThrowError(RangeError);
    const rejecting = pool.with(() => Promise.reject(new RangeError('of the user')));
    await expect(clock.waitFor(rejecting)).rejects.toThrowError(RangeError);
    expect(pool.explain()).toMatchObject({ idle: 1, leased: 0 });
  });

  test('that its source cannot make is the error of the caller, and the member is closed', async () => {
    const { clock, source, pool, call } = poolWorld({ max: 1 });
    const lend = source.lend.bind(source);
    source.lend = () => {
      throw new TypeError('a fault of the source');
    };
    const first = call();
    await clock.settle();
    expect(first.fate).toMatch(/ not-sent$/);
    expect(first.error.cause).toBeInstanceOf(TypeError);
    source.lend = lend;
    const second = call();
    await clock.settle();
    expect(second.member.id).toBe(2);
    expect(pool.explain()).toMatchObject({ leased: 1, idle: 0, closing: 0 });
  });

  test('whose end makes its source throw leaves a member that is closed', async () => {
    const { clock, source, call } = poolWorld({ max: 1 });
    const lend = source.lend.bind(source);
    source.lend = (member) => {
      const loan = lend(member);
      return {
        ...loan,
        end: () => {
          loan.end();
          throw new TypeError('a fault of the source');
        },
      };
    };
    const first = call();
    const second = call();
    await clock.settle();
    const { member } = first;
    expect(() => first.release()).not.toThrow();
    await clock.settle();
    expect(member.socket).toBe('closed');
    expect(second.member.id).toBe(2);
  });
});
