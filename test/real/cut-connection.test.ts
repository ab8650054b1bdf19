import { describe, expect, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import {
  changesOf,
  connect,
  everyoneGetsTheirOwn,
  failureOf,
  idOf,
  PATIENCE_MS,
  until,
  untilReady,
} from './clients.ts';
import { adding, Load } from './load.ts';

const LOST = { code: 'CONNECTION_LOST', outcome: 'unknown' };

describe('a connection that the server cuts (CLIENT KILL)', () => {
  const server = redisServer();

  async function cut(id: string): Promise<void> {
    expect(await server().inspect(['CLIENT', 'KILL', 'ID', id])).toBe(1);
  }

  test('what was in flight is `unknown`, another connection is not affected, and a new one is made', async () => {
    const redis = await connect(server().url);
    const other = await connect(server().url, { stallAfterMs: PATIENCE_MS, timeoutMs: PATIENCE_MS });
    const otherChanges = changesOf(other);
    const id = await idOf(redis);
    // Holds writes back, so that they are in flight for certain.
    await server().inspect(['CLIENT', 'PAUSE', `${PATIENCE_MS}`, 'WRITE']);
    const calls = [failureOf(redis.incr('cut')), failureOf(redis.transaction([['INCR', 'cut']]))];
    const pipeline = redis.pipeline([['PING'], ['INCR', 'cut'], ['PING']]);
    const others = other.incr('kept');
    await until(() => redis.explain().inFlight === 3 && other.explain().inFlight === 1);
    await cut(id);
    for (const failure of await Promise.all(calls)) expect(failure).toMatchObject(LOST);
    expect(await pipeline).toMatchObject([LOST, LOST, LOST]);
    await server().inspect(['CLIENT', 'UNPAUSE']);
    expect(await others).toBe(1);
    expect(otherChanges).toEqual([]);
    await untilReady(redis);
    expect(await idOf(redis)).not.toBe(id);
    expect(await redis.exists('cut')).toBe(0);
  });

  test('idle, it is replaced though nobody asks for anything', async () => {
    const redis = await connect(server().url);
    const changes = changesOf(redis);
    await cut(await idOf(redis));
    await until(() => changes.at(-1)?.to === 'ready');
    expect(changes[0]).toMatchObject({
      from: 'ready',
      to: 'backing-off',
      cause: { code: 'CONNECTION_LOST' },
    });
    expect(await everyoneGetsTheirOwn(redis, 100)).toBe(true);
  });

  test('ten times under load: the ledger adds up, and what only reads never fails', async () => {
    const redis = await connect(server().url, { whenDownWaitMs: PATIENCE_MS, timeoutMs: PATIENCE_MS });
    const changes = changesOf(redis);
    const writes = new Load(30, () => redis.incr('cut-often'), adding('cut-often'));
    const reads = new Load(30, async (id) => expect(await redis.command(['ECHO', id])).toBe(id));
    for (let times = 0; times < 10; times += 1) {
      const goal = writes.count('confirmed') + 100;
      await until(() => writes.count('confirmed') >= goal);
      await cut(await idOf(redis));
      await until(() => changes.filter(({ to }) => to === 'ready').length > times);
    }
    await Promise.all([writes.stop(), reads.stop()]);
    const counter = Number(await redis.get('cut-often'));
    expect(writes.history.checkCounter('cut-often', counter)).toEqual([]);
    expect(['CONNECTION_LOST unknown']).toEqual(expect.arrayContaining(writes.failures));
    expect(reads.failures).toEqual([]);
  });
});
