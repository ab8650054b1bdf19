import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { FaultProxy, ServerProcess } from 'hawser/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ClaimedPorts } from '../../src/testing/claimed-ports.ts';

const HELLO = `require('node:net').createServer((s) => s.end('hello')).listen(process.argv[1], '127.0.0.1')`;
const RANGE_PORTS = 8;
const FIRST_PORT = 20_000;
const RANGES = 1_500;
/** For what never comes. */
const PATIENCE = { timeout: 20_000, interval: 5 };

/** Has every claim from now on try the range that this port belongs to. */
function onlyRangeOf(port: number): void {
  const range = Math.floor((port - FIRST_PORT) / RANGE_PORTS);
  const chance = vi.spyOn(Math, 'random').mockReturnValue((range + 0.5) / RANGES);
  onTestFinished(() => chance.mockRestore());
}

/**
 * Claims some, as soon as they are free: a process that another thread is starting has a copy of every listener until it is the program
 * that it is to be, so that ports stay taken for a moment behind whoever has closed them.
 */
async function claim(): Promise<ClaimedPorts> {
  const ports = await vi.waitFor(() => ClaimedPorts.claim(), PATIENCE);
  onTestFinished(() => ports.release());
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}

/** The first port of a range of which nobody holds any: programs that claim nothing may have taken ports of others. */
async function freeRange(): Promise<number> {
  const begin = Math.floor(Math.random() * RANGES);
  for (let tried = 0; tried < RANGES; tried += 1) {
    const first = FIRST_PORT + RANGE_PORTS * ((begin + tried) % RANGES);
    const ports = Array.from({ length: RANGE_PORTS }, (_, offset) => first + offset);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
  throw new Error('Of every range somebody holds a port.');
}

async function greeting(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const [text] = await once(socket.setEncoding('utf8'), 'data');
  return String(text);
}

test('ports that are claimed can be listened at, each is given once, and there are seven of them', async () => {
  onlyRangeOf(await freeRange());
  const ports = await claim();
  const taken = Array.from({ length: RANGE_PORTS - 1 }, () => ports.take());
  expect(new Set(taken).size).toBe(RANGE_PORTS - 1);
  expect(() => ports.take()).toThrow('There are 7 ports, and no more.');
  for (const port of taken) await expect.poll(() => isFree(port), { message: `${port} is free` }).toBe(true);
});

test('nobody else claims them before they are released', async () => {
  const ports = await claim();
  onlyRangeOf(ports.take());
  await expect(ClaimedPorts.claim()).rejects.toThrow('EADDRINUSE');
  await ports.release();
  await ports.release();
  await claim();
});

test('a server that was killed keeps its port to itself until it is stopped', async () => {
  await using server = await ServerProcess.start({
    name: 'hello',
    command: ({ port }) => [process.execPath, '-e', HELLO, `${port}`],
    isReady: async ({ port }) => (await greeting(port)) === 'hello',
  });
  await server.kill();
  onlyRangeOf(server.port);
  await expect(ClaimedPorts.claim()).rejects.toThrow('EADDRINUSE');
  await server.stop();
  await claim();
});

test('a proxy that refuses connections keeps its port to itself until it is closed', async () => {
  await using proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port: 1 } });
  proxy.add({ kind: 'refuse' });
  onlyRangeOf(proxy.port);
  await expect(ClaimedPorts.claim()).rejects.toThrow('EADDRINUSE');
  await proxy.close();
  await claim();
});
