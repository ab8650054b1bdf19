import { resp } from 'hawser/testing';
import type { CachedReads, PossiblyStale, Redis } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { endingOf, worldWith, type RedisWorld } from '../support/redis-world.ts';

const QUICK = { backoff: { baseMs: 20, capMs: 50 } } as const;

describe('even if the server is not reached', () => {
  const STALE = { cache: { staleIfDownMs: 10_000 }, whenDownWaitMs: 0, ...QUICK } as const;

  /** A client that has read a key, lost the server, and reached it again with another value of the key. */
  async function changedMeanwhile(): Promise<{ world: RedisWorld; redis: Redis }> {
    const world = worldWith({ name: 'old' });
    const redis = await world.connect(STALE);
    await world.clock.waitFor(redis.cached.get('name'));
    world.crash();
    await world.clock.advance(100);
    world.redis.data().set('name', Buffer.from('new'));
    world.restart();
    await world.clock.waitFor(redis.ready());
    return { world, redis };
  }

  test('the last that was known is answered with, and marked', async () => {
    const world = worldWith({ name: 'rope', list: 'x' });
    const redis = await world.connect(STALE);
    const read = (): Promise<PossiblyStale<string | null>> =>
      redis.cached.evenIfDown((reads) => reads.get('name'));
    expect(await world.clock.waitFor(read())).toEqual({ value: 'rope', isStale: false });
    world.crash();
    await world.clock.advance(1_000);
    const stale = await world.clock.waitFor(read());
    expect(stale).toMatchObject({ value: 'rope', isStale: true, reason: expect.any(Error) });
    expect(stale.isStale && stale.downForMs).toBeGreaterThanOrEqual(990);
    expect(await world.failureOf(redis.cached.get('name'))).toMatchObject({ code: 'NOT_CONNECTED' });
    const never = redis.cached.evenIfDown((reads) => reads.get('never'));
    expect(await world.failureOf(never)).toMatchObject({ code: 'NOT_CONNECTED' });
    expect(redis.explain().cache).toMatchObject({ stale: 1, tracking: 'down' });
    await world.clock.advance(9_100);
    expect(await world.failureOf(read())).toMatchObject({ code: 'NOT_CONNECTED' });
  });

  test('several reads are stale together where one is', async () => {
    const world = worldWith({ a: '1', b: '2' });
    const redis = await world.connect(STALE);
    await world.clock.waitFor(Promise.all([redis.cached.get('a'), redis.cached.get('b')]));
    world.crash();
    await world.clock.advance(100);
    const both = redis.cached.evenIfDown((reads) => Promise.all([reads.get('a'), reads.get('b')]));
    expect(await world.clock.waitFor(both)).toMatchObject({ value: ['1', '2'], isStale: true });
  });

  test('a read that fails with its connection is answered with what was known before', async () => {
    const world = worldWith({ name: 'rope' });
    const redis = await world.connect({ ...STALE, cache: { staleIfDownMs: 60_000, ttlMs: 100 } });
    await world.clock.waitFor(redis.cached.get('name'));
    await world.clock.advance(200);
    world.redis.on('GET', () => 'silence');
    const read = redis.cached.evenIfDown((reads) => reads.get('name', { retry: 'never' }));
    world.crash();
    expect(await world.clock.waitFor(read)).toMatchObject({ value: 'rope', isStale: true });
  });

  test('once it is there again nothing is stale, and nothing old is answered', async () => {
    const { world, redis } = await changedMeanwhile();
    const read = redis.cached.evenIfDown((reads) => reads.get('name'));
    expect(await world.clock.waitFor(read)).toEqual({ value: 'new', isStale: false });
  });

  test.each<[what: string, read: (reads: CachedReads) => Promise<unknown>]>([
    ["a read with retry: 'never'", (reads) => reads.get('name', { retry: 'never' })],
    ['a read as bytes', (reads) => reads.get('name', { buffers: true })],
    ['a read of several keys', (reads) => reads.mget(['name', 'other'])],
    ['a read that the server refuses', (reads) => reads.hget('name', 'field')],
  ])('%s has told of a key: what another connection knew of it is not answered any more', async (_, read) => {
    const { world, redis } = await changedMeanwhile();
    await world.endings([read(redis.cached)]);
    world.crash();
    await world.clock.advance(100);
    const again = redis.cached.evenIfDown((reads) => reads.get('name'));
    expect(await world.failureOf(again)).toMatchObject({ code: 'NOT_CONNECTED' });
  });

  test('what the server has refused since is not answered', async () => {
    const world = worldWith({ name: 'rope' });
    const redis = await world.connect({ ...STALE, cache: { ...STALE.cache, ttlMs: 100 } });
    await world.clock.waitFor(redis.cached.get('name'));
    await world.clock.advance(200);
    world.redis.on('GET', () => ({ bytes: resp.error('NOPERM not you') }));
    expect(await world.failureOf(redis.cached.get('name'))).toMatchObject({ code: 'NOPERM' });
    world.crash();
    await world.clock.advance(100);
    const again = redis.cached.evenIfDown((reads) => reads.get('name'));
    expect(await world.failureOf(again)).toMatchObject({ code: 'NOT_CONNECTED' });
  });

  test('what is known outlasts a server that comes and goes', async () => {
    const world = worldWith({ name: 'rope' });
    const redis = await world.connect(STALE);
    await world.clock.waitFor(redis.cached.get('name'));
    for (let round = 0; round < 3; round += 1) {
      world.crash();
      await world.clock.advance(100);
      world.restart();
      await world.clock.waitFor(redis.ready());
    }
    world.crash();
    await world.clock.advance(100);
    const read = redis.cached.evenIfDown((reads) => reads.get('name'));
    const stale = await world.clock.waitFor(read);
    expect(stale).toMatchObject({ value: 'rope', isStale: true });
    expect(stale.isStale && stale.downForMs).toBeGreaterThanOrEqual(400);
  });

  test('what one user has read is not known to the next', async () => {
    const world = worldWith({ name: 'rope' });
    const redis = await world.connect({ ...STALE, credentials: () => ({ username: 'default' }) });
    await world.clock.waitFor(redis.cached.get('name'));
    world.wire(1).reset();
    await world.clock.advance(1);
    await world.clock.waitFor(redis.ready());
    expect(redis.explain().cache).toMatchObject({ entries: 0 });
  });

  test('what is written meanwhile is no longer known', async () => {
    const world = worldWith({ name: 'old' });
    const redis = await world.connect({ ...STALE, whenDownWaitMs: 500 });
    await world.clock.waitFor(redis.cached.get('name'));
    world.crash();
    await world.clock.advance(10);
    const written = endingOf(redis.set('name', 'new'));
    const read = endingOf(redis.cached.evenIfDown((reads) => reads.get('name')));
    await world.clock.advance(1_000);
    expect(await written).toMatchObject({ error: { code: 'NOT_CONNECTED' } });
    expect(await read).toMatchObject({ error: { code: 'NOT_CONNECTED' } });
  });

  test('an error of the server, or of the function, is that of the read', async () => {
    const world = worldWith({ name: 'rope' });
    const redis = await world.connect(STALE);
    world.redis.on('GET', () => ({ bytes: resp.error('NOPERM not you') }));
    const refused = redis.cached.evenIfDown((reads) => reads.get('name'));
    expect(await world.failureOf(refused)).toMatchObject({ code: 'NOPERM' });
    const broken = redis.cached.evenIfDown(() => Promise.reject(new Error('mine')));
    expect(await world.failureOf(broken)).toMatchObject({ message: 'mine' });
    expect(await world.failureOf(redis.cached.evenIfDown(undefined as never))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  test('it is refused where nothing is kept for it', async () => {
    const world = worldWith({ name: 'rope' });
    const redis = await world.connect({ cache: {} });
    expect(await world.failureOf(redis.cached.evenIfDown((reads) => reads.get('name')))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
