import { defineLibrary, defineScript, type StreamEntry } from 'hawser/redis';
import { RedisClusterClient, type RedisClusterOptions } from 'hawser/redis/cluster';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../real/clients.ts';
import { consume, newStream } from '../../real/consuming.ts';
import { Load, storing } from '../../real/load.ts';
import { redisCluster } from '../../support/redis.ts';

const cluster = redisCluster({ appendOnly: true });

async function connect(given: RedisClusterOptions = {}): Promise<RedisClusterClient> {
  const { host, port } = cluster().nodes.find(({ state }) => state === 'up')!;
  const options = { backoff: { baseMs: 20, capMs: 50 }, ...given };
  const client = await RedisClusterClient.connect(`redis://${host}:${port}`, options);
  onTestFinished(async () => void (await client.close({ timeoutMs: 0 })));
  return client;
}

describe('scripts and functions over a cluster', () => {
  test('go to the node that has their keys, which is sent what it does not know', async () => {
    const client = await connect();
    const count = defineScript({ lua: `return redis.call('INCR', KEYS[1])`, keys: 1, reply: Number });
    const library = defineLibrary({
      code: `#!lua name=counters
        redis.register_function('count', function(keys) return redis.call('INCR', keys[1]) end)`,
      functions: { count: { keys: 1, args: 0, reply: Number } },
    });
    const keys = Array.from({ length: 30 }, (_, index) => `counted:${index}`);
    const ones = keys.map(() => 1);
    expect(await Promise.all(keys.map((key) => client.invoke(count, [key], [])))).toEqual(ones);
    const called = await Promise.all(keys.map((key) => client.invoke(library.functions.count, [key], [])));
    expect(called).toEqual(keys.map(() => 2));
  });
});

test('a stream is read from its primary, also by a client that reads from replicas', async () => {
  const stream = newStream();
  const client = await connect({ readFrom: 'replica' });
  const id = await client.xadd(stream, '*', { value: 'a' });
  await client.xadd(stream, '*', { value: 'b' });
  const primary = await cluster().masterOf(stream);
  for (const replica of await cluster().replicasOf(primary)) await replica.inspect(['CONFIG', 'RESETSTAT']);
  const reader = client.stream({ [stream]: id! });
  expect((await reader.next()).value).toMatchObject({ fields: { value: 'b' }, afterGap: false });
  const handled: string[] = [];
  const consumer = consume(client, { stream, handler: (delivery) => handled.push(delivery.id) });
  await until(() => handled.length === 2);
  expect(await consumer.close()).toEqual({ unfinished: [] });
  for (const replica of await cluster().replicasOf(primary)) {
    const asked = String(await replica.inspect(['INFO', 'commandstats']));
    expect(asked).not.toMatch(/cmdstat_(?:xrange|xrevrange|xpending|xread):/);
  }
});

describe('a stream of a cluster, while something happens to its node,', () => {
  test.each([
    [
      'moves to another node',
      async (stream: string): Promise<void> => {
        const from = await cluster().masterOf(stream);
        const to = (await cluster().masters()).find((node) => node !== from)!;
        await (await cluster().migrate(stream, to)).finish();
      },
    ],
    [
      'is failed over',
      async (stream: string): Promise<void> =>
        void (await cluster().failover(await cluster().masterOf(stream))),
    ],
    [
      'loses all its connections',
      async (stream: string): Promise<void> => {
        const node = await cluster().masterOf(stream);
        for (let times = 0; times < 5; times += 1) await node.inspect(['CLIENT', 'KILL', 'TYPE', 'normal']);
      },
    ],
  ])('%s, is read and consumed whole', { timeout: 60_000 }, async (_how, strike) => {
    const stream = newStream();
    const client = await connect();
    const read: StreamEntry[] = [];
    const handled = new Set<string>();
    const abort = new AbortController();
    const reading = (async () => {
      for await (const entry of client.stream({ [stream]: '0' }, { signal: abort.signal })) read.push(entry);
    })();
    const consumer = consume(client, {
      stream,
      concurrency: 5,
      claimIdleMs: 1_000,
      handler: ({ id }) => void handled.add(id),
    });
    const writer = await connect();
    const load = new Load(2, (value) => writer.xadd(stream, '*', { value }), storing(stream));
    onTestFinished(() => load.stop());
    await until(() => read.length > 50 && handled.size > 50);
    await strike(stream);
    const before = read.length;
    await until(() => read.length > before + 50);
    await load.stop();
    await until(async () => read.length >= (await writer.xlen(stream)));
    const ids = (await writer.xrange(stream, '-', '+')).map(({ id }) => id);
    await until(() => ids.every((id) => handled.has(id)));
    await until(async () => (await writer.xpending(stream, 'group')).count === 0);
    expect(await consumer.close()).toEqual({ unfinished: [] });
    abort.abort();
    await reading;
    expect(read.map(({ id }) => id)).toEqual(ids);
    expect(
      load.history.checkLedger(
        stream,
        read.map(({ fields }) => fields['value']!),
      ),
    ).toEqual([]);
    await cluster().untilAgreed();
  });
});
