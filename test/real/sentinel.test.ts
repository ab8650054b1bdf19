import type { HawserError, Redis, RedisOptions, RedisPool } from 'hawser/redis';
import { LeakCheck, type RedisServer } from 'hawser/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { redisSentinels } from '../support/redis.ts';
import { connect, failureOf, pool, start, until } from './clients.ts';
import { Load, storing } from './load.ts';
import { heal, NOWHERE, optionsOf, peerOf } from './sentinels.ts';

const group = redisSentinels();

const PAUSE_MS = 3_000;

function options(given: RedisOptions = {}): RedisOptions {
  return optionsOf(group(), given);
}

/** Holds back all writes until the replicas have those that were confirmed; what is held back dies with the primary. */
async function pauseOfWrites(primary: RedisServer): Promise<void> {
  await primary.inspect(['CLIENT', 'PAUSE', String(PAUSE_MS), 'WRITE']);
  const replicas = group().nodes.filter((node) => node !== primary);
  for (const replica of replicas) {
    await until(async () => (await offsetOf(replica)) === (await offsetOf(primary)));
  }
}

async function offsetOf(server: RedisServer): Promise<string | undefined> {
  const replication = String(await server.inspect(['INFO', 'replication']));
  return /^(?:master|slave)_repl_offset:(\d+)/m.exec(replication)?.[1];
}

afterEach(() => heal(group()), 30_000);

describe('the primary is found', () => {
  test('by a shared connection, a pool, a lent connection and a subscription', async () => {
    const primary = await group().master();
    const redis = await connect(NOWHERE, options());
    expect(redis.explain()).toMatchObject({
      peer: peerOf(primary),
      name: expect.stringMatching(/^main by /) as string,
    });
    expect(await redis.set('key', 'value')).toBe('OK');
    expect(await pool(NOWHERE, options()).get('key')).toBe('value');
    expect(await redis.dedicated((own) => own.get('key'))).toBe('value');
    const messages = redis.subscribe('news');
    const heard = messages.next();
    await until(async () => (await redis.publish('news', 'here')) === 1);
    expect(await heard).toMatchObject({ value: { payload: 'here' } });
    await messages.return?.();
    await until(() => redis.explain().sentinel?.state === 'ready');
  });

  test('though of those that were listed the first is dead, and the second paused', async () => {
    const [first, second] = group().sentinels;
    await first!.kill();
    second!.pause();
    const redis = await connect(NOWHERE, options());
    expect(redis.explain().peer).toBe(peerOf(await group().master()));
    await until(() => redis.explain().sentinel?.peer === peerOf(group().sentinels[2]!));
  });

  test('not where no Sentinel knows the group: that is said, and not tried again', async () => {
    const redis = start(NOWHERE, options({ sentinel: { group: 'mine' } }));
    const failure = await failureOf(redis.ready());
    expect(failure).toMatchObject({ code: 'NOT_CONNECTED', cause: { code: 'HANDSHAKE_REFUSED' } });
    expect((failure.cause as HawserError).message).toMatch(
      /^no Sentinel knows the group mine \(127\.0\.0\.1:\d+: it/,
    );
    expect(redis.state).toBe('parked');
  });

  test('not where there is no Sentinel: that is said, and tried again', async () => {
    const endpoints = [{ host: '127.0.0.1', port: 1 }];
    expect(await failureOf(connect(NOWHERE, options({ endpoints })))).toMatchObject({
      code: 'CONNECT_FAILED',
      outcome: 'not-sent',
      message: 'no Sentinel answers for main (127.0.0.1:1: could not connect to 127.0.0.1:1 (ECONNREFUSED))',
    });
    const [node] = group().nodes;
    const failure = await failureOf(connect(NOWHERE, options({ endpoints: [node!.endpoint] })));
    expect(failure).toMatchObject({ code: 'HANDSHAKE_REFUSED' });
    expect(failure.message).toContain("ERR unknown command 'SENTINEL'");
  });
});

describe('under load', () => {
  const WAYS: readonly [string, (primary: RedisServer) => Promise<void> | void][] = [
    ['killed', (primary) => primary.kill()],
    ['paused', (primary) => primary.pause()],
  ];

  test.each(WAYS)(
    'a primary that is %s is left for its successor, and the ledger is exact',
    async (way, strike) => {
      const primary = await group().master();
      const redis = await connect(NOWHERE, options({ timeoutMs: 20_000 }));
      const members = pool(NOWHERE, options({ timeoutMs: 20_000 }));
      const ledgers = [`shared:${way}`, `pool:${way}`] as const;
      const shared = new Load(8, (id) => redis.rpush(ledgers[0], id), storing(ledgers[0]));
      const pooled = new Load(8, (id) => members.rpush(ledgers[1], id), storing(ledgers[1]));
      await until(() => redis.explain().sentinel?.state === 'ready');
      await until(() => shared.count('confirmed') > 50 && pooled.count('confirmed') > 50);
      await pauseOfWrites(primary);
      await strike(primary);
      const successor = await group().untilPromoted(primary);
      const before = [shared.count('confirmed'), pooled.count('confirmed')];
      await until(
        () => shared.count('confirmed') > before[0]! + 50 && pooled.count('confirmed') > before[1]! + 50,
      );
      await Promise.all([shared.stop(), pooled.stop()]);
      expect(redis.explain().peer).toBe(peerOf(successor));
      for (const [index, load] of [shared, pooled].entries()) {
        const stored = (await successor.inspect(['LRANGE', ledgers[index]!, '0', '-1'])) as string[];
        expect(load.history.checkLedger(ledgers[index]!, stored)).toEqual([]);
        expect(load.history.checkSettled({ graceMs: 500 })).toEqual([]);
        expect(load.count('unknown')).toBeGreaterThan(0);
      }
    },
    60_000,
  );
});

test('a primary that is well is left at once when it is replaced, as told by a Sentinel that was not listed', async () => {
  const primary = await group().master();
  const [first] = group().sentinels;
  const redis = await connect(NOWHERE, options({ endpoints: [first!.endpoint] }));
  await until(() => redis.explain().sentinel?.peer === peerOf(first!));
  await first!.kill();
  await until(() => redis.explain().sentinel?.state === 'ready');
  const successor = await group().failover();
  await until(() => redis.explain().peer === peerOf(successor));
  expect(
    redis.explain().transitions.some(({ cause }) => cause?.includes('name another primary of main')),
  ).toBe(true);
  expect(await primary.inspect(['PING'])).toBe('PONG');
});

describe.each(['shared', 'pool'] as const)('a client that is closed (%s)', (kind) => {
  test('leaves no connection to a Sentinel, no timer and no listener', async () => {
    using check = await LeakCheck.begin({ timers: true });
    const client: Redis | RedisPool =
      kind === 'shared' ? await connect(NOWHERE, options()) : pool(NOWHERE, options());
    await client.set('key', 'value');
    await client.close();
    expect(await check.leftovers()).toEqual([]);
    expect(await failureOf(connect(NOWHERE, options({ sentinel: { group: 'mine' } })))).toMatchObject({
      code: 'HANDSHAKE_REFUSED',
    });
    expect(await check.leftovers()).toEqual([]);
  });
});
