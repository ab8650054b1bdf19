import { HawserError, Redis, type RedisOptions } from 'hawser/redis';
import type { DialAnswer } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { expectNothingLeft } from '../support/leaks.ts';
import { ENDPOINT, REDIS_ADDRESS, RedisWorld, endingOf } from '../support/redis-world.ts';

const OTHER = { host: 'other.test', port: 6380 } as const;
const THIRD = { path: '/run/redis.sock' } as const;

type ConnectOptions = RedisOptions & { readonly signal?: AbortSignal };

/** `Redis.connect` in this world. */
function connect(world: RedisWorld, options: ConnectOptions = {}): Promise<Redis> {
  const { clock, network } = world;
  return Redis.connect(REDIS_ADDRESS, options, {
    clock,
    random: new SeededRandom(1).next,
    dial: network.dial,
  });
}

/** How `Redis.connect` failed, when that was, and that nothing is left of it. */
async function failureToConnect(world: RedisWorld, options: ConnectOptions = {}): Promise<HawserError> {
  const error = await world.failureOf(connect(world, options));
  expect(world.network.dials.filter(({ outcome }) => outcome === 'pending')).toEqual([]);
  expectNothingLeft(world);
  return error;
}

describe('Redis.connect', () => {
  test('resolves when the connection is available', async () => {
    const world = new RedisWorld();
    const client = await world.clock.waitFor(connect(world));
    expect(client.state).toBe('ready');
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    await world.clock.waitFor(client.close());
  });

  test('tries the endpoints in turn, and takes the first that is there', async () => {
    const world = new RedisWorld();
    world.network.answerDials(OTHER, { kind: 'refuse' });
    const client = await world.clock.waitFor(connect(world, { endpoints: [OTHER, ENDPOINT, THIRD] }));
    expect(client.explain().peer).toBe('redis.test:6379');
    expect(world.network.dials.map(({ endpoint }) => endpoint)).toEqual([OTHER, ENDPOINT]);
    await world.clock.waitFor(client.close());
  });

  test('hands the endpoint, TLS and a signal to the dial', async () => {
    const world = new RedisWorld();
    const client = await world.clock.waitFor(connect(world, { tls: { servername: 'redis.example.org' } }));
    expect(world.network.dials[0]).toMatchObject({
      endpoint: ENDPOINT,
      tls: { servername: 'redis.example.org' },
      startTlsLater: false,
    });
    await world.clock.waitFor(client.close());
  });
});

describe('Redis.connect rejects with why, after one pass over the endpoints, and leaves nothing behind', () => {
  const refuse: DialAnswer = { kind: 'refuse' };
  const blackhole: DialAnswer = { kind: 'blackhole' };

  test('nobody listens', async () => {
    const world = new RedisWorld();
    world.network.answerDials(ENDPOINT, refuse);
    expect(await failureToConnect(world)).toMatchObject({
      code: 'CONNECT_FAILED',
      outcome: 'not-sent',
      cause: { code: 'ECONNREFUSED' },
    });
    expect(world.network.dials).toHaveLength(1);
  });

  test('the last of several endpoints says why', async () => {
    const world = new RedisWorld();
    for (const endpoint of [OTHER, THIRD]) world.network.answerDials(endpoint, refuse);
    world.redis.script('end');
    const error = await failureToConnect(world, { endpoints: [ENDPOINT, OTHER, THIRD] });
    expect(error).toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining(THIRD.path) as string,
    });
    expect(world.network.dials.map(({ endpoint }) => endpoint)).toEqual([ENDPOINT, OTHER, THIRD]);
  });

  test('a black hole: within connectTimeoutMs', async () => {
    const world = new RedisWorld();
    world.network.answerDials(ENDPOINT, blackhole);
    expect(await failureToConnect(world, { connectTimeoutMs: 800 })).toMatchObject({
      code: 'CONNECT_TIMEOUT',
    });
    expect(world.clock.now()).toBe(800);
  });

  test('several black holes share the time equally', async () => {
    const world = new RedisWorld();
    for (const endpoint of [ENDPOINT, OTHER, THIRD]) world.network.answerDials(endpoint, blackhole);
    const endpoints = [ENDPOINT, OTHER, THIRD];
    expect(await failureToConnect(world, { endpoints, connectTimeoutMs: 900 })).toMatchObject({
      code: 'CONNECT_TIMEOUT',
    });
    expect(world.network.dials.map(({ atMs }) => atMs)).toEqual([0, 300, 600]);
    expect(world.clock.now()).toBe(900);
  });

  test('a transport that comes too late is closed', async () => {
    const world = new RedisWorld();
    world.network.answerDials(ENDPOINT, { kind: 'accept-late', afterMs: 900 });
    await world.failureOf(connect(world, { connectTimeoutMs: 800 }));
    await world.clock.advance(200);
    expect(world.network.dials[0]?.outcome).toBe('accepted');
    expectNothingLeft(world);
  });

  test('a server that says nothing: within connectTimeoutMs too, for the handshake is part of it', async () => {
    const world = new RedisWorld({ script: ['silent'] });
    const error = await failureToConnect(world, { connectTimeoutMs: 800, handshakeTimeoutMs: 60_000 });
    expect(error).toMatchObject({ code: 'CONNECT_TIMEOUT', outcome: 'not-sent' });
    expect(world.clock.now()).toBe(800);
  });

  test('a handshake that is not done in its own time', async () => {
    const world = new RedisWorld({ script: ['silent'] });
    expect(await failureToConnect(world, { handshakeTimeoutMs: 300 })).toMatchObject({
      code: 'HANDSHAKE_TIMEOUT',
    });
  });

  test('what listens there is no Redis: it is named, and so is what came', async () => {
    const world = new RedisWorld();
    world.redis.on('HELLO', () => ({ bytes: 'HTTP/1.1 400 Bad Request\r\n' }));
    expect(await failureToConnect(world)).toMatchObject({
      code: 'CONNECT_FAILED',
      outcome: 'not-sent',
      message: 'the handshake with redis.test:6379 failed: expected a type of RESP, got byte 0x48',
      cause: { code: 'PROTOCOL_VIOLATION' },
    });
  });

  test('a server that ends the connection in the handshake is named', async () => {
    const world = new RedisWorld();
    world.redis.on('HELLO', () => 'reset');
    expect(await failureToConnect(world)).toMatchObject({
      code: 'CONNECT_FAILED',
      message: 'the handshake with redis.test:6379 failed: read ECONNRESET',
      cause: { code: 'CONNECTION_LOST' },
    });
  });

  test('a wrong password', async () => {
    const world = new RedisWorld({ credentials: { password: 'right' } });
    const error = await failureToConnect(world, { credentials: { password: 'wrong' } });
    expect(error).toMatchObject({
      code: 'HANDSHAKE_REFUSED',
      outcome: 'not-sent',
      message: 'HELLO: WRONGPASS invalid username-password pair or user is disabled.',
      cause: { code: 'WRONGPASS', outcome: 'refused' },
    });
  });

  test('a certificate that does not verify', async () => {
    const world = new RedisWorld();
    const error = new HawserError('HANDSHAKE_REFUSED', 'the certificate has expired', {
      outcome: 'not-sent',
    });
    world.network.answerDials(ENDPOINT, { kind: 'fail', error });
    expect(await failureToConnect(world)).toMatchObject({ code: 'HANDSHAKE_REFUSED', message: /expired/ });
  });

  test('its signal fires, or had fired', async () => {
    const world = new RedisWorld();
    world.network.answerDials(ENDPOINT, blackhole);
    const abort = new AbortController();
    const ending = endingOf(connect(world, { signal: abort.signal }));
    await world.clock.advance(100);
    abort.abort(new Error('the deployment was stopped'));
    expect(await world.clock.waitFor(ending)).toMatchObject({
      error: { code: 'ABORTED', name: 'AbortError', cause: { message: 'the deployment was stopped' } },
    });
    expectNothingLeft(world);
    expect(await failureToConnect(world, { signal: abort.signal })).toMatchObject({ code: 'ABORTED' });
  });

  test('a credentials function that hangs is told by its signal', async () => {
    const world = new RedisWorld();
    const signals: AbortSignal[] = [];
    await failureToConnect(world, {
      connectTimeoutMs: 500,
      credentials: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe('after a loss', () => {
  test('it reconnects for ever, at first at once, then with pauses that grow to the cap', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ backoff: { baseMs: 100, capMs: 1_000 } });
    const lostAt = world.clock.now();
    world.crash();
    await world.clock.advance(600_000);
    const [, first] = world.network.dials;
    expect(first!.atMs - lostAt).toBeLessThanOrEqual(101);
    const pauses = world.network.dials
      .slice(2)
      .map(({ atMs }, index) => atMs - world.network.dials[index + 1]!.atMs);
    // A refusal takes one millisecond.
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_001);
    // Full jitter: half of the cap on average.
    expect(world.network.dials.length).toBeGreaterThan(1_000);
    expect(world.network.dials.length).toBeLessThan(1_500);
    world.restart();
    await world.clock.waitFor(client.ready());
  });

  test('it goes through the endpoints again from the first', async () => {
    const world = new RedisWorld();
    world.network.listen(OTHER, world.redis.accept);
    const client = await world.connect({ endpoints: [ENDPOINT, OTHER] });
    world.network.scriptDials(ENDPOINT, [{ kind: 'refuse' }]);
    world.server(1).reset();
    await world.clock.advance(200);
    expect(client.explain().peer).toBe('other.test:6380');
    world.server(2).reset();
    await world.clock.advance(200);
    expect(client.explain().peer).toBe('redis.test:6379');
  });

  test('a peer that accepts and drops at once does not make it a hot loop', async () => {
    const world = new RedisWorld();
    world.redis.on('CLIENT', ({ run, connection }) => {
      const bytes = run();
      void Promise.resolve().then(() => connection.end());
      return { bytes };
    });
    world.start({ backoff: { baseMs: 100, capMs: 10_000 } });
    await world.clock.advance(600_000);
    // 10 s at most, 5 s on average between attempts, once it has grown.
    expect(world.network.dials.length).toBeLessThan(200);
  });

  test('retryNow() connects at once', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ backoff: { baseMs: 600_000, capMs: 600_000 } });
    world.crash();
    await world.clock.advance(10);
    world.restart();
    expect(client.state).toBe('backing-off');
    client.retryNow();
    await world.clock.advance(10);
    expect(client.state).toBe('ready');
  });
});
