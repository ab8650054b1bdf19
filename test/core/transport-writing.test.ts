import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { socketDial } from '../../src/core/dial.ts';
import { pem, plainServer, Recorder, requestFor, tlsServer } from '../support/loopback.ts';

/** More than the kernel holds for a peer that does not read. */
const MORE_THAN_KERNEL_BYTES = 32_000_000;

async function beginPlain() {
  const server = await plainServer(() => {}, { pauseOnConnect: true });
  const transport = await socketDial(requestFor({ host: '127.0.0.1', port: server.port }));
  return { server, transport, peer: await server.socket() };
}

async function beginTls() {
  const server = await tlsServer((socket) => socket.pause());
  const tls = { ca: pem('authority.pem') };
  const transport = await socketDial(requestFor({ host: 'localhost', port: server.port }, { tls }));
  return { server, transport, peer: await server.socket() };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function receive(peer: Socket, bytes: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let received = 0;
    peer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received >= bytes) resolve(Buffer.concat(chunks));
    });
    peer.resume();
  });
}

const ways = [
  { way: 'plain', begin: beginPlain },
  { way: 'TLS', begin: beginTls },
];

describe.each(ways)('writing over $way', ({ begin }) => {
  test('sends text as UTF-8 and bytes as they are, in order', async () => {
    const { transport, peer } = await begin();
    Recorder.attachedTo(transport);
    transport.write('plain ', 6);
    transport.write('naïve ', 7);
    transport.write('\u{1F409} ', 5);
    transport.write(Buffer.from([0, 255, 128]), 3);
    const expected = Buffer.concat([Buffer.from('plain naïve \u{1F409} '), Buffer.from([0, 255, 128])]);
    expect((await receive(peer, expected.length)).equals(expected)).toBe(true);
  });

  test('sends a large value that was given in one piece', async () => {
    const { transport, peer } = await begin();
    Recorder.attachedTo(transport);
    const value = Buffer.alloc(1_000_000, 'a large value ');
    transport.write(value, value.length);
    expect((await receive(peer, value.length)).equals(value)).toBe(true);
  });

  test('holds back what is corked, and then sends it', async () => {
    const { transport, peer } = await begin();
    const recorder = Recorder.attachedTo(transport);
    transport.cork();
    transport.write('one ', 4);
    transport.write('two', 3);
    expect(transport.hasRoom).toBe(false);
    expect(transport.bytesAccepted).toBe(0);
    transport.uncork();
    expect((await receive(peer, 7)).toString()).toBe('one two');
    if (!transport.hasRoom) await recorder.until(({ rooms }) => rooms === 1);
    expect(transport.bytesAccepted).toBe(7);
  });

  test('has no room while the peer does not read, and says so once when it has room again', async () => {
    const { transport, peer } = await begin();
    const recorder = Recorder.attachedTo(transport);
    transport.write(Buffer.alloc(MORE_THAN_KERNEL_BYTES), MORE_THAN_KERNEL_BYTES);
    transport.write('mëre', 5);
    await turns();
    expect(transport.hasRoom).toBe(false);
    expect(transport.bytesAccepted).toBe(0);
    expect(recorder.rooms).toBe(0);
    await receive(peer, MORE_THAN_KERNEL_BYTES + 5);
    await recorder.until(({ rooms }) => rooms > 0);
    await turns();
    expect(recorder.rooms).toBe(1);
    expect(transport.hasRoom).toBe(true);
    expect(transport.bytesAccepted).toBe(MORE_THAN_KERNEL_BYTES + 5);
  });

  test('counts what was accepted of several large writes while the rest still waits', async () => {
    const { transport, peer } = await begin();
    const recorder = Recorder.attachedTo(transport);
    const counts: number[] = [];
    transport.write(Buffer.alloc(1_000), 1_000);
    for (let round = 0; round < 3; round += 1)
      transport.write(Buffer.alloc(MORE_THAN_KERNEL_BYTES), MORE_THAN_KERNEL_BYTES);
    peer.on('data', () => counts.push(transport.bytesAccepted));
    peer.resume();
    await recorder.until(({ rooms }) => rooms > 0);
    const all = 1_000 + 3 * MORE_THAN_KERNEL_BYTES;
    expect(transport.bytesAccepted).toBe(all);
    expect(counts.some((count) => count > 0 && count < all)).toBe(true);
    expect(counts).toEqual(counts.toSorted((left, right) => left - right));
  });

  test('tells the loss in place of room when the peer is gone', async () => {
    const { server, transport } = await begin();
    const recorder = Recorder.attachedTo(transport);
    transport.write(Buffer.alloc(MORE_THAN_KERNEL_BYTES), MORE_THAN_KERNEL_BYTES);
    await server.reset();
    expect(await recorder.lost()).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' });
    await server.drained();
    expect(recorder.rooms).toBe(0);
    expect(recorder.losses).toHaveLength(1);
  });

  test('takes writes without a throw when the stream is gone', async () => {
    const { server, transport } = await begin();
    const recorder = Recorder.attachedTo(transport);
    await server.reset();
    transport.write('before it is noticed', 20);
    await recorder.lost();
    transport.write('after', 5);
    transport.cork();
    transport.uncork();
    transport.destroy();
    transport.write('after the end', 13);
    await server.drained();
    expect(recorder.losses).toHaveLength(1);
  });

  test('may be written to and destroyed in the middle of being told of room', async () => {
    const { server, transport, peer } = await begin();
    transport.attach({
      onData: (bytes) => bytes.length,
      onRoom: () => {
        transport.write('more', 4);
        transport.destroy();
      },
      onLost: () => expect.unreachable(),
    });
    transport.write(Buffer.alloc(MORE_THAN_KERNEL_BYTES), MORE_THAN_KERNEL_BYTES);
    peer.resume();
    await server.drained();
  });
});

describe('writing to a kernel that is nearly full', () => {
  test('is followed by room, though less waits than makes a socket of Node drain', async () => {
    const { transport, peer } = await beginPlain();
    const recorder = Recorder.attachedTo(transport);
    const chunk = Buffer.alloc(1_000);
    let bytes = 0;
    while (transport.hasRoom && bytes < MORE_THAN_KERNEL_BYTES) {
      transport.write(chunk, chunk.length);
      bytes += chunk.length;
    }
    expect(transport.hasRoom).toBe(false);
    const accepted = transport.bytesAccepted;
    expect(accepted).toBeLessThan(bytes);
    await receive(peer, bytes);
    await recorder.until(({ rooms }) => rooms === 1);
    expect(transport.bytesAccepted).toBe(bytes);
  });
});
