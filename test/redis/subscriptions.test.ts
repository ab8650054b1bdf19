import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { ASKED_AT_ONCE_MAX } from '../../src/redis/pubsub/subscriptions.ts';
import { RedisWorld, endingOf } from '../support/redis-world.ts';
import { asked, heardFrom, nextOf, ready } from './subscribing.ts';

const STALL_MS = 1_500;

const WAYS: readonly (readonly [string, { readonly protocol: 2 | 3 }, number])[] = [
  ['on the shared connection (RESP3)', { protocol: 3 }, 1],
  ['on a connection of their own (RESP2)', { protocol: 2 }, 2],
];

describe.each(WAYS)('subscriptions %s', (_way, options, connection) => {
  test('yield what is published to a channel, in order, while calls go on', async () => {
    const world = new RedisWorld();
    const redis = await world.connect(options);
    const orders = redis.subscribe('orders');
    await ready(world, orders);
    world.redis.publish('orders', 'a rope');
    world.redis.publish('others', 'nothing');
    world.redis.publish('orders', 'a sail');
    expect(await world.clock.waitFor(redis.incr('count'))).toBe(1);
    const about = { type: 'message', channel: 'orders', pattern: undefined };
    expect(await nextOf(world, orders)).toEqual({ ...about, payload: 'a rope' });
    expect(await nextOf(world, orders)).toEqual({ ...about, payload: 'a sail' });
    expect(asked(world)).toEqual([`${connection}: SUBSCRIBE orders`]);
  });

  test('may be of several channels, of patterns and of shard channels', async () => {
    const world = new RedisWorld();
    const redis = await world.connect(options);
    const several = redis.subscribe(['a', 'b', 'a']);
    const pattern = redis.psubscribe('a*');
    const shard = redis.ssubscribe('a');
    await ready(world, several, pattern, shard);
    const other = await world.connect();
    await world.clock.waitFor(
      Promise.all([other.publish('b', '1'), other.publish('ab', '2'), other.spublish('a', '3')]),
    );
    expect(await nextOf(world, several)).toMatchObject({ channel: 'b', pattern: undefined, payload: '1' });
    expect(await nextOf(world, pattern)).toMatchObject({ channel: 'ab', pattern: 'a*', payload: '2' });
    expect(await nextOf(world, shard)).toMatchObject({ channel: 'a', pattern: undefined, payload: '3' });
  });

  test('have payloads as text or as Buffers, as each subscriber asks', async () => {
    const world = new RedisWorld({ toClient: { slicing: 'each-byte' } });
    const redis = await world.connect(options);
    const bytes = redis.subscribe('a', { buffers: true });
    const text = redis.subscribe('a');
    await ready(world, bytes, text);
    const payload = Buffer.from([0x00, 0xff, 0x0d, 0x0a]);
    world.redis.publish('a', payload);
    expect(await nextOf(world, bytes)).toMatchObject({ channel: 'a', payload });
    expect(await nextOf(world, text)).toMatchObject({ channel: 'a', payload: payload.toString() });
  });

  test('of one channel are one subscription of the server, until the last of them leaves', async () => {
    const world = new RedisWorld();
    const redis = await world.connect(options);
    const all = Array.from({ length: 1_000 }, () => redis.subscribe('a'));
    await ready(world, ...all);
    world.redis.publish('a', 'for all');
    for (const each of all) expect(await nextOf(world, each)).toMatchObject({ payload: 'for all' });
    const last = all.pop()!;
    for (const each of all) each.close();
    world.redis.publish('a', 'for the last');
    expect(await nextOf(world, last)).toMatchObject({ payload: 'for the last' });
    last.close();
    await world.clock.advance(100);
    expect(asked(world)).toEqual([`${connection}: SUBSCRIBE a`, `${connection}: UNSUBSCRIBE a`]);
  });

  test('come back after a loss, with a gap before what is published then', async () => {
    const world = new RedisWorld();
    const redis = await world.connect({ ...options, backoff: { baseMs: 20, capMs: 50 } });
    const orders = redis.subscribe(['a', 'b']);
    await ready(world, orders);
    world.redis.publish('a', 'before');
    await world.clock.advance(10);
    world.crash();
    await world.clock.advance(1_000);
    world.redis.publish('a', 'meanwhile');
    world.restart();
    await world.clock.advance(1_000);
    world.redis.publish('a', 'after');
    expect(await nextOf(world, orders)).toMatchObject({ payload: 'before' });
    const gap = await nextOf(world, orders);
    expect(gap).toMatchObject({
      type: 'gap',
      channel: 'a',
      since: expect.any(Number),
      reason: expect.any(Error),
    });
    expect((gap as { downForMs: number }).downForMs).toBeGreaterThanOrEqual(1_000);
    expect((gap as { downForMs: number }).downForMs).toBeLessThan(1_200);
    expect(await nextOf(world, orders)).toMatchObject({ type: 'gap', channel: 'b' });
    expect(await nextOf(world, orders)).toMatchObject({ payload: 'after' });
  });

  test('find a server that has fallen silent, and tell of it as a gap that began when it may have', async () => {
    const world = new RedisWorld();
    const redis = await world.connect(options);
    const heard = heardFrom(redis.subscribe('a'));
    await world.clock.advance(10 * STALL_MS);
    expect(heard).toEqual([]);
    world.wire(connection).cut({ direction: 'to-client', how: 'silence' });
    await world.clock.advance(2 * STALL_MS + 200);
    expect(heard).toMatchObject([{ type: 'gap', channel: 'a', reason: { code: 'STALLED' } }]);
    expect((heard[0] as { downForMs: number }).downForMs).toBeGreaterThanOrEqual(2 * STALL_MS);
  });

  test('end for those alone whose channel the server refuses', async () => {
    const world = new RedisWorld();
    world.redis.on('SUBSCRIBE', ({ command }) =>
      String(command.args[0]) === 'secret'
        ? { bytes: resp.error("NOPERM No permissions to access a channel used as argument 'secret'") }
        : undefined,
    );
    const redis = await world.connect(options);
    const refused = [redis.subscribe('secret'), redis.subscribe(['open', 'secret'])];
    const open = redis.subscribe('open');
    const replies = Promise.all(Array.from({ length: 20 }, (_, index) => redis.rpush(`list-${index}`, 'x')));
    for (const each of refused) {
      expect(await world.failureOf(each.ready())).toMatchObject({ code: 'NOPERM', outcome: 'refused' });
      expect(await world.failureOf(each.next())).toMatchObject({ code: 'NOPERM', outcome: 'refused' });
      expect(await world.clock.waitFor(each.next())).toEqual({ done: true, value: undefined });
    }
    expect(new Set(await world.clock.waitFor(replies))).toEqual(new Set([1]));
    await ready(world, open);
    world.redis.publish('open', 'for all');
    expect(await nextOf(world, open)).toMatchObject({ payload: 'for all' });
  });

  test('that are refused when they come back end with that error, behind what had come', async () => {
    const world = new RedisWorld();
    const redis = await world.connect(options);
    const orders = redis.subscribe('a');
    await ready(world, orders);
    world.redis.publish('a', 'before');
    await world.clock.advance(10);
    world.redis.on('SUBSCRIBE', () => ({ bytes: resp.error('NOPERM no more') }));
    world.wire(connection).reset();
    await world.clock.advance(1_000);
    expect(await nextOf(world, orders)).toMatchObject({ payload: 'before' });
    expect(await world.failureOf(orders.next())).toMatchObject({ code: 'NOPERM' });
  });

  test('stay where a close has a time limit that is none', async () => {
    const world = new RedisWorld();
    const redis = await world.connect();
    const subscription = redis.subscribe('news');
    await world.clock.waitFor(subscription.ready());
    await expect(redis.close({ timeoutMs: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await world.clock.waitFor(subscription.ready());
    expect(redis.state).toBe('ready');
  });

  test('are ended by the close of the client, and nobody is left waiting', async () => {
    const world = new RedisWorld();
    const redis = await world.connect(options);
    const [waiting, early] = [redis.subscribe('a'), redis.subscribe('b')];
    await ready(world, waiting);
    const last = [waiting.next(), waiting.next(), early.ready().catch(({ code }: { code: string }) => code)];
    await world.clock.waitFor(redis.close());
    const end = { done: true, value: undefined };
    expect(await Promise.all(last)).toEqual([end, end, undefined]);
    expect(() => redis.subscribe('a')).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });

  test('that nobody waits for yet are asked for when there is a connection', async () => {
    const world = new RedisWorld();
    world.crash();
    const redis = world.start({ ...options, backoff: { baseMs: 20, capMs: 50 } });
    const orders = redis.subscribe('a');
    const left = redis.subscribe('left');
    left.close();
    expect(await world.failureOf(orders.ready({ timeoutMs: 100 }))).toMatchObject({ code: 'DEADLINE' });
    world.restart();
    await ready(world, orders);
    world.redis.publish('a', 'at last');
    expect(await nextOf(world, orders)).toMatchObject({ payload: 'at last' });
    expect(asked(world)).toEqual([`${connection}: SUBSCRIBE a`]);
  });

  test('that end and begin again at once see neither what was for the one before nor a gap', async () => {
    const world = new RedisWorld();
    const redis = await world.connect(options);
    const first = redis.subscribe('a');
    await ready(world, first);
    first.close();
    const second = redis.subscribe('a');
    second.close();
    const third = redis.subscribe('a');
    world.redis.publish('a', 'for the first');
    await ready(world, third);
    world.redis.publish('a', 'for the third');
    expect(await nextOf(world, third)).toMatchObject({ payload: 'for the third' });
    expect(asked(world).map((text) => text.slice(3))).toEqual([
      'SUBSCRIBE a',
      'UNSUBSCRIBE a',
      'SUBSCRIBE a',
    ]);
  });
});

describe('on the wire', () => {
  test('a subscription that the server ends by itself is asked for again, with a gap', async () => {
    const world = new RedisWorld();
    const redis = await world.connect();
    const shard = redis.ssubscribe('a');
    await ready(world, shard);
    world.server(1).session.subscribed.shard.delete('a');
    world.server(1).send(resp.push('sunsubscribe', 'a', '0'));
    await world.clock.advance(10);
    expect(await nextOf(world, shard)).toMatchObject({
      type: 'gap',
      channel: 'a',
      reason: { message: expect.stringContaining('SUNSUBSCRIBE') },
    });
    expect(asked(world)).toEqual(['1: SSUBSCRIBE a', '1: SSUBSCRIBE a']);
    expect(world.network.dials).toHaveLength(1);
  });

  test('messages hide for a while only that no call is answered: then the connection is replaced', async () => {
    const world = new RedisWorld();
    const redis = await world.connect();
    const heard = heardFrom(redis.subscribe('a'));
    await world.clock.advance(10);
    world.redis.on('GET', () => 'silence');
    const lost = endingOf(redis.get('key', { retry: 'never' }));
    for (let told = 0; told < 40; told += 1) {
      world.redis.publish('a', String(told));
      await world.clock.advance(100);
    }
    // The answer may be behind what is told: for so long that is enough.
    expect(world.network.dials).toHaveLength(1);
    for (let told = 40; told < 120 && world.network.dials.length === 1; told += 1) {
      world.redis.publish('a', String(told));
      await world.clock.advance(100);
    }
    expect(await lost).toMatchObject({ error: { code: 'DEADLINE', outcome: 'unknown' } });
    await world.clock.advance(200);
    expect(heard.at(-1)).toMatchObject({ type: 'gap', reason: { code: 'STALLED' } });
  });

  test('a message that comes before the answer to SUBSCRIBE is not taken for it', async () => {
    const world = new RedisWorld();
    const redis = await world.connect();
    const open = redis.subscribe('open');
    await ready(world, open);
    world.redis.on('SUBSCRIBE', () => ({
      bytes: [resp.push('message', 'open', 'x'), resp.error('NOPERM not this one')],
    }));
    const refused = redis.subscribe('refused');
    expect(await world.failureOf(refused.ready())).toMatchObject({ code: 'NOPERM' });
    expect(await nextOf(world, open)).toMatchObject({ type: 'message', payload: 'x' });
    expect(world.network.dials).toHaveLength(1);
  });

  test('a plain reply to SUBSCRIBE in RESP3 is out of step: the connection is replaced', async () => {
    const world = new RedisWorld();
    world.redis.on('SUBSCRIBE', ({ count }) => (count === 1 ? { bytes: resp.simple('OK') } : undefined));
    const redis = await world.connect();
    await ready(world, redis.subscribe('a'));
    expect(world.network.dials).toHaveLength(2);
  });

  test('thousands of channels come back without taking the room of calls', async () => {
    const world = new RedisWorld();
    const redis = await world.connect({ maxPending: { requests: 2 * ASKED_AT_ONCE_MAX } });
    const many = redis.subscribe(Array.from({ length: 3_000 }, (_, index) => `channel-${index}`));
    await ready(world, many);
    world.wire(1).reset();
    await world.clock.advance(200);
    expect(await world.clock.waitFor(redis.incr('n'))).toBe(1);
    const gaps = new Set<string>();
    while (gaps.size < 3_000) {
      const event = await nextOf(world, many);
      if (event?.type === 'gap') gaps.add(event.channel);
    }
    expect(asked(world)).toHaveLength(6_000);
  });

  test('subscriptions wait for room where calls have taken all of it', async () => {
    const world = new RedisWorld();
    const redis = await world.connect({ maxPending: { requests: 1 } });
    const replies = redis.incr('n');
    const orders = redis.subscribe(['a', 'b']);
    expect(await world.clock.waitFor(replies)).toBe(1);
    await ready(world, orders);
    expect(asked(world).toSorted()).toEqual(['1: SUBSCRIBE a', '1: SUBSCRIBE b']);
  });

  test('a channel whose name is larger than all that may be pending is refused, and does not spin', async () => {
    const world = new RedisWorld();
    const redis = await world.connect({ maxPending: { bytes: 1_000 } });
    expect(await world.failureOf(redis.subscribe('a'.repeat(2_000)).next())).toMatchObject({
      code: 'OVERLOADED',
    });
  });
});
