import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resp, type SimulatedRedisHandler } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { endingOf, RedisWorld, replicaGreeting } from '../support/redis-world.ts';
import { REACTIONS, reactionTable, type Later, type Reaction } from './reactions.ts';

test('docs/reactions.md has the table that the tests here walk through', async () => {
  const page = fileURLToPath(new URL('../../docs/reactions.md', import.meta.url));
  const written = readFileSync(page, 'utf8').replace(
    /(<!-- table:begin -->\n).*(<!-- table:end -->)/s,
    (_, begin: string, end: string) => `${begin}\n${reactionTable()}\n\n${end}`,
  );
  await expect(written).toMatchFileSnapshot(page);
});

/** Answers one command with an error. */
function refusing(name: string, text: string): SimulatedRedisHandler {
  return ({ command }) => (command.name === name ? { bytes: resp.error(text) } : undefined);
}

/** The roles in which a connection is left. */
const LEAVING: Readonly<Record<Later, readonly string[]>> = {
  kept: [],
  left: ['primary', 'replica', 'any'],
  'left for a primary': ['primary'],
  'left for one that serves': ['primary', 'replica'],
};

describe.each(REACTIONS)('$text', ({ code, text, handshake, later }: Reaction) => {
  test(`the handshake is ${handshake.ends}`, async () => {
    const at = handshake.ends === 'taken' ? 'PING' : handshake.at;
    const world = new RedisWorld({ script: [refusing(at, text)] });
    const client = world.start({ backoff: { baseMs: 1_000 } });
    await world.clock.advance(20);
    switch (handshake.ends) {
      case 'taken':
        expect(client.state).toBe('ready');
        return;
      case 'tried again':
        expect(client.explain()).toMatchObject({ state: 'backing-off', lastCause: `${at}: ${text}` });
        break;
      case 'parked':
        expect(client.explain().state).toBe('parked');
        expect(await world.failureOf(client.get('key'))).toMatchObject({
          code: 'NOT_CONNECTED',
          outcome: 'not-sent',
          cause: { code: 'HANDSHAKE_REFUSED', cause: { code } },
        });
        client.retryNow();
    }
    await world.clock.waitFor(client.ready());
  });

  test.each(['primary', 'replica', 'any'] as const)(
    `later a connection is ${later}; role %s`,
    async (role) => {
      const world = new RedisWorld();
      if (role === 'replica') world.redis.on('HELLO', replicaGreeting);
      const client = await world.connect({ role });
      const end = world.redis.on('SET', () => ({ bytes: resp.error(text) }));
      const refused = endingOf(client.set('key', 'value'));
      // In flight behind it.
      const behind = endingOf(client.incr('n'));
      expect(await world.clock.waitFor(refused)).toMatchObject({
        error: { code, outcome: 'refused', command: 'SET' },
      });
      expect(await world.clock.waitFor(behind)).toEqual({ value: 1 });
      end();
      await world.clock.advance(150);
      expect(await world.clock.waitFor(client.set('key', 'value'))).toBe('OK');
      expect(world.network.dials).toHaveLength(LEAVING[later].includes(role) ? 2 : 1);
    },
  );

  test('an idle connection on which PING is answered so is alive', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ role: 'any' });
    const pool = world.pool({ role: 'any', min: 1, max: 1 });
    await world.clock.advance(100);
    world.redis.on('PING', () => ({ bytes: resp.error(text) }));
    if (later === 'left') return;
    await world.clock.advance(20_000);
    expect(client.state).toBe('ready');
    expect(await world.clock.waitFor(pool.incr('n'))).toBe(1);
    expect(world.network.dials).toHaveLength(2);
  });
});

test('MOVED says by itself what it is about', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  world.redis.on('GET', () => ({ bytes: resp.error('MOVED 3999 127.0.0.1:6381') }));
  expect(await world.failureOf(client.get('key'))).toMatchObject({
    message:
      'MOVED 3999 127.0.0.1:6381 (another node of a Redis Cluster has the key: RedisClusterClient asks that one by itself)',
  });
});

describe('NOAUTH on a connection that was let in', () => {
  test('leads to a new handshake, with the credentials of then, and the next call runs', async () => {
    const world = new RedisWorld({ credentials: { password: 'word' } });
    let asked = 0;
    const client = await world.connect({
      credentials: () => {
        asked += 1;
        return { password: 'word' };
      },
    });
    world.server(1).session.isAuthenticated = false;
    expect(await world.failureOf(client.incr('n'))).toMatchObject({ code: 'NOAUTH', outcome: 'refused' });
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    expect(asked).toBe(2);
    expect(client.explain().transitions.find(({ cause }) => cause?.includes('NOAUTH'))).toMatchObject({
      from: 'ready',
      cause: 'the server asks again who we are (NOAUTH)',
    });
  });

  test('closes one connection of a pool, and no other', async () => {
    const world = new RedisWorld({ credentials: { password: 'word' } });
    const pool = world.pool({ credentials: { password: 'word' }, min: 2, max: 2 });
    await world.clock.advance(100);
    world.redis.on('SET', ({ connection }) =>
      connection.number === 1 ? { bytes: resp.error('NOAUTH Authentication required.') } : undefined,
    );
    const endings = await world.endings(Array.from({ length: 2 }, () => pool.set('key', 'value')));
    expect(endings).toContainEqual({ value: 'OK' });
    await world.clock.advance(200);
    expect(pool.explain()).toMatchObject({
      state: 'ready',
      counts: { opened: 3, closed: { lost: 1, invalidated: 0 } },
    });
  });

  test('that is said again and again does not become a loop', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ whenDownWaitMs: Infinity, timeoutMs: 60_000 });
    world.redis.on('SET', () => ({ bytes: resp.error('NOAUTH Authentication required.') }));
    const startedAt = world.clock.now();
    for (let count = 0; count < 14; count += 1) await world.failureOf(client.set('key', 'value'));
    expect(world.clock.now() - startedAt).toBeGreaterThan(3_000);
  });
});
