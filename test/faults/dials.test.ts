import { once } from 'node:events';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { Dials, uncounted } from '../../faults/dials.ts';

/** A port at which everyone is accepted, and nothing is said. */
async function listen(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function watching(...ports: readonly number[]): Dials {
  const dials = new Dials();
  onTestFinished(() => dials[Symbol.dispose]());
  for (const port of ports) dials.watch(port);
  return dials;
}

/** Resolves when the socket is closed, for whatever reason. */
function ended(socket: Socket): Promise<unknown> {
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
}

test('attempts are counted in plain and in TLS, those that are refused too, and of those ports alone that are watched', async () => {
  const [port, other] = [await listen(), await listen()];
  const dials = watching(port, 1);
  const plain = connect(port, '127.0.0.1');
  const secured = connectTls({ port, host: '127.0.0.1' });
  const elsewhere = connect(other, '127.0.0.1');
  for (const socket of [plain, secured, elsewhere]) onTestFinished(() => void socket.destroy());
  const connected = [plain, secured, elsewhere].map((socket) => once(socket, 'connect'));
  await ended(connect(1, '127.0.0.1'));
  await Promise.all(connected);
  expect([dials.count, dials.mostOpen, dials.open]).toEqual([3, 3, 2]);
  plain.destroy();
  secured.destroy();
  expect(dials.open).toBe(0);
});

test('every address that a name comes to is an attempt', async () => {
  const dials = watching(1);
  const lookup = (_: string, __: unknown, found: (error: null, addresses: object[]) => void): void =>
    found(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]);
  await ended(connect({ port: 1, host: 'two.test', lookup: lookup as never, autoSelectFamily: true }));
  expect(dials.count).toBe(2);
});

test('what the lab itself asks is not counted', async () => {
  const port = await listen();
  const dials = watching(port);
  await once(
    uncounted(() => connect(port, '127.0.0.1')).on('connect', function close(this: Socket) {
      this.destroy();
    }),
    'close',
  );
  expect(dials.count).toBe(0);
});

test('a loss is told of sockets that were connected, not of later ones', async () => {
  const port = await listen();
  const dials = watching(port);
  const first = connect(port, '127.0.0.1');
  await once(first, 'connect');
  let losses = 0;
  dials.onLoss(() => (losses += 1));
  const second = connect(port, '127.0.0.1');
  await once(second, 'connect');
  second.destroy();
  await once(second, 'close');
  expect(losses).toBe(0);
  first.destroy();
  await once(first, 'close');
  expect(losses).toBe(1);
});

test('sockets are as they were when nobody watches any more', () => {
  const { connect: before } = Socket.prototype;
  const dials = new Dials();
  expect(Socket.prototype.connect).not.toBe(before);
  dials[Symbol.dispose]();
  expect(Socket.prototype.connect).toBe(before);
});
