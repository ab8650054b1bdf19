import type { HawserError, Redis } from 'hawser/redis';
import { resp, SimulatedRedis, type SimulatedRedisHandler } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { endingOf, ENDPOINT, RedisWorld, replicaGreeting } from '../support/redis-world.ts';

const READONLY = { bytes: resp.error("READONLY You can't write against a read only replica.") } as const;
const REFUSED = { code: 'READONLY', outcome: 'refused' } as const;
const WRONG_ROLE = { code: 'WRONG_ROLE', outcome: 'not-sent' } as const;

/** From now on the server is a replica, as on the connections that it has. Returns what makes it a primary again. */
function demote({ redis }: RedisWorld): () => void {
  const ends = [redis.on('HELLO', replicaGreeting), redis.on('SET', () => READONLY)];
  return () => {
    for (const end of ends) end();
  };
}

/** How long each dial came after the last one, in milliseconds. */
function pausesOf({ network }: RedisWorld): number[] {
  return network.dials.slice(1).map(({ atMs }, index) => atMs - network.dials[index]!.atMs);
}

describe('in the handshake', () => {
  test('a replica is not taken: it is tried again, never parked, and taken when it is a primary', async () => {
    const world = new RedisWorld();
    const promote = demote(world);
    const client = world.start({ whenDownWaitMs: 0 });
    const failure = await world.failureOf(client.get('key'));
    expect(failure).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent' });
    await world.clock.advance(10_000);
    expect(await world.failureOf(client.get('key'))).toMatchObject({
      message: expect.stringContaining('the server is a replica, and a primary is wanted') as string,
      cause: WRONG_ROLE,
    });
    expect(client.explain().transitions.map(({ to }) => to)).not.toContain('parked');
    promote();
    await world.clock.waitFor(client.ready({ timeoutMs: Infinity }));
    expect(await world.clock.waitFor(client.set('key', 'value'))).toBe('OK');
  });

  test('a replica without HELLO is found by ROLE, and one that will not tell is taken', async () => {
    const noHello =
      (role: Buffer): SimulatedRedisHandler =>
      ({ command: { name } }) => {
        if (name === 'HELLO') return { bytes: resp.error("ERR unknown command 'HELLO'") };
        return name === 'ROLE' ? { bytes: role } : undefined;
      };
    const replica = noHello(resp.array([resp.bulk('slave'), resp.bulk('127.0.0.1'), resp.integer(6379)]));
    const secretive = noHello(resp.error("NOPERM this user has no permissions to run the 'role' command"));
    const world = new RedisWorld({ script: [replica, replica, secretive] });
    const client = await world.connect();
    expect(client.explain().transitions.filter(({ cause }) => cause?.includes('is a replica'))).not.toEqual(
      [],
    );
    expect(world.network.dials).toHaveLength(3);
  });

  test("with role 'any' a replica will do, and nobody asks", async () => {
    const world = new RedisWorld({ script: ['no-hello'] });
    demote(world);
    const client = await world.connect({ role: 'any' });
    expect(world.server(1).commands.map(({ name }) => name)).not.toContain('ROLE');
    world.server(1).reset();
    await world.clock.advance(200);
    expect(await world.clock.waitFor(client.get('missing'))).toBeNull();
    expect(await world.failureOf(client.set('key', 'value'))).toMatchObject(REFUSED);
    expect(await world.clock.waitFor(client.get('missing'))).toBeNull();
    expect(world.network.dials).toHaveLength(2);
  });

  test('a role that is none is refused by name', () => {
    const world = new RedisWorld();
    expect(() => world.start({ role: 'slave' as 'any' })).toThrow(
      "role: expected 'primary', 'replica' or 'any'",
    );
  });
});

describe("with role 'replica'", () => {
  test('a primary is not taken, and the next endpoint is; who writes there is refused, and it is kept', async () => {
    const world = new RedisWorld();
    const replica = new SimulatedRedis(world);
    const place = { host: 'replica.test', port: 6379 };
    world.network.listen(place, replica.accept);
    replica.on('HELLO', replicaGreeting);
    replica.on('SET', () => READONLY);
    const client = await world.connect({ role: 'replica', endpoints: [ENDPOINT, place] });
    expect(client.explain().peer).toContain('replica.test');
    expect(client.explain().transitions.map(({ cause }) => cause)).toContain(
      "the server is a primary, and a replica is wanted; role: 'any' takes primaries",
    );
    expect(await world.failureOf(client.set('key', 'value'))).toMatchObject(REFUSED);
    expect(await world.clock.waitFor(client.get('missing'))).toBeNull();
    expect(world.network.dials).toHaveLength(2);
  });

  test('a primary without HELLO is found by ROLE', async () => {
    const world = new RedisWorld({ script: ['no-hello'] });
    const client = world.start({ role: 'replica', whenDownWaitMs: 0 });
    await world.clock.advance(50);
    expect(await world.failureOf(client.get('key'))).toMatchObject({ cause: WRONG_ROLE });
    expect(world.server(1).commands.map(({ name }) => name)).toContain('ROLE');
  });

  test('one that has lost its primary, and serves nothing, is left when what is in flight is answered', async () => {
    const world = new RedisWorld();
    world.redis.on('HELLO', replicaGreeting);
    const client = await world.connect({ role: 'replica' });
    const end = world.redis.on('GET', () => ({ bytes: resp.error('MASTERDOWN Link with MASTER is down') }));
    expect(await world.failureOf(client.get('key'))).toMatchObject({
      code: 'MASTERDOWN',
      outcome: 'refused',
    });
    end();
    expect(await world.clock.waitFor(client.get('missing'))).toBeNull();
    expect(client.explain().transitions.map(({ cause }) => cause)).toContain(
      'the replica has lost its primary, and serves nothing (MASTERDOWN)',
    );
  });
});

describe('a server that becomes a replica while it is connected', () => {
  test.each([
    ['a write', 'READONLY', (client: Redis) => client.set('key', 'value')],
    ['a read, as it has lost its own primary', 'MASTERDOWN', (client: Redis) => client.get('key')],
    [
      'a pipeline, in place',
      'READONLY',
      async (client: Redis) => refusalIn(await client.pipeline([['PING'], ['SET', 'key', 1]])),
    ],
    ['a transaction', 'READONLY', async (client: Redis) => causeOf(client.transaction([['SET', 'key', 1]]))],
  ])('shows it by refusing %s, and is left', async (_, code, ask) => {
    const world = new RedisWorld();
    const client = await world.connect();
    demote(world);
    world.redis.on('GET', () => ({ bytes: resp.error('MASTERDOWN Link with MASTER is down') }));
    world.redis.on('EXEC', () => ({ bytes: resp.error('EXECABORT Transaction discarded.') }));
    expect(await world.failureOf(ask(client))).toMatchObject({ code, outcome: 'refused' });
    await world.clock.advance(1);
    expect(client.explain()).toMatchObject({
      failures: 0,
      lastCause: expect.stringContaining(`is a replica by now (${code})`) as string,
    });
    expect(client.state).not.toBe('ready');
  });

  test('what is in flight is answered before, and nothing more is sent: no outcome becomes unknown', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    await world.clock.waitFor(client.set('key', 'old'));
    const promote = demote(world);
    // The answers to the calls behind the write come later than that to the write.
    world.redis.on('GET', ({ run }) => ({ bytes: run(), afterMs: 50 }));
    const inFlight = [
      client.set('key', 'new'),
      client.get('key'),
      client.set('key', 'newer'),
      client.get('key'),
    ];
    const endings = Promise.all(inFlight.map((call) => endingOf<unknown>(call)));
    await world.clock.advance(10);
    const later = endingOf(client.incr('n'));
    await world.clock.advance(60);
    expect(world.redis.timesReceived('n')).toBe(0);
    promote();
    expect(await world.clock.waitFor(endings)).toMatchObject([
      { error: REFUSED },
      { value: 'old' },
      { error: REFUSED },
      { value: 'old' },
    ]);
    expect(await world.clock.waitFor(later)).toEqual({ value: 1 });
    expect(world.server(2).commands.map(({ text }) => text)).toContain('INCR n');
  });

  test('it is given up as silent, if it does not answer what is in flight', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ stallAfterMs: 500 });
    const promote = demote(world);
    world.redis.on('INCR', () => 'silence');
    const write = endingOf(client.set('key', 'new'));
    const call = endingOf(client.incr('n'));
    await world.clock.advance(10);
    promote();
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'STALLED', outcome: 'unknown' } });
    expect(await world.clock.waitFor(write)).toMatchObject({ error: REFUSED });
    await world.clock.waitFor(client.ready());
  });

  test('`close` ends then as ever: what waits is told that it was not sent', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    demote(world);
    world.redis.on('GET', ({ run }) => ({ bytes: run(), afterMs: 50 }));
    const write = endingOf(client.set('key', 'new'));
    const read = endingOf(client.get('missing'));
    await world.clock.advance(10);
    const waiting = endingOf(client.incr('n'));
    const closed = client.close();
    expect(await world.clock.waitFor(waiting)).toMatchObject({ error: { outcome: 'not-sent' } });
    expect(await world.clock.waitFor(read)).toEqual({ value: null });
    expect(await world.clock.waitFor(write)).toMatchObject({ error: REFUSED });
    await world.clock.waitFor(closed);
    expect(world.redis.timesReceived('n')).toBe(0);
  });

  test('one that calls itself a primary all the same is not called in a loop, however well it answers else', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ whenDownWaitMs: Infinity, timeoutMs: 60_000 });
    world.redis.on('SET', () => READONLY);
    for (let count = 0; count < 16; count += 1) {
      expect(await world.clock.waitFor(client.get('missing'))).toBeNull();
      expect(await world.failureOf(client.set('key', 'value'))).toMatchObject(REFUSED);
    }
    const pauses = pausesOf(world);
    expect(pauses.slice(-3).reduce((sum, pauseMs) => sum + pauseMs, 0)).toBeGreaterThan(3_000);
  });
});

describe('a pool whose server becomes a replica', () => {
  test('gives up every connection to it when one call has found out, and opens others', async () => {
    const world = new RedisWorld();
    const pool = world.pool({ min: 3, max: 3 });
    await world.clock.advance(100);
    expect(pool.explain()).toMatchObject({ idle: 3 });
    const promote = demote(world);
    expect(await world.failureOf(pool.set('key', 'value'))).toMatchObject(REFUSED);
    await world.clock.advance(0);
    expect(pool.explain().lastCause).toContain('is a replica by now');
    expect(pool.state).toBe('backing-off');
    promote();
    expect(await world.clock.waitFor(pool.set('key', 'value'))).toBe('OK');
    const { closed } = pool.explain().counts;
    expect(closed).toMatchObject({ lost: 1, invalidated: 2 });
  });

  test('does not give up those that were opened since, when another one finds out later', async () => {
    const world = new RedisWorld();
    const pool = world.pool({ min: 2, max: 3 });
    await world.clock.advance(100);
    world.redis.on('SET', ({ connection }) => (connection.number <= 2 ? READONLY : undefined));
    let write = (): void => {};
    const late = pool.dedicated(async (old) => {
      await new Promise<void>((resolve) => {
        write = resolve;
      });
      return endingOf(old.set('key', 'value'));
    });
    expect(await world.failureOf(pool.set('key', 'value'))).toMatchObject(REFUSED);
    expect(await world.clock.waitFor(pool.set('key', 'value'))).toBe('OK');
    expect(pool.explain()).toMatchObject({ state: 'ready', leased: 1, counts: { opened: 3 } });
    write();
    expect(await world.clock.waitFor(late)).toMatchObject({ error: REFUSED });
    await world.clock.advance(100);
    expect(pool.explain()).toMatchObject({
      state: 'ready',
      idle: 2,
      counts: { opened: 4, closed: { lost: 2 } },
    });
  });

  test('one that calls itself a primary all the same is not called in a loop', async () => {
    const world = new RedisWorld();
    const pool = world.pool({ max: 3, whenDownWaitMs: Infinity, timeoutMs: 60_000 });
    world.redis.on('SET', () => READONLY);
    for (let count = 0; count < 16; count += 1) {
      expect(await world.clock.waitFor(pool.get('missing'))).toBeNull();
      expect(await world.failureOf(pool.set('key', 'value'))).toMatchObject(REFUSED);
    }
    const pauses = pausesOf(world);
    expect(pauses.slice(-3).reduce((sum, pauseMs) => sum + pauseMs, 0)).toBeGreaterThan(3_000);
  });
});

function refusalIn(replies: readonly unknown[]): never {
  throw replies.find((reply) => reply instanceof Error) as HawserError;
}

async function causeOf(promise: Promise<unknown>): Promise<never> {
  throw await promise.then(
    () => new Error('It was expected to reject, and resolved.'),
    ({ cause }: HawserError) => cause as Error,
  );
}
