import type { CredentialsFunction, IssuedCredentials } from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { endingOf, RedisWorld } from '../support/redis-world.ts';

const VALID_MS = 60_000;
const GREETING = resp.map([resp.bulk('role'), resp.bulk('master')], 3);

/** A function that gives another user each time, valid for a minute; and what is counted of it. */
function issuing(validForMs: number | undefined = VALID_MS): {
  readonly credentials: CredentialsFunction;
  readonly asked: () => number;
} {
  let count = 0;
  const credentials = (): IssuedCredentials => {
    count += 1;
    return { username: `user-${count}`, password: `password-${count}`, validForMs };
  };
  return { credentials, asked: () => count };
}

/** A server that takes every user, and is asked for one. */
function worldOfUsers(): RedisWorld {
  const world = new RedisWorld();
  world.redis.on('AUTH', () => ({ bytes: resp.simple('OK') }));
  world.redis.on('HELLO', ({ connection }) => {
    connection.session.protocol = 3;
    return { bytes: GREETING };
  });
  return world;
}

/** Whom a connection has authenticated as, in order. */
function usersOf(world: RedisWorld, connection = 1): string[] {
  return world.server(connection).commands.flatMap(({ name, args }) => {
    const words = args.map(String);
    if (name === 'AUTH') return [words[0]!];
    return name === 'HELLO' && words.includes('AUTH') ? [words[words.indexOf('AUTH') + 1]!] : [];
  });
}

describe('credentials that are valid for a time', () => {
  test('are asked for again before it is over, and sent in place, over and over', async () => {
    const world = worldOfUsers();
    const { credentials, asked } = issuing();
    const client = await world.connect({ credentials });
    await world.clock.advance(0.69 * VALID_MS);
    expect(asked()).toBe(1);
    await world.clock.advance(0.12 * VALID_MS);
    expect(usersOf(world)).toEqual(['user-1', 'user-2']);
    await world.clock.advance(10 * VALID_MS);
    expect(asked()).toBeGreaterThanOrEqual(12);
    expect(usersOf(world)).toHaveLength(asked());
    expect(world.network.dials).toHaveLength(1);
    expect(client.explain().credentials).toMatchObject({
      renewals: asked() - 1,
      failures: 0,
      lastFailure: undefined,
      renewsInMs: expect.any(Number) as number,
    });
  });

  test('are sent under load too, and no call is lost', async () => {
    const world = worldOfUsers();
    const { credentials } = issuing(2_000);
    const client = await world.connect({ credentials });
    let calls = 0;
    for (let round = 0; round < 300; round += 1) {
      const batch = Array.from({ length: 10 }, () => client.incr('n'));
      expect(await world.clock.waitFor(Promise.all(batch))).toHaveLength(10);
      calls += 10;
      await world.clock.advance(20);
    }
    expect(world.redis.value('n')).toBe(String(calls));
    expect(usersOf(world).length).toBeGreaterThan(3);
  });

  test('without `validForMs` the function is asked at each connect only', async () => {
    const world = worldOfUsers();
    const { credentials, asked } = issuing(Infinity);
    const client = await world.connect({ credentials });
    await world.clock.advance(20 * VALID_MS);
    expect(asked()).toBe(1);
    expect(client.explain().credentials).toEqual({
      renewsInMs: undefined,
      renewals: 0,
      failures: 0,
      lastFailure: undefined,
    });
  });

  test('that are renewed during a handshake are sent when it is done', async () => {
    const world = worldOfUsers();
    const { credentials } = issuing();
    await world.connect({ credentials, backoff: { baseMs: 1, capMs: 1 } });
    await world.clock.advance(0.69 * VALID_MS);
    world.redis.on('HELLO', ({ connection }) => {
      connection.session.protocol = 3;
      return { bytes: GREETING, afterMs: 4_900 };
    });
    const before = world.redis.connections.length;
    for (let sinceMs = 0; sinceMs < 0.1 * VALID_MS; sinceMs += 1_000) {
      world.server(world.redis.connections.length).reset();
      await world.clock.advance(1_000);
    }
    await world.clock.advance(20_000);
    const last = world.redis.connections.length;
    expect(last).toBeGreaterThan(before);
    const users = usersOf(world, last);
    const newest = Math.max(
      ...world.redis.commands.flatMap(({ text }) => /user-(\d+)/.exec(text)?.[1] ?? []).map(Number),
    );
    expect(users.at(-1)).toBe(`user-${newest}`);
  });

  test('a validity that is none is refused by name, as a failure of the function', async () => {
    const world = worldOfUsers();
    const client = world.start({ credentials: () => ({ password: 'word', validForMs: -1 }) });
    await world.clock.advance(100);
    expect(client.explain().lastCause).toBe('the credentials function failed');
    expect(await world.failureOf(client.ready({ timeoutMs: 10 }))).toMatchObject({
      cause: {
        cause: {
          message: expect.stringContaining('option credentials.validForMs: expected milliseconds') as string,
        },
      },
    });
  });

  test('one that is very short does not make a loop: there is a second between renewals', async () => {
    const world = worldOfUsers();
    const { credentials, asked } = issuing(1);
    await world.connect({ credentials });
    await world.clock.advance(10_000);
    expect(asked()).toBe(11);
  });
});

test('`renewCredentials()` asks at once, once, and nobody where there is no function', async () => {
  const world = worldOfUsers();
  const { credentials, asked } = issuing(Infinity);
  const client = await world.connect({ credentials });
  const pool = world.pool({ credentials });
  const plain = await world.connect();
  client.renewCredentials();
  client.renewCredentials();
  pool.renewCredentials();
  plain.renewCredentials();
  await world.clock.advance(10);
  expect(usersOf(world)).toEqual(['user-1', 'user-2']);
  expect(asked()).toBe(3);
  expect(plain.explain().credentials).toBeUndefined();
});

test('what was read as one user is not known to the next', async () => {
  const world = worldOfUsers();
  world.redis.on('CLIENT', () => ({ bytes: resp.simple('OK') }));
  world.redis.data().set('name', Buffer.from('rope'));
  const { credentials } = issuing(Infinity);
  const client = await world.connect({ credentials, cache: {} });
  expect(await world.clock.waitFor(client.cached.get('name'))).toBe('rope');
  expect(client.explain().cache).toMatchObject({ entries: 1 });
  client.renewCredentials();
  await world.clock.advance(10);
  expect(client.explain().cache).toMatchObject({ entries: 0 });
  expect(usersOf(world)).toEqual(['user-1', 'user-2']);
});

describe('connections of a pool', () => {
  test('authenticate anew when they are idle', async () => {
    const world = worldOfUsers();
    const { credentials } = issuing();
    world.pool({ credentials, min: 2, max: 2 });
    await world.clock.advance(VALID_MS);
    for (const connection of [1, 2]) expect(usersOf(world, connection).at(-1)).toMatch(/^user-[34]$/);
    expect(world.network.dials).toHaveLength(2);
  });

  test('one that is lent does so between its calls, and never in a transaction of its holder', async () => {
    const world = worldOfUsers();
    const { credentials } = issuing();
    const pool = world.pool({ credentials, max: 1 });
    let goOn = (): void => {};
    const held = pool.dedicated(async (own) => {
      await own.command(['MULTI']);
      await own.set('key', 'value');
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return own.command(['EXEC']);
    });
    await world.clock.advance(VALID_MS);
    expect(usersOf(world)).toEqual(['user-1']);
    goOn();
    expect(await world.clock.waitFor(held)).toEqual(['OK']);
    expect(await world.clock.waitFor(pool.get('key'))).toBe('value');
    expect(usersOf(world)).toEqual(['user-1', 'user-2']);
    expect(pool.explain().counts).toMatchObject({ opened: 1 });
  });

  test('one that is never idle does so when it is returned', async () => {
    const world = worldOfUsers();
    const { credentials } = issuing(3_000);
    const pool = world.pool({ credentials, max: 1 });
    for (let round = 0; round < 100; round += 1) {
      await world.clock.waitFor(pool.incr('n'));
      await world.clock.advance(100);
    }
    expect(world.redis.value('n')).toBe('100');
    expect(usersOf(world).length).toBeGreaterThan(3);
    expect(pool.explain().counts).toMatchObject({ opened: 1 });
  });
});

describe('subscriptions', () => {
  test('over RESP3 go on, on a connection that authenticates anew', async () => {
    const world = worldOfUsers();
    const { credentials } = issuing();
    const client = await world.connect({ credentials });
    const heard: unknown[] = [];
    client.subscribe('news').listen((event) => heard.push(event.type));
    await world.clock.advance(VALID_MS);
    world.redis.publish('news', 'here');
    await world.clock.advance(10);
    expect(usersOf(world)).toEqual(['user-1', 'user-2']);
    expect(heard).toEqual(['message']);
  });

  test('over RESP2 keep what their connection began with: AUTH is not allowed there', async () => {
    const world = worldOfUsers();
    const { credentials } = issuing();
    const client = await world.connect({ credentials, protocol: 2 });
    const heard: unknown[] = [];
    client.subscribe('news').listen((event) => heard.push(event.type));
    await world.clock.advance(VALID_MS);
    world.redis.publish('news', 'here');
    await world.clock.advance(10);
    expect(usersOf(world, 1)).toHaveLength(2);
    expect(usersOf(world, 2)).toHaveLength(1);
    expect(heard).toEqual(['message']);
    world.server(2).reset();
    await world.clock.advance(1_000);
    expect(usersOf(world, 3)).toHaveLength(1);
    expect(heard).toEqual(['message', 'gap']);
  });
});

describe('a renewal that fails', () => {
  test.each([
    ['rejects', () => Promise.reject(new Error('no token'))],
    [
      'throws',
      () => {
        throw new Error('no token');
      },
    ],
    ['never answers', () => new Promise<never>(() => {})],
  ])(
    'as the function %s: the connection is used on, and it is asked again, ever more rarely',
    async (_, fail) => {
      const world = worldOfUsers();
      const issued = issuing();
      let isFailing = false;
      const askedAt: number[] = [];
      const client = await world.connect({
        slowRetryMs: 10_000,
        credentials: (attempt) => {
          askedAt.push(world.clock.now());
          return isFailing ? fail() : issued.credentials(attempt);
        },
      });
      isFailing = true;
      await world.clock.advance(4 * VALID_MS);
      expect(client.state).toBe('ready');
      expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
      expect(client.explain().credentials).toMatchObject({
        renewals: 0,
        lastFailure: expect.stringMatching(
          /^the credentials function (failed|has not answered within 5000 ms)$/,
        ) as string,
      });
      const pauses = askedAt.slice(2).map((at, index) => at - askedAt[index + 1]!);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(15_000);
      expect(pauses.slice(5).every((pauseMs) => pauseMs >= 9_000)).toBe(true);
      isFailing = false;
      await world.clock.advance(20_000);
      expect(client.explain().credentials).toMatchObject({
        renewals: 1,
        failures: 0,
        lastFailure: undefined,
      });
      expect(world.network.dials).toHaveLength(1);
    },
  );

  test('as the server refuses what was issued: likewise, and each is tried once', async () => {
    const world = worldOfUsers();
    const { credentials, asked } = issuing();
    const client = await world.connect({ credentials, slowRetryMs: 10_000 });
    const end = world.redis.on('AUTH', () => ({
      bytes: resp.error('WRONGPASS invalid username-password pair'),
    }));
    await world.clock.advance(2 * VALID_MS);
    expect(client.state).toBe('ready');
    expect(client.explain().credentials).toMatchObject({
      lastFailure: 'WRONGPASS invalid username-password pair',
    });
    expect(new Set(usersOf(world)).size).toBe(usersOf(world).length);
    expect(asked()).toBeLessThan(20);
    end();
    world.redis.on('AUTH', () => ({ bytes: resp.simple('OK') }));
    await world.clock.advance(11_000);
    expect(client.explain().credentials).toMatchObject({ failures: 0, lastFailure: undefined });
    expect(await world.clock.waitFor(endingOf(client.incr('n')))).toEqual({ value: 1 });
  });

  test('leaves nothing behind when the client is closed meanwhile', async () => {
    const world = worldOfUsers();
    let signalOfAttempt: AbortSignal | undefined;
    const issued = issuing();
    const client = await world.connect({
      credentials: (attempt) => {
        if (issued.asked() === 0) return issued.credentials(attempt);
        signalOfAttempt = attempt.signal;
        return new Promise<never>(() => {});
      },
    });
    await world.clock.advance(0.81 * VALID_MS);
    expect(signalOfAttempt?.aborted).toBe(false);
    await world.clock.waitFor(client.close());
    expect(signalOfAttempt?.aborted).toBe(true);
  });
});
