import type { PoolLeak } from 'hawser';
import type { RedisConnection } from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { RedisWorld, endingOf } from '../support/redis-world.ts';
import { connected, WAYS } from './conformance/ways.ts';

/** A world whose server knows WATCH, and says that a key was changed when `changed` is set. */
function watchfulWorld(): { world: RedisWorld; state: { changed: boolean } } {
  const world = new RedisWorld();
  const state = { changed: false };
  world.redis.on('WATCH', () => ({ bytes: '+OK\r\n' }));
  world.redis.on('UNWATCH', () => ({ bytes: '+OK\r\n' }));
  world.redis.on('EXEC', ({ run }) => {
    const bytes = run();
    return { bytes: state.changed ? '_\r\n' : bytes };
  });
  return { world, state };
}

describe.each(WAYS.slice(0, 2))('dedicated(), beside $name', (way) => {
  test('gives the function a connection, and resolves to what that resolves to', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    const value = client.dedicated(async (connection) => {
      await connection.set('a', 41);
      return connection.incr('a');
    });
    expect(await world.clock.waitFor(value)).toBe(42);
    expect(await world.clock.waitFor(client.dedicated(() => 'at once'))).toBe('at once');
  });

  test('rejects with what the function throws, and lends the connection on', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    const own = new Error('mine');
    const failing = [
      client.dedicated(() => Promise.reject(own)),
      client.dedicated(() => {
        throw own;
      }),
    ];
    for (const ending of await world.endings<unknown>(failing)) expect(ending).toEqual({ error: own });
    const dials = world.network.dials.length;
    for (let uses = 0; uses < 5; uses += 1) {
      await world.clock.waitFor(client.dedicated((connection) => connection.incr('n')));
    }
    expect(world.network.dials).toHaveLength(dials);
  });

  test('leaves a connection behind that refuses everything with LEASE_ENDED, not-sent', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    let kept!: RedisConnection;
    await world.clock.waitFor(client.dedicated((connection) => void (kept = connection)));
    const calls = [
      kept.incr('n'),
      kept.command(['INCR', 'n']),
      kept.transaction([['INCR', 'n']]),
      kept.pipeline([['INCR', 'n']]),
    ];
    for (const ending of await world.endings<unknown>(calls)) {
      expect(ending).toMatchObject({ error: { code: 'LEASE_ENDED', outcome: 'not-sent' } });
    }
    expect(world.redis.timesReceived('n')).toBe(0);
  });

  test('has calls that it did not wait for end with it, as CLOSED and unknown', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 100 }));
    let call!: Promise<unknown>;
    await world.clock.waitFor(
      client.dedicated(async (connection) => {
        call = endingOf(connection.incr('n'));
        await connection.ping({ timeoutMs: 50 }).catch(() => {});
      }),
    );
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'CLOSED', outcome: 'unknown' } });
  });

  test('limits the wait for a connection with timeoutMs and signal, and not the function', async () => {
    const world = new RedisWorld();
    const client =
      way === WAYS[0]
        ? world.start({ dedicated: { max: 1, shedding: false } })
        : world.pool({ max: 1, shedding: false });
    await world.clock.waitFor(client.ready());
    let finish!: () => void;
    const held = client.dedicated(() => new Promise<void>((resolve) => (finish = resolve)), {
      timeoutMs: 100,
    });
    await world.clock.advance(1_000);
    const late = client.dedicated(() => 1, { timeoutMs: 200 });
    expect(await world.failureOf(late)).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent' });
    const abort = new AbortController();
    const aborted = endingOf(client.dedicated(() => 1, { signal: abort.signal }));
    await world.clock.advance(10);
    abort.abort();
    expect(await world.clock.waitFor(aborted)).toMatchObject({
      error: { code: 'ABORTED', outcome: 'not-sent' },
    });
    finish();
    await world.clock.waitFor(held);
    expect(await world.clock.waitFor(client.dedicated(() => 2))).toBe(2);
  });

  test('refuses what is no function', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    expect(await world.failureOf(client.dedicated('no' as never))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      outcome: 'not-sent',
    });
  });

  test('watches, and a transaction resolves to null when a key was changed', async () => {
    const { world, state } = watchfulWorld();
    const client = await connected(way, world);
    const attempt = (): Promise<unknown> =>
      client.dedicated(async (connection) => {
        await connection.command(['WATCH', 'a']);
        const value = Number(await connection.get('a'));
        return connection.transaction([['SET', 'a', value + 1]]);
      });
    state.changed = true;
    expect(await world.clock.waitFor(attempt())).toBe(null);
    state.changed = false;
    expect(await world.clock.waitFor(attempt())).toEqual(['OK']);
    const look = (): Promise<unknown> =>
      client.dedicated(async (connection) => {
        await connection.command(['WATCH', 'a']);
        return connection.transaction([]);
      });
    expect(await world.clock.waitFor(look())).toEqual([]);
    state.changed = true;
    expect(await world.clock.waitFor(look())).toBe(null);
    expect(world.redis.commands.filter(({ name }) => name === 'UNWATCH')).toEqual([]);
  });

  test('takes a transaction step by step: QUEUED until EXEC, whatever the method', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    for (const unknown of ['HGETALL', 'PEXPIRE']) {
      world.redis.on(unknown, ({ connection }) =>
        connection.session.transaction === undefined ? undefined : { bytes: '+QUEUED\r\n' },
      );
    }
    const replies = client.dedicated(async (connection) => [
      await connection.command(['MULTI']),
      await connection.incr('a'),
      await connection.hgetall('h'),
      await connection.pexpire('a', 5),
      await connection.pipeline([['INCR', 'a'], ['INCR']]),
      await connection.command(['EXEC']).catch((error: unknown) => error),
      await connection.incr('a'),
    ]);
    expect(await world.clock.waitFor(replies)).toMatchObject([
      'OK',
      'QUEUED',
      'QUEUED',
      'QUEUED',
      ['QUEUED', { code: 'ERR', outcome: 'refused' }],
      { code: 'EXECABORT', outcome: 'refused' },
      1,
    ]);
  });

  test('takes its time between MULTI and EXEC: no sign of life is asked for in the transaction', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    const dials = world.network.dials.length;
    const replies = client.dedicated(async (connection) => {
      await connection.command(['MULTI']);
      await connection.incr('a');
      await new Promise<void>((resolve) => void world.clock.setTimer(resolve, 60_000));
      return connection.command(['EXEC']);
    });
    expect(await world.clock.waitFor(replies)).toEqual([1]);
    await world.clock.waitFor(client.dedicated((connection) => connection.incr('a')));
    expect(world.network.dials.length - dials).toBeLessThanOrEqual(1);
  });

  test('refuses a transaction in a row while one is open: it would become part of it', async () => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    const replies = client.dedicated(async (connection) => {
      const begun = connection.command(['MULTI']);
      const error = await connection.transaction([['INCR', 'a']]).catch((each: unknown) => each);
      await begun;
      await connection.incr('b');
      return [error, await connection.command(['EXEC'])];
    });
    expect(await world.clock.waitFor(replies)).toMatchObject([
      { code: 'INVALID_ARGUMENT', outcome: 'not-sent', command: 'MULTI' },
      [1],
    ]);
    expect(world.redis.timesReceived('a')).toBe(0);
  });

  test.each([
    [['SUBSCRIBE', 'a']],
    [['MONITOR']],
    [['HELLO', '2']],
    [['AUTH', 'x']],
    [['RESET']],
    [['QUIT']],
    [['CLIENT', 'REPLY', 'OFF']],
    [['CLIENT', 'TRACKING', 'ON']],
  ])('refuses %j there too', async (command) => {
    const world = new RedisWorld();
    const client = await connected(way, world);
    const call = client.dedicated((connection) => connection.command(command));
    expect(await world.failureOf(call)).toMatchObject({ code: 'UNSHAREABLE_COMMAND', outcome: 'not-sent' });
  });
});

describe('what a function leaves behind', () => {
  test.each<[string, readonly (readonly string[])[], string[]]>([
    ['an open transaction', [['MULTI'], ['INCR', 'a']], ['DISCARD']],
    ['watched keys', [['WATCH', 'a']], ['UNWATCH']],
    ['another database', [['SELECT', '5']], ['SELECT 2']],
    ['all of them', [['SELECT', '5'], ['WATCH', 'a'], ['MULTI']], ['DISCARD', 'SELECT 2']],
    ['nothing', [['SELECT', '5'], ['SELECT', '2'], ['MULTI'], ['EXEC']], []],
  ])('%s: is undone before the connection is lent again', async (_, commands, undone) => {
    const { world } = watchfulWorld();
    const client = world.pool({ max: 1, database: 2 });
    await world.clock.waitFor(
      client.dedicated(async (connection) => {
        for (const command of commands) await connection.command(command);
      }),
    );
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    expect(world.network.dials).toHaveLength(1);
    const texts = world.received(1);
    expect(texts.slice(1 + commands.length)).toEqual([...undone, 'INCR n']);
    expect(world.redis.value('n', 2)).toBe('1');
  });

  test.each([
    [
      'a setting of the client',
      async (connection: RedisConnection) => void (await connection.command(['CLIENT', 'SETNAME', 'x'])),
    ],
    [
      'a call that is under way',
      async (connection: RedisConnection) => void connection.command(['ECHO', 'x']).catch(() => {}),
    ],
    [
      'a transaction whose DISCARD is refused',
      async (connection: RedisConnection) => void (await connection.command(['MULTI'])),
    ],
  ])('%s: the connection is closed', async (_, use) => {
    const world = new RedisWorld();
    const client = world.pool({ max: 1 });
    world.redis.on('ECHO', () => 'silence');
    world.redis.on('DISCARD', () => ({ bytes: resp.error('NOPERM no') }));
    await world.clock.waitFor(client.dedicated(use));
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    expect(world.network.dials).toHaveLength(2);
    expect(world.server(1).isOpen).toBe(false);
  });

  test('by a call that was aborted: the connection is closed', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ dedicated: { max: 1 } });
    world.redis.on('BLPOP', () => 'silence');
    const abort = new AbortController();
    const call = endingOf(
      client.dedicated((connection) => connection.command(['BLPOP', 'a', 0], { signal: abort.signal })),
    );
    await world.clock.advance(60_000);
    abort.abort();
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'ABORTED', outcome: 'unknown' } });
    expect(await world.clock.waitFor(client.dedicated((connection) => connection.incr('n')))).toBe(1);
    expect(world.received(2)).toEqual(['BLPOP a 0']);
    expect(world.server(2).isOpen).toBe(false);
    expect(world.received(3)).toEqual(['INCR n']);
  });
});

describe('a lease that is held for too long', () => {
  test('is told to listeners, with where it was taken', async () => {
    const world = new RedisWorld();
    const client = world.pool({ leakAfterMs: 1_000 });
    const leaks: PoolLeak[] = [];
    client.onLeak((leak) => leaks.push(leak));
    const held = client.dedicated(
      () => new Promise<void>((resolve) => void world.clock.setTimer(resolve, 3_000)),
    );
    await world.clock.waitFor(held);
    expect(leaks).toHaveLength(1);
    expect(leaks[0]!.heldForMs).toBeGreaterThanOrEqual(1_000);
  });
});
