/** The end of members and of the pool: see conformance-checkout.test.ts. */
import { describe, expect, test } from 'vitest';
import { poolWorld } from './world.ts';

describe('invalidate()', () => {
  test('closes idle members at once, and leased ones when they are returned', async () => {
    const { clock, source, pool, call } = poolWorld();
    const [held, returned] = [call(), call()];
    await clock.settle();
    const { member: idle } = returned;
    const { member: leased } = held;
    returned.release();
    pool.invalidate();
    await clock.settle();
    expect(idle.socket).toBe('closed');
    expect(leased.socket).toBe('open');
    held.release();
    await clock.settle();
    expect(leased.socket).toBe('closed');
    expect(source.members).toEqual([]);
    expect(pool.state).toBe('ready');
  });

  test('lets callers wait for fresh members', async () => {
    const { clock, pool, call } = poolWorld({ max: 1 });
    const holder = call();
    const waiter = call();
    await clock.settle();
    pool.invalidate();
    holder.release();
    await clock.settle();
    expect(waiter.member.id).toBe(2);
  });

  test('is true for a dial that is under way: it may have been to the old place', async () => {
    const { clock, source, pool, call } = poolWorld();
    const first = call();
    await clock.settle();
    source.onOpen = (open) => open.succeed(100);
    const waiter = call();
    await clock.advance(50);
    pool.invalidate();
    await clock.advance(1_000);
    expect(first.member.id).toBe(1);
    expect(waiter.member.id).toBeGreaterThan(2);
    expect(source.dial(2).member?.socket ?? 'closed').toBe('closed');
  });

  test('is over at once: what is opened afterwards stays', async () => {
    const { clock, source, pool, call } = poolWorld();
    const first = call();
    await clock.settle();
    pool.invalidate();
    pool.invalidate();
    const second = call();
    await clock.settle();
    const { member } = second;
    second.release();
    first.release();
    await clock.settle();
    const third = call();
    await clock.settle();
    expect(third.member).toBe(member);
    expect(source.opens).toHaveLength(2);
  });

  test('fills min again', async () => {
    const { clock, source, pool } = poolWorld({ min: 3 });
    await clock.settle();
    pool.invalidate();
    await clock.advance(1_000);
    expect(source.members.map(({ id }) => id)).toEqual([4, 5, 6]);
    expect(pool.explain()).toMatchObject({ idle: 3 });
  });

  test('never has more than max sockets, while those of before close', async () => {
    const { clock, source, pool, call } = poolWorld({ max: 3 });
    source.closeMs = () => 500;
    const callers = [call(), call(), call()];
    await clock.settle();
    for (const caller of callers) caller.release();
    pool.invalidate();
    const again = [call(), call(), call()];
    await clock.advance(100);
    expect(again.map(({ state }) => state)).toEqual(['waits', 'waits', 'waits']);
    await clock.advance(1_000);
    expect(again.map(({ state }) => state)).toEqual(['holds', 'holds', 'holds']);
    expect(source.socketsMax).toBe(3);
  });

  test('of a member that is being asked or reset closes it', async () => {
    const { clock, source, pool, call } = poolWorld({ checkAfterIdleMs: 100 });
    source.onCheck = () => source.wait(50);
    source.onReset = () => source.wait(50).then(() => true);
    const [one, two] = [call(), call()];
    await clock.settle();
    one.release();
    await clock.advance(101);
    const asking = call();
    two.link.leaves = 'dirty';
    two.release();
    await clock.advance(10);
    pool.invalidate();
    await clock.advance(1_000);
    expect(asking.member.id).toBeGreaterThan(2);
    expect(source.dial(1).member!.socket).toBe('closed');
    expect(source.dial(2).member!.socket).toBe('closed');
  });
});

describe('close()', () => {
  test('closes idle members, and is over when their sockets are', async () => {
    const { clock, source, pool, call } = poolWorld();
    source.closeMs = () => 200;
    const caller = call();
    await clock.settle();
    caller.release();
    const closing = pool.close({ timeoutMs: 1_000 });
    await clock.waitFor(closing);
    expect(clock.now()).toBe(200);
    expect(source.sockets).toBe(0);
    expect(pool.state).toBe('closed');
    await expect(closing).resolves.toEqual({ leasesOut: [] });
  });

  test('waits for leases, and closes each when it is returned', async () => {
    const { clock, source, pool, call } = poolWorld();
    const callers = [call(), call()];
    await clock.settle();
    let isOver = false;
    const closing = pool.close({ timeoutMs: 5_000 }).then((report) => {
      isOver = true;
      return report;
    });
    await clock.advance(1_000);
    expect(source.sockets).toBe(2);
    callers[0]!.release();
    await clock.settle();
    expect(source.sockets).toBe(1);
    expect(isOver).toBe(false);
    callers[1]!.release();
    await clock.settle();
    expect(isOver).toBe(true);
    expect(source.sockets).toBe(0);
    expect(await closing).toEqual({ leasesOut: [] });
  });

  test('ends by its deadline, and reports the leases that were not returned by then', async () => {
    const { clock, source, pool, call } = poolWorld();
    const caller = call();
    await clock.advance(700);
    const closing = pool.close({ timeoutMs: 300 });
    await clock.advance(299);
    expect(caller.member.socket).toBe('open');
    await clock.advance(2);
    const { leasesOut } = await clock.waitFor(closing);
    expect(leasesOut).toHaveLength(1);
    expect(leasesOut[0]!.heldForMs).toBeGreaterThanOrEqual(1_000);
    expect(source.sockets).toBe(0);
    expect(() => caller.release()).not.toThrow();
    await clock.settle();
    expect(source.violations).toEqual([]);
  });

  test('ends by its deadline though a socket never closes', async () => {
    const { clock, source, pool, call } = poolWorld();
    const caller = call();
    await clock.settle();
    caller.release();
    source.closeMs = () => 50_000;
    const closing = pool.close({ timeoutMs: 300 });
    await clock.waitFor(closing);
    expect(clock.now()).toBeLessThanOrEqual(301);
  });

  test('tells those who wait at once, and those who come later', async () => {
    const { clock, pool, call } = poolWorld({ max: 1 });
    const holder = call();
    const waiter = call();
    await clock.settle();
    const closing = pool.close({ timeoutMs: 1_000 });
    const late = call();
    await clock.settle();
    expect(waiter.fate).toBe('CLOSED not-sent');
    expect(late.fate).toBe('CLOSED not-sent');
    holder.release();
    await clock.waitFor(closing);
    const later = call();
    await clock.settle();
    expect(later.fate).toBe('CLOSED not-sent');
  });

  test('gives up dials, checks and resets that are under way', async () => {
    const { clock, source, pool, call } = poolWorld({ checkAfterIdleMs: 100, checkTimeoutMs: 10_000 });
    const callers = [call(), call()];
    await clock.settle();
    callers[0]!.release();
    await clock.advance(101);
    source.onCheck = () => source.wait(5_000);
    source.onReset = () => source.wait(5_000).then(() => true);
    source.onOpen = () => {};
    const waiters = [call(), call(), call()];
    callers[1]!.link.leaves = 'dirty';
    callers[1]!.release();
    await clock.advance(10);
    const closing = pool.close({ timeoutMs: 1_000 });
    await clock.settle();
    expect(waiters.map(({ fate }) => fate)).toEqual(Array(3).fill('CLOSED not-sent'));
    expect(source.dialling).toEqual([]);
    await clock.waitFor(closing);
    expect(clock.now()).toBeLessThanOrEqual(1_112);
    expect(source.sockets).toBe(0);
  });

  test('is the same when it is asked for again', async () => {
    const { clock, pool, call } = poolWorld();
    const caller = call();
    await clock.settle();
    const closing = [pool.close({ timeoutMs: 500 }), pool.close({ timeoutMs: 500 })];
    await clock.advance(100);
    caller.release();
    await clock.waitFor(Promise.all(closing));
    expect(clock.now()).toBe(100);
    expect(await clock.waitFor(pool.close())).toEqual({ leasesOut: [] });
    await clock.waitFor(pool[Symbol.asyncDispose]());
  });

  test('ends by the earliest of its deadlines when it was asked for twice, and tells both what was out then', async () => {
    const { clock, pool, call } = poolWorld();
    call();
    await clock.settle();
    const closing = [pool.close({ timeoutMs: 5_000 }), pool.close({ timeoutMs: 100 })];
    const report = { leasesOut: [{ heldForMs: 100, stack: undefined }] };
    expect(await clock.waitFor(Promise.all(closing))).toEqual([report, report]);
    expect(clock.now()).toBe(100);
    expect(await clock.waitFor(pool.close())).toEqual(report);
  });

  test('closes a member that opens after it', async () => {
    const { clock, source, pool, call } = poolWorld();
    source.onOpen = (open) => {
      open.late = { afterMs: 2_000, opens: true };
    };
    call();
    await clock.settle();
    await clock.waitFor(pool.close({ timeoutMs: 500 }));
    expect(clock.now()).toBeLessThanOrEqual(501);
    await clock.advance(5_000);
    expect(source.sockets).toBe(0);
  });

  test('of a pool that was never asked ends at once', async () => {
    const { clock, source, pool } = poolWorld();
    await clock.waitFor(pool.close());
    expect(clock.now()).toBe(0);
    expect(source.opens).toEqual([]);
  });
});
