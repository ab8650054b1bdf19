import type { Redis } from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

// A peer that has stopped answering is found by lack of progress, under load and idle, though its socket looks open.

const STALL_MS = 1_500;
/** The first dial after a loss is made at once, spread over so much, so that clients do not come back together. */
const SPREAD_MS = 100;

/** Fails unless the first connection was given up within two stall intervals, and the next dial made at once. */
function expectReplaced(world: RedisWorld, client: Redis, silentSinceMs: number): void {
  const change = client.explain().transitions.find(({ to }) => to === 'backing-off');
  expect(change?.cause).toMatch(/^no byte from redis\.test:6379 for \d+ ms/);
  const givenUpAtMs = world.clock.now() - change!.agoMs;
  expect(givenUpAtMs - silentSinceMs).toBeLessThanOrEqual(2 * STALL_MS);
  expect(world.wire(1).isOpen).toBe(false);
  expect(world.network.dials[1]!.atMs - givenUpAtMs).toBeLessThanOrEqual(SPREAD_MS);
  expect(client.state).toBe('ready');
}

describe('a half-open socket, busy', () => {
  test('the call settles by its deadline as `unknown`', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.wire(1).freeze();
    const madeAt = world.clock.now();
    const error = await world.failureOf(client.command(['INCR', 'n'], { timeoutMs: 700 }));
    expect(error).toMatchObject({ code: 'DEADLINE', outcome: 'unknown' });
    expect(world.clock.now() - madeAt).toBe(700);
  });

  test('the connection is replaced within two stall intervals, while calls are made all the time', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.wire(1).freeze();
    const frozenAt = world.clock.now();
    const calls = [];
    for (let call = 0; call < 60; call += 1) {
      calls.push(endingOf(client.incr(`n:${call}`, { timeoutMs: 1_000 })));
      await world.clock.advance(50);
    }
    expectReplaced(world, client, frozenAt);
    const endings = await world.clock.waitFor(Promise.all(calls));
    const codes = endings.map((ending) => ('error' in ending ? ending.error.code : 'answered'));
    expect(new Set(codes)).toEqual(new Set(['DEADLINE', 'STALLED', 'answered']));
    expect(codes.at(-1)).toBe('answered');
  });

  test('a write in flight is told STALLED and is not repeated, a read is asked again', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.data().set('key', Buffer.from('value'));
    world.wire(1).freeze();
    const [write, read] = await world.endings([client.incr('n') as Promise<unknown>, client.get('key')]);
    expect(write).toMatchObject({ error: { code: 'STALLED', outcome: 'unknown', command: 'INCR' } });
    expect(read).toEqual({ value: 'value' });
    expect(world.network.dials).toHaveLength(2);
    await world.clock.advance(60_000);
    expect(world.redis.timesReceived('n')).toBe(0);
  });

  test('it is found also when every caller has left', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.wire(1).freeze();
    const frozenAt = world.clock.now();
    const abort = new AbortController();
    const call = endingOf(client.command(['INCR', 'n'], { signal: abort.signal }));
    await world.clock.advance(1);
    abort.abort();
    await call;
    await world.clock.advance(2 * STALL_MS + SPREAD_MS);
    expectReplaced(world, client, frozenAt);
  });

  test('what was written into a full kernel buffer is no progress', async () => {
    const world = new RedisWorld({ kernelBufferBytes: 4_096 });
    const client = await world.connect();
    world.wire(1).stopReading();
    const stoppedAt = world.clock.now();
    const big = endingOf(client.set('big', 'x'.repeat(100_000)));
    const behind = endingOf(client.incr('n'));
    expect(await world.clock.waitFor(big)).toMatchObject({ error: { code: 'STALLED', outcome: 'unknown' } });
    expect(world.clock.now() - stoppedAt).toBeLessThanOrEqual(2 * STALL_MS);
    // It was never handed to the socket, so it waits for the next one.
    expect(await world.clock.waitFor(behind)).toEqual({ value: 1 });
  });
});

describe('a half-open socket, idle', () => {
  test('it is found by a ping, and replaced within two stall intervals', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    await world.clock.advance(60_000);
    expect(world.network.dials).toHaveLength(1);
    world.wire(1).freeze();
    const frozenAt = world.clock.now();
    await world.clock.advance(2 * STALL_MS + 2 * SPREAD_MS);
    expectReplaced(world, client, frozenAt);
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
  });

  test('a cable that was pulled is found too', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.wire(1).cut({ direction: 'to-server', how: 'silence' });
    const cutAt = world.clock.now();
    await world.clock.advance(2 * STALL_MS + 2 * SPREAD_MS);
    expectReplaced(world, client, cutAt);
  });

  test('a listener of push messages whose server is silent is moved to a new connection', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const pushed: unknown[] = [];
    client.onPush((message) => pushed.push(message));
    world.server(1).send(resp.push('news', '1'));
    await world.clock.advance(10);
    world.wire(1).freeze();
    await world.clock.advance(2 * STALL_MS + 2 * SPREAD_MS);
    world.server(2).send(resp.push('news', '2'));
    await world.clock.advance(10);
    expect(pushed).toEqual([
      ['news', '1'],
      ['news', '2'],
    ]);
  });

  test('a peer that answers its pings stays', async () => {
    const world = new RedisWorld();
    await world.connect();
    await world.clock.advance(600_000);
    expect(world.network.dials).toHaveLength(1);
    expect(world.received(1).length).toBeGreaterThan(100);
    expect(world.received(1).every((text) => text.startsWith('PING '))).toBe(true);
  });
});

describe('an abort in flight', () => {
  test('settles at once as `unknown`, with the reason of the signal', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.wire(1).freeze();
    const abort = new AbortController();
    const call = endingOf(client.command(['INCR', 'n'], { signal: abort.signal }));
    await world.clock.advance(100);
    const reason = new Error('the user left');
    abort.abort(reason);
    const abortedAt = world.clock.now();
    expect(await world.clock.waitFor(call)).toMatchObject({
      error: { code: 'ABORTED', name: 'AbortError', outcome: 'unknown', cause: reason },
    });
    expect(world.clock.now()).toBe(abortedAt);
  });

  test('shifts no reply, whichever call it is', async () => {
    const keys = ['a', 'b', 'c', 'd'];
    for (const aborted of keys) {
      const world = new RedisWorld();
      const client = await world.connect();
      world.wire(1).freeze();
      const abort = new AbortController();
      const calls = keys.map((key) =>
        endingOf(client.command(['ECHO', key], key === aborted ? { signal: abort.signal } : {})),
      );
      await world.clock.advance(100);
      abort.abort();
      world.wire(1).thaw();
      for (const [index, key] of keys.entries()) {
        const ending = await world.clock.waitFor(calls[index]!);
        if (key === aborted) expect(ending).toMatchObject({ error: { code: 'ABORTED' } });
        else expect(ending).toEqual({ value: key });
      }
      expect(await world.clock.waitFor(client.command(['ECHO', 'after']))).toBe('after');
    }
  });

  test('nor does a deadline, though the reply comes later', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('GET', ({ run }) => ({ bytes: run(), afterMs: 600 }));
    const [late, next] = await world.endings([
      client.command(['GET', 'late'], { timeoutMs: 500 }),
      client.command(['ECHO', 'next']),
    ]);
    expect(late).toMatchObject({ error: { code: 'DEADLINE', outcome: 'unknown' } });
    expect(next).toEqual({ value: 'next' });
    expect(world.network.dials).toHaveLength(1);
  });
});

describe('what is no stall', () => {
  test('a call with its own longer timeoutMs raises the limit for itself', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('GET', ({ run }) => ({ bytes: run(), afterMs: 4_000 }));
    const call = client.command(['GET', 'slow'], { timeoutMs: 10_000 });
    expect(await world.clock.waitFor(call)).toBeNull();
    expect(world.network.dials).toHaveLength(1);
  });

  test('and behind it the limit is as before', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('GET', ({ run }) => ({ bytes: run(), afterMs: 4_000 }));
    world.redis.on('INCR', () => 'silence');
    const slow = client.command(['GET', 'slow'], { timeoutMs: 10_000 });
    const behind = endingOf(client.incr('n', { timeoutMs: 10_000 }));
    const last = endingOf(client.incr('m'));
    await world.clock.waitFor(slow);
    const answeredAt = world.clock.now();
    expect(await world.clock.waitFor(last)).toMatchObject({ error: { code: 'DEADLINE' } });
    expect(await world.clock.waitFor(behind)).toMatchObject({ error: { code: 'DEADLINE' } });
    expect(world.clock.now() - answeredAt).toBeLessThan(10_000);
  });

  test('bytes that come slowly but steadily, of one long reply', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ timeoutMs: 60_000 });
    world.redis.on('GET', () => 'silence');
    const call = endingOf(client.get('long'));
    for (const byte of resp.bulk('x'.repeat(20)).toString()) {
      await world.clock.advance(1_000);
      world.server(1).send(byte);
    }
    expect(await world.clock.waitFor(call)).toEqual({ value: 'x'.repeat(20) });
    expect(world.network.dials).toHaveLength(1);
  });

  test('until they stop in its middle', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ timeoutMs: 60_000 });
    world.redis.on('GET', () => 'silence');
    const call = endingOf(client.get('long', { retry: 'never' }));
    await world.clock.advance(10);
    world.server(1).send('$20\r\nxx');
    await world.clock.advance(10);
    const stoppedAt = world.clock.now();
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'STALLED' } });
    expect(world.clock.now() - stoppedAt).toBeLessThanOrEqual(2 * STALL_MS);
  });

  test('a large value that a slow peer takes bit by bit', async () => {
    const world = new RedisWorld({ kernelBufferBytes: 65_536 });
    const client = await world.connect({ timeoutMs: 60_000 });
    world.wire(1).stopReading();
    const value = 'x'.repeat(500_000);
    const call = endingOf(client.set('large', value));
    for (let second = 0; second < 12; second += 1) {
      await world.clock.advance(1_000);
      // What the kernel holds is read, and no more.
      world.wire(1).resumeReading();
      await world.clock.advance(1);
      world.wire(1).stopReading();
    }
    world.wire(1).resumeReading();
    expect(await world.clock.waitFor(call)).toEqual({ value: 'OK' });
    expect(world.network.dials).toHaveLength(1);
  });

  test('an event loop that was blocked: the reply that is waiting is read before anything is judged', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const call = endingOf(client.incr('n'));
    // The server has answered, and nobody reads it.
    await world.clock.advance(1);
    world.clock.jump(20_000);
    expect(await world.clock.waitFor(call)).toEqual({ value: 1 });
    expect(world.network.dials).toHaveLength(1);
  });

  test('nothing is, with `stallAfterMs: Infinity`; calls settle by their deadlines all the same', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ stallAfterMs: Infinity });
    world.wire(1).freeze();
    expect(await world.failureOf(client.incr('n'))).toMatchObject({ code: 'DEADLINE', outcome: 'unknown' });
    await world.clock.advance(600_000);
    expect(world.network.dials).toHaveLength(1);
    world.wire(1).thaw();
    expect(await world.clock.waitFor(client.incr('n'))).toBe(2);
  });
});
