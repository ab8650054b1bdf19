import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LeakCheck, SimulatedRedis, socketDuplex } from 'hawser/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

let check: LeakCheck;
let server: Server;
let client: Socket;

beforeEach(async () => {
  check = await LeakCheck.begin();
});

afterEach(async () => {
  client.destroy();
  server.close();
  expect(await check.leftovers()).toEqual([]);
});

async function serve(accept: (socket: Socket) => void): Promise<void> {
  server = createServer(accept);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(client, 'connect');
}

async function text(bytes: number): Promise<string> {
  let received = '';
  for await (const chunk of client.iterator({ destroyOnReturn: false })) {
    received += String(chunk);
    if (received.length >= bytes) break;
  }
  return received;
}

test('a simulated Redis speaks over a real socket', async () => {
  const redis = new SimulatedRedis({ clock: new VirtualClock() });
  await serve((socket) => redis.accept(socketDuplex(socket)));
  client.write('*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n*1\r\n$4\r\nPING\r\n');
  expect(await text(11)).toBe(':1\r\n+PONG\r\n');
  expect(await check.leftovers({ timeoutMs: 0 })).toEqual([
    expect.stringMatching(/^TCP servers: /),
    expect.stringMatching(/^TCP sockets: \d+, which is 2 more/),
  ]);
});

test('it resets a real socket in earnest', async () => {
  const redis = new SimulatedRedis({ clock: new VirtualClock() });
  redis.on('INCR', ({ run }) => {
    run();
    return 'reset';
  });
  await serve((socket) => redis.accept(socketDuplex(socket)));
  client.write('*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n');
  const [error] = await once(client, 'error');
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  expect(redis.timesApplied('n')).toBe(1);
});

test('it learns that the client of a real socket has left', async () => {
  const redis = new SimulatedRedis({ clock: new VirtualClock() });
  const left = new Promise((resolve) => {
    void serve((socket) => {
      redis.accept(socketDuplex(socket));
      socket.on('close', resolve);
    }).then(() => client.destroy());
  });
  await left;
  expect(redis.connections[0]?.isOpen).toBe(false);
});
