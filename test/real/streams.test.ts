import { Buffer } from 'node:buffer';
import { Redis, type RedisOptions } from 'hawser/redis';
import { LeakCheck, RedisServer } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { pem } from '../support/loopback.ts';
import { redisServer } from '../support/redis.ts';
import {
  connect,
  everyoneGetsTheirOwn,
  failureOf,
  fixturePath,
  PATIENCE_MS,
  start,
  until,
  untilReady,
} from './clients.ts';
import { adding, Load } from './load.ts';

const TLS = {
  cert: fixturePath('server.pem'),
  key: fixturePath('server.key'),
  ca: fixturePath('authority.pem'),
};
const TRUSTING = { ca: pem('authority.pem') };

/** What `connect` rejects with; nothing of the attempt may be left. */
async function refusalOf(url: string, options: RedisOptions): Promise<{ code: string; message: string }> {
  const check = await LeakCheck.begin();
  const failure = await failureOf(Redis.connect(url, options));
  expect(failure.outcome).toBe('not-sent');
  expect(await check.leftovers()).toEqual([]);
  return failure;
}

describe('TLS', () => {
  const server = redisServer({ tls: TLS, appendOnly: true });

  function tlsAddress(host = 'localhost'): string {
    return `rediss://${host}:${server().tlsPort}`;
  }

  test.each(['localhost', '127.0.0.1'])(
    'with the right authority, %s is verified and connected',
    async (host) => {
      const redis = await connect(tlsAddress(host), { tls: TRUSTING });
      expect(await everyoneGetsTheirOwn(redis, 1_000)).toBe(true);
      const value = Buffer.alloc(3_000_000, 'tls');
      await redis.set('large', value);
      expect(value.equals((await redis.get('large', { buffers: true }))!)).toBe(true);
    },
  );

  test.each([
    ['the authorities that Node knows', {}],
    ['another authority', { ca: pem('stranger.pem') }],
    ['another name than it was issued for', { ...TRUSTING, servername: 'elsewhere.example' }],
  ])('a certificate that does not verify, by %s, is refused', async (_, tls) => {
    const failure = await refusalOf(tlsAddress(), { tls });
    expect(failure.code).toBe('HANDSHAKE_REFUSED');
    expect(failure.message).toContain('does not verify');
  });

  test.each([
    ['wrong-name.pem', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired.pem', 'CERT_HAS_EXPIRED'],
    ['self-signed.pem', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('a server with %s is refused', async (name, reason) => {
    await server().inspect(['CONFIG', 'SET', 'tls-cert-file', fixturePath(name)]);
    try {
      const failure = await refusalOf(tlsAddress(), { tls: TRUSTING });
      expect(failure.code).toBe('HANDSHAKE_REFUSED');
      expect(failure.message).toContain(reason);
    } finally {
      await server().inspect(['CONFIG', 'SET', 'tls-cert-file', TLS.cert]);
    }
  });

  test('a started connection parks at a wrong certificate, and `retryNow` connects when it is put right', async () => {
    await server().inspect(['CONFIG', 'SET', 'tls-cert-file', fixturePath('expired.pem')]);
    const redis = start(tlsAddress(), { tls: TRUSTING });
    await until(() => redis.state === 'parked');
    expect(redis.explain().lastCause).toContain('CERT_HAS_EXPIRED');
    await server().inspect(['CONFIG', 'SET', 'tls-cert-file', TLS.cert]);
    redis.retryNow();
    await untilReady(redis);
  });

  test('a client that speaks plain text to the port for TLS fails, in time', async () => {
    const failure = await refusalOf(`redis://localhost:${server().tlsPort}`, { handshakeTimeoutMs: 1_000 });
    expect(failure.code).toMatch(/^(?:CONNECT_FAILED|HANDSHAKE_TIMEOUT)$/);
  });

  test('a client that speaks TLS to the port for plain text fails, in time', async () => {
    const address = `rediss://localhost:${server().port}`;
    const failure = await refusalOf(address, { tls: TRUSTING, connectTimeoutMs: 500 });
    expect(failure.code).toMatch(/^CONNECT_(?:FAILED|TIMEOUT)$/);
  });

  test('a server that is killed under load is found again, and the counter adds up', async () => {
    const redis = await connect(tlsAddress(), {
      tls: TRUSTING,
      whenDownWaitMs: 50,
      stallAfterMs: PATIENCE_MS,
    });
    const load = new Load(20, () => redis.incr('counter'), adding('counter'));
    await until(() => load.count('confirmed') > 100);
    await server().kill();
    await until(() => load.count('not-sent') > 100);
    await server().restart();
    const goal = load.count('confirmed') + 100;
    await until(() => load.count('confirmed') > goal);
    await load.stop();
    const counter = Number(await server().inspect(['GET', 'counter']));
    expect(load.history.checkCounter('counter', counter)).toEqual([]);
  });
});

describe('TLS with certificates of clients', () => {
  const server = redisServer({ tls: TLS, args: ['--tls-auth-clients', 'yes'] });

  test('a client without one is refused', async () => {
    const failure = await refusalOf(`rediss://localhost:${server().tlsPort}`, { tls: TRUSTING });
    expect(failure.code).toBe('HANDSHAKE_REFUSED');
    expect(failure.message).toContain('CERTIFICATE_REQUIRED');
  });

  test.each([
    ['a key', { key: pem('client.key') }],
    ['an encrypted key', { key: pem('client-encrypted.key'), passphrase: 'a passphrase' }],
  ])('a client with one and %s is let in', async (_, key) => {
    const tls = { ...TRUSTING, cert: pem('client.pem'), ...key };
    const redis = await connect(`rediss://localhost:${server().tlsPort}`, { tls });
    expect(await everyoneGetsTheirOwn(redis, 100)).toBe(true);
  });
});

describe('a Unix socket', () => {
  test('works as TCP does, through a restart of the server too', async () => {
    await using server = await RedisServer.start({ unixSocket: true, appendOnly: true });
    const redis = await connect(`unix://${server.socketPath}?database=2`, { whenDownWaitMs: PATIENCE_MS });
    expect(redis.explain().peer).toBe(server.socketPath);
    expect(await everyoneGetsTheirOwn(redis, 1_000)).toBe(true);
    const value = Buffer.alloc(3_000_000, 'unix');
    await redis.set('large', value);
    await server.restart();
    await untilReady(redis);
    expect(value.equals((await redis.get('large', { buffers: true }))!)).toBe(true);
    expect(await server.inspect(['INFO', 'keyspace'])).toContain('db2:keys=1');
  });

  test('that is not there is a failure to connect', async () => {
    await using server = await RedisServer.start();
    const failure = await refusalOf(`unix://${server.directory}/none.sock`, {});
    expect(failure.code).toBe('CONNECT_FAILED');
    expect(failure.message).toContain('ENOENT');
  });
});
