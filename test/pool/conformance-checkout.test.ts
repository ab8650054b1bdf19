/**
 * The rules of MongoDB's specification "Connection Monitoring and Pooling" that are about lending, in cases of our own.
 * Those about opening, ending and closing are in the other files of this name. These cases of it have no meaning here:
 *
 * | Case | Why not |
 * | --- | --- |
 * | events and their order, in every case; connection-logging | What happened is told by channels and `explain()`, which have tests of their own |
 * | connection-must-have-id, connection-must-order-ids | A member has no number that its users see; the epochs of leases take their place |
 * | pool-checkout-custom-maxConnecting-is-enforced | Two may dial at a time; it is no option |
 * | pool-clear-clears-waitqueue | `invalidate` is no outage: waiters stay, and get fresh members |
 * | pool-clear-paused, pool-ready, pool-ready-ready | A pool pauses and resumes by itself: by the outcome of its dials |
 * | pool-clear-schedule-run, pool-clear-interruptInUseConnections | Members in use are never torn out of the hands of their users; nothing runs on a schedule that could be made to run earlier |
 * | load balancers, service ids | One pool is of one service |
 * | errors that clear the pool (pool-checkout-error-clears-waitqueue, -auth, -network) | A dial that fails while members are there clears nothing; while none is there it is an outage, whose cases are conformance-outage |
 * | waitQueueSize, waitQueueMultiple | Deprecated there; `maxWaiting` is tested here |
 */
import { describe, expect, test } from 'vitest';
import { connectFailed } from './fake-source.ts';
import { poolWorld, type Caller } from './world.ts';

describe('A checkout', () => {
  test('opens a member when there is none', async () => {
    const { clock, source, call } = poolWorld();
    const caller = call();
    await clock.settle();
    expect(caller.state).toBe('holds');
    expect(source.opens).toHaveLength(1);
  });

  test('gets an idle member, and none is opened', async () => {
    const { clock, source, call } = poolWorld();
    const first = call();
    await clock.settle();
    const { member } = first;
    first.release();
    const second = call();
    await clock.settle();
    expect(second.member).toBe(member);
    expect(source.opens).toHaveLength(1);
  });

  test('gets what was returned last, so that the others can end when they are idle for long', async () => {
    const { clock, call } = poolWorld();
    const callers = [call(), call(), call()];
    await clock.settle();
    const members = callers.map(({ member }) => member);
    for (const caller of callers) caller.release();
    const again = [call(), call(), call()];
    await clock.settle();
    expect(again.map(({ member }) => member)).toEqual(members.toReversed());
  });

  test('gets the longest idle one by idleOrder fifo', async () => {
    const { clock, call } = poolWorld({ idleOrder: 'fifo' });
    const callers = [call(), call(), call()];
    await clock.settle();
    const members = callers.map(({ member }) => member);
    for (const caller of callers) caller.release();
    const again = [call(), call(), call()];
    await clock.settle();
    expect(again.map(({ member }) => member)).toEqual(members);
  });

  test('waits when max are out, and never is one more opened', async () => {
    const { clock, source, call } = poolWorld({ max: 3 });
    const callers = Array.from({ length: 5 }, () => call());
    await clock.advance(1_000);
    expect(callers.map(({ state }) => state)).toEqual(['holds', 'holds', 'holds', 'waits', 'waits']);
    expect(source.socketsMax).toBe(3);
    const { member } = callers[1]!;
    callers[1]!.release();
    await clock.settle();
    expect(callers[3]!.member).toBe(member);
    expect(source.opens).toHaveLength(3);
  });

  test('is not served before those that came earlier', async () => {
    const { clock, call } = poolWorld({ max: 1 });
    const callers = Array.from({ length: 10 }, () => call());
    const served: number[] = [];
    for (const [index, { done }] of callers.entries()) void done.then(() => served.push(index));
    for (const caller of callers) {
      await clock.settle();
      expect(caller.state).toBe('holds');
      caller.release();
      // Whoever comes as one is returned does not get in before those who wait.
      const late = call({ timeoutMs: 0 });
      await clock.advance(1);
      if (caller !== callers.at(-1)) expect(late.fate).toBe('DEADLINE not-sent');
      else late.release();
    }
    expect(served).toEqual(callers.map((_, index) => index));
  });

  test('does not pass by those who wait because a member happens to be free', async () => {
    const { clock, source, call } = poolWorld({ max: 2, idleOrder: 'fifo', checkAfterIdleMs: 100 });
    const holders = [call(), call()];
    await clock.settle();
    holders[0]!.release();
    await clock.advance(150);
    source.onCheck = () => source.wait(50);
    const first = call();
    const second = call();
    await clock.advance(10);
    const { member } = holders[1]!;
    holders[1]!.release();
    const third = call();
    await clock.settle();
    expect(first.member).toBe(member);
    expect([second.state, third.state]).toEqual(['waits', 'waits']);
    await clock.advance(50);
    expect([second.state, third.state]).toEqual(['holds', 'waits']);
  });

  test('that a listener makes as the pool gets ready comes after those that waited for that', async () => {
    const { clock, pool, call } = poolWorld({ max: 1 });
    const listeners: Caller[] = [];
    pool.onState(({ to }) => {
      if (to === 'ready') listeners.push(call());
    });
    const first = call();
    await clock.settle();
    expect(first.state).toBe('holds');
    expect(listeners.map(({ state }) => state)).toEqual(['waits']);
  });

  test('that is late leaves the queue, and no member goes to it later', async () => {
    const { clock, pool, call } = poolWorld({ max: 1 });
    const holder = call();
    await clock.settle();
    const late = call({ timeoutMs: 100 });
    const patient = call({ timeoutMs: 10_000 });
    await clock.advance(99);
    expect(late.state).toBe('waits');
    await clock.advance(2);
    expect(late.fate).toBe('DEADLINE not-sent');
    const { member } = holder;
    holder.release();
    await clock.settle();
    expect(patient.member).toBe(member);
    patient.release();
    expect(pool.explain()).toMatchObject({ idle: 1, leased: 0, waiting: 0 });
    expect(late.settled).toBe(1);
  });

  test('that is late says how many are out and wait, and for how long the longest lease is held', async () => {
    const { clock, call } = poolWorld({ max: 2, timeoutMs: 300 });
    call();
    call();
    await clock.advance(700);
    const late = call();
    call({ timeoutMs: 10_000 });
    await clock.advance(301);
    expect(late.error.code).toBe('DEADLINE');
    expect(late.error.message).toMatch(/\b2\b.*(?:out|leased)/);
    expect(late.error.message).toMatch(/\b100[01] ms/);
    expect(late.error.explanation).toMatchObject({ leased: 2 });
  });

  test('has an epoch of its own, greater than that of those before', async () => {
    const { clock, call } = poolWorld({ max: 2 });
    const epochs: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const callers = [call(), call()];
      await clock.settle();
      epochs.push(...callers.map(({ lease }) => lease.epoch));
      for (const caller of callers) caller.release();
    }
    expect(epochs).toEqual([...new Set(epochs)].toSorted((one, other) => one - other));
    expect(epochs).toHaveLength(6);
  });

  test('fails at once with OVERLOADED when maxWaiting wait already', async () => {
    const { clock, call } = poolWorld({ max: 1, maxWaiting: 2 });
    const callers = [call(), call(), call(), call()];
    await clock.settle();
    // The first did not wait in line for long, but it waited for its dial as the others did.
    expect(callers.filter(({ fate }) => fate === 'OVERLOADED not-sent')).not.toHaveLength(0);
    const after = [call(), call(), call()];
    await clock.settle();
    expect(after.at(-1)!.fate).toBe('OVERLOADED not-sent');
    expect([...callers, ...after].filter(({ state }) => state === 'waits')).toHaveLength(2);
  });

  test('by whenBusy reject waits for a dial while the pool may grow, and fails at once when all are out', async () => {
    const { clock, source, call } = poolWorld({ max: 2, whenBusy: 'reject' });
    source.onOpen = (open) => open.succeed(50);
    const callers = [call(), call()];
    await clock.advance(200);
    expect(callers.map(({ state }) => state)).toEqual(['holds', 'holds']);
    const third = call();
    await clock.settle();
    expect(third.fate).toBe('OVERLOADED not-sent');
    expect(third.error.message).toMatch(/\b2\b/);
    callers[0]!.release();
    const fourth = call();
    await clock.settle();
    expect(fourth.state).toBe('holds');
  });

  test('that may take for ever is served after any time', async () => {
    const { clock, call } = poolWorld({ max: 1, shedding: false });
    const holder = call();
    await clock.settle();
    const patient = call({ timeoutMs: Infinity });
    await clock.advance(1_000_000);
    holder.release();
    await clock.settle();
    expect(patient.state).toBe('holds');
  });

  test('whose time is over is told so, though a member comes free before that is noticed: it goes to the next', async () => {
    const { clock, call } = poolWorld({ max: 1 });
    const holder = call();
    await clock.settle();
    const late = call({ timeoutMs: 100 });
    const next = call({ timeoutMs: 10_000 });
    await clock.settle();
    // The event loop is blocked, and what it does first is to read the reply for which the holder waits.
    clock.jump(101);
    holder.release();
    await clock.settle();
    expect(late.fate).toBe('DEADLINE not-sent');
    expect(next.state).toBe('holds');
  });
});

describe('Of those that dial', () => {
  test('there is one until the server was reached and one more has opened, and then at most two', async () => {
    const { clock, source, call } = poolWorld({ max: 10 });
    source.onOpen = () => {};
    for (let count = 0; count < 10; count += 1) call();
    await clock.settle();
    expect(source.opens).toHaveLength(1);
    source.dial(1).succeed();
    await clock.settle();
    expect(source.opens).toHaveLength(2);
    source.dial(2).succeed();
    await clock.settle();
    expect(source.opens).toHaveLength(4);
    await clock.advance(1_000);
    expect(source.opens).toHaveLength(4);
    source.dial(4).succeed();
    await clock.settle();
    expect(source.opens).toHaveLength(5);
    expect(source.dialling).toHaveLength(2);
  });

  test('none keeps a returned member from those who wait', async () => {
    const { clock, source, call } = poolWorld({ max: 10 });
    const holders = [call(), call()];
    await clock.settle();
    source.onOpen = () => {};
    const waiters = [call(), call(), call()];
    await clock.settle();
    expect(source.dialling).toHaveLength(2);
    const { member } = holders[0]!;
    holders[0]!.release();
    await clock.settle();
    expect(waiters.map(({ state }) => state)).toEqual(['holds', 'waits', 'waits']);
    expect(waiters[0]!.member).toBe(member);
  });

  test('each goes on when the caller that wanted it has left, and its member is idle then', async () => {
    const { clock, source, pool, call } = poolWorld();
    source.onOpen = (open) => open.succeed(500);
    const late = call({ timeoutMs: 100 });
    const controller = new AbortController();
    const aborted = call({ signal: controller.signal });
    await clock.advance(50);
    controller.abort();
    await clock.advance(51);
    expect(late.fate).toBe('DEADLINE not-sent');
    expect(aborted.fate).toBe('ABORTED not-sent');
    expect(source.dial(1).signal.aborted).toBe(false);
    await clock.advance(500);
    expect(pool.explain()).toMatchObject({ idle: 1, leased: 0, opening: 0 });
    const next = call();
    await clock.settle();
    expect(next.state).toBe('holds');
    expect(source.opens).toHaveLength(1);
  });

  test('none is begun for callers that were served meanwhile: fifty at once are not fifty dials', async () => {
    const { clock, source, call } = poolWorld({ max: 50 });
    source.onOpen = (open) => open.succeed(100);
    const callers = Array.from({ length: 50 }, () => call());
    for (const caller of callers) {
      void caller.done.then(() => source.wait(1)).then(() => caller.release());
    }
    await clock.advance(2_000);
    expect(callers.every(({ state }) => state === 'holds')).toBe(true);
    expect(source.opens.length).toBeLessThanOrEqual(4);
  });

  test('one that fails while members are there drops none of them and fails no caller; the next comes later', async () => {
    const { clock, source, pool, call } = poolWorld({ max: 5, backoff: { baseMs: 100, capMs: 1_000 } });
    const holder = call();
    await clock.settle();
    source.onOpen = (open) => open.fail(connectFailed('too many clients'));
    const waiter = call();
    await clock.advance(2_000);
    expect(pool.state).toBe('ready');
    expect(waiter.state).toBe('waits');
    expect(source.opens.length).toBeGreaterThan(2);
    expect(source.opens.length).toBeLessThan(12);
    const { member } = holder;
    holder.release();
    await clock.settle();
    expect(waiter.member).toBe(member);
    const before = source.opens.length;
    await clock.advance(60_000);
    expect(source.opens.length).toBeLessThanOrEqual(before + 1);
  });

  test('one that hangs is given up after openTimeoutMs, and another comes', async () => {
    const { clock, source, call } = poolWorld({
      openTimeoutMs: 1_000,
      timeoutMs: 10_000,
      whenDownWaitMs: 10_000,
    });
    source.onOpen = (open) => {
      if (open.number > 1) open.succeed();
    };
    const caller = call();
    await clock.advance(999);
    expect(source.dial(1).signal.aborted).toBe(false);
    await clock.advance(2);
    expect(source.dial(1).signal.aborted).toBe(true);
    await clock.advance(1_000);
    expect(caller.member.id).toBe(2);
  });

  test('one that opens after it was given up is closed, and counts until then', async () => {
    const { clock, source, call } = poolWorld({
      max: 1,
      openTimeoutMs: 100,
      timeoutMs: 10_000,
      whenDownWaitMs: 10_000,
    });
    source.closeMs = () => 300;
    source.onOpen = (open) => {
      if (open.number > 1) return open.succeed();
      open.late = { afterMs: 500, opens: true };
    };
    const caller = call();
    await clock.advance(5_000);
    expect(source.dial(1).member?.socket).toBe('closed');
    expect(caller.member.id).not.toBe(1);
    expect(source.socketsMax).toBe(1);
  });
});
