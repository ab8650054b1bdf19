import type { Redis } from 'hawser/redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RedisWorld } from '../support/redis-world.ts';
import { asked, heardFrom, nextOf, ready } from './subscribing.ts';

describe('a consumer', () => {
  test('that breaks ends its subscription, and what had come is not kept', async () => {
    const world = new RedisWorld();
    const redis = await world.connect();
    const orders = redis.subscribe('a');
    await ready(world, orders);
    for (const text of ['1', '2', '3']) world.redis.publish('a', text);
    const seen: string[] = [];
    const iteration = (async () => {
      for await (const event of orders) {
        if (event.type === 'message') seen.push(event.payload);
        if (seen.length === 2) break;
      }
    })();
    await world.clock.waitFor(iteration);
    await world.clock.advance(100);
    expect(seen).toEqual(['1', '2']);
    expect(await nextOf(world, orders)).toBeUndefined();
    expect(asked(world)).toEqual(['1: SUBSCRIBE a', '1: UNSUBSCRIBE a']);
  });

  test('is ended by its signal, also by one that has fired before', async () => {
    const world = new RedisWorld();
    const redis = await world.connect();
    const abort = new AbortController();
    const orders = redis.subscribe('a', { signal: abort.signal });
    await ready(world, orders);
    const next = orders.next();
    abort.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await world.failureOf(orders.ready())).toMatchObject({ code: 'CLOSED' });
    expect(await nextOf(world, redis.subscribe('b', { signal: abort.signal }))).toBeUndefined();
    await world.clock.advance(100);
    expect(asked(world)).toEqual(['1: SUBSCRIBE a', '1: UNSUBSCRIBE a']);
  });

  test.each([
    ['messages', { maxBuffered: 3 }, ['a', 'b', 'c']],
    ['bytes', { maxBufferedBytes: 2 }, ['a', 'b']],
  ])(
    'that is slow has so many %s kept for it, and is told how many were dropped',
    async (_what, limits, kept) => {
      const world = new RedisWorld();
      const redis = await world.connect();
      const slow = redis.subscribe('x', limits);
      await ready(world, slow);
      for (const text of 'abcdefgh') world.redis.publish('x', text);
      await world.clock.advance(10);
      const events: unknown[] = [];
      for (let count = 0; count < kept.length; count += 1) events.push(await nextOf(world, slow));
      world.redis.publish('x', 'i');
      await world.clock.advance(10);
      events.push(await nextOf(world, slow), await nextOf(world, slow));
      expect(events).toMatchObject([
        ...kept.map((payload) => ({ type: 'message', payload })),
        { type: 'dropped', count: 8 - kept.length },
        { type: 'message', payload: 'i' },
      ]);
    },
  );

  test('that does not read at all has no more kept for it however often the connection is lost', async () => {
    const world = new RedisWorld();
    const redis = await world.connect();
    const slow = redis.subscribe('x', { maxBuffered: 1 });
    await ready(world, slow);
    for (let losses = 1; losses <= 5; losses += 1) {
      world.redis.publish('x', `before ${losses}`);
      await world.clock.advance(10);
      world.wire(losses).reset();
      await world.clock.advance(2_000);
    }
    const events = [await nextOf(world, slow), await nextOf(world, slow), await nextOf(world, slow)];
    expect(events).toMatchObject([
      { type: 'message', payload: 'before 1' },
      { type: 'dropped', count: 4 },
      { type: 'gap', channel: 'x' },
    ]);
    expect((events[2] as { downForMs: number }).downForMs).toBeGreaterThanOrEqual(8_000);
  });

  test('that listens is told at once, of what had come before too, and last of the end', async () => {
    const world = new RedisWorld();
    const redis = await world.connect();
    const orders = redis.subscribe('a');
    await ready(world, orders);
    world.redis.publish('a', 'before');
    await world.clock.advance(10);
    const heard = heardFrom(orders);
    expect(heard).toMatchObject([{ payload: 'before' }]);
    world.redis.publish('a', 'after');
    await world.clock.advance(10);
    orders.close();
    orders.close();
    expect(heard).toMatchObject([
      { payload: 'before' },
      { payload: 'after' },
      { type: 'ended', error: undefined },
    ]);
    expect(await world.failureOf(orders.next())).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(() => orders.listen(() => {})).toThrow(/iterated over or listened to already/);
  });

  test('whose listener throws or rejects warns of it, and nothing else is touched', async () => {
    const world = new RedisWorld();
    const redis = await world.connect();
    const warnings: string[] = [];
    const warned = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    redis.subscribe('a').listen(() => {
      throw new Error('thrown by a listener');
    });
    redis.subscribe('a').listen(() => Promise.reject(new Error('rejected by a listener')));
    const other = redis.subscribe('a');
    await ready(world, other);
    world.redis.publish('a', 'x');
    const replies = Promise.all([redis.incr('n'), redis.incr('n'), redis.incr('n')]);
    expect(await world.clock.waitFor(replies)).toEqual([1, 2, 3]);
    expect(await nextOf(world, other)).toMatchObject({ payload: 'x' });
    await new Promise(setImmediate);
    expect(warnings).toEqual(['thrown by a listener', 'rejected by a listener']);
  });

  test('of a server that refuses the client is told so, and does not hang', async () => {
    const world = new RedisWorld({ script: ['refuse-auth'], credentials: { password: 'right' } });
    const redis = world.start({ credentials: { password: 'wrong' } });
    const early = redis.subscribe('a');
    const parked = { code: 'NOT_CONNECTED', cause: { code: 'HANDSHAKE_REFUSED' } };
    expect(await world.failureOf(early.next())).toMatchObject(parked);
    expect(await world.failureOf(redis.subscribe('a').next())).toMatchObject(parked);
  });

  test.each<[string, (redis: Redis) => unknown, RegExp]>([
    [
      'no channel',
      (redis) => redis.subscribe([]),
      /expected a channel or an array of some, got an empty array/,
    ],
    ['a channel that is no text', (redis) => redis.subscribe(7 as never), /expected string, got number/],
    [
      'no number',
      (redis) => redis.psubscribe('a', { maxBuffered: 0 }),
      /maxBuffered of psubscribe: expected/,
    ],
    [
      'another option',
      (redis) => redis.ssubscribe('a', { max: 3 } as never),
      /options of ssubscribe: there is no max; there are signal, buffers, maxBuffered, maxBufferedBytes/,
    ],
    [
      'a listener, as another client takes it',
      (redis) => redis.subscribe('a', (() => {}) as never),
      /expected object; a listener is given to what subscribe\(\) returns, by listen\(listener\), got function/,
    ],
    ['no signal', (redis) => redis.subscribe('a', { signal: 1 as never }), /expected an AbortSignal/],
    ['no listener', (redis) => redis.subscribe('a').listen(7 as never), /expected a function, got number/],
  ])('that gives %s is told at once what was expected', async (_what, subscribe, message) => {
    const world = new RedisWorld();
    const redis = await world.connect();
    expect(() => subscribe(redis)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
  });
});
