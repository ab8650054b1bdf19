import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisSentinels, type RedisServer } from 'hawser/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fixturePath } from '../real/clients.ts';
import { redisSentinels } from '../support/redis.ts';

// All that they can have at once, so that one start is enough.
const group = redisSentinels({
  name: 'orders',
  password: 'p@ss/word',
  appendOnly: true,
  tls: {
    cert: fixturePath('server.pem'),
    key: fixturePath('server.key'),
    ca: fixturePath('authority.pem'),
  },
});

// Whatever a test has done to the servers, the next one finds them well.
beforeEach(async () => {
  for (const server of [...group().nodes, ...group().sentinels]) {
    if (server.state === 'paused') server.resume();
    if (server.state === 'down') await server.restart();
  }
  await group().untilAgreed();
});

/** The nodes that are not the master. */
async function replicas(): Promise<readonly RedisServer[]> {
  const master = await group().master();
  return group().nodes.filter((node) => node !== master);
}

describe('sentinels for tests', () => {
  test('watch a master with two replicas, and know each other', async () => {
    const master = await group().master();
    expect(group().nodes).toHaveLength(3);
    expect(await master.inspect(['INFO', 'replication'])).toMatch(/role:master\r\nconnected_slaves:2\r\n/);
    for (const sentinel of group().sentinels) {
      const quorum = sentinel.inspect(['SENTINEL', 'CKQUORUM', 'orders']);
      expect(await quorum).toMatch(/^OK 3 usable Sentinels/);
    }
  });

  test('say where they are, and tell clients where the master is: over TLS where there is TLS', async () => {
    expect(group().endpoints).toEqual(group().sentinels.map(({ host, port }) => ({ host, port })));
    const master = await group().master();
    for (const sentinel of group().sentinels) {
      const told = await sentinel.inspect(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'orders']);
      expect(told).toEqual([master.host, `${master.tlsPort}`]);
    }
  });

  test('replace a master that is well when they are told to, and the old one becomes a replica', async () => {
    const master = await group().master();
    await master.inspect(['SET', 'key', 'handed over']);
    expect(await master.inspect(['WAIT', '2', '0'])).toBe(2);
    const successor = await group().failover();
    expect(await replicas()).toContain(master);
    expect(await successor.inspect(['GET', 'key'])).toBe('handed over');
    expect(await master.inspect(['ROLE'])).toMatchObject({
      0: 'slave',
      2: successor.tlsPort,
      3: 'connected',
    });
  });

  test('replace a master that is killed, whenever one asks, and it comes back as a replica', async () => {
    const master = await group().master();
    await master.kill();
    const successor = await group().untilPromoted(master);
    expect(successor).not.toBe(master);
    expect(await successor.inspect(['SET', 'key', 'value'])).toBe('OK');
    await group().untilAgreed();
    expect(await group().untilPromoted(master)).toBe(successor);
    expect(await group().master()).toBe(successor);
    await master.restart();
    await group().untilAgreed();
    expect(await master.inspect(['ROLE'])).toMatchObject({
      0: 'slave',
      2: successor.tlsPort,
      3: 'connected',
    });
    // Their configuration says so too.
    await master.restart();
    await group().untilAgreed();
    expect(await group().master()).toBe(successor);
  });

  test('replace a master that is paused, with one sentinel down, which hears of it when it is back', async () => {
    const master = await group().master();
    const [sentinel] = group().sentinels;
    await sentinel?.kill();
    master.pause();
    const successor = await group().untilPromoted(master);
    await sentinel?.restart();
    // Not what the sentinel says that has just woken.
    expect(await group().master()).toBe(successor);
    master.resume();
    await group().untilAgreed();
    expect(await group().master()).toBe(successor);
    expect(await replicas()).toContain(master);
  });

  test('do not replace a master that is well, and the wait for it ends in time or by its signal', async () => {
    const master = await group().master();
    const waiting = group().untilPromoted(master, { timeoutMs: 100 });
    await expect(waiting).rejects.toThrow(
      new RegExp(`^Nobody was promoted in place of ${master.port} within 100 ms: `),
    );
    const reason = new Error('enough');
    const controller = new AbortController();
    const given = group().untilPromoted(master, { signal: controller.signal });
    controller.abort(reason);
    await expect(given).rejects.toBe(reason);
  });

  test('do not agree while one of them is silent', async () => {
    const before = await group().master();
    const [{ pid } = expect.fail('There is no sentinel.')] = group().sentinels;
    // Not by `pause()`: one that is paused need not agree.
    process.kill(pid!, 'SIGSTOP');
    try {
      const early = group().failover({ timeoutMs: 1_500 });
      await expect(early).rejects.toThrow(
        /^The sentinels did not agree within \d+ ms: 1 of the sentinels do not answer$/,
      );
    } finally {
      process.kill(pid!, 'SIGCONT');
    }
    await group().untilAgreed();
    expect(await group().master()).toBe(before);
  });

  test('do not agree while one of them has forgotten the others', async () => {
    const [sentinel] = group().sentinels;
    await sentinel?.inspect(['SENTINEL', 'RESET', 'orders']);
    await group().untilAgreed();
    const quorum = sentinel?.inspect(['SENTINEL', 'CKQUORUM', 'orders']);
    expect(await quorum).toMatch(/^OK 3 usable Sentinels/);
  });

  test('do not agree while a replica is without its master', async () => {
    const master = await group().master();
    const [replica] = await replicas();
    await replica?.inspect(['CONFIG', 'SET', 'masterauth', 'wrong']);
    await master.inspect(['CLIENT', 'KILL', 'TYPE', 'REPLICA']);
    // Sentinels find out within half a second.
    const agreed = group().untilAgreed();
    await replica?.inspect(['CONFIG', 'SET', 'masterauth', `${master.password}`]);
    await agreed;
    expect(await replica?.inspect(['ROLE'])).toMatchObject({ 0: 'slave', 3: 'connected' });
  });

  test('do not agree while the master is down', async () => {
    const master = await group().master();
    await master.kill();
    await expect(group().untilAgreed({ timeoutMs: 100 })).rejects.toThrow(
      `The sentinels did not agree within 100 ms: the master, ${master.port}, is down`,
    );
  });

  test('are not asked when they are down', async () => {
    await Promise.all(group().sentinels.map((sentinel) => sentinel.kill()));
    await expect(group().master()).rejects.toThrow('No sentinel is up and answers.');
  });
});

describe('sentinels that do not come about leave nothing behind', () => {
  let scratch = '';
  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'hawser-test-'));
    vi.stubEnv('TMPDIR', scratch);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(scratch, { recursive: true, force: true });
  });

  test.each([
    ['when a server does not start', { args: ['--maxmemory', 'plenty'] }, 'maxmemory'],
    ['when a sentinel does not start', { password: 'two words', replicas: 0 }, 'without spaces and quotes'],
    ['when time is up', { replicas: 0, sentinels: 2, timeoutMs: 200 }, 'within'],
    ['when its signal aborts', { signal: AbortSignal.abort(new Error('enough')) }, 'enough'],
    ['when they cannot be', { sentinels: 0 }, 'sentinels: sentinels is from 1 to 1000, not 0'],
  ])('%s', async (_, options, message) => {
    await expect(RedisSentinels.start(options)).rejects.toThrow(message);
    expect(await readdir(scratch)).toEqual([]);
  });
});
