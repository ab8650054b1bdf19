import type { Redis, RedisOptions } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { ENDPOINT, RedisWorld, endingOf, type Ending } from '../support/redis-world.ts';

// close() ends by its deadline, whatever the connection is doing, and every call settles. That the process then exits
// is shown in f-process-exits.test.ts.

const CLOSE_MS = 300;

interface Scene {
  readonly title: string;
  readonly options?: RedisOptions;
  /** Brings the client into the state that is named. */
  readonly arrange: (world: RedisWorld) => void | Promise<void>;
  readonly state: Redis['state'];
  /** What becomes of calls that were made before. */
  readonly fate: object;
}

const NOT_SENT = { error: { code: 'CLOSED', outcome: 'not-sent' } };
const UNKNOWN = { error: { code: 'CLOSED', outcome: 'unknown' } };

const SCENES: readonly Scene[] = [
  {
    title: 'offline, between two attempts',
    options: { backoff: { baseMs: 10_000 } },
    arrange: ({ network }) => network.answerDials(ENDPOINT, { kind: 'refuse' }),
    state: 'backing-off',
    fate: NOT_SENT,
  },
  {
    title: 'connecting to a black hole',
    arrange: ({ network }) => network.answerDials(ENDPOINT, { kind: 'blackhole' }),
    state: 'connecting',
    fate: NOT_SENT,
  },
  {
    title: 'connecting, with a transport that comes too late',
    arrange: ({ network }) => network.answerDials(ENDPOINT, { kind: 'accept-late', afterMs: 1_000 }),
    state: 'connecting',
    fate: NOT_SENT,
  },
  {
    title: 'in the handshake with a server that says nothing',
    arrange: ({ redis }) => redis.script('silent'),
    state: 'handshaking',
    fate: NOT_SENT,
  },
  {
    title: 'in the handshake, waiting for a credentials function that never answers',
    options: { credentials: () => new Promise(() => {}) },
    arrange: () => {},
    state: 'handshaking',
    fate: NOT_SENT,
  },
  {
    title: 'in backoff after a connection was lost',
    options: { backoff: { baseMs: 10_000 } },
    arrange: ({ redis }) => redis.script('end'),
    state: 'backing-off',
    fate: NOT_SENT,
  },
  {
    title: 'connected to a server that answers nothing more',
    arrange: ({ redis }) => void redis.on('INCR', () => 'silence'),
    state: 'ready',
    fate: UNKNOWN,
  },
  {
    title: 'parked, because the password is wrong',
    arrange: ({ redis }) => redis.script('refuse-auth'),
    options: { credentials: { password: 'wrong' } },
    state: 'parked',
    fate: { error: { code: 'NOT_CONNECTED', outcome: 'not-sent' } },
  },
];

/** Closes, and says when that ended, in milliseconds, and what had become of the calls by then. */
async function close(world: RedisWorld, client: Redis, calls: readonly Promise<unknown>[]): Promise<number> {
  const settled: Ending<unknown>[] = [];
  for (const call of calls) void endingOf(call).then((ending) => settled.push(ending));
  const startedAt = world.clock.now();
  await world.clock.waitFor(client.close({ timeoutMs: CLOSE_MS }));
  const tookMs = world.clock.now() - startedAt;
  // A rejection takes some turns of promises to get to its caller, and no time.
  await world.clock.settle();
  expect(settled).toHaveLength(calls.length);
  expect(client.state).toBe('closed');
  return tookMs;
}

describe.each(SCENES)('$title', ({ options, arrange, state, fate }) => {
  test('close() ends by its deadline and every call settles', async () => {
    const world = new RedisWorld();
    await arrange(world);
    const client = world.start(options);
    const calls = Array.from({ length: 50 }, (_, index) => client.incr(`n:${index}`));
    const endings = Promise.all(calls.map((call) => endingOf(call)));
    await world.clock.advance(20);
    expect(client.state).toBe(state);
    expect(await close(world, client, calls)).toBeLessThanOrEqual(CLOSE_MS);
    for (const ending of await endings) expect(ending).toMatchObject(fate);
    // What comes too late is ended too.
    await world.clock.advance(2_000);
  });
});

describe('connected', () => {
  test('what is in flight is waited for, and answered', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 50 }));
    const calls = ['a', 'b', 'c'].map((key) => client.incr(key));
    expect(await close(world, client, calls)).toBe(152);
    expect(await world.endings(calls)).toEqual([{ value: 1 }, { value: 1 }, { value: 1 }]);
  });

  test('with nothing in flight it ends at once', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    expect(await close(world, client, [])).toBe(0);
  });

  test('half-open, busy: what is in flight is `unknown`, what waits for the kernel is `not-sent`', async () => {
    const world = new RedisWorld({ kernelBufferBytes: 4_096 });
    const client = await world.connect();
    world.wire(1).freeze();
    const calls = [client.set('large', 'x'.repeat(50_000)), client.incr('n'), client.get('key')];
    const endings = Promise.all(calls.map((call) => endingOf<unknown>(call)));
    await world.clock.advance(10);
    expect(await close(world, client, calls)).toBe(CLOSE_MS);
    expect(await endings).toMatchObject([UNKNOWN, NOT_SENT, NOT_SENT]);
    await world.clock.advance(60_000);
    expect(world.redis.timesReceived('n')).toBe(0);
  });

  test('half-open, idle: it ends at once', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.wire(1).freeze();
    expect(await close(world, client, [])).toBe(0);
  });

  test('half-open with a ping on its way: it ends at once, for nobody waits for that', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.wire(1).freeze();
    await world.clock.advance(2_000);
    expect(client.explain().abandoned).toBe(1);
    expect(await close(world, client, [])).toBe(0);
  });

  test('the connection is lost while it drains: it ends then, and reads are not asked again', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('GET', () => ({ bytes: '', afterMs: 50, afterwards: 'reset' }));
    const call = client.get('key');
    expect(await close(world, client, [call])).toBeLessThan(CLOSE_MS);
    expect(await world.failureOf(call)).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' });
    expect(world.network.dials).toHaveLength(1);
  });

  test('without a time limit of its own it ends within five seconds', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ stallAfterMs: Infinity, timeoutMs: Infinity });
    world.wire(1).freeze();
    const call = endingOf(client.incr('n'));
    const startedAt = world.clock.now();
    await world.clock.waitFor(client.close());
    expect(world.clock.now() - startedAt).toBe(5_000);
    expect(await call).toMatchObject(UNKNOWN);
  });

  test('with a limit of Infinity the stall limit ends it', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.wire(1).freeze();
    const call = endingOf(client.incr('n'));
    await world.clock.waitFor(client.close({ timeoutMs: Infinity }));
    expect(await call).toMatchObject({ error: { code: 'STALLED', outcome: 'unknown' } });
  });

  test('with a limit of 0 nothing is waited for', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const sent = endingOf(client.incr('sent'));
    await world.clock.settle();
    const unsent = endingOf(client.incr('unsent'));
    const startedAt = world.clock.now();
    await world.clock.waitFor(client.close({ timeoutMs: 0 }));
    expect(world.clock.now()).toBe(startedAt);
    expect(await world.clock.waitFor(sent)).toMatchObject(UNKNOWN);
    expect(await world.clock.waitFor(unsent)).toMatchObject({ error: { code: 'CLOSED' } });
  });

  test('its signal ends the waiting', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.wire(1).freeze();
    const call = endingOf(client.incr('n'));
    const abort = new AbortController();
    const closed = client.close({ signal: abort.signal });
    await world.clock.advance(100);
    abort.abort();
    await world.clock.waitFor(closed);
    expect(world.clock.now()).toBeLessThan(200);
    expect(await call).toMatchObject(UNKNOWN);
  });
});

describe('after close()', () => {
  test('it may be called again, at the same time or later; the shorter limit counts', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.wire(1).freeze();
    const call = endingOf(client.incr('n'));
    await world.clock.settle();
    const startedAt = world.clock.now();
    await world.clock.waitFor(
      Promise.all([client.close({ timeoutMs: 1_000 }), client.close({ timeoutMs: 100 })]),
    );
    expect(world.clock.now() - startedAt).toBe(100);
    expect(await call).toMatchObject(UNKNOWN);
    await world.clock.waitFor(client.close());
  });

  test('calls fail with CLOSED, `not-sent`, from the moment on at which it was called', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 50 }));
    const before = endingOf(client.incr('before'));
    await world.clock.settle();
    const closed = client.close();
    const closing = { code: 'CLOSED', outcome: 'not-sent' };
    expect(client.state).toBe('draining');
    expect(await world.failureOf(client.incr('after'))).toMatchObject(closing);
    expect(await world.failureOf(client.ready())).toMatchObject(closing);
    expect(await world.failureOf(client.capacity())).toMatchObject(closing);
    expect(await world.clock.waitFor(before)).toEqual({ value: 1 });
    await world.clock.waitFor(closed);
    expect(await world.failureOf(client.transaction([['INCR', 'after']]))).toMatchObject(closing);
    expect(world.redis.timesReceived('after')).toBe(0);
  });

  test('those who wait for the connection or for room are told CLOSED', async () => {
    const world = new RedisWorld();
    world.network.answerDials(ENDPOINT, { kind: 'blackhole' });
    const client = world.start({ maxPending: { requests: 1 } });
    const waits = [client.incr('n') as Promise<unknown>, client.ready(), client.capacity()];
    const endings = Promise.all(waits.map((wait) => endingOf(wait)));
    await world.clock.waitFor(client.close());
    for (const ending of await endings) expect(ending).toMatchObject(NOT_SENT);
  });

  test('nothing brings it back', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    await world.clock.waitFor(client.close());
    client.retryNow();
    await world.clock.advance(60_000);
    expect(client.state).toBe('closed');
    expect(world.network.dials).toHaveLength(1);
  });
});

test('a scope that ends closes the client that `await using` declared in it', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  await world.clock.waitFor(client[Symbol.asyncDispose]());
  expect(client.state).toBe('closed');
});
