import { RedisClusterClient, type RedisClusterOptions } from 'hawser/redis/cluster';
import { LeakCheck, type RedisServer } from 'hawser/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { redisCluster } from '../../support/redis.ts';

const cluster = redisCluster();
const clients: RedisClusterClient[] = [];

function urlOf(): string {
  const { host, port } = cluster().endpoints[0]!;
  return `redis://${host}:${port}`;
}

async function connect(options: RedisClusterOptions = {}): Promise<RedisClusterClient> {
  const client = await RedisClusterClient.connect(urlOf(), options);
  clients.push(client);
  return client;
}

beforeEach(async () => {
  const client = await connect();
  await client.flushall();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

const keys = Array.from({ length: 60 }, (_, index) => `key:${index}`);

/** How often a node was asked to authenticate someone. */
async function authentications(node: RedisServer): Promise<number> {
  const stats = String(await node.inspect(['INFO', 'commandstats']));
  return Number(/^cmdstat_auth:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}

describe('a client of a cluster', () => {
  test('authenticates anew with every node when its credentials are renewed, in place', async () => {
    const client = await connect({ credentials: () => ({ username: 'default', password: 'any' }) });
    await Promise.all(keys.map((key) => client.set(key, 'value')));
    const primaries = await cluster().masters();
    const before = await Promise.all(primaries.map(authentications));
    client.renewCredentials();
    await expect
      .poll(async () => Promise.all(primaries.map(authentications)))
      .toEqual(before.map((count) => count + 1));
    expect(client.explain().credentials).toMatchObject({ renewals: 1, failures: 0 });
    expect(client.explain().redirections.moved).toBe(0);
  });

  test('asks each key of the node that has it', async () => {
    const client = await connect();
    await Promise.all(keys.map((key) => client.set(key, `value of ${key}`)));
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(
      keys.map((key) => `value of ${key}`),
    );
    const { redirections, nodes, slotsWithoutNode } = client.explain();
    expect(redirections.moved).toBe(0);
    expect(slotsWithoutNode).toBe(0);
    const primaries = Object.values(nodes).filter(({ role }) => role === 'primary');
    expect(primaries.map(({ slots }) => slots).toSorted((a, b) => a - b)).toEqual([5461, 5461, 5462]);
    for (const { connection } of primaries) expect(connection?.state).toBe('ready');
  });

  test('speaks RESP2 where it is told to, with a prefix, Buffers and bigints as everywhere', async () => {
    const client = await connect({ protocol: 2, keyPrefix: 'app:' });
    await client.set('k', 'v');
    expect(await client.get('k', { buffers: true })).toEqual(Buffer.from('v'));
    expect(await client.incr('n', { bigints: true })).toBe(1n);
    const plain = await connect();
    expect(await plain.get('app:k')).toBe('v');
    expect(await client.keys('*')).toEqual(expect.arrayContaining(['k', 'n']));
  });

  test('splits a pipeline over the nodes and puts the replies in order, errors in their places', async () => {
    const client = await connect();
    const replies = await client.pipeline([
      ...keys.map((key) => ['SET', key, key]),
      ['INCR', keys[0]!],
      ['PING'],
      ...keys.map((key) => ['GET', key]),
    ]);
    expect(replies.slice(0, 60)).toEqual(keys.map(() => 'OK'));
    expect(replies[60]).toMatchObject({ code: 'ERR', command: 'INCR', outcome: 'refused' });
    expect(replies.slice(61)).toEqual(['PONG', ...keys]);
  });

  test('refuses a pipeline whole for one bad command, before anything is sent', async () => {
    const client = await connect();
    await expect(
      client.pipeline([
        ['SET', 'a', '1'],
        ['SELECT', '1'],
      ]),
    ).rejects.toMatchObject({
      code: 'UNSHAREABLE_COMMAND',
      outcome: 'not-sent',
    });
    await expect(client.pipeline([['SET', 'a', '1']], { timeoutMs: -1 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(client.pipeline([['SET', 'a', '1']], { retry: 'no' as 'never' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(await client.get('a')).toBeNull();
  });

  test('runs a transaction at the node of its slot, and refuses one over several', async () => {
    const client = await connect();
    expect(
      await client.transaction([
        ['SET', '{user:1}:name', 'Ada'],
        ['INCR', '{user:1}:visits'],
      ]),
    ).toEqual(['OK', 1]);
    await expect(
      client.transaction([
        ['SET', 'a', '1'],
        ['SET', 'b', '2'],
      ]),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      outcome: 'not-sent',
      message: expect.stringContaining('one hash slot, got keys of 2') as string,
    });
    await expect(client.mget(['a', 'b'])).rejects.toMatchObject({ code: 'CROSSSLOT', outcome: 'refused' });
  });

  test('asks all primaries what is meant for the whole cluster', async () => {
    const client = await connect();
    await client.pipeline(keys.map((key) => ['SET', key, key]));
    expect(await client.dbsize()).toBe(60);
    expect(await client.dbsize({ bigints: true })).toBe(60n);
    expect((await client.keys('key:*')).sort()).toEqual(keys.toSorted());
    expect(keys).toContain(await client.randomkey());
    const sha = await client.scriptLoad('return 1');
    expect(await client.scriptExists([sha, '0'.repeat(40)])).toEqual([true, false]);
    for (const key of keys.slice(0, 9)) expect(await client.evalsha(sha, { keys: [key] })).toBe(1);
    const seen: string[] = [];
    for await (const key of client.scan({ match: 'key:*', count: 7 })) seen.push(key);
    expect(seen.toSorted()).toEqual(keys.toSorted());
    expect(await client.flushall()).toBe('OK');
    expect(await client.dbsize()).toBe(0);
  });

  test('says of what failed at one primary only that it may have been done', async () => {
    const client = await connect();
    await expect(client.configSet({ maxmemory: 'many' })).rejects.toMatchObject({
      code: 'ERR',
      outcome: 'refused',
    });
    await client.configSet({ 'busy-reply-threshold': '50' });
    const key = keys[0]!;
    const busy = await cluster().masterOf(key);
    const script = busy.inspect(['EVAL', 'while true do end', '1', key]).catch((error: unknown) => error);
    try {
      await expect
        .poll(() => client.flushall().catch((error: unknown) => error))
        .toMatchObject({ code: 'BUSY', outcome: 'unknown' });
    } finally {
      await busy.inspect(['SCRIPT', 'KILL']);
    }
    expect(String(await script)).toContain('killed by user');
  });

  test('waits for elements at the node of the list', async () => {
    const client = await connect();
    const popped = Promise.all(keys.slice(0, 6).map((key) => client.blpop(key, 5)));
    await client.pipeline(keys.slice(0, 6).map((key) => ['RPUSH', key, `from ${key}`]));
    expect(await popped).toEqual(keys.slice(0, 6).map((key) => ({ key, element: `from ${key}` })));
    const abort = new AbortController();
    const left = client.blpop('never', 0, { signal: abort.signal }).catch((error: unknown) => error);
    abort.abort();
    expect(await left).toMatchObject({ code: 'ABORTED' });
  });

  test('lends a connection to the node of a key, for WATCH', async () => {
    const client = await connect();
    await client.set('{w}', '1');
    const result = await client.dedicated('{w}', async (connection) => {
      await connection.watch('{w}');
      await client.set('{w}', '2');
      return connection.transaction([['SET', '{w}', '3']]);
    });
    expect(result).toBeNull();
    expect(await client.get('{w}')).toBe('2');
  });

  test('gives each node to be asked by itself', async () => {
    const client = await connect();
    await expect.poll(() => client.nodes.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    for (const node of client.nodes) {
      const info = await node.info();
      expect(info).toContain(`tcp_port:${node.address.port}`);
      expect(info).toContain(node.isPrimary ? 'role:master' : 'role:slave');
    }
  });

  test('reads from replicas where it is told to, and writes to primaries', async () => {
    const client = await connect({ readFrom: 'replica' });
    await Promise.all(keys.map((key) => client.set(key, key)));
    // A cluster tells of replicas some seconds after its start.
    await expect
      .poll(
        () =>
          Object.values(client.explain().nodes).filter(
            ({ connection, role }) => role === 'replica' && connection?.state === 'ready',
          ).length,
        { timeout: 20_000 },
      )
      .toBe(3);
    await expect.poll(() => Promise.all(keys.map((key) => client.get(key)))).toEqual(keys);
    const readers = client.nodes.filter(({ isPrimary }) => !isPrimary);
    for (const reader of readers)
      expect(await reader.command(['INFO', 'commandstats'])).toMatch(/cmdstat_get:calls=[1-9]/);
    expect(client.explain().redirections.moved).toBe(0);
  });

  test('leaves nothing behind when it is closed', async () => {
    await Promise.all(clients.splice(0).map((each) => each.close()));
    using check = await LeakCheck.begin({ timers: true });
    const client = await RedisClusterClient.connect(urlOf());
    await client.pipeline(keys.map((key) => ['SET', key, key]));
    const held = client.blpop('never', 0).catch((error: unknown) => error);
    const subscription = client.ssubscribe(['one', 'two', 'three']);
    await subscription.ready();
    await client.close({ timeoutMs: 200 });
    expect(await held).toMatchObject({ code: 'CLOSED' });
    expect(client.state).toBe('closed');
    await expect(client.get('key')).rejects.toMatchObject({ code: 'CLOSED', outcome: 'not-sent' });
    await expect(client.pipeline([['GET', 'key']])).rejects.toMatchObject({ code: 'CLOSED' });
    expect(() => client.subscribe('news')).toThrow('the client was closed by its owner');
    expect(await check.leftovers()).toEqual([]);
  });
});

describe('connecting', () => {
  test('to what is no cluster is refused, and says so', async () => {
    const { RedisServer } = await import('hawser/testing');
    await using server = await RedisServer.start();
    const url = `redis://${server.host}:${server.port}`;
    await expect(RedisClusterClient.connect(url)).rejects.toMatchObject({
      code: 'HANDSHAKE_REFUSED',
      message: expect.stringContaining('cluster support disabled') as string,
    });
    const client = RedisClusterClient.start(url);
    clients.push(client);
    await expect(client.get('key')).rejects.toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent' });
    expect(client.state).toBe('parked');
    await expect(client.ready()).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
  });

  test('goes on to the next address where one does not answer', async () => {
    const client = await connect({ endpoints: [{ host: '127.0.0.1', port: 1 }, cluster().endpoints[4]!] });
    expect(await client.set('key', 'value')).toBe('OK');
  });

  test('ends at its limit and by its signal', async () => {
    const nowhere = { endpoints: [{ host: '127.0.0.1', port: 1 }] };
    await expect(
      RedisClusterClient.connect(urlOf(), { ...nowhere, connectTimeoutMs: 300 }),
    ).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT', outcome: 'not-sent' });
    await expect(
      RedisClusterClient.connect(urlOf(), { ...nowhere, signal: AbortSignal.timeout(50) }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test.each([
    [{ readFrom: 'anywhere' }, "option readFrom: expected 'primary', 'replica' or 'any'"],
    [{ nodeAddress: 'here' }, 'option nodeAddress: expected a function'],
    [{ refreshEveryMs: 10 }, 'option refreshEveryMs: expected milliseconds from 1000'],
    [{ whenDownWaitMs: -1 }, 'option whenDownWaitMs'],
  ])('with %j is refused at once', (options, message) => {
    expect(() => RedisClusterClient.start(urlOf(), options as unknown as RedisClusterOptions)).toThrow(
      message,
    );
    expect(() => RedisClusterClient.start(`${urlOf()}/3`)).toThrow('option database: expected 0');
  });
});
