import { RedisServer } from 'hawser/testing';
import { expect, test } from 'vitest';
import { runScript } from '../facts/child.ts';
import { pem } from '../support/loopback.ts';
import { fixturePath } from './clients.ts';

// After close() the process exits within a second, by itself; closing-client.mjs watches that.

async function expectExit(address: string, state: string, options: object, printed: string): Promise<void> {
  const end = await runScript('closing-client.mjs', [address, state, JSON.stringify(options)]);
  expect(end).toEqual({ code: 0, signal: null, stdout: `${printed}\n`, stderr: '' });
}

test('connected over TCP', async () => {
  await using server = await RedisServer.start();
  await expectExit(server.url, 'ready', {}, 'closed, answered');
});

test('connected over TLS', async () => {
  const tls = {
    cert: fixturePath('server.pem'),
    key: fixturePath('server.key'),
    ca: fixturePath('authority.pem'),
  };
  await using server = await RedisServer.start({ tls });
  const address = `rediss://localhost:${server.tlsPort}`;
  await expectExit(address, 'ready', { tls: { ca: pem('authority.pem') } }, 'closed, answered');
});

test('connected over a Unix socket', async () => {
  await using server = await RedisServer.start({ unixSocket: true });
  await expectExit(`unix://${server.socketPath}`, 'ready', {}, 'closed, answered');
});

test('with writes in flight that the server holds back', async () => {
  await using server = await RedisServer.start();
  await server.inspect(['CLIENT', 'PAUSE', '60000', 'WRITE']);
  await expectExit(server.url, 'ready', { stallAfterMs: 60_000 }, 'closed, CLOSED unknown');
});

test('in the handshake with a server that is stopped', async () => {
  await using server = await RedisServer.start();
  server.pause();
  await expectExit(server.url, 'handshaking', {}, 'closed, CLOSED not-sent');
});

test('while the server is down', async () => {
  await using server = await RedisServer.start();
  await server.kill();
  const backoff = { baseMs: 600_000, capMs: 600_000 };
  await expectExit(server.url, 'backing-off', { backoff }, 'closed, CLOSED not-sent');
});

test('with a pool, and connections of their own on which a command waits for ever', async () => {
  await using server = await RedisServer.start();
  const end = await runScript('closing-pool.mjs', [
    server.url,
    'up',
    JSON.stringify({}),
    JSON.stringify({ max: 5, shedding: false }),
  ]);
  const stdout = 'closed, closed, answered, CLOSED unknown\n';
  expect(end).toEqual({ code: 0, signal: null, stdout, stderr: '' });
});

test('with a pool whose server is down', async () => {
  await using server = await RedisServer.start();
  await server.kill();
  const backoff = { baseMs: 600_000, capMs: 600_000 };
  const end = await runScript('closing-pool.mjs', [
    server.url,
    'down',
    JSON.stringify({ backoff }),
    JSON.stringify({}),
  ]);
  const stdout = 'closed, closed, CLOSED not-sent, CLOSED not-sent\n';
  expect(end).toEqual({ code: 0, signal: null, stdout, stderr: '' });
});
