import type { RedisClusterClient } from 'hawser/redis/cluster';
import { describe, expect, test } from 'vitest';
import { REFRESH_PAUSE_MS } from '../../../src/redis/cluster/discovery.ts';
import { ClusterWorld } from '../../support/cluster-world.ts';
import { endingOf, type Ending } from '../../support/redis-world.ts';

describe('a primary that is lost', () => {
  test('fails writes that were in flight as unknown, and gives what was not sent to its successor', async () => {
    const world = new ClusterWorld();
    world.add('a2', 'a');
    const client = await world.connect();
    const key = world.keyAt('a');
    await world.clock.waitFor(client.incr(key));
    world.node('a').redis.on('INCR', () => 'silence');
    const inFlight = endingOf(client.incr(key));
    await world.clock.advance(50);
    world.node('a').crash();
    await world.clock.advance(50);
    const waiting = endingOf(client.incr(key));
    await world.clock.advance(800);
    world.replace('a', 'a2');
    expect(await world.clock.waitFor(inFlight)).toMatchObject({
      error: { code: 'CONNECTION_LOST', outcome: 'unknown' },
    });
    expect(await world.clock.waitFor(waiting)).toEqual({ value: 2 });
    expect(client.explain().redirections.elsewhere).toBe(1);
    expect(client.explain().nodes).not.toHaveProperty('a.test:7000');
  });

  test('has what only reads asked of its successor, once more', async () => {
    const world = new ClusterWorld();
    world.add('a2', 'a');
    const client = await world.connect();
    const key = world.keyAt('a');
    await world.clock.waitFor(client.set(key, 'v'));
    world.node('a').redis.on('GET', () => 'silence');
    const read = client.get(key);
    const never = endingOf(client.get(key, { retry: 'never' }));
    await world.clock.advance(50);
    world.node('a').crash();
    world.replace('a', 'a2');
    expect(await world.clock.waitFor(read)).toBe('v');
    expect(await world.clock.waitFor(never)).toMatchObject({ error: { outcome: 'unknown' } });
    expect(world.node('a2').received).toEqual([`GET ${key}`]);
  });

  test('keeps whom it does not concern from nothing', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    world.node('a').crash();
    await world.clock.advance(3_000);
    expect(await world.clock.waitFor(client.set(world.keyAt('b'), '1'))).toBe('OK');
    expect(await world.clock.waitFor(endingOf(client.set(world.keyAt('a'), '1')))).toMatchObject({
      error: { code: 'NOT_CONNECTED', outcome: 'not-sent' },
    });
    expect(client.state).toBe('ready');
  });

  test('has the others asked who is in its place, and not more often than REFRESH_PAUSE_MS allows', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    world.node('a').crash();
    const asked = (): number => world.node('b').timesAsked + world.node('c').timesAsked;
    await world.clock.advance(5_000);
    const before = asked();
    const key = world.keyAt('a');
    for (let at = 0; at < 200; at += 1) {
      client.get(key).catch(() => {});
      await world.clock.advance(20);
    }
    expect(asked() - before).toBeGreaterThan(2);
    expect(asked() - before).toBeLessThanOrEqual(4_000 / REFRESH_PAUSE_MS);
  });
});

describe('all primaries, when they are lost', () => {
  test('leave a client that is not ready, and says why', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    for (const name of ['a', 'b', 'c']) world.node(name).crash();
    // As soon as it can be known: later a node may have been tried again, which has a cause of its own.
    await world.clock.advance(1);
    expect(client.state).not.toBe('ready');
    expect(client.explain().lastCause).toContain('ECONNRESET');
    for (const name of ['a', 'b', 'c']) world.node(name).restart();
    await world.clock.waitFor(client.ready({ timeoutMs: Infinity }));
    expect(client.explain().lastCause).toBeUndefined();
  });
});

/** A write is in flight at a node that has left the cluster since, as the client knows. */
async function withWriteAtNodeThatHasLeft(answersAfterMs: number): Promise<{
  readonly world: ClusterWorld;
  readonly client: RedisClusterClient;
  readonly inFlight: Promise<Ending<number>>;
}> {
  const world = new ClusterWorld();
  world.add('a2', 'a');
  const client = await world.connect();
  world.node('a').redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: answersAfterMs }));
  const inFlight = endingOf(client.incr(world.keyAt('a')));
  await world.clock.advance(50);
  world.replace('a', 'a2');
  // Which the client learns when it asks because of another key.
  const other = world.keyAt('b');
  world.move(other, 'c');
  await world.clock.waitFor(client.get(other));
  await world.clock.advance(300);
  expect(client.explain().nodes).not.toHaveProperty('a.test:7000');
  return { world, client, inFlight };
}

describe('a node that has left', () => {
  test('is waited for by close() no longer than that may take, though it still has calls to answer', async () => {
    const { world, client, inFlight } = await withWriteAtNodeThatHasLeft(60_000);
    const startedAt = world.clock.now();
    await world.clock.waitFor(client.close({ timeoutMs: 100 }));
    expect(world.clock.now() - startedAt).toBeCloseTo(100, 0);
    expect(await inFlight).toMatchObject({ error: { code: 'CLOSED', outcome: 'unknown' } });
  });

  test('and is lost then takes its writes along: they are unknown, and nobody else is asked them', async () => {
    const { world, inFlight } = await withWriteAtNodeThatHasLeft(1_000);
    world.node('a').crash();
    expect(await world.clock.waitFor(inFlight)).toMatchObject({
      error: { outcome: 'unknown', command: 'INCR' },
    });
    await world.clock.advance(1_000);
    expect(world.node('a2').received).toEqual([]);
  });
});

describe('all nodes at other addresses', () => {
  test('are found by the addresses that the owner gave, which are dialled anew', async () => {
    const world = new ClusterWorld();
    const client = await world.connect();
    for (const name of ['d', 'e', 'f']) world.add(name);
    world.replace('a', 'd');
    world.replace('b', 'e');
    world.replace('c', 'f');
    for (const name of ['a', 'b', 'c']) world.node(name).crash();
    await world.clock.advance(50);
    const call = client.set('key', 'value');
    // The first name now leads to one of the new nodes, as DNS would have it.
    await world.clock.advance(300);
    world.network.listen({ host: 'a.test', port: 7000 }, world.node('d').redis.accept);
    expect(await world.clock.waitFor(call)).toBe('OK');
    expect(Object.keys(client.explain().nodes).sort()).toEqual(['d.test:7000', 'e.test:7000', 'f.test:7000']);
  });

  test('are asked where the owner says that they are reached', async () => {
    const world = new ClusterWorld(['x']);
    world.network.listen({ host: 'gateway.test', port: 9_000 }, world.node('x').redis.accept);
    const client = await world.connect({
      endpoints: [{ host: 'gateway.test', port: 9_000 }],
      nodeAddress: ({ host }) => ({ host: host === 'x.test' ? 'gateway.test' : host, port: 9_000 }),
    });
    expect(await world.clock.waitFor(client.set('key', 'value'))).toBe('OK');
    expect(client.nodes.map(({ address }) => address)).toEqual([{ host: 'gateway.test', port: 9_000 }]);
    expect(new Set(world.network.dials.map(({ endpoint }) => endpoint.host))).toEqual(
      new Set(['gateway.test']),
    );
  });
});
