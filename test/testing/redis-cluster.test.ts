import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultProxy, RedisCluster, RedisServer } from 'hawser/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fixturePath } from '../real/clients.ts';
import { redisCluster } from '../support/redis.ts';

const KEY = 'foo';
const SLOT_OF_KEY = 12_182;
/** A key of the same slot. */
const keyAt = (index: number): string => `{${KEY}}:${index}`;

// All that a cluster can have at once, so that one start is enough.
const cluster = redisCluster({
  password: 'p@ss word',
  appendOnly: true,
  tls: {
    cert: fixturePath('server.pem'),
    key: fixturePath('server.key'),
    ca: fixturePath('authority.pem'),
  },
});

async function otherMaster(master: RedisServer): Promise<RedisServer> {
  const others = (await cluster().masters()).filter((node) => node !== master);
  return others[0] ?? expect.fail('There is only one master.');
}

// Whatever a test has done to the nodes, the next one finds a whole cluster.
beforeEach(async () => {
  for (const node of cluster().nodes) {
    if (node.state === 'paused') node.resume();
    if (node.state === 'down') await node.restart();
  }
  await cluster().untilAgreed();
});

/** A replica of none of these masters does not answer for as long as the function takes. */
async function withSilentBystander(
  involved: readonly RedisServer[],
  run: () => Promise<void>,
): Promise<void> {
  const uninvolved = (await cluster().masters()).find((master) => !involved.includes(master));
  const [bystander] = await cluster().replicasOf(uninvolved!);
  // Not by `pause()`: one that is paused need not agree.
  process.kill(bystander!.pid!, 'SIGSTOP');
  try {
    await run();
  } finally {
    process.kill(bystander!.pid!, 'SIGCONT');
  }
}

describe('a Redis Cluster for tests', () => {
  test('has three masters that share all slots, and as many replicas', async () => {
    const masters = await cluster().masters();
    expect(masters).toHaveLength(3);
    expect(cluster().nodes).toHaveLength(6);
    const replicas = await Promise.all(masters.map((master) => cluster().replicasOf(master)));
    expect(replicas.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(new Set([...masters, ...replicas.flat()])).toEqual(new Set(cluster().nodes));
    for (const node of cluster().nodes) {
      const info = await node.inspect(['CLUSTER', 'INFO']);
      expect(info).toMatch(/cluster_state:ok\r\n[^]*cluster_known_nodes:6\r\ncluster_size:3\r\n/);
    }
  });

  test('says where its nodes are', () => {
    expect(cluster().endpoints).toEqual(cluster().nodes.map(({ host, port }) => ({ host, port })));
  });

  test('knows the master of a key, which is the one that takes it', async () => {
    const master = await cluster().masterOf(KEY);
    expect(await cluster().masterOf(SLOT_OF_KEY)).toBe(master);
    expect(await master.inspect(['SET', KEY, 'value'])).toBe('OK');
    const other = await otherMaster(master);
    await expect(other.inspect(['SET', KEY, 'value'])).rejects.toThrow(`MOVED ${SLOT_OF_KEY}`);
    await expect(cluster().masterOf(16_384)).rejects.toThrow('a cluster: slot is from 0 to 16383, not 16384');
  });

  test('does not name a node that is down, and asks the others', async () => {
    const master = await cluster().masterOf(KEY);
    const [replica] = await cluster().replicasOf(master);
    await replica?.kill();
    expect(await cluster().replicasOf(master)).toEqual([]);
    await expect(cluster().failover(master)).rejects.toThrow(
      `${master.port} has no replica that could take over.`,
    );
    await replica?.restart();
  });
});

test('a replica that is back counts as one when it has the data of its master', async () => {
  const master = await cluster().masterOf(KEY);
  const [replica] = await cluster().replicasOf(master);
  await master.inspect(['CONFIG', 'SET', 'repl-diskless-sync-delay', '1']);
  await replica?.restart();
  await cluster().untilAgreed();
  expect(await replica?.inspect(['ROLE'])).toMatchObject({ 0: 'slave', 3: 'connected' });
  await master.inspect(['CONFIG', 'SET', 'repl-diskless-sync-delay', '0']);
});

test('the nodes agree when all have heard of what is new with one of them', async () => {
  const [one, other] = await cluster().masters();
  // At most one of them has the newest epoch already.
  const bump = async (master: RedisServer): Promise<string | undefined> =>
    /^BUMPED (\d+)$/.exec(String(await master.inspect(['CLUSTER', 'BUMPEPOCH'])))?.[1];
  const epoch = (await bump(one!)) ?? (await bump(other!));
  await cluster().untilAgreed();
  const views = await Promise.all(cluster().nodes.map((node) => node.inspect(['CLUSTER', 'NODES'])));
  for (const view of views) expect(view).toMatch(new RegExp(`master - \\d+ \\d+ ${epoch} connected`));
});

describe('a master', () => {
  test('hands over to its replica in order: nothing is lost, and it becomes a replica itself', async () => {
    const master = await cluster().masterOf(KEY);
    const [replica] = await cluster().replicasOf(master);
    await master.inspect(['SET', KEY, 'handed over']);
    expect(await cluster().failover(master)).toBe(replica);
    expect(await cluster().masterOf(KEY)).toBe(replica);
    expect(await replica?.inspect(['GET', KEY])).toBe('handed over');
    expect(await cluster().replicasOf(replica!)).toEqual([master]);
    expect(await master.inspect(['ROLE'])).toMatchObject({ 0: 'slave', 3: 'connected' });
  });

  test('does not hand over before all nodes agree', async () => {
    const master = await cluster().masterOf(KEY);
    await withSilentBystander([master], async () => {
      const early = cluster().failover(master, { timeoutMs: 1_500 });
      await expect(early).rejects.toThrow(/^The nodes did not agree within \d+ ms: \d+ does not answer$/);
    });
    await cluster().untilAgreed();
    expect(await cluster().masterOf(KEY)).toBe(master);
  });

  test('that is killed is replaced by its replica, whenever one asks, and comes back as a replica', async () => {
    const master = await cluster().masterOf(KEY);
    const [replica] = await cluster().replicasOf(master);
    await master.kill();
    await expect(cluster().masterOf(KEY)).rejects.toThrow(`No node that is up has slot ${SLOT_OF_KEY}.`);
    expect(await cluster().untilPromoted(master)).toBe(replica);
    expect(await cluster().masterOf(KEY)).toBe(replica);
    await cluster().untilAgreed();
    expect(await cluster().untilPromoted(master)).toBe(replica);
    await master.restart();
    await cluster().untilAgreed();
    expect(await cluster().replicasOf(replica!)).toEqual([master]);
  });

  test('that is paused is replaced too, and finds out when it is resumed', async () => {
    const master = await cluster().masterOf(KEY);
    master.pause();
    const successor = await cluster().untilPromoted(master);
    expect(successor).not.toBe(master);
    master.resume();
    await cluster().untilAgreed();
    expect(await cluster().replicasOf(successor)).toEqual([master]);
  });

  test('that is well is not replaced, and the wait for it ends in time or by its signal', async () => {
    const master = await cluster().masterOf(KEY);
    const waiting = cluster().untilPromoted(master, { timeoutMs: 100 });
    await expect(waiting).rejects.toThrow(/^Nobody was promoted in place of \d+ within \d+ ms: /);
    const reason = new Error('enough');
    const controller = new AbortController();
    const given = cluster().untilPromoted(master, { signal: controller.signal });
    controller.abort(reason);
    await expect(given).rejects.toBe(reason);
  });

  test('is a node of this cluster', async () => {
    await using stranger = await RedisServer.start();
    const said = `${stranger.port} is no node of this cluster.`;
    await expect(cluster().untilPromoted(stranger)).rejects.toThrow(said);
    await expect(cluster().replicasOf(stranger)).rejects.toThrow(said);
  });
});

test('a cluster may be small: one master and a replica, which can take over in order', async () => {
  await using small = await RedisCluster.start({ masters: 1 });
  const [master, replica] = small.nodes;
  expect(await small.masterOf(KEY)).toBe(master);
  await expect(small.untilPromoted(replica!)).rejects.toThrow(`${replica?.port} is no master with slots.`);
  expect(await small.failover(master!)).toBe(replica);
});

describe('a slot', () => {
  test('moves to another master step by step, and every key is somewhere at every step', async () => {
    const source = await cluster().masterOf(KEY);
    const target = await otherMaster(source);
    const keys = Array.from({ length: 250 }, (_, index) => keyAt(index));
    await source.inspect(['MSET', ...keys.flatMap((key) => [key, `value of ${key}`])]);
    const countIn = async (server: RedisServer): Promise<unknown> =>
      server.inspect(['CLUSTER', 'COUNTKEYSINSLOT', `${SLOT_OF_KEY}`]);
    const all = Number(await countIn(source));

    const migration = await cluster().migrate(KEY, target);
    expect(migration).toMatchObject({ slot: SLOT_OF_KEY, source, target });
    const ask = `ASK ${SLOT_OF_KEY} ${target.host}`;
    await expect(source.inspect(['GET', `{${KEY}}:absent`])).rejects.toThrow(ask);
    expect(await countIn(source)).toBe(all);

    expect(await migration.moveKeys({ count: 120 })).toBe(120);
    expect([await countIn(source), await countIn(target)]).toEqual([all - 120, 120]);
    expect(await cluster().masterOf(KEY)).toBe(source);
    await expect(target.inspect(['GET', KEY])).rejects.toThrow(`MOVED ${SLOT_OF_KEY}`);

    await migration.finish();
    expect([await countIn(source), await countIn(target)]).toEqual([0, all]);
    expect(await migration.moveKeys()).toBe(0);
    expect(await cluster().masterOf(KEY)).toBe(target);
    expect(await target.inspect(['MGET', ...keys])).toEqual(keys.map((key) => `value of ${key}`));
    await expect(source.inspect(['GET', KEY])).rejects.toThrow(`MOVED ${SLOT_OF_KEY}`);
  });

  test('has moved when all nodes know of it', async () => {
    const source = await cluster().masterOf(KEY);
    const target = await otherMaster(source);
    const migration = await cluster().migrate(SLOT_OF_KEY, target);
    await withSilentBystander([source, target], async () => {
      const early = migration.finish({ timeoutMs: 1_500 });
      await expect(early).rejects.toThrow(/^The nodes did not agree within \d+ ms: \d+ does not answer$/);
    });
    await cluster().untilAgreed();
    expect(await cluster().masterOf(KEY)).toBe(target);
  });

  test('with a key that is no text is not moved', async () => {
    const source = await cluster().masterOf(KEY);
    await source.inspect(['EVAL', `return redis.call('SET', '{${KEY}}\\255', 'value')`, '0']);
    const migration = await cluster().migrate(KEY, await otherMaster(source));
    await expect(migration.moveKeys()).rejects.toThrow(`Slot ${SLOT_OF_KEY} has a key that is no text: `);
    await source.inspect(['FLUSHALL']);
    await migration.finish();
  });

  test('does not move to where it is', async () => {
    const master = await cluster().masterOf(KEY);
    await expect(cluster().migrate(KEY, master)).rejects.toThrow(
      `${master.port} has slot ${SLOT_OF_KEY} already.`,
    );
  });
});

describe('an address', () => {
  test('can be that of a proxy in front of a node, through a restart too', async () => {
    const [node] = await cluster().replicasOf(await cluster().masterOf(KEY));
    const { host, port, tlsPort } = node!;
    await using proxy = await FaultProxy.start({ target: { host, port: tlsPort! } });
    const expectAllToSaySo = async (): Promise<void> => {
      const shards = cluster().nodes.map((one) => one.inspect(['CLUSTER', 'SHARDS']));
      for (const told of await Promise.all(shards)) {
        const inWords = String(told);
        expect(inWords).toContain(`port,${port},tls-port,${proxy.port},`);
        expect(inWords).not.toContain(`tls-port,${tlsPort},`);
      }
    };
    await cluster().announce(node!, proxy.port);
    await expectAllToSaySo();
    await node!.restart();
    await cluster().untilAgreed();
    await expectAllToSaySo();
    await cluster().announce(node!, tlsPort!);
  });
});

describe('a cluster that does not come about leaves nothing behind', () => {
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
    ['when a node does not start', { args: ['--maxmemory', 'plenty'] }, 'maxmemory'],
    ['when time is up before a node is ready', { masters: 1, timeoutMs: 1 }, /was not ready within [01] ms/],
    // Nodes agree two seconds after their start at the earliest. Where they start slowly, time is up before they are asked.
    ['when time is up', { masters: 1, replicasPerMaster: 0, timeoutMs: 500 }, /within \d+ ms/],
    ['when its signal aborts', { signal: AbortSignal.abort(new Error('enough')) }, 'enough'],
    ['when it cannot be', { masters: 0 }, 'a cluster: masters is from 1 to 1000, not 0'],
  ])('%s', async (_, options, message) => {
    await expect(RedisCluster.start(options)).rejects.toThrow(message);
    expect(await readdir(scratch)).toEqual([]);
  });
});
