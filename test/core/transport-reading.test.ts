import { once } from 'node:events';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSocketDial, socketDial } from '../../src/core/dial.ts';
import type { Transport } from '../../src/core/transport.ts';
import {
  pem,
  plainServer,
  Recorder,
  requestFor,
  tlsServer,
  type LoopbackServer,
} from '../support/loopback.ts';

const LOST = { name: 'HawserError', code: 'CONNECTION_LOST', outcome: 'unknown' };

const ways = [
  {
    way: 'plain',
    serve: plainServer,
    open: (server: LoopbackServer, dial = socketDial) =>
      dial(requestFor({ host: '127.0.0.1', port: server.port })),
  },
  {
    way: 'TLS',
    serve: tlsServer,
    open: (server: LoopbackServer, dial = socketDial) =>
      dial(requestFor({ host: 'localhost', port: server.port }, { tls: { ca: pem('authority.pem') } })),
  },
];

/** Resolves when the bytes have left the server and the client's event loop had turns to notice them. */
async function sent(socket: Socket, data: string): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.write(data, () => resolve());
  });
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe.each(ways)('reading over $way', ({ serve, open }) => {
  const begin = async (onSocket: (socket: Socket) => void = () => {}) => {
    const server = await serve(onSocket);
    const transport: Transport = await open(server);
    return { server, transport, peer: await server.socket() };
  };

  test('delivers what came before anybody was attached', async () => {
    const { transport, peer } = await begin();
    await sent(peer, 'early');
    const recorder = Recorder.attachedTo(transport);
    await recorder.until(({ text }) => text === 'early');
    expect(transport.bytesReceived).toBe(5);
  });

  test('delivers what came before anybody was attached, and then the loss', async () => {
    const { transport, peer } = await begin();
    peer.end('bye');
    await once(peer, 'finish');
    const recorder = Recorder.attachedTo(transport);
    expect(await recorder.lost()).toMatchObject({ ...LOST, message: 'the peer closed the connection' });
    expect(recorder.text).toBe('bye');
  });

  test('tells a reset that came before anybody was attached', async () => {
    const { server, transport } = await begin();
    await server.reset();
    const recorder = Recorder.attachedTo(transport);
    expect(await recorder.lost()).toMatchObject(LOST);
  });

  test('hands over again what was not consumed, in front of what arrives next', async () => {
    const { transport, peer } = await begin();
    const recorder = Recorder.attachedTo(transport, (bytes) => bytes.length - (bytes.length % 4));
    await sent(peer, 'abcdef');
    await recorder.until(({ text }) => text === 'abcd');
    expect(recorder.rest.toString()).toBe('ef');
    await sent(peer, 'gh');
    await recorder.until(({ text }) => text === 'abcdefgh');
    expect(transport.bytesReceived).toBe(8);
  });

  test('delivers a message larger than its memory in one piece', async () => {
    const { transport, peer } = await begin();
    const message = Buffer.alloc(300_000, 'a message ');
    const recorder = Recorder.attachedTo(transport, (bytes) => (bytes.length < 300_000 ? 0 : 300_000));
    peer.write(message);
    peer.write('next');
    await recorder.until(({ consumed, rest }) => consumed.length === 300_000 && rest.length === 4);
    expect(recorder.consumed.equals(message)).toBe(true);
    expect(recorder.rest.toString()).toBe('next');
  });

  test('is lost when a message outgrows the limit', async () => {
    const server = await serve((socket) => socket.write(Buffer.alloc(200_000)));
    const transport = await open(server, createSocketDial({ maxMessageBytes: 100_000 }));
    const recorder = Recorder.attachedTo(transport, () => 0);
    expect(await recorder.lost()).toMatchObject({ code: 'LIMIT_EXCEEDED', outcome: 'unknown' });
    expect(recorder.rest).toHaveLength(100_000);
    await server.drained();
  });

  test('delivers nothing after it was destroyed in the middle of a delivery', async () => {
    const { server, transport, peer } = await begin();
    const recorder = Recorder.attachedTo(transport, () => {
      transport.destroy();
      return 0;
    });
    peer.write(Buffer.alloc(200_000));
    await server.drained();
    expect(recorder.losses).toEqual([]);
    expect(recorder.rest.length).toBeLessThanOrEqual(65_536);
  });

  test('hands what one listener left to the listener that replaced it', async () => {
    const { transport, peer } = await begin();
    const second = new Recorder();
    const first = Recorder.attachedTo(transport, () => {
      transport.attach(second);
      return 2;
    });
    await sent(peer, 'abcdef');
    await second.until(({ text }) => text === 'cdef');
    expect(first.text).toBe('ab');
    peer.end('gh');
    await second.lost();
    expect(second.text).toBe('cdefgh');
    expect(first.losses).toEqual([]);
  });

  test('is lost once when the peer closes, though only its own half', async () => {
    const { server, transport, peer } = await begin();
    const recorder = Recorder.attachedTo(transport);
    peer.allowHalfOpen = true;
    peer.end('last');
    expect(await recorder.lost()).toMatchObject({ ...LOST, message: 'the peer closed the connection' });
    expect(recorder.text).toBe('last');
    transport.write('into the void', 13);
    await server.drained();
    expect(recorder.losses).toHaveLength(1);
  });

  test('is lost once when the peer resets', async () => {
    const { server, transport, peer } = await begin();
    const recorder = Recorder.attachedTo(transport);
    await sent(peer, 'x');
    await recorder.until(({ text }) => text === 'x');
    await server.reset();
    const lost = await recorder.lost();
    expect(lost).toMatchObject({ ...LOST, cause: { code: 'ECONNRESET' } });
    expect(lost.message).toContain('ECONNRESET');
    await server.drained();
    expect(recorder.losses).toHaveLength(1);
  });

  test('tells nobody of a loss after it was destroyed', async () => {
    const { server, transport } = await begin();
    const recorder = Recorder.attachedTo(transport);
    void server.reset();
    transport.destroy();
    transport.destroy();
    transport.write('into the void', 13);
    await server.drained();
    expect(recorder.losses).toEqual([]);
  });

  test('shows a listener that consumes as it likes every byte once and in order', async () => {
    const message = Buffer.from(Array.from({ length: 150_000 }, (_, index) => index % 251));
    const cut = fc.integer({ min: 1, max: 60_000 });
    const share = fc.integer({ min: 0, max: 100 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(cut, { maxLength: 8 }),
        fc.array(share, { minLength: 1, maxLength: 8 }),
        async (cuts, shares) => {
          const server = await serve((socket) => {
            let start = 0;
            for (const length of cuts) {
              socket.write(message.subarray(start, start + length));
              start = Math.min(start + length, message.length);
            }
            socket.end(message.subarray(start));
          });
          const transport = await open(server);
          let calls = 0;
          const recorder = Recorder.attachedTo(transport, (bytes) => {
            calls += 1;
            return Math.floor((bytes.length * (shares[calls % shares.length] as number)) / 100);
          });
          await recorder.lost();
          expect(Buffer.concat([recorder.consumed, recorder.rest]).equals(message)).toBe(true);
          await server.drained();
        },
      ),
      { numRuns: 15 },
    );
  });
});
