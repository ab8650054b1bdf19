import { describe, expect, test } from 'vitest';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

describe('the pool beside a shared connection', () => {
  test('is made at the first use, and has its own limits', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ dedicated: { max: 2, shedding: false } });
    expect(world.network.dials).toHaveLength(1);
    let most = 0;
    const uses = Array.from({ length: 10 }, () =>
      client.dedicated(async (connection) => {
        most = Math.max(most, world.network.openTransports);
        await connection.incr('n');
      }),
    );
    await world.clock.waitFor(Promise.all(uses));
    expect(most).toBe(3);
    expect(world.redis.value('n')).toBe('10');
  });

  test('is in what the client says of itself, once it was used', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ dedicated: { max: 3 } });
    expect(client.explain()).toMatchObject({ state: 'ready', dedicated: undefined });
    const during = client.dedicated(() => client.explain().dedicated);
    const name = 'redis.test:6379 (dedicated)';
    expect(await world.clock.waitFor(during)).toMatchObject({ name, max: 3, leased: 1, idle: 0 });
    expect(client.explain().dedicated).toMatchObject({ name, leased: 0, idle: 1 });
  });

  test.each([[{ max: 0 }], [{ idleOrder: 'x' }], [5], [null]])(
    'of options that cannot be meant (%j) is refused at the start',
    (dedicated) => {
      const world = new RedisWorld();
      expect(() => world.start({ dedicated: dedicated as never })).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
      expect(world.network.dials).toHaveLength(0);
    },
  );

  test('authenticates, selects and names its connections as the shared one does', async () => {
    const world = new RedisWorld({ credentials: { password: 'x' } });
    const options = { credentials: { password: 'x' }, database: 4, clientName: 'worker' };
    const client = await world.connect(options);
    await world.clock.waitFor(client.dedicated((connection) => connection.incr('n')));
    expect(world.server(2).session).toMatchObject({
      isAuthenticated: true,
      database: 4,
      clientName: 'worker',
    });
  });

  test('is tried again too by retryNow(), once it was refused', async () => {
    const world = new RedisWorld({ script: ['normal', 'refuse-auth', 'normal'] });
    const client = await world.connect({ credentials: { password: 'x' } });
    const refused = await world.failureOf(client.dedicated(() => 1));
    expect(refused).toMatchObject({ code: 'NOT_CONNECTED', cause: { code: 'HANDSHAKE_REFUSED' } });
    client.retryNow();
    expect(await world.clock.waitFor(client.dedicated(() => 1))).toBe(1);
  });

  test('ends with the client, which waits for what is lent', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const use = client.dedicated(async (connection) => {
      await new Promise<void>((resolve) => void world.clock.setTimer(resolve, 300));
      return connection.incr('n');
    });
    await world.clock.advance(100);
    const startedAt = world.clock.now();
    await world.clock.waitFor(client.close());
    expect(await world.clock.waitFor(use)).toBe(1);
    expect(world.clock.now() - startedAt).toBeGreaterThanOrEqual(200);
    expect(world.network.openTransports).toBe(0);
  });

  test('ends by the deadline of close(): what is lent has ended then', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('BLPOP', () => 'silence');
    let later!: Promise<unknown>;
    const use = endingOf(
      client.dedicated(async (connection) => {
        const call = await endingOf(connection.command(['BLPOP', 'a', 0]));
        later = endingOf(connection.incr('n'));
        return call;
      }),
    );
    await world.clock.advance(100);
    const startedAt = world.clock.now();
    const report = await world.clock.waitFor(client.close({ timeoutMs: 250 }));
    expect(world.clock.now() - startedAt).toBeLessThanOrEqual(251);
    expect(report.leasesOut).toHaveLength(1);
    expect(report.leasesOut[0]!.heldForMs).toBeGreaterThanOrEqual(250);
    expect(await world.clock.waitFor(use)).toMatchObject({
      value: { error: { code: 'CLOSED', outcome: 'unknown' } },
    });
    expect(await world.clock.waitFor(later)).toMatchObject({
      error: { code: 'LEASE_ENDED', outcome: 'not-sent' },
    });
  });

  test('does not begin once the client is closed', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    expect(await world.clock.waitFor(client.close())).toEqual({ leasesOut: [] });
    expect(await world.failureOf(client.dedicated(() => 1))).toMatchObject({
      code: 'CLOSED',
      outcome: 'not-sent',
    });
    expect(world.network.dials).toHaveLength(1);
  });

  test('a connection that is lost stays lost for its holder', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('ECHO', () => 'reset');
    const errors = client.dedicated(async (connection) => [
      await connection.command(['ECHO', 'x']).catch((error: unknown) => error),
      await connection.incr('n').catch((error: unknown) => error),
    ]);
    expect(await world.clock.waitFor(errors)).toMatchObject([
      { code: 'CONNECTION_LOST', outcome: 'unknown' },
      { code: 'CONNECTION_LOST', outcome: 'not-sent' },
    ]);
    expect(await world.clock.waitFor(client.dedicated((connection) => connection.incr('n')))).toBe(1);
  });
});
