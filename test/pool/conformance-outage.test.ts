/** What is dialled, and what callers are told, while there is no server: see conformance-checkout.test.ts. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Pool, type PoolSource } from '../../src/core/index.ts';
import { systemEnvironment } from '../../src/core/environment.ts';
import { connectFailed, refused, type FakeOpen } from './fake-source.ts';
import { poolWorld, type Caller, type PoolWorld } from './world.ts';

const fail = (open: FakeOpen): void => open.fail();

describe('While nobody listens', () => {
  test('one checkout makes dials at the times of the backoff only', async () => {
    // Chance is a half here: waits are half of what the outage has lasted, of 100 ms at least, of 10 s at most.
    const { clock, source, call } = poolWorld({ timeoutMs: 60_000 }, (fake) => {
      fake.onOpen = fail;
    });
    call();
    await clock.advance(29_999);
    const times: number[] = [];
    for (let at = 0; at < 30_000; at += Math.min(10_000, Math.max(100, at)) / 2) times.push(at);
    expect(source.opens.map(({ startedAt }) => startedAt)).toEqual(times);
    expect(source.diallingMax).toBe(1);
  });

  test('checkouts without end make no more dials than one', async () => {
    const { clock, source, call } = poolWorld({ whenDownWaitMs: 100 }, (fake) => {
      fake.onOpen = fail;
    });
    for (let turn = 0; turn < 1_000; turn += 1) {
      call();
      await clock.advance(10);
    }
    expect(source.opens).toHaveLength(14);
  });

  test('a source that throws, or rejects with what is no error, is taken as one that fails', async () => {
    const { clock, source, call } = poolWorld({ timeoutMs: 60_000, whenDownWaitMs: 60_000 }, (fake, time) => {
      const open = fake.open.bind(fake);
      fake.open = (attempt) => {
        if (time.now() < 100) throw new Error('synchronously');
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- That is the point.
        if (time.now() < 1_000) return Promise.reject('not an error');
        return open(attempt);
      };
    });
    const caller = call();
    await clock.advance(10_000);
    expect(caller.state).toBe('holds');
    expect(source.opens).toHaveLength(1);
  });

  test('one checkout dials a closed port of this machine a handful of times, not thousands', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    let dials = 0;
    const source: PoolSource<Socket, Socket> = {
      name: 'sockets',
      open: async ({ signal }) => {
        dials += 1;
        const socket = connect({ port, host: '127.0.0.1', signal });
        await once(socket, 'connect');
        return socket;
      },
      lend: (socket) => ({ connection: socket, end: () => 'clean' }),
      close: async (socket) => {
        socket.destroy();
        await once(socket, 'close');
      },
    };
    const pool = Pool.start(source, { whenDownWaitMs: 400 }, { ...systemEnvironment, random: () => 0.5 });
    await expect(pool.checkout()).rejects.toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent' });
    // The schedule allows 0, 50, 100, 150, 225 and 338 ms; a machine that is busy makes fewer of them.
    expect(dials).toBeGreaterThan(1);
    expect(dials).toBeLessThanOrEqual(6);
    await pool.close();
  });
});

describe('Of fifty who wait', () => {
  test('nobody has more than one dial under way before the server was reached', async () => {
    const { clock, source, call } = poolWorld(
      { max: 50, timeoutMs: 60_000, whenDownWaitMs: 60_000 },
      (fake) => {
        fake.onOpen = (open) => open.fail(connectFailed(), 20);
      },
    );
    for (let count = 0; count < 50; count += 1) call();
    await clock.advance(30_000);
    expect(source.diallingMax).toBe(1);
    expect(source.opens.length).toBeLessThan(20);
  });

  test('there are never more than two dials under way, however long handshakes take', async () => {
    const { clock, source, call } = poolWorld({ max: 50, timeoutMs: 60_000 }, (fake) => {
      fake.onOpen = (open) => open.succeed(500);
    });
    const callers = Array.from({ length: 50 }, () => call());
    for (let turn = 0; turn < 100; turn += 1) {
      await clock.advance(130);
      expect(source.dialling.length).toBeLessThanOrEqual(2);
    }
    expect(callers.every(({ state }) => state === 'holds')).toBe(true);
    expect(source.diallingMax).toBe(2);
    expect(source.socketsMax).toBe(50);
  });

  test('all are served by a few members, without a storm of dials, when the server is back', async () => {
    const { clock, source, call } = poolWorld({ max: 10, whenDownWaitMs: 60_000, timeoutMs: 60_000 });
    const first = Array.from({ length: 10 }, () => call());
    await clock.settle();
    for (const caller of first) caller.release();
    source.onOpen = fail;
    for (const member of source.members) member.lose();
    const callers = Array.from({ length: 50 }, () => call());
    for (const caller of callers) void caller.done.then(() => source.wait(5)).then(() => caller.release());
    await clock.advance(3_000);
    const atTheEnd = source.opens.length;
    expect(source.dialling.length).toBeLessThanOrEqual(1);
    source.onOpen = (open) => open.succeed(10);
    await clock.advance(10_000);
    expect(callers.every(({ state }) => state === 'holds')).toBe(true);
    expect(source.opens.length - atTheEnd).toBeLessThanOrEqual(10);
  });
});

describe('When the server is gone', () => {
  async function killed(options: { whenDownWaitMs: number; timeoutMs: number }) {
    const world = poolWorld({ max: 3, ...options });
    const { clock, source, call } = world;
    const holders = [call(), call(), call()];
    await clock.settle();
    source.onOpen = fail;
    for (const member of source.members) member.lose();
    return { ...world, holders };
  }

  test('those who wait are told when whenDownWaitMs is over, and not when their own time is', async () => {
    const { clock, holders, pool, call } = await killed({ whenDownWaitMs: 500, timeoutMs: 30_000 });
    const waiters = [call(), call(), call(), call(), call()];
    for (const holder of holders) holder.release();
    await clock.advance(499);
    expect(waiters.map(({ state }) => state)).toEqual(Array(5).fill('waits'));
    expect(pool.state).not.toBe('ready');
    await clock.advance(2);
    expect(waiters.map(({ fate }) => fate)).toEqual(Array(5).fill('NOT_CONNECTED not-sent'));
    expect(waiters[0]!.error.message).toContain('connection refused');
  });

  test('those who come later are told at once, until it is back', async () => {
    const { clock, source, holders, pool, call } = await killed({ whenDownWaitMs: 500, timeoutMs: 30_000 });
    for (const holder of holders) holder.release();
    await clock.advance(501);
    const late = call();
    await clock.settle();
    expect(late.fate).toBe('NOT_CONNECTED not-sent');
    source.onOpen = (open) => open.succeed();
    await clock.waitFor(pool.ready({ timeoutMs: 60_000 }));
    const later = call();
    await clock.settle();
    expect(later.state).toBe('holds');
  });

  test('the pool goes on asking though nobody waits, so that the first caller after the outage is served at once', async () => {
    const { clock, source, holders, pool } = await killed({ whenDownWaitMs: 500, timeoutMs: 30_000 });
    for (const holder of holders) holder.release();
    await clock.advance(20_000);
    const before = source.opens.length;
    await clock.advance(60_000);
    expect(source.opens.length).toBeGreaterThan(before);
    source.onOpen = (open) => open.succeed();
    await clock.advance(20_000);
    expect(pool.state).toBe('ready');
    expect(pool.explain()).toMatchObject({ downForMs: undefined });
  });

  test('a caller who is told has lost no slot: all of max can be lent once it is back', async () => {
    const { clock, source, holders, call } = await killed({ whenDownWaitMs: 500, timeoutMs: 30_000 });
    for (let count = 0; count < 10; count += 1) call();
    await clock.advance(5_000);
    for (const holder of holders) holder.release();
    source.onOpen = (open) => open.succeed();
    await clock.advance(20_000);
    const again = [call(), call(), call(), call()];
    await clock.settle();
    expect(again.map(({ state }) => state)).toEqual(['holds', 'holds', 'holds', 'waits']);
    expect(source.socketsMax).toBe(3);
  });

  test('nothing but the one prober dials, though there is room for more', async () => {
    const { clock, source, holders, pool, call } = await killed({
      whenDownWaitMs: 60_000,
      timeoutMs: 60_000,
    });
    source.onOpen = () => {};
    for (let count = 0; count < 5; count += 1) call();
    for (const holder of holders) holder.release();
    await clock.advance(1_000);
    pool.invalidate();
    pool.retryNow();
    call();
    await clock.advance(1_000);
    expect(source.dialling).toHaveLength(1);
    expect(source.opens).toHaveLength(4);
  });

  test('the outage begins when the last member is lost, though one of them was still in use', async () => {
    const { clock, source, pool, call } = poolWorld({ max: 2, whenDownWaitMs: 500, timeoutMs: 30_000 });
    const [held, returned] = [call(), call()];
    await clock.settle();
    returned.release();
    source.onOpen = fail;
    source.dial(2).member!.lose();
    await clock.advance(5_000);
    expect(pool.state).toBe('ready');
    held.member.lose();
    const waiter = call();
    await clock.advance(501);
    expect(pool.state).not.toBe('ready');
    expect(waiter.fate).toBe('NOT_CONNECTED not-sent');
  });

  test('it is never called an overload', async () => {
    const { clock, holders, call } = await killed({ whenDownWaitMs: 20_000, timeoutMs: 30_000 });
    const waiters = Array.from({ length: 20 }, () => call());
    for (const holder of holders) holder.release();
    await clock.advance(19_000);
    expect(waiters.every(({ state }) => state === 'waits')).toBe(true);
    await clock.advance(2_000);
    expect(waiters.map(({ fate }) => fate)).toEqual(Array(20).fill('NOT_CONNECTED not-sent'));
  });

  test('whose time is over before that is told of the outage, and not that members are busy', async () => {
    const { clock, pool, call } = await killed({ whenDownWaitMs: 20_000, timeoutMs: 30_000 });
    const waiter = call({ timeoutMs: 300 });
    await clock.advance(300);
    expect(waiter.fate).toBe('DEADLINE not-sent');
    const { lastCause } = pool.explain();
    expect(lastCause).toMatch(/./);
    expect(waiter.error.message).toMatch(
      /: no connection within 300 ms: .* not connected for \d+ ms; last cause: /,
    );
    expect(waiter.error.message).toContain(lastCause);
    expect(waiter.error.message).not.toMatch(/checked out|raise max/);
  });
});

describe('A server that refuses', () => {
  test('at first parks the pool: callers are told at once, and it is asked again when told so', async () => {
    const { clock, source, pool, call } = poolWorld({}, (fake) => {
      fake.onOpen = (open) => open.fail(refused());
    });
    const first = call();
    await clock.settle();
    expect(first.fate).toMatch(/not-sent$/);
    expect(first.error.message).toContain('wrong password');
    expect(pool.state).toBe('parked');
    await clock.advance(600_000);
    expect(source.opens).toHaveLength(1);
    source.onOpen = (open) => open.succeed();
    pool.retryNow();
    const second = call();
    await clock.settle();
    expect(second.state).toBe('holds');
  });

  test('after it was reached before is asked again slowly', async () => {
    const { clock, source, pool, call } = poolWorld({ slowRetryMs: 30_000 });
    const caller = call();
    await clock.settle();
    source.onOpen = (open) => open.fail(refused());
    caller.member.lose();
    caller.release();
    await clock.advance(100_000);
    expect(pool.state).toBe('backing-off');
    expect(source.opens.length).toBeLessThanOrEqual(6);
    expect(source.opens.length).toBeGreaterThan(3);
  });
});

describe('When a dial fails while no member lives', () => {
  /** A pool at its full pace, whose idle members were closed: two callers have it dial twice at once. */
  async function twoDials(): Promise<PoolWorld & { readonly callers: Caller[] }> {
    const world = poolWorld({ max: 4, idleTimeoutMs: 1_000, whenDownWaitMs: 200 });
    const { clock, source, pool, call } = world;
    const first = [call(), call()];
    await clock.advance(10);
    for (const caller of first) caller.release();
    await clock.advance(2_000);
    source.onOpen = () => {};
    const callers = [call(), call()];
    await clock.advance(0);
    expect([pool.state, source.members.length, source.dialling.length]).toEqual(['ready', 0, 2]);
    return { ...world, callers };
  }

  test('another that is under way goes on, and what it opens is lent: that was no outage', async () => {
    const { clock, source, pool, callers } = await twoDials();
    const [refusedOne, other] = source.dialling as [FakeOpen, FakeOpen];
    refusedOne.fail(connectFailed('too many clients'));
    await clock.advance(20);
    expect([pool.state, pool.explain().lastCause]).toEqual(['ready', 'too many clients']);
    other.succeed();
    await clock.advance(0);
    expect(callers.map(({ state }) => state)).toEqual(['holds', 'waits']);
    expect(pool.explain().transitions.map(({ to }) => to)).not.toContain('backing-off');
    callers[0]?.release();
    await clock.advance(0);
    callers[1]?.release();
  });

  test('the last one that is under way decides: when it fails too the outage begins', async () => {
    const { clock, source, pool, callers } = await twoDials();
    const [one, other] = source.dialling as [FakeOpen, FakeOpen];
    source.onOpen = fail;
    one.fail();
    await clock.advance(500);
    expect([pool.state, source.dialling.length]).toEqual(['ready', 1]);
    other.fail(connectFailed('nobody is there'));
    await clock.advance(0);
    expect(pool.explain()).toMatchObject({ state: 'backing-off', lastCause: 'nobody is there' });
    await clock.advance(200);
    expect(callers.map(({ fate }) => fate)).toEqual(['NOT_CONNECTED not-sent', 'NOT_CONNECTED not-sent']);
  });
});
