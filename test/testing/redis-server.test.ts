import { existsSync } from 'node:fs';
import { getPriority, networkInterfaces } from 'node:os';
import { relative } from 'node:path';
import { inspect } from 'node:util';
import { FaultProxy, findRedis, inspectRedis, RedisServer } from 'hawser/testing';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { fixturePath } from '../real/clients.ts';
import { REDIS_START_LIMIT_MS, redisServer } from '../support/redis.ts';

beforeAll(() => findRedis(), REDIS_START_LIMIT_MS);

const TLS = {
  cert: relative('', fixturePath('server.pem')),
  key: relative('', fixturePath('server.key')),
  ca: relative('', fixturePath('authority.pem')),
};

const shared = redisServer();

describe('a Redis server for tests', () => {
  test('answers as soon as it has started, on 127.0.0.1', async () => {
    expect(shared().url).toBe(`redis://127.0.0.1:${shared().port}`);
    expect(await shared().inspect(['PING'])).toBe('PONG');
  });

  test('is the process that it says it is', async () => {
    const info = await shared().inspect(['INFO', 'server']);
    expect(info).toContain(`process_id:${shared().pid}\r\n`);
  });

  test('is read through every type of reply', async () => {
    const ask = (...command: string[]): unknown => shared().inspect(command);
    expect(await ask('SET', 'text', 'grüß\r\ngott')).toBe('OK');
    expect(await ask('GET', 'text')).toBe('grüß\r\ngott');
    expect(await ask('GET', 'nothing')).toBeNull();
    expect(await ask('INCR', 'counter')).toBe(1);
    expect(await ask('EVAL', "return {1, {'a', false}, {}}", '0')).toEqual([1, ['a', null], []]);
    await expect(ask('INCR', 'text')).rejects.toThrow('ERR value is not an integer');
  });

  test('is shown in one line, without its password', async () => {
    await using server = await RedisServer.start({ password: 'secret' });
    expect(inspect({ server })).toBe(`{ server: RedisServer 127.0.0.1:${server.port} (up) }`);
  });

  test('allows DEBUG, so that faults can be provoked', async () => {
    expect(await shared().inspect(['DEBUG', 'SLEEP', '0'])).toBe('OK');
  });

  test('is silent while it is paused and answers again afterwards', async () => {
    await using server = await RedisServer.start();
    server.pause();
    await expect(server.inspect(['PING'], { timeoutMs: 50 })).rejects.toThrow('No answer within 50 ms');
    server.resume();
    expect(await server.inspect(['PING'])).toBe('PONG');
  });

  test('keeps what it has confirmed through a kill and a restart when it is append-only', async () => {
    await using server = await RedisServer.start({ appendOnly: true });
    const { port, pid } = server;
    await server.inspect(['INCRBY', 'counter', '41']);
    await server.kill();
    await expect(server.inspect(['PING'])).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    expect(await server.inspect(['INCR', 'counter'])).toBe(42);
  });

  test('forgets everything in a restart when it is not append-only', async () => {
    await using server = await RedisServer.start();
    await server.inspect(['SET', 'key', 'value']);
    await server.restart();
    expect(await server.inspect(['GET', 'key'])).toBeNull();
  });

  test('keeps what it has written into its configuration through a restart', async () => {
    await using server = await RedisServer.start();
    await server.inspect(['CONFIG', 'SET', 'maxclients', '77']);
    await server.inspect(['CONFIG', 'REWRITE']);
    await server.restart();
    expect(await server.inspect(['CONFIG', 'GET', 'maxclients'])).toEqual(['maxclients', '77']);
  });

  test('asks for the password that it was started with', async () => {
    await using server = await RedisServer.start({ password: String.raw`p@ss/"w" \ ö` });
    expect(await server.inspect(['PING'])).toBe('PONG');
    await expect(inspectRedis(`redis://127.0.0.1:${server.port}`, ['PING'])).rejects.toThrow('NOAUTH');
  });

  test('knows its users and what they may do, again after a restart', async () => {
    await using server = await RedisServer.start({
      users: ['job on >secret ~app:* +@all -@dangerous', 'ghost off'],
    });
    await server.restart();
    const job = `redis://job:secret@127.0.0.1:${server.port}`;
    expect(await inspectRedis(job, ['SET', 'app:1', 'value'])).toBe('OK');
    await expect(inspectRedis(job, ['SET', 'other', 'value'])).rejects.toThrow('NOPERM');
    await expect(inspectRedis(job, ['FLUSHALL'])).rejects.toThrow('NOPERM');
    expect(await server.inspect(['ACL', 'USERS'])).toEqual(['default', 'ghost', 'job']);
  });

  test('listens on a Unix socket in its directory when asked to, and is inspected there', async () => {
    await using server = await RedisServer.start({
      unixSocket: true,
      password: 'p@ss',
      args: ['--port', '0'],
    });
    expect(server.socketPath?.startsWith(server.directory)).toBe(true);
    expect(existsSync(server.socketPath ?? '')).toBe(true);
    expect(await server.inspect(['PING'])).toBe('PONG');
    const secondDatabase = `unix://:p%40ss@localhost${server.socketPath}?database=1`;
    await inspectRedis(secondDatabase, ['SET', 'key', 'value']);
    expect(await server.inspect(['DBSIZE'])).toBe(0);
    expect(await inspectRedis(secondDatabase, ['DBSIZE'])).toBe(1);
  });

  test('listens at the address that it is given, IPv6 too', async (context) => {
    const addresses = Object.values(networkInterfaces()).flat();
    if (!addresses.some((one) => one?.address === '::1')) context.skip('there is no IPv6 here');
    await using server = await RedisServer.start({ host: '::1' });
    expect(server.url).toBe(`redis://[::1]:${server.port}`);
    expect(server.endpoint).toEqual({ host: '::1', port: server.port });
    expect(await server.inspect(['PING'])).toBe('PONG');
    const elsewhere = inspectRedis(`redis://127.0.0.1:${server.port}`, ['PING']);
    await expect(elsewhere).rejects.toThrow('ECONNREFUSED');
  });

  test('is run by a launcher that becomes the server', async () => {
    await using server = await RedisServer.start({ launcher: ['nice', '-n', '5'] });
    expect(getPriority(server.pid)).toBe(Math.min(getPriority() + 5, 19));
  });

  test('that cannot start is reported with the end of its log', async () => {
    const start = RedisServer.start({ args: ['--maxmemory', 'plenty'] });
    await expect(start).rejects.toThrow(/ended while it was starting[^]*maxmemory/);
  });

  test('does not take a port that another server has', async () => {
    await expect(RedisServer.start({ port: shared().port })).rejects.toThrow('Address already in use');
    expect(await shared().inspect(['PING'])).toBe('PONG');
  });

  test('that does not answer in time is given up, and so is one that nobody waits for any more', async () => {
    const silent = RedisServer.start({ args: ['--requirepass', 'other'], timeoutMs: 100 });
    await expect(silent).rejects.toThrow('Redis was not ready within 100 ms: ');
    const reason = new Error('enough');
    await expect(RedisServer.start({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('may be inspected by many with one signal, without a warning of many listeners', async () => {
    const warnings: unknown[] = [];
    const note = (warning: unknown): unknown => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 20 }, () => shared().inspect(['PING'], { signal })));
    expect(warnings).toEqual([]);
  });

  test('is no longer inspected by who has given up', async () => {
    await using server = await RedisServer.start();
    server.pause();
    const reason = new Error('enough');
    const controller = new AbortController();
    const asked = server.inspect(['PING'], { signal: controller.signal });
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    const { signal } = controller;
    await expect(server.inspect(['PING'], { signal })).rejects.toBe(reason);
  });
});

/** What a replica says of itself. */
function linkedTo({ host, port }: { readonly host: string; readonly port: number }): unknown {
  return ['slave', host, port, 'connected', expect.any(Number)];
}

describe('a replica', () => {
  test('has the data of its master when it has started, and what is written later', async () => {
    await using master = await RedisServer.start({ password: 'secret' });
    await master.inspect(['SET', 'early', 'here']);
    await using replica = await RedisServer.start({ replicaOf: master });
    expect(await replica.inspect(['GET', 'early'])).toBe('here');
    await master.inspect(['SET', 'late', 'here too']);
    expect(await master.inspect(['WAIT', '1', '0'])).toBe(1);
    expect(await replica.inspect(['GET', 'late'])).toBe('here too');
    await expect(replica.inspect(['SET', 'key', 'value'])).rejects.toThrow('READONLY');
  });

  test('may have a proxy between itself and its master', async () => {
    await using master = await RedisServer.start();
    await using proxy = await FaultProxy.start({ target: master.endpoint });
    await using replica = await RedisServer.start({ replicaOf: proxy.endpoint });
    expect(await replica.inspect(['ROLE'])).toEqual(linkedTo(proxy));
  });

  test('reaches its master over TLS when both have it', async () => {
    const args = ['--port', '0'];
    await using master = await RedisServer.start({ tls: TLS, unixSocket: true, args });
    await using replica = await RedisServer.start({ tls: TLS, replicaOf: master });
    expect(await replica.inspect(['ROLE'])).toEqual(linkedTo({ host: master.host, port: master.tlsPort! }));
  });

  test('of a master that is not there is given up', async () => {
    await using master = await RedisServer.start();
    await master.kill();
    const start = RedisServer.start({ replicaOf: master, timeoutMs: 200 });
    await expect(start).rejects.toThrow(
      /^The replica was not linked to its master within 200 ms: [^]*master_link_status:down/,
    );
  });
});

describe('a server of another kind', () => {
  test('can be a node of a cluster that is yet to be made, with a port for the other nodes', async () => {
    await using node = await RedisServer.start({ clusterNode: true });
    expect(await node.inspect(['CLUSTER', 'INFO'])).toMatch(/cluster_state:fail[^]*cluster_known_nodes:1\r/);
    expect(await node.inspect(['CLUSTER', 'NODES'])).toContain(`:${node.port}@${node.busPort} myself,master`);
  });

  test('can be a sentinel, which knows its master and whose replicas it has', async () => {
    await using master = await RedisServer.start({ password: 'secret' });
    await using replica = await RedisServer.start({ replicaOf: master, password: 'secret' });
    await using sentinel = await RedisServer.start({ sentinelOf: { master, name: 'orders', quorum: 2 } });
    const seen = sentinel.inspect(['SENTINEL', 'CKQUORUM', 'orders']);
    await expect(seen).rejects.toThrow('NOQUORUM 1 usable Sentinels');
    const address = await sentinel.inspect(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'orders']);
    expect(address).toEqual([master.host, `${master.port}`]);
    await vi.waitFor(async () => {
      const replicas = await sentinel.inspect(['SENTINEL', 'REPLICAS', 'orders']);
      expect(String(replicas)).toContain(`${replica.port}`);
    }, 10_000);
  });

  test('can be no sentinel of a master whose password it could not read again', async () => {
    const master = { ...shared().endpoint, password: 'two words' };
    const start = RedisServer.start({ sentinelOf: { master } });
    await expect(start).rejects.toThrow('expected a password of the master without spaces and quotes.');
  });

  test('is one thing only', async () => {
    const start = RedisServer.start({ clusterNode: true, replicaOf: shared().endpoint });
    await expect(start).rejects.toThrow('A server cannot be two things at once: replicaOf and clusterNode.');
  });

  test.each([{ clusterNode: true }, { sentinelOf: { master: { host: '127.0.0.1', port: 1 } } }])(
    'is refused when the server is too old for %j',
    async (options) => {
      const binary = { ...(await findRedis()), kind: 'redis', version: '6.2.16' } as const;
      const start = RedisServer.start({ ...options, binary });
      await expect(start).rejects.toThrow('expected Redis 7.0 or later, or Valkey, not redis 6.2.16.');
    },
  );
});
