import { Redis, type HawserError, type RedisOptions } from 'hawser/redis';
import { History, RedisServer, type RedisServerOptions } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  changesOf,
  connect,
  failureOf,
  gaveAsReason,
  PATIENCE_MS,
  pool,
  start,
  until,
  untilReady,
} from './clients.ts';

interface Pair {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  /** Where a client is told to look, in this order. */
  readonly endpoints: readonly { readonly host: string; readonly port: number }[];
}

async function serverOfTest(options: RedisServerOptions): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  onTestFinished(() => server.stop());
  return server;
}

/** A primary, and a replica that has its data. */
async function pair(args: readonly string[] = []): Promise<Pair> {
  const primary = await serverOfTest({ args });
  const replica = await serverOfTest({ args, replicaOf: primary });
  const endpoints = [primary, replica].map(({ host, port }) => ({ host, port }));
  return { primary, replica, endpoints };
}

async function replicationOf(server: RedisServer): Promise<string> {
  return String(await server.inspect(['INFO', 'replication']));
}

/**
 * The two change their roles, and both stay up: no connection is cut. First the replica has to have all, or the old primary
 * would forget what it has in order to copy the new one.
 */
async function switchOver({ primary, replica }: Pair): Promise<void> {
  await untilCopied(primary, replica);
  await replica.inspect(['REPLICAOF', 'NO', 'ONE']);
  await primary.inspect(['REPLICAOF', '127.0.0.1', String(replica.port)]);
}

/** Holds back all writes until the replica has those that were confirmed; what is held back dies with the primary. */
async function pauseOfWrites(primary: RedisServer, replica: RedisServer): Promise<void> {
  await primary.inspect(['CLIENT', 'PAUSE', String(PATIENCE_MS), 'WRITE']);
  await untilCopied(primary, replica);
}

async function untilCopied(primary: RedisServer, replica: RedisServer): Promise<void> {
  await until(async () => offsetIn(await replicationOf(replica)) === offsetIn(await replicationOf(primary)));
}

function offsetIn(replication: string): string | undefined {
  return /^(?:master|slave)_repl_offset:(\d+)/m.exec(replication)?.[1];
}

function peerOf({ port }: RedisServer): string {
  return `127.0.0.1:${port}`;
}

/** The connections of clients of this name that a server has. */
async function clientsOf(server: RedisServer, name: string): Promise<number> {
  const clients = String(await server.inspect(['CLIENT', 'LIST']));
  return clients.split('\n').filter((line) => line.includes(` name=${name} `)).length;
}

describe('primary and replica change their roles, and no connection is cut', () => {
  test('a shared connection moves to the new primary with the first write that is refused, and no reply is lost', async () => {
    const both = await pair();
    const redis = await connect(both.primary.url, { endpoints: both.endpoints });
    const changes = changesOf(redis);
    await redis.set('key', 0);
    await switchOver(both);
    const calls = Array.from({ length: 100 }, (_, index) =>
      index % 2 === 0 ? redis.set('key', index) : redis.get('key'),
    );
    const endings = await Promise.allSettled(calls);
    // Those that were sent together are all answered: reads as ever, writes by a refusal.
    for (const [index, ending] of endings.entries()) {
      if (index % 2 === 1) expect(ending).toEqual({ status: 'fulfilled', value: '0' });
      else expect(ending).toMatchObject({ reason: { code: 'READONLY', outcome: 'refused' } });
    }
    expect(await redis.set('key', 'moved')).toBe('OK');
    expect(redis.explain().peer).toBe(peerOf(both.replica));
    expect(await both.replica.inspect(['GET', 'key'])).toBe('moved');
    expect(changes[0]).toMatchObject({
      from: 'ready',
      cause: { code: 'WRONG_ROLE', cause: { code: 'READONLY' } },
    });
  });

  test('so do the connections of a pool, all of them, and those that are lent', async () => {
    const both = await pair();
    const clientName = 'switched';
    const redis = pool(both.primary.url, { endpoints: both.endpoints, clientName, min: 3, max: 5 });
    await until(() => redis.explain().idle === 3);
    await redis.dedicated(async (own) => {
      await own.set('key', 'before');
      await switchOver(both);
      expect(await failureOf(own.set('key', 'after'))).toMatchObject({
        code: 'READONLY',
        outcome: 'refused',
      });
      await until(() => redis.state !== 'ready');
      expect(await failureOf(own.get('key'))).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'not-sent' });
    });
    await Promise.all(Array.from({ length: 20 }, (_, index) => redis.set(`key:${index}`, 'moved')));
    expect(await both.replica.inspect(['GET', 'key:19'])).toBe('moved');
    await until(async () => (await clientsOf(both.primary, clientName)) === 0);
    expect(await clientsOf(both.replica, clientName)).toBeGreaterThanOrEqual(3);
  });

  test('a transaction is refused as a whole, and the next one runs on the new primary', async () => {
    const both = await pair();
    const redis = await connect(both.primary.url, { endpoints: both.endpoints });
    await switchOver(both);
    const transaction = (): Promise<unknown> =>
      redis.transaction([
        ['INCR', 'left'],
        ['INCR', 'right'],
      ]);
    expect(await failureOf(transaction())).toMatchObject({ code: 'EXECABORT', cause: { code: 'READONLY' } });
    expect(await transaction()).toEqual([1, 1]);
    expect(redis.explain().peer).toBe(peerOf(both.replica));
  });

  test('whoever has only the one endpoint waits for a primary there, and says so', async () => {
    const both = await pair();
    const redis = await connect(both.primary.url, { whenDownWaitMs: 0 });
    await switchOver(both);
    expect(await failureOf(redis.set('key', 1))).toMatchObject({ code: 'READONLY' });
    await until(() => redis.explain().failures >= 3);
    const failure = await failureOf(redis.set('key', 1));
    expect(failure).toMatchObject({
      code: 'NOT_CONNECTED',
      outcome: 'not-sent',
      cause: { code: 'WRONG_ROLE' },
    });
    await both.primary.inspect(['REPLICAOF', 'NO', 'ONE']);
    await untilReady(redis);
    expect(await redis.set('key', 1)).toBe('OK');
  });
});

describe('the primary is killed, and the replica promoted', () => {
  test.each([
    ['a shared connection', connect],
    ['a pool', async (url: string, options: RedisOptions) => Promise.resolve(pool(url, options))],
  ])('%s: calls wait for the new primary, or say what is known of them', async (_, make) => {
    const { primary, replica, endpoints } = await pair();
    const redis = await make(primary.url, { endpoints, whenDownWaitMs: Infinity, timeoutMs: PATIENCE_MS });
    const history = new History();
    const load = Promise.all(
      Array.from({ length: 10 }, async (_value, caller) => {
        for (let number = 0; number < 30; number += 1) {
          const entry = `${caller}-${number}`;
          const about = { caller, what: `RPUSH ${entry}`, stores: { ledger: 'entries', entry } };
          await history.call(about, async () => redis.rpush('entries', entry)).catch(() => {});
        }
      }),
    );
    await until(() => history.summary().confirmed >= 100);
    // Redis answers before it replicates: without this, some of what was confirmed might be lost.
    await pauseOfWrites(primary, replica);
    await primary.kill();
    await until(() => redis.explain().lastCause?.includes('is a replica') === true);
    await replica.inspect(['REPLICAOF', 'NO', 'ONE']);
    await load;
    const stored = (await replica.inspect(['LRANGE', 'entries', '0', '-1'])) as string[];
    expect([...history.checkLedger('entries', stored), ...history.checkSettled({ graceMs: 0 })]).toEqual([]);
    expect(history.summary()).toMatchObject({ refused: 0, open: 0 });
  });

  test('what was confirmed and not replicated is lost, and the ledger says so', async () => {
    const { primary, replica, endpoints } = await pair();
    const redis = await connect(primary.url, { endpoints, whenDownWaitMs: Infinity });
    const history = new History();
    const write = async (entry: string): Promise<unknown> => {
      const about = { caller: 1, what: `RPUSH ${entry}`, stores: { ledger: 'entries', entry } };
      return history.call(about, async () => redis.rpush('entries', entry));
    };
    await write('early');
    await until(async () => (await replica.inspect(['LLEN', 'entries'])) === 1);
    // It copies nobody from here on.
    await replica.inspect(['REPLICAOF', '127.0.0.1', '1']);
    await write('late');
    await primary.kill();
    await replica.inspect(['REPLICAOF', 'NO', 'ONE']);
    await write('later');
    const stored = (await replica.inspect(['LRANGE', 'entries', '0', '-1'])) as string[];
    expect(stored).toEqual(['early', 'later']);
    expect(history.checkLedger('entries', stored)).toEqual([
      'ledger entries: late was confirmed, and is not stored',
    ]);
  });
});

describe('a replica is not taken for a primary', () => {
  test('where another endpoint is one, that is taken, whatever the order', async () => {
    const { primary, replica, endpoints } = await pair();
    for (const given of [endpoints, endpoints.toReversed()]) {
      const redis = await connect(primary.url, { endpoints: given });
      expect(redis.explain().peer).toBe(peerOf(primary));
      const pooled = pool(primary.url, { endpoints: given });
      expect(await pooled.set('key', 'value')).toBe('OK');
    }
    expect(await replica.inspect(['PING'])).toBe('PONG');
  });

  test('where none is, `connect` says so, and a client that was started goes on trying until one is promoted', async () => {
    const { primary, replica, endpoints } = await pair();
    await primary.kill();
    const failure: HawserError = await failureOf(Redis.connect(replica.url, { endpoints }));
    expect(failure).toMatchObject({ code: 'WRONG_ROLE', outcome: 'not-sent' });
    expect(failure.message).toBe(
      "the server is a replica, and a primary is wanted; role: 'any' takes replicas",
    );
    const redis = start(replica.url, { endpoints });
    await until(() => redis.explain().failures >= 3 && gaveAsReason(redis, 'is a replica'));
    await replica.inspect(['REPLICAOF', 'NO', 'ONE']);
    await untilReady(redis);
    expect(await redis.set('key', 'value')).toBe('OK');
    expect(redis.explain().peer).toBe(peerOf(replica));
  });

  test('nor is one that does not know HELLO', async () => {
    const { primary, replica } = await pair(['--rename-command', 'HELLO', '']);
    const redis = await connect(primary.url);
    expect(await redis.set('key', 'value')).toBe('OK');
    expect(await failureOf(Redis.connect(replica.url))).toMatchObject({ code: 'WRONG_ROLE' });
  });

  test("with role 'any' it will do: it is read from, and keeps its connection when it refuses a write", async () => {
    const { primary, replica } = await pair();
    await primary.inspect(['SET', 'key', 'value']);
    const redis = await connect(replica.url, { role: 'any' });
    const changes = changesOf(redis);
    await until(async () => (await redis.get('key')) === 'value');
    expect(await failureOf(redis.set('key', 'other'))).toMatchObject({
      code: 'READONLY',
      outcome: 'refused',
    });
    expect(await redis.get('key')).toBe('value');
    expect(changes).toEqual([]);
  });
});
