import type { Redis, RedisOptions, RedisPool, StreamDelivery } from 'hawser/redis';
import { RedisClusterClient } from 'hawser/redis/cluster';
import { History, type RedisServer } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { redisCluster, redisServer } from '../support/redis.ts';
import { connect, failureOf, idOf, PATIENCE_MS, pool, QUICK_BACKOFF, start, until } from './clients.ts';
import { consume, newStream, pendingIn } from './consuming.ts';
import { Partition } from './partition.ts';

const server = redisServer();
const cluster = redisCluster({ replicasPerMaster: 0 });

/** A server that is silent is found soon, and so is the way to it when there is one again. */
const OPTIONS = {
  stallAfterMs: 200,
  handshakeTimeoutMs: 200,
  timeoutMs: PATIENCE_MS,
  whenDownWaitMs: PATIENCE_MS,
  backoff: QUICK_BACKOFF,
};

/** A client, the network between it and a server, and that server, which has the key. */
interface Place {
  readonly redis: Redis | RedisPool | RedisClusterClient;
  readonly network: Partition;
  readonly home: RedisServer;
}

async function partition(home: RedisServer): Promise<Partition> {
  const network = await Partition.start(home);
  onTestFinished(() => network.close());
  return network;
}

async function single(open: (url: string) => Promise<Redis> | RedisPool): Promise<Place> {
  const network = await partition(server());
  return { redis: await open(network.url), network, home: server() };
}

async function inCluster(key: string, protocol: 2 | 3): Promise<Place> {
  const home = await cluster().masterOf(key);
  const network = await partition(home);
  const redis = await RedisClusterClient.connect(network.url, {
    ...OPTIONS,
    protocol,
    nodeAddress: ({ host, port }) => ({ host, port: port === home.port ? network.port : port }),
  });
  onTestFinished(async () => void (await redis.close({ timeoutMs: 0 })));
  return { redis, network, home };
}

const WAYS = ([3, 2] as const).flatMap((protocol): (readonly [string, (key: string) => Promise<Place>])[] => [
  [`a shared connection, RESP${protocol},`, () => single((url) => connect(url, { ...OPTIONS, protocol }))],
  [`a pool, RESP${protocol},`, () => single((url) => pool(url, { ...OPTIONS, protocol }))],
  [`a cluster, RESP${protocol},`, (key) => inCluster(key, protocol)],
]);

/** The numbers of the sessions that wait in a blocking command. */
async function held(home: RedisServer): Promise<string[]> {
  const list = String(await home.inspect(['CLIENT', 'LIST']));
  return [...list.matchAll(/^id=(\d+) .*\bflags=\S*b/gm)].map(([, id]) => id!);
}

describe.each(WAYS)('over %s a session that the client has lost', (_way, placeOf) => {
  test(
    'in silence pops nothing that is pushed when the server is reached again',
    { timeout: 60_000 },
    async () => {
      const key = newStream();
      const { redis, network, home } = await placeOf(key);
      const [history, taken]: [History, string[]] = [new History(), []];
      for (let round = 0; round < 3; round += 1) {
        const lost = failureOf(redis.command(['BLPOP', key, 0]));
        await until(async () => (await held(home)).length === 1);
        // A pool finds out by a connection on which it can ask.
        await redis.exists(key);
        network.begin();
        expect(await lost).toMatchObject({ code: 'STALLED', outcome: 'unknown', command: 'BLPOP' });
        expect(await held(home)).toHaveLength(1);
        // A pool has another connection, and lends it as long as nobody has found that one silent.
        await redis.exists(key, { timeoutMs: 300, retry: 'never' }).catch(() => {});
        // It waits for the connection, and is what that is asked first.
        const entry = `element-${round}`;
        const pushed = history.call({ caller: 1, what: entry, stores: { ledger: key, entry } }, () =>
          redis.rpush(key, entry),
        );
        network.end();
        expect(await pushed).toBe(1);
        expect(await held(home)).toEqual([]);
        taken.push(((await redis.command(['BLPOP', key, 0])) as [string, string])[1]);
      }
      expect(history.checkLedger(key, taken)).toEqual([]);
    },
  );

  test('in silence takes no entry from the consumer that is back', { timeout: 60_000 }, async () => {
    const stream = newStream();
    const { redis, network, home } = await placeOf(stream);
    const [history, handled]: [History, string[]] = [new History(), []];
    const consumer = consume(redis, {
      stream,
      claimIdleMs: 600_000,
      handler: ({ fields, deliveries }) => handled.push(`${fields['value']} ${deliveries}`),
    });
    for (let round = 0; round < 3; round += 1) {
      await until(async () => (await held(home)).length === 1);
      const before = await held(home);
      const told = new Promise((resolve) => consumer.onError(({ error }) => resolve(error)));
      await redis.exists(stream);
      network.begin();
      expect(await told).toMatchObject({ code: 'STALLED', outcome: 'unknown' });
      network.end();
      // It has looked at what is pending, and waits again.
      await until(async () => (await held(home)).some((id) => !before.includes(id)));
      for (const value of [`${round}-a`, `${round}-b`]) {
        const stores = { ledger: stream, entry: `${value} 1` };
        await history.call({ caller: 1, what: value, stores }, () => redis.xadd(stream, '*', { value }));
      }
      await until(() => handled.length === 2 * (round + 1));
    }
    expect(history.checkLedger(stream, handled)).toEqual([]);
    await until(async () => (await pendingIn(home, stream)) === 0);
  });

  test('as what is between them has ended it takes no entry either', { timeout: 60_000 }, async () => {
    const stream = newStream();
    const { redis, network, home } = await placeOf(stream);
    const handled: (string | undefined)[] = [];
    const handler = ({ fields }: StreamDelivery): unknown => handled.push(fields['value']);
    const consumer = consume(redis, { stream, claimIdleMs: 600_000, handler });
    await until(async () => (await held(home)).length === 1);
    const before = await held(home);
    const told = new Promise((resolve) => consumer.onError(({ error }) => resolve(error)));
    network.tear();
    expect(await told).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' });
    await until(async () => (await held(home)).some((id) => !before.includes(id)));
    for (const value of ['a', 'b']) await home.inspect(['XADD', stream, '*', 'value', value]);
    await until(() => handled.length === 2);
    expect(handled).toEqual(['a', 'b']);
    await until(async () => (await pendingIn(home, stream)) === 0);
  });
});

test('a pool whose one connection is lost finds out by another that it cannot open', async () => {
  const network = await partition(server());
  const redis = pool(network.url, { ...OPTIONS, timeoutMs: 500 });
  const lost = failureOf(redis.command(['BLPOP', 'alone', 0]));
  await until(async () => (await held(server())).length === 1);
  network.begin();
  expect(await lost).toMatchObject({ code: 'STALLED', outcome: 'unknown' });
  network.end();
  await redis.ready({ timeoutMs: PATIENCE_MS });
  expect(await redis.rpush('alone', 'an element')).toBe(1);
  expect(await redis.lrange('alone', 0, -1)).toEqual(['an element']);
});

test('a session that died is ended by number and addresses: who has its number by then is not touched', async () => {
  const network = await partition(server());
  const redis = await connect(network.url, OPTIONS);
  const lost = failureOf(redis.command(['BLPOP', 'restarted', 0]));
  await until(async () => (await held(server())).length === 1);
  const [number] = await held(server());
  network.begin();
  expect(await lost).toMatchObject({ code: 'STALLED' });
  await server().kill();
  await server().restart({ timeoutMs: PATIENCE_MS });
  // As after a failover: the numbers begin anew.
  let innocent = await connect(server().url);
  while ((await idOf(innocent)) !== number) innocent = await connect(server().url);
  network.end();
  await redis.ready({ timeoutMs: PATIENCE_MS });
  expect(await redis.ping()).toBe('PONG');
  expect(await idOf(innocent)).toBe(number);
});

test('a server that lets no session be ended is served as before', async () => {
  const rules = ['on', '>secret', '~*', '+@all', '-client|info', '-client|kill'];
  await server().inspect(['ACL', 'SETUSER', 'limited', 'reset', ...rules]);
  const network = await partition(server());
  const limited: RedisOptions = { ...OPTIONS, credentials: { username: 'limited', password: 'secret' } };
  for (const refused of ['client|info', 'client|kill']) {
    await server().inspect(['ACL', 'SETUSER', 'limited', '+client|info', '+client|kill', `-${refused}`]);
    const redis = start(network.url, limited);
    const lost = failureOf(redis.command(['BLPOP', refused, 0]));
    await until(async () => (await held(server())).length === 1);
    network.begin();
    expect(await lost).toMatchObject({ code: 'STALLED' });
    network.end();
    await redis.ready({ timeoutMs: PATIENCE_MS });
    expect(await redis.ping()).toBe('PONG');
    const [number] = await held(server());
    await server().inspect(['CLIENT', 'KILL', 'ID', number!]);
  }
});
