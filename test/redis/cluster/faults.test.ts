import { setTimeout as wait } from 'node:timers/promises';
import type { SubscriptionEvent } from 'hawser/redis';
import { RedisClusterClient, type RedisClusterOptions } from 'hawser/redis/cluster';
import type { RedisServer } from 'hawser/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { REFRESH_PAUSE_MS } from '../../../src/redis/cluster/discovery.ts';
import { redisCluster } from '../../support/redis.ts';
import { Traffic } from './traffic.ts';

const cluster = redisCluster({ appendOnly: true });
const clients: RedisClusterClient[] = [];

async function connect(options: RedisClusterOptions = {}): Promise<RedisClusterClient> {
  const { host, port } = cluster().nodes.find(({ state }) => state === 'up')!;
  const client = await RedisClusterClient.connect(`redis://${host}:${port}`, options);
  clients.push(client);
  return client;
}

// Whatever a test has done to the nodes, the next one finds a whole cluster without any data.
beforeEach(async () => {
  for (const node of cluster().nodes) {
    if (node.state === 'paused') node.resume();
    if (node.state === 'down') await node.restart();
  }
  await Promise.all(cluster().nodes.map((node) => node.inspect(['CLIENT', 'UNPAUSE'])));
  await cluster().untilAgreed();
  await (await connect()).flushall();
}, 60_000);

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

async function otherMaster(master: RedisServer): Promise<RedisServer> {
  return (
    (await cluster().masters()).find((node) => node !== master) ?? expect.fail('There is only one master.')
  );
}

/** Holds back all writes until the replicas have those that were confirmed; what is held back dies with the primary. */
async function pauseOfWrites(master: RedisServer): Promise<void> {
  await master.inspect(['CLIENT', 'PAUSE', '20000', 'WRITE']);
  const offsetOf = async (node: RedisServer): Promise<string | undefined> =>
    /^(?:master|slave)_repl_offset:(\d+)/m.exec(String(await node.inspect(['INFO', 'replication'])))?.[1];
  for (const replica of await cluster().replicasOf(master)) {
    await expect.poll(async () => (await offsetOf(replica)) === (await offsetOf(master))).toBe(true);
  }
}

/** How often the other nodes were asked what the cluster is made of. */
async function timesAsked(but: RedisServer): Promise<number> {
  const others = cluster().nodes.filter((node) => node !== but);
  const stats = await Promise.all(others.map((node) => node.inspect(['INFO', 'commandstats'])));
  return stats.reduce<number>(
    (sum, text) => sum + Number(/^cmdstat_cluster\|slots:calls=(\d+)/m.exec(String(text))?.[1] ?? 0),
    0,
  );
}

/** Until the calls of all callers succeed that the node has keys of. */
async function untilServed(client: RedisClusterClient): Promise<void> {
  await expect
    .poll(() => Promise.all(Array.from({ length: 40 }, (_, caller) => client.get(Traffic.keyOf(caller)))), {
      timeout: 20_000,
    })
    .toHaveLength(40);
}

describe('under load', () => {
  test.each([
    ['killed', (master: RedisServer): Promise<void> => master.kill()],
    ['stopped', async (master: RedisServer): Promise<void> => master.pause()],
  ])(
    'a primary that is %s is replaced: the ledger is exact, and nobody is asked too often',
    async (_, strike) => {
      const client = await connect();
      const traffic = new Traffic(client);
      await wait(300);
      const master = await cluster().masterOf(Traffic.keyOf(0));
      await pauseOfWrites(master);
      const [askedBefore, startedAt] = [await timesAsked(master), performance.now()];
      await strike(master);
      await cluster().untilPromoted(master);
      await untilServed(client);
      const forMs = performance.now() - startedAt;
      expect(await traffic.end()).toEqual([]);
      const codes = Object.keys(traffic.history.summary().failures);
      expect(codes).not.toContain('MOVED refused');
      // One question at a time, and none within REFRESH_PAUSE_MS of another; each may be asked of two nodes that are slow.
      expect((await timesAsked(master)) - askedBefore).toBeLessThanOrEqual(
        2 * (forMs / REFRESH_PAUSE_MS) + 2,
      );
    },
    60_000,
  );

  test('an orderly failover fails no call at all', async () => {
    const client = await connect();
    const traffic = new Traffic(client);
    await wait(200);
    await cluster().failover(await cluster().masterOf(Traffic.keyOf(0)));
    await untilServed(client);
    expect(await traffic.end()).toEqual([]);
    expect(traffic.history.summary().failures).toEqual({});
    expect(client.explain().redirections.moved).toBeGreaterThan(0);
  }, 60_000);

  test('slots that move, key by key, fail no call at all, and each ASK and MOVED is counted', async () => {
    const client = await connect();
    const traffic = new Traffic(client);
    await wait(200);
    for (let caller = 0; caller < 5; caller += 1) {
      const key = Traffic.keyOf(caller);
      const target = await otherMaster(await cluster().masterOf(key));
      const migration = await cluster().migrate(key, target);
      await wait(30);
      await migration.moveKeys({ count: 1 });
      await wait(30);
      await migration.finish();
    }
    await untilServed(client);
    expect(await traffic.end()).toEqual([]);
    expect(traffic.history.summary().failures).toEqual({});
    const { moved, ask } = client.explain().redirections;
    expect(moved).toBeGreaterThanOrEqual(5);
    expect(ask).toBeGreaterThan(0);
  }, 60_000);

  test('a cluster that was down as a whole is there again by itself', async () => {
    const client = await connect();
    const traffic = new Traffic(client);
    await wait(200);
    for (const node of cluster().nodes) await node.kill();
    await wait(500);
    await Promise.all(cluster().nodes.map((node) => node.restart()));
    await cluster().untilAgreed();
    await client.ready({ timeoutMs: 20_000 });
    await untilServed(client);
    const broken = await traffic.end();
    expect(broken).toEqual([]);
  }, 60_000);
});

describe('subscriptions', () => {
  test('to shard channels go with their slot, with a gap where it has moved, and miss nothing behind it', async () => {
    const client = await connect();
    const publisher = await connect();
    const events: SubscriptionEvent[] = [];
    const subscription = client.ssubscribe(['shard:a', 'shard:b']).listen((event) => {
      if (event.type !== 'ended') events.push(event);
    });
    await subscription.ready();
    await publisher.spublish('shard:a', 'before');
    await expect.poll(() => events.length).toBe(1);
    const target = await otherMaster(await cluster().masterOf('shard:a'));
    const migration = await cluster().migrate('shard:a', target);
    await migration.finish();
    await expect.poll(() => events.length).toBe(2);
    await publisher.spublish('shard:a', 'behind');
    await publisher.spublish('shard:b', 'other');
    await expect.poll(() => events.length).toBe(4);
    expect(events).toMatchObject([
      { type: 'message', channel: 'shard:a', payload: 'before' },
      { type: 'gap', channel: 'shard:a' },
      { type: 'message', payload: 'behind' },
      { type: 'message', channel: 'shard:b', payload: 'other' },
    ]);
  }, 60_000);

  test.each([[3], [2]] as const)(
    'in RESP%i go to another node when theirs is killed, with a gap',
    async (protocol) => {
      const client = await connect({ protocol });
      const events: SubscriptionEvent[] = [];
      const subscription = client.subscribe('news').listen((event) => {
        if (event.type !== 'ended') events.push(event);
      });
      await subscription.ready();
      const home = await nodeWith('news');
      await home.kill();
      await expect.poll(() => events.map(({ type }) => type), { timeout: 20_000 }).toEqual(['gap']);
      await expect
        .poll(
          async () => {
            await client.publish('news', 'hello').catch(() => {});
            return events.at(-1);
          },
          { timeout: 20_000 },
        )
        .toMatchObject({ type: 'message', payload: 'hello' });
    },
    60_000,
  );
});

/** The node at which a channel is subscribed to. */
async function nodeWith(channel: string): Promise<RedisServer> {
  for (const node of cluster().nodes) {
    const counts = (await node.inspect(['PUBSUB', 'NUMSUB', channel])) as readonly unknown[];
    if (Number(counts[1]) > 0) return node;
  }
  return expect.fail('Nobody subscribes to it.');
}
