import { RedisReplyError } from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { hashSlotOf } from '../../../src/redis/cluster/hash-slot.ts';
import { REDIRECTIONS_MAX } from '../../../src/redis/cluster/journey.ts';
import { blockedBehind } from '../../support/blocked-loop.ts';
import { ClusterWorld } from '../../support/cluster-world.ts';
import { endingOf } from '../../support/redis-world.ts';

const redirections = { moved: 0, ask: 0, tryAgain: 0, clusterDown: 0, notServing: 0, elsewhere: 0 };

describe('a slot that has moved', () => {
  test('is asked at its new node, and from then on there at once', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    const key = world.keyAt('a');
    expect(await world.clock.waitFor(client.set(key, 'one'))).toBe('OK');
    world.move(key, 'b');
    expect(await world.clock.waitFor(client.get(key))).toBe('one');
    expect(await world.clock.waitFor(client.get(key))).toBe('one');
    expect(world.node('a').received).toEqual([`SET ${key} one`, `GET ${key}`]);
    expect(world.node('b').received).toEqual([`GET ${key}`, `GET ${key}`]);
    expect(client.explain().redirections).toEqual({ ...redirections, moved: 1 });
  });

  test('makes the client ask who has which slot, once for many', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    const asked = (): number => ['a', 'b', 'c'].reduce((sum, name) => sum + world.node(name).timesAsked, 0);
    const before = asked();
    const keys = Array.from({ length: 50 }, (_, index) => world.keyAt('a', index));
    for (const key of keys) world.move(key, 'c');
    await world.clock.waitFor(Promise.all(keys.map((key) => client.incr(key))));
    await world.clock.advance(1_000);
    expect(asked() - before).toBeLessThanOrEqual(2);
    expect(client.explain().redirections.moved).toBe(50);
    // What was not redirected is known by now as well.
    expect(await world.clock.waitFor(client.get(world.keyAt('c', 3)))).not.toBeUndefined();
  });

  test('leaves a call its deadline when the event loop is blocked in the turn in which it is asked there', async () => {
    const world = new ClusterWorld();
    const client = await world.connect({ stallAfterMs: 60_000 });
    await world.clock.waitFor(client.get(world.keyAt('b')));
    const key = world.keyAt('a');
    world.move(key, 'b');
    world.node('b').redis.on('INCR', () => 'silence');
    const ending = endingOf(client.incr(key, { timeoutMs: 1_000 }));
    const blocked = blockedBehind(client.get(world.keyAt('a', 1)), world.clock);
    expect(await world.clock.waitFor(ending)).toMatchObject({
      error: { code: 'DEADLINE', outcome: 'unknown' },
    });
    expect(world.clock.now()).toBe(await blocked);
  });

  test('of a node that was not known is found all the same', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    world.add('d');
    const key = world.keyAt('a');
    world.move(key, 'd');
    expect(await world.clock.waitFor(client.set(key, 'new'))).toBe('OK');
    expect(world.node('d').redis.value(key)).toBe('new');
  });

  test('of a node that is new fails the first call where none waits for a connection, and that was not sent', async () => {
    const world = new ClusterWorld();
    const client = await world.connect({ whenDownWaitMs: 0 });
    world.add('d');
    const key = world.keyAt('a');
    world.move(key, 'd');
    expect(await world.clock.waitFor(endingOf(client.incr(key)))).toMatchObject({
      error: { code: 'NOT_CONNECTED', outcome: 'not-sent', command: 'INCR' },
    });
    await world.clock.advance(100);
    expect(await world.clock.waitFor(client.incr(key))).toBe(1);
    expect(world.node('d').received).toEqual([`INCR ${key}`]);
  });

  test('is followed for so long and no longer by one call, and fails with what the node said', async () => {
    const world = new ClusterWorld();
    const key = world.keyAt('a');
    const client = await world.connect();
    // Two nodes, each of which says that the other has it.
    for (const [name, other] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      world
        .node(name)
        .redis.on('GET', () => ({ bytes: resp.error(`MOVED ${hashSlotOf(key)} ${other}.test:7000`) }));
    }
    const ending = await world.clock.waitFor(endingOf(client.get(key)));
    expect(ending).toMatchObject({ error: { code: 'MOVED', outcome: 'refused', command: 'GET' } });
    expect(client.explain().redirections.moved).toBe(REDIRECTIONS_MAX);
  });

  test('without a host is on the host of the node that said so', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    const key = world.keyAt('a');
    world.node('a').redis.on('GET', ({ count, run }) => ({
      bytes: count === 1 ? resp.error(`MOVED ${hashSlotOf(key)} :7000`) : run(),
    }));
    expect(await world.clock.waitFor(client.get(key))).toBeNull();
    expect(world.node('a').received).toEqual([`GET ${key}`, `GET ${key}`]);
  });
});

describe('a slot that is on its way', () => {
  test('is asked at its source for what is there, and at its target for the rest, with ASKING each time', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    const [stays, goes] = [`{${world.keyAt('a')}}stays`, `{${world.keyAt('a')}}goes`];
    await world.clock.waitFor(client.set(stays, '1'));
    world.migrating.set(hashSlotOf(stays), 'b');
    expect(await world.clock.waitFor(client.set(goes, '2'))).toBe('OK');
    expect(await world.clock.waitFor(client.get(goes))).toBe('2');
    expect(await world.clock.waitFor(client.get(stays))).toBe('1');
    expect(world.node('b').received).toEqual(['ASKING', `SET ${goes} 2`, 'ASKING', `GET ${goes}`]);
    expect(client.explain().redirections).toEqual({ ...redirections, ask: 2 });
  });

  test('keeps calls that need both of its nodes waiting until it has arrived', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    const [one, two] = [`{${world.keyAt('a')}}1`, `{${world.keyAt('a')}}2`];
    await world.clock.waitFor(client.mset({ [one]: '1', [two]: '2' }));
    world.migrating.set(hashSlotOf(one), 'b');
    const node = world.node('a').redis;
    world.node('b').redis.data().set(two, node.data().get(two)!);
    node.data().delete(two);
    const values = client.mget([one, two]);
    await world.clock.advance(500);
    world.move(one, 'b');
    expect(await world.clock.waitFor(values)).toEqual(['1', '2']);
    expect(client.explain().redirections.tryAgain).toBeGreaterThan(1);
  });

  test('takes a transaction whole, behind one ASKING', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    const key = world.keyAt('a');
    world.migrating.set(hashSlotOf(key), 'b');
    expect(
      await world.clock.waitFor(
        client.transaction([
          ['SET', key, '1'],
          ['INCR', key],
        ]),
      ),
    ).toEqual(['OK', 2]);
    expect(world.node('b').received).toEqual(['ASKING', 'MULTI', `SET ${key} 1`, `INCR ${key}`, 'EXEC']);
  });
});

describe('a node that does not serve now', () => {
  test.each([
    'CLUSTERDOWN The cluster is down',
    'LOADING Redis is loading',
    'MASTERDOWN Link with MASTER is down',
  ])('%s: it is asked again for whenDownWaitMs', async (text) => {
    const world = new ClusterWorld();
    const client = await world.connect({ whenDownWaitMs: 2_000 });
    const key = world.keyAt('a');
    const until = world.clock.now() + 1_500;
    world.node('a').redis.on('INCR', ({ run }) => ({
      bytes: world.clock.now() < until ? resp.error(text) : run(),
    }));
    expect(await world.clock.waitFor(client.incr(key))).toBe(1);
  });

  test('and then the call fails with what it said', async () => {
    const world = new ClusterWorld();
    const client = await world.connect({ whenDownWaitMs: 1_000 });
    world.node('a').redis.on('INCR', () => ({ bytes: resp.error('CLUSTERDOWN The cluster is down') }));
    const startedAt = world.clock.now();
    const ending = await world.clock.waitFor(endingOf(client.incr(world.keyAt('a'))));
    expect(ending).toMatchObject({ error: { code: 'CLUSTERDOWN', outcome: 'refused' } });
    expect((ending as { error: unknown }).error).toBeInstanceOf(RedisReplyError);
    expect(world.clock.now() - startedAt).toBeGreaterThanOrEqual(1_000);
    expect(world.clock.now() - startedAt).toBeLessThan(1_300);
  });

  test('does not keep a call longer than its own time', async () => {
    const world = new ClusterWorld();
    const client = await world.connect({ whenDownWaitMs: 10_000 });
    world.node('a').redis.on('INCR', () => ({ bytes: resp.error('TRYAGAIN Multiple keys request') }));
    const startedAt = world.clock.now();
    const ending = await world.clock.waitFor(endingOf(client.incr(world.keyAt('a'), { timeoutMs: 700 })));
    expect(ending).toMatchObject({ error: { code: 'DEADLINE', outcome: 'refused', command: 'INCR' } });
    expect(world.clock.now() - startedAt).toBeCloseTo(700, 0);
  });

  test('does not keep a caller who leaves', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    world.node('a').redis.on('INCR', () => ({ bytes: resp.error('TRYAGAIN Multiple keys request') }));
    const abort = new AbortController();
    const call = endingOf(client.incr(world.keyAt('a'), { signal: abort.signal }));
    await world.clock.advance(300);
    abort.abort(new Error('enough'));
    expect(await world.clock.waitFor(call)).toMatchObject({
      error: { code: 'ABORTED', name: 'AbortError', outcome: 'refused', cause: { message: 'enough' } },
    });
  });
});

describe('a command that is meant for all primaries', () => {
  test('is asked of the successor of one that is replaced', async () => {
    const world = new ClusterWorld();
    world.add('a2', 'a');
    const client = await world.connect();
    world.node('a').crash();
    await world.clock.advance(50);
    for (const name of ['b', 'c', 'a2'])
      world.node(name).redis.on('DBSIZE', () => ({ bytes: resp.integer(2) }));
    const size = client.dbsize();
    await world.clock.advance(300);
    world.replace('a', 'a2');
    expect(await world.clock.waitFor(size)).toBe(6);
  });

  test('has one deadline, from before anything was known of the cluster', async () => {
    const world = new ClusterWorld();
    for (const name of ['a', 'b', 'c']) world.node(name).redis.on('DBSIZE', () => 'silence');
    world.node('a').crash();
    const client = world.start();
    const startedAt = world.clock.now();
    const size = endingOf(client.dbsize({ timeoutMs: 1_000 }));
    await world.clock.advance(600);
    world.node('a').restart();
    expect(await world.clock.waitFor(size)).toMatchObject({
      error: { code: 'DEADLINE', outcome: 'unknown' },
    });
    expect(world.clock.now() - startedAt).toBeLessThanOrEqual(1_002);
  });
});

describe('before anything is known of the cluster', () => {
  test('calls wait, also without keys, and go to the first node that is known', async () => {
    const world = new ClusterWorld();
    const client = world.start();
    const calls = [client.ping(), client.set('key', 'value'), client.publish('news', 'hello')];
    expect(await world.clock.waitFor(Promise.all(calls))).toEqual(['PONG', 'OK', 0]);
  });

  test('the commands of a pipeline have one deadline, not one after the other', async () => {
    const world = new ClusterWorld();
    world.node('a').crash();
    const client = world.start();
    const key = world.keyAt('a');
    const startedAt = world.clock.now();
    const replies = endingOf(
      client.pipeline(
        [
          ['INCR', key],
          ['INCR', key],
          ['INCR', key],
        ],
        { timeoutMs: 50 },
      ),
    );
    expect(await world.clock.waitFor(replies)).toMatchObject({
      error: { code: 'DEADLINE', outcome: 'not-sent' },
    });
    expect(world.clock.now() - startedAt).toBeLessThan(60);
  });

  test.each([
    ['time limit', { timeoutMs: -1 }],
    ['signal', { signal: {} as AbortSignal }],
  ])('a %s that is none is found all the same', async (_, options) => {
    const world = new ClusterWorld();
    const client = world.start();
    const bad = { error: { code: 'INVALID_ARGUMENT', outcome: 'not-sent' } };
    const calls: Promise<unknown>[] = [
      client.get('key', options),
      client.dbsize(options),
      client.blpop('key', 1, options),
      client.transaction([['GET', 'key']], options),
      client.pipeline([['GET', 'key']], options),
      client.dedicated('key', () => 1, options),
    ];
    expect(await world.clock.waitFor(Promise.all(calls.map(endingOf)))).toMatchObject(calls.map(() => bad));
  });

  test('calls wait for whenDownWaitMs, and those that come later fail at once', async () => {
    const world = new ClusterWorld();
    for (const name of ['a', 'b', 'c']) world.node(name).crash();
    const client = world.start({ whenDownWaitMs: 500 });
    const startedAt = world.clock.now();
    const away = { error: { code: 'NOT_CONNECTED', outcome: 'not-sent', command: 'GET' } };
    expect(await world.clock.waitFor(endingOf(client.get('key')))).toMatchObject(away);
    expect(world.clock.now() - startedAt).toBeCloseTo(500, 0);
    expect(await endingOf(client.get('key'))).toMatchObject(away);
    expect(client.state).toBe('backing-off');
  });

  test('it is asked for ever more rarely, after no pause longer than nothing was known, nor than 2 s', async () => {
    const world = new ClusterWorld();
    for (const name of ['a', 'b', 'c']) world.node(name).crash();
    world.start();
    await world.clock.advance(60_000);
    const [firstAt, ...laterAt] = world.network.dials.map(({ atMs }) => atMs);
    let askedAt = firstAt!;
    for (const at of laterAt) {
      // A refusal takes one millisecond.
      expect(at - askedAt - 1).toBeLessThanOrEqual(Math.min(2_000, Math.max(100, askedAt - firstAt!)));
      askedAt = at;
    }
    expect(laterAt.length).toBeLessThan(80);
  });
});

test('a close with a time limit that is none changes nothing', async () => {
  const world = new ClusterWorld();
  const client = await world.connect();
  const subscription = client.ssubscribe('news');
  await world.clock.waitFor(subscription.ready());
  expect(await endingOf(client.close({ timeoutMs: -1 }))).toMatchObject({
    error: { code: 'INVALID_ARGUMENT', outcome: 'not-sent', command: 'close' },
  });
  expect(client.state).toBe('ready');
  await world.clock.waitFor(subscription.ready());
  expect(await world.clock.waitFor(client.incr('key'))).toBe(1);
});

test('a call that waits to be asked again ends with the client, and leaves no timer behind', async () => {
  const world = new ClusterWorld();
  const client = await world.connect({ whenDownWaitMs: 60_000, timeoutMs: 60_000 });
  const key = world.keyAt('a');
  world.node('a').redis.on('GET', () => ({ bytes: resp.error('CLUSTERDOWN The cluster is down') }));
  const ending = endingOf(client.get(key));
  let isOver = false;
  void ending.then(() => (isOver = true));
  await world.clock.advance(1_000);
  expect(isOver).toBe(false);
  await world.clock.waitFor(client.close({ timeoutMs: 0 }));
  await Promise.resolve();
  expect(isOver).toBe(true);
  expect(await ending).toMatchObject({ error: { code: 'CLOSED', command: 'GET' } });
});

test('a command without keys goes to a primary, also beside one that a replica answers', async () => {
  const world = new ClusterWorld(['a']);
  world.add('r', 'a');
  const client = await world.connect({ readFrom: 'replica' });
  await world.clock.advance(1_000);
  const replies = client.pipeline([
    ['GET', 'key'],
    ['PUBLISH', 'news', 'hello'],
  ]);
  expect(await world.clock.waitFor(replies)).toEqual([null, 0]);
  expect(world.node('r').received).toEqual(['GET key']);
  expect(world.node('a').received).toEqual(['PUBLISH news hello']);
});
