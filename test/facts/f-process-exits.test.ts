import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { LoopbackRedis, runScript } from './child.ts';

// After close() the process exits within a second, by itself, though its sockets were real. closing-client.mjs watches
// that; it exits with another code if anything still keeps it alive then.

async function expectExit(address: string, state: string, options: object, printed: string): Promise<void> {
  const end = await runScript('closing-client.mjs', [address, state, JSON.stringify(options)]);
  expect(end).toEqual({ code: 0, signal: null, stdout: `${printed}\n`, stderr: '' });
}

/** A port of loopback at which nobody listens. */
async function vacantPort(): Promise<number> {
  const server = createServer().listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A port whose connections are neither accepted nor refused. */
async function blackHolePort(): Promise<number> {
  const script = fileURLToPath(new URL('black-hole.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  for (let filling = 0; filling < 2; filling += 1) {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
  }
  return port;
}

test('connected to a server that answers', async () => {
  const { address } = await LoopbackRedis.start();
  await expectExit(address, 'ready', {}, 'closed, answered');
});

test('connected to a server that has stopped to answer, with calls in flight', async () => {
  const { address, redis } = await LoopbackRedis.start();
  redis.on('INCR', () => 'silence');
  await expectExit(address, 'ready', {}, 'closed, CLOSED unknown');
});

test('in the handshake with a server that says nothing', async () => {
  const { address } = await LoopbackRedis.start({ script: ['silent'] });
  await expectExit(address, 'handshaking', {}, 'closed, CLOSED not-sent');
});

test('offline, in backoff', async () => {
  const address = `redis://127.0.0.1:${await vacantPort()}`;
  const options = { backoff: { baseMs: 600_000, capMs: 600_000 } };
  await expectExit(address, 'backing-off', options, 'closed, CLOSED not-sent');
});

test('parked, because the password is wrong', async () => {
  const { address } = await LoopbackRedis.start({ credentials: { password: 'right' } });
  const options = { credentials: { password: 'wrong' } };
  await expectExit(address, 'parked', options, 'closed, NOT_CONNECTED not-sent');
});

test('connecting to a black hole', async (context) => {
  if (process.platform !== 'linux')
    context.skip('only Linux leaves a connection unanswered when its queue is full');
  const address = `redis://127.0.0.1:${await blackHolePort()}`;
  await expectExit(address, 'connecting', { connectTimeoutMs: 600_000 }, 'closed, CLOSED not-sent');
});
