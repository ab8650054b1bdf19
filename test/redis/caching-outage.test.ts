import { resp } from 'hawser/testing';
import { Redis } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { REDIS_ADDRESS, RedisWorld, endingOf, worldWith } from '../support/redis-world.ts';

const STALL_MS = 1_500;
const QUICK = { backoff: { baseMs: 20, capMs: 50 } } as const;

describe('when the connection is lost', () => {
  test('what is kept is forgotten: what changed meanwhile nobody has told', async () => {
    const world = worldWith({ name: 'old' });
    const redis = await world.connect({ cache: {}, ...QUICK });
    await world.clock.waitFor(redis.cached.get('name'));
    world.crash();
    await world.clock.advance(10);
    expect(redis.explain().cache).toMatchObject({ tracking: 'down', entries: 0, bytes: 0 });
    world.redis.data().set('name', Buffer.from('new'));
    const read = redis.cached.get('name');
    world.restart();
    expect(await world.clock.waitFor(read)).toBe('new');
    expect(redis.explain().cache).toMatchObject({ tracking: 'on', entries: 1 });
  });

  test('a read on its way is asked once more, for all who share it', async () => {
    const world = worldWith({ name: 'rope' });
    let count = 0;
    world.redis.on('GET', () => ((count += 1) === 1 ? 'reset' : undefined));
    const redis = await world.connect({ cache: {}, ...QUICK });
    const both = Promise.all([redis.cached.get('name'), redis.cached.get('name')]);
    expect(await world.clock.waitFor(both)).toEqual(['rope', 'rope']);
    expect(count).toBe(2);
    expect(redis.explain().cache).toMatchObject({ entries: 1, misses: 1, shared: 1 });
  });

  test('a read that is not to be asked again fails, is shared with nobody and not kept', async () => {
    const world = worldWith({ name: 'rope' });
    let count = 0;
    world.redis.on('GET', () => ((count += 1) === 1 ? 'reset' : undefined));
    const redis = await world.connect({ cache: {}, ...QUICK });
    const once = redis.cached.get('name', { retry: 'never' });
    const again = redis.cached.get('name');
    const [first, second] = await world.endings([once, again]);
    expect(first).toMatchObject({ error: { code: 'CONNECTION_LOST', outcome: 'unknown' } });
    expect(second).toEqual({ value: 'rope' });
  });

  test('reads fail as calls do, and at the end of the client too', async () => {
    const world = worldWith({ name: 'rope' });
    const redis = await world.connect({ cache: {}, ...QUICK, whenDownWaitMs: 0 });
    await world.clock.waitFor(redis.cached.get('name'));
    world.crash();
    await world.clock.advance(10);
    expect(await world.failureOf(redis.cached.get('name'))).toMatchObject({
      code: 'NOT_CONNECTED',
      outcome: 'not-sent',
    });
    world.restart();
    await world.clock.waitFor(redis.ready());
    await world.clock.waitFor(redis.cached.get('name'));
    const closed = redis.close();
    expect(redis.explain().cache).toMatchObject({ entries: 0 });
    const after = endingOf(redis.cached.get('name'));
    await world.clock.waitFor(closed);
    expect(await after).toMatchObject({ error: { code: 'CLOSED', outcome: 'not-sent' } });
  });

  test('a silent server is found within two stall intervals, though all that is read is known', async () => {
    const world = worldWith({ name: 'old' });
    const redis = await world.connect({ cache: {}, ...QUICK });
    await world.clock.waitFor(redis.cached.get('name'));
    world.wire(1).cut({ direction: 'to-client', how: 'silence' });
    world.redis.data().set('name', Buffer.from('new'));
    let value: string | null = null;
    let oldUntil = 0;
    const cutAt = world.clock.now();
    while (value !== 'new') {
      value = await world.clock.waitFor(redis.cached.get('name'));
      if (value === 'old') oldUntil = world.clock.now();
      await world.clock.advance(100);
    }
    expect(oldUntil - cutAt).toBeGreaterThan(STALL_MS);
    expect(oldUntil - cutAt).toBeLessThanOrEqual(2 * STALL_MS);
  });
});

describe('when credentials are renewed in place', () => {
  test('what was read before, and is being read, is forgotten: it may have been another user who read it', async () => {
    const world = worldWith({ known: 'a', underway: 'b' });
    const credentials = (): { username: string; validForMs: number } => ({
      username: 'default',
      validForMs: 10_000,
    });
    const redis = await world.connect({ cache: {}, credentials });
    await world.clock.waitFor(redis.cached.get('known'));
    world.redis.on('GET', ({ run }) => ({ bytes: run(), afterMs: 1_000 }));
    await world.clock.advance(6_800);
    const reads: Promise<string | null>[] = [];
    for (let round = 0; round < 8; round += 1) {
      reads.push(redis.cached.get('underway'));
      await world.clock.advance(150);
    }
    const renewedAt = world.redis.commands.findIndex(({ name }) => name === 'AUTH');
    const asked = world.redis.commands.flatMap(({ name }, index) => (name === 'GET' ? [index] : []));
    expect(asked.some((index) => index > renewedAt)).toBe(true);
    expect(redis.explain()).toMatchObject({ state: 'ready', cache: { tracking: 'on', entries: 0 } });
    expect(new Set(await world.clock.waitFor(Promise.all(reads)))).toEqual(new Set(['b']));
    expect(redis.explain().cache).toMatchObject({ entries: 1 });
  });
});

describe('a read without a deadline', () => {
  test('over which the server has fallen silent keeps the connection from being replaced only until its caller leaves', async () => {
    const world = worldWith({ name: 'rope' });
    world.redis.on('GET', () => 'silence');
    const redis = await world.connect({ cache: {}, ...QUICK });
    const abort = new AbortController();
    const read = endingOf(redis.cached.get('name', { timeoutMs: Infinity, signal: abort.signal }));
    await world.clock.advance(10);
    world.wire(1).cut({ direction: 'to-client', how: 'silence' });
    await world.clock.advance(10 * STALL_MS);
    expect(redis.state).toBe('ready');
    expect(world.redis.connections).toHaveLength(1);
    abort.abort();
    expect(await read).toMatchObject({ error: { code: 'ABORTED', outcome: 'unknown' } });
    await world.clock.advance(2 * STALL_MS + 200);
    expect(world.redis.connections).toHaveLength(2);
  });
});

describe('bounds', () => {
  test('of entries: the one that was not read for longest goes first', async () => {
    const world = worldWith({ a: '1', b: '2', c: '3' });
    const redis = await world.connect({ cache: { maxEntries: 2 } });
    for (const key of ['a', 'b', 'a', 'c', 'a']) await world.clock.waitFor(redis.cached.get(key));
    expect(redis.explain().cache).toMatchObject({ entries: 2, hits: 2, misses: 3, evictions: 1 });
    await world.clock.waitFor(redis.cached.get('b'));
    expect(redis.explain().cache).toMatchObject({ misses: 4, evictions: 2 });
  });

  test('of bytes: never more, and what is larger than all is not kept', async () => {
    const large = 'x'.repeat(10_000);
    const world = worldWith({ a: large, b: large, c: large, huge: 'x'.repeat(30_000) });
    const redis = await world.connect({ cache: { maxBytes: 25_000 } });
    for (const key of ['a', 'b', 'c', 'huge']) {
      await world.clock.waitFor(redis.cached.get(key));
      expect(redis.explain().cache!.bytes).toBeLessThanOrEqual(25_000);
    }
    expect(redis.explain().cache).toMatchObject({ entries: 2, evictions: 1 });
  });

  test('of time: what is older than ttlMs is asked for again', async () => {
    const world = worldWith({ a: '1' });
    const redis = await world.connect({ cache: { ttlMs: 1_000 } });
    const read = (): Promise<unknown> => world.clock.waitFor(redis.cached.get('a'));
    await read();
    await world.clock.advance(900);
    await read();
    await world.clock.advance(200);
    await read();
    expect(redis.explain().cache).toMatchObject({ hits: 1, misses: 2, entries: 1 });
  });
});

describe('a server that does not tell of changes', () => {
  test.each([
    ['refuses to', undefined, /NOPERM|permissions/],
    ['does not speak RESP3', 'no-hello', /RESP3/],
  ] as const)('%s: every read asks it, and it alone, and explain() says why', async (_, script, reason) => {
    const world = new RedisWorld(script && { script: [script] });
    world.redis.data().set('name', Buffer.from('rope'));
    const refusal = resp.error("NOPERM this user has no permissions to run 'client|tracking'");
    world.redis.on('CLIENT', ({ command }) =>
      /tracking/i.test(String(command.args[0])) ? { bytes: refusal } : undefined,
    );
    const redis = await world.connect({ cache: {} });
    for (let round = 0; round < 2; round += 1)
      expect(await world.clock.waitFor(redis.cached.get('name'))).toBe('rope');
    const { tracking, reason: why, entries, misses } = redis.explain().cache!;
    expect([tracking, entries, misses]).toEqual(['off', 0, 2]);
    expect(why).toMatch(reason);
    expect(world.redis.commands.filter(({ text }) => text.startsWith('CLIENT CACHING'))).toEqual([]);
  });

  test('refuses to for one read: that is answered all the same, and not kept', async () => {
    const world = worldWith({ name: 'rope' });
    const stop = world.redis.on('CLIENT', ({ command }) =>
      /caching/i.test(String(command.args[0])) ? { bytes: resp.error('NOPERM no') } : undefined,
    );
    const redis = await world.connect({ cache: {} });
    expect(await world.clock.waitFor(redis.cached.get('name'))).toBe('rope');
    expect(redis.explain().cache).toMatchObject({ tracking: 'on', entries: 0 });
    stop();
    await world.clock.waitFor(redis.cached.get('name'));
    expect(redis.explain().cache).toMatchObject({ entries: 1, misses: 2 });
  });

  test('refuses to for one read: what was known before is not answered after it, even if the server is not reached', async () => {
    const world = worldWith({ name: 'old' });
    const cache = { ttlMs: 100, staleIfDownMs: 60_000 };
    const redis = await world.connect({ cache, whenDownWaitMs: 0, ...QUICK });
    await world.clock.waitFor(redis.cached.get('name'));
    await world.clock.advance(200);
    world.redis.data().set('name', Buffer.from('new'));
    world.redis.on('CLIENT', () => ({ bytes: resp.error('NOPERM no') }));
    expect(await world.clock.waitFor(redis.cached.get('name'))).toBe('new');
    world.crash();
    await world.clock.advance(10);
    const read = redis.cached.evenIfDown((reads) => reads.get('name'));
    expect(await world.failureOf(read)).toMatchObject({ code: 'NOT_CONNECTED' });
  });

  test('answers with something else than OK is out of step, and left', async () => {
    const world = worldWith({ name: 'rope' });
    const stop = world.redis.on('CLIENT', ({ command }) =>
      /caching/i.test(String(command.args[0])) ? { bytes: '$4\r\nrope\r\n' } : undefined,
    );
    const redis = await world.connect({ cache: {}, ...QUICK });
    expect(await world.failureOf(redis.cached.get('name'))).toMatchObject({ code: 'PROTOCOL_VIOLATION' });
    stop();
    expect(await world.clock.waitFor(redis.cached.get('name'))).toBe('rope');
  });
});

test("a read with retry: 'never' is not kept, and the server does not remember its key", async () => {
  const world = worldWith({ name: 'rope' });
  const redis = await world.connect({ cache: {} });
  for (let round = 0; round < 2; round += 1)
    expect(await world.clock.waitFor(redis.cached.get('name', { retry: 'never' }))).toBe('rope');
  expect(redis.explain().cache).toMatchObject({ entries: 0, misses: 2 });
  expect(world.redis.commands.filter(({ text }) => text.startsWith('CLIENT CACHING'))).toEqual([]);
});

describe('the option cache', () => {
  test.each([
    [{ cache: 'all' }, 'cache'],
    [{ cache: { maxEntries: 0 } }, 'cache.maxEntries'],
    [{ cache: { maxBytes: 1.5 } }, 'cache.maxBytes'],
    [{ cache: { ttlMs: -1 } }, 'cache.ttlMs'],
    [{ cache: { ttlMs: 2 ** 31 } }, 'cache.ttlMs'],
    [{ cache: { staleIfDownMs: Number.NaN } }, 'cache.staleIfDownMs'],
    [{ cache: { maxAge: 1 } }, 'cache.maxAge: there is no such option'],
    [{ cache: { toString: 1 } }, 'cache.toString: there is no such option'],
    [{ cache: {}, protocol: 2 }, 'protocol'],
  ])('%j is refused at the start', (options, name) => {
    expect(() => Redis.start(REDIS_ADDRESS, options as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(name) as string,
      }) as Error,
    );
  });

  test('is none of a pool', () => {
    expect(() => Redis.pool(REDIS_ADDRESS, { cache: {} } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }) as Error,
    );
  });

  test('is what redis.cached needs', async () => {
    const world = new RedisWorld();
    const redis = await world.connect();
    expect(() => redis.cached).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }) as Error);
    expect(redis.explain().cache).toBeUndefined();
  });
});
