import { describe, expect, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import {
  changesOf,
  connect,
  everyoneGetsTheirOwn,
  failureOf,
  PATIENCE_MS,
  until,
  untilReady,
} from './clients.ts';

/** Stops looking for an answer soon; every call could wait for one 25 times as long. */
const WATCHFUL = {
  stallAfterMs: 200,
  timeoutMs: 5_000,
  handshakeTimeoutMs: 200,
  whenDownWaitMs: 50,
} as const;

/** Never gives a connection up for being silent. */
const PATIENT = { stallAfterMs: Infinity, timeoutMs: PATIENCE_MS } as const;

const STALLED = { code: 'STALLED', outcome: 'unknown' };

describe('a server whose process is stopped (SIGSTOP): its sockets stay open and say nothing', () => {
  const server = redisServer();

  test('under load it is found long before the deadlines, while it is still stopped', async () => {
    const redis = await connect(server().url, WATCHFUL);
    const changes = changesOf(redis);
    server().pause();
    const calls = Array.from({ length: 20 }, () => failureOf(redis.incr('frozen')));
    for (const failure of await Promise.all(calls))
      expect(failure).toMatchObject({ ...STALLED, command: 'INCR' });
    expect(changes[0]).toMatchObject({ from: 'ready', to: 'backing-off', cause: { code: 'STALLED' } });
    const [first] = redis.explain().transitions.slice(-changes.length);
    expect(first?.cause).toMatch(/^no byte from 127\.0\.0\.1:\d+ for \d+ ms while INCR waits for its reply/);
    expect(await failureOf(redis.incr('frozen'))).toMatchObject({
      code: 'NOT_CONNECTED',
      outcome: 'not-sent',
    });
    server().resume();
    await untilReady(redis);
    expect(await everyoneGetsTheirOwn(redis, 200)).toBe(true);
    // What was in flight lies in the server's own socket, and may still run: that is what `unknown` means.
    expect(Number(await redis.get('frozen'))).toBeLessThanOrEqual(20);
  });

  test('idle it is found too, by a ping that nobody answers', async () => {
    const redis = await connect(server().url, WATCHFUL);
    const changes = changesOf(redis);
    server().pause();
    await until(() => changes.length > 0);
    expect(changes[0]).toMatchObject({ from: 'ready', to: 'backing-off', cause: { code: 'STALLED' } });
    expect(changes[0]?.cause?.message).toContain('while PING waits for its reply');
    // The kernel takes connections for a process that is stopped; only the handshake shows that nobody is there.
    await until(() => changes.some(({ cause }) => cause?.message.includes('no end of the handshake')));
    server().resume();
    await untilReady(redis);
    expect(await everyoneGetsTheirOwn(redis, 200)).toBe(true);
  });

  test('a short stop is only slow: every call is answered, in order, on the same connection', async () => {
    const redis = await connect(server().url, PATIENT);
    const changes = changesOf(redis);
    server().pause();
    const calls = Array.from({ length: 1_000 }, () => redis.incr('slow'));
    await until(() => redis.explain().inFlight === calls.length);
    server().resume();
    expect(await Promise.all(calls)).toEqual(calls.map((_, index) => index + 1));
    expect(changes).toEqual([]);
  });

  test('who gives up early, by deadline or by abort, shifts nobody else’s reply', async () => {
    const redis = await connect(server().url, PATIENT);
    const changes = changesOf(redis);
    server().pause();
    const abort = new AbortController();
    const first = redis.command(['ECHO', 'first']);
    const late = failureOf(redis.command(['ECHO', 'late'], { timeoutMs: 50 }));
    const second = redis.command(['ECHO', 'second']);
    const aborted = failureOf(redis.command(['ECHO', 'aborted'], { signal: abort.signal }));
    const third = redis.command(['ECHO', 'third']);
    expect(await late).toMatchObject({ code: 'DEADLINE', outcome: 'unknown' });
    abort.abort(new Error('the caller left'));
    const failure = await aborted;
    expect(failure).toMatchObject({ code: 'ABORTED', name: 'AbortError', outcome: 'unknown' });
    expect(failure.cause).toBe(abort.signal.reason);
    expect(redis.explain()).toMatchObject({ inFlight: 3, abandoned: 2 });
    server().resume();
    expect(await Promise.all([first, second, third])).toEqual(['first', 'second', 'third']);
    expect(await everyoneGetsTheirOwn(redis, 200)).toBe(true);
    expect(redis.explain()).toMatchObject({ inFlight: 0, abandoned: 0, pendingBytes: 0 });
    expect(changes).toEqual([]);
  });

  test('`close` ends by its deadline, and what was in flight is `unknown`', async () => {
    const redis = await connect(server().url, PATIENT);
    server().pause();
    const call = failureOf(redis.incr('closing'));
    await redis.close({ timeoutMs: 50 });
    expect(redis.state).toBe('closed');
    expect(await call).toMatchObject({ code: 'CLOSED', outcome: 'unknown' });
    server().resume();
  });
});

describe('a server that holds its answers back (CLIENT PAUSE)', () => {
  const server = redisServer();

  test('for less than the stall limit: calls only take longer', async () => {
    const redis = await connect(server().url, PATIENT);
    const changes = changesOf(redis);
    await server().inspect(['CLIENT', 'PAUSE', '200', 'ALL']);
    const calls = Array.from({ length: 100 }, () => redis.incr('held-back'));
    expect(await Promise.all(calls)).toEqual(calls.map((_, index) => index + 1));
    expect(changes).toEqual([]);
  });

  test('for longer: the connection is given up, and a new one is there when the pause is over', async () => {
    const redis = await connect(server().url, { ...WATCHFUL, handshakeTimeoutMs: PATIENCE_MS });
    await server().inspect(['CLIENT', 'PAUSE', '1000', 'ALL']);
    expect(await failureOf(redis.incr('given-up'))).toMatchObject(STALLED);
    await untilReady(redis);
    expect(await everyoneGetsTheirOwn(redis, 200)).toBe(true);
    expect(Number(await redis.get('given-up'))).toBeLessThanOrEqual(1);
  });
});

describe('a script that takes longer than the stall limit', () => {
  const server = redisServer();
  const SPIN = `
    local function now()
      local time = redis.call('TIME')
      return time[1] * 1000 + time[2] / 1000
    end
    local start = now()
    while now() - start < 600 do end
    return redis.call('INCR', KEYS[1])`;

  test('with a `timeoutMs` of its own it is waited for, and nothing is given up', async () => {
    const redis = await connect(server().url, WATCHFUL);
    const changes = changesOf(redis);
    const before = redis.incr('before');
    const script = redis.command(['EVAL', SPIN, 1, 'patient'], { timeoutMs: PATIENCE_MS });
    const behind = redis.incr('behind');
    expect(await Promise.all([before, script, behind])).toEqual([1, 1, 1]);
    expect(changes).toEqual([]);
  });

  test('without, it is `unknown`: it may run to its end, as here, while a new connection is made', async () => {
    const redis = await connect(server().url, { ...WATCHFUL, handshakeTimeoutMs: PATIENCE_MS });
    const script = failureOf(redis.command(['EVAL', SPIN, 1, 'impatient']));
    const behind = failureOf(redis.incr('behind-it'));
    expect(await script).toMatchObject({ ...STALLED, command: 'EVAL' });
    expect(await behind).toMatchObject({ ...STALLED, command: 'INCR' });
    await untilReady(redis);
    expect(await everyoneGetsTheirOwn(redis, 200)).toBe(true);
    expect(await redis.get('impatient')).toBe('1');
  });
});
