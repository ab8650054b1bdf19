import { readFileSync } from 'node:fs';
import type { RedisOptions } from 'hawser/redis';
import { RedisServer } from 'hawser/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REDIS_START_LIMIT_MS } from '../support/redis.ts';
import { connect, failureOf, fixturePath, until } from './clients.ts';

const tls = {
  cert: fixturePath('server.pem'),
  key: fixturePath('server.key'),
  ca: fixturePath('authority.pem'),
};
const trust = { ca: readFileSync(tls.ca), servername: 'localhost' };

let primary: RedisServer;
let sentinel: RedisServer;

beforeAll(async () => {
  primary = await RedisServer.start({ tls, password: 'of-primary' });
  sentinel = await RedisServer.start({
    tls,
    password: 'of-sentinel',
    sentinelOf: { master: primary, name: 'main' },
  });
}, REDIS_START_LIMIT_MS);

afterAll(async () => {
  await sentinel.stop();
  await primary.stop();
});

function sentinelOptions(password: string): RedisOptions {
  return { tls: trust, sentinel: { group: 'main', tls: trust, credentials: { password } } };
}

test('the URL and the options speak of the primary, `sentinel` of the Sentinels: passwords and TLS', async () => {
  const url = `rediss://:of-primary@127.0.0.1:${sentinel.tlsPort}/3`;
  const redis = await connect(url, sentinelOptions('of-sentinel'));
  await redis.set('key', 'value');
  expect(redis.explain().peer).toBe(`127.0.0.1:${primary.tlsPort}`);
  expect(await primary.inspect(['INFO', 'keyspace'])).toContain('db3:keys=1');
  await until(() => redis.explain().sentinel?.peer === `127.0.0.1:${sentinel.tlsPort}`);
});

test('a password that the Sentinels do not take is told as theirs, and parks', async () => {
  const url = `rediss://:of-primary@127.0.0.1:${sentinel.tlsPort}`;
  const failure = await failureOf(connect(url, sentinelOptions('of-primary')));
  expect(failure).toMatchObject({ code: 'HANDSHAKE_REFUSED', outcome: 'not-sent' });
  expect(failure.message).toMatch(/^no Sentinel lets us ask for main \(127\.0\.0\.1:\d+: HELLO: WRONGPASS/);
});
