import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultProxy, LeakCheck, type Fault, type LastingFault } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { plainServer } from '../support/loopback.ts';
import { clientOf, manyTurns, Side, stage, startProxy, turnsUntil } from './fault-proxy-stage.ts';

describe('without faults', () => {
  test('bytes arrive as they were sent, both ways', async () => {
    const { client, server, connection } = await (await stage()).connect();
    client.write('ping');
    await server.arrived('ping');
    server.write('pong!');
    await client.arrived('pong!');
    expect(connection).toMatchObject({ number: 1, state: 'open' });
    expect(connection.toServer).toMatchObject({ takenBytes: 4, passedBytes: 4 });
    expect(connection.toClient).toMatchObject({ takenBytes: 5, passedBytes: 5 });
  });

  test("the client's FIN arrives behind its bytes, and the server can still answer", async () => {
    const { client, server, connection } = await (await stage()).connect();
    client.socket.end('last words');
    expect(await server.ended()).toBe('end');
    expect(server.text).toBe('last words');
    server.socket.end('heard');
    expect(await client.ended()).toBe('end');
    expect(client.text).toBe('heard');
    await turnsUntil(() => connection.state === 'over');
  });

  test("the server's FIN arrives behind its bytes, and the client can still speak", async () => {
    const { client, server, connection } = await (await stage()).connect();
    server.socket.end('goodbye');
    expect(await client.ended()).toBe('end');
    client.socket.end('one more thing');
    expect(await server.ended()).toBe('end');
    expect(client.text).toBe('goodbye');
    expect(server.text).toBe('one more thing');
    await turnsUntil(() => connection.state === 'over');
  });

  test.each(['client', 'server'] as const)('a reset by the %s is one for the other side', async (who) => {
    const sides = await (await stage()).connect();
    sides[who].socket.resetAndDestroy();
    expect(await sides[who === 'client' ? 'server' : 'client'].ended()).toBe('reset');
    await turnsUntil(() => sides.connection.state === 'over');
  });

  test('a reset behind a FIN is passed on too', async () => {
    const { proxy, connect: open } = await stage();
    const { client, server, connection } = await open();
    client.socket.end();
    expect(await server.ended()).toBe('end');
    server.ending = undefined;
    client.socket.resetAndDestroy();
    // Behind a FIN nothing is read any more: only what is written to a client that has gone tells of the reset.
    server.write('are you there?');
    await turnsUntil(() => connection.state === 'over');
    expect(proxy.log.join('\n')).toContain('#1 client failed: EPIPE');
    server.write('and now?');
    expect(await server.ended()).toBe('reset');
  });

  test('a receiver that does not read holds no reset up', async () => {
    const { client, server, connection } = await (await stage()).connect();
    server.socket.pause();
    const written = fill(client);
    await turnsUntil(() => connection.toServer.takenBytes > 2 ** 20 && client.socket.writableLength > 0);
    await manyTurns();
    client.socket.resetAndDestroy();
    await written;
    // The proxy reads no further, but learns of the reset from what it writes to the client.
    server.write('x');
    await turnsUntil(() => connection.state === 'over');
  });

  test('a client of a server that is not there is reset', async () => {
    const gone = await plainServer(() => {});
    const { port } = gone;
    await gone.drained();
    const proxy = await startProxy({ target: { host: '127.0.0.1', port } });
    const client = await clientOf(proxy);
    expect(await client.ended()).toBe('reset');
    await turnsUntil(() => proxy.connections[0]?.state === 'over');
    expect(proxy.log.join('\n')).toContain('#1 server failed: ECONNREFUSED');
  });

  test('a Unix socket is a target too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hawser-proxy-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'server.sock');
    const server = await plainServer(() => {}, { allowHalfOpen: true }, { path });
    const proxy = await startProxy({ target: { path } });
    const client = await clientOf(proxy);
    const side = new Side(await server.socket());
    client.write('ping');
    await side.arrived('ping');
    side.write('pong');
    await client.arrived('pong');
    proxy.add({ kind: 'reset' });
    expect(await client.ended()).toBe('reset');
    expect(await side.ended()).toBe('end');
  });
});

/** Writes until the kernel takes no more; resolves when the socket is closed. */
async function fill({ socket }: Side): Promise<void> {
  const closed = once(socket, 'close');
  for (let count = 0; count < 64; count += 1) socket.write(Buffer.alloc(2 ** 20, count));
  await closed;
}

describe('watching', () => {
  test('each connection is told of before it begins, and can be given faults for itself', async () => {
    const { proxy, server, connect: open, connectAlone } = await stage();
    const numbers: number[] = [];
    const remove = proxy.onConnection((connection) => {
      numbers.push(connection.number);
      expect(connection.state).toBe('accepted');
      proxy.add({ kind: 'latency', direction: 'both', ms: 0 }, { connection: 1 });
      if (connection.number === 2) proxy.add({ kind: 'accept-then-silence' }, { connection: 2 });
      if (connection.number === 3) proxy.add({ kind: 'reset' }, { connection: 3 });
    });
    await open();
    const { connection } = await connectAlone();
    await manyTurns();
    expect(connection.state).toBe('accepted');
    const third = new Side(connect({ host: proxy.host, port: proxy.port }));
    expect(await third.ended()).toBe('reset');
    remove();
    await open();
    expect(numbers).toEqual([1, 2, 3]);
    await manyTurns();
    // Neither the second nor the third went so far.
    expect(server.accepted).toHaveLength(2);
  });

  test('bytes are shown as they came, with their place, and cannot be changed', async () => {
    const { proxy, connect: open } = await stage();
    const seen: string[] = [];
    const remove = proxy.onBytes(({ connection, direction, bytes, offsetBytes }) => {
      seen.push(`${connection.number} ${direction} ${offsetBytes} ${bytes.toString()}`);
      bytes.fill(0);
    });
    const { client, server } = await open();
    client.write('ping');
    await server.arrived('ping');
    server.write('pong');
    await client.arrived('pong');
    client.write('2');
    await server.arrived('ping2');
    remove();
    client.write('3');
    await server.arrived('ping23');
    expect(seen).toEqual(['1 to-server 0 ping', '1 to-client 0 pong', '1 to-server 4 2']);
  });

  test('a fault that is added while bytes are shown concerns these bytes', async () => {
    const { proxy, connect: open } = await stage();
    const { client, server } = await open();
    proxy.onBytes(({ bytes, direction }) => {
      const offsetBytes = bytes.indexOf('B');
      if (offsetBytes >= 0) proxy.add({ kind: 'corrupt', direction, offsetBytes, mask: 0x20 });
    });
    client.write('aBc');
    await server.arrived('abc');
  });

  test('a listener that throws harms nothing, and is a warning and a line of the log', async () => {
    const { proxy, connect: open } = await stage();
    const warned = once(process, 'warning');
    proxy.onBytes(() => {
      throw new Error('the listener is out of order');
    });
    const { client, server } = await open();
    client.write('a');
    await server.arrived('a');
    expect(await warned).toMatchObject([{ message: 'the listener is out of order' }]);
    expect(proxy.log.join('\n')).toContain('a listener threw: Error: the listener is out of order');
  });

  test('the log tells what happened, with the time since the start, in a thousand lines at most', async () => {
    const { proxy, connect: open } = await stage();
    const { client, server, connection } = await open();
    client.write('abc');
    await server.arrived('abc');
    proxy.add({ kind: 'cut', direction: 'to-client', afterBytes: 2, ending: 'reset' }, { connection: 1 })();
    proxy.add({ kind: 'reset' });
    await turnsUntil(() => connection.state === 'over');
    expect(proxy.log.every((line) => /^\d+\.\d ms /.test(line))).toBe(true);
    expect(proxy.log.map((line) => line.replace(/^\S+ ms /, ''))).toEqual([
      '#1 accepted',
      '#1 server accepted',
      '#1 cut (direction to-client, afterBytes 2, ending reset)',
      '#1 no more cut (direction to-client, afterBytes 2, ending reset)',
      'reset',
      '#1 over; to-server: 3 bytes taken, 3 passed on; to-client: 0 bytes taken, 0 passed on',
    ]);
    for (let count = 0; count < 2_500; count += 1)
      proxy.add({ kind: 'slice', direction: 'both', maxBytes: count + 1 });
    expect(proxy.log).toHaveLength(1_000);
    expect(proxy.log.at(-1)).toContain('maxBytes 2500');
  });

  test('connections that are over are forgotten when there are more than a thousand', async () => {
    const { proxy, connect: open } = await stage();
    const { connection } = await open();
    for (let count = 0; count < 1_010; count += 1) {
      const client = connect({ host: proxy.host, port: proxy.port });
      client.on('error', () => {});
      await once(client, 'connect');
      client.resetAndDestroy();
    }
    await turnsUntil(() => proxy.connections.every(({ number, state }) => number === 1 || state === 'over'));
    await turnsUntil(() => proxy.connections.at(-1)?.number === 1_011);
    expect(proxy.connections).toHaveLength(1_000);
    expect(proxy.connections[0]).toBe(connection);
  });
});

describe('starting and closing', () => {
  test('close ends every connection, whatever state it is in, and leaves nothing behind', async () => {
    const check = await LeakCheck.begin();
    const { proxy, server, connect: open, connectAlone } = await stage();
    const { client } = await open();
    const half = await open();
    half.client.socket.end();
    await half.server.ended();
    proxy.add({ kind: 'blackhole', direction: 'both' });
    const held = await open();
    held.client.write('held');
    await turnsUntil(() => held.connection.toServer.takenBytes === 4);
    proxy.add({ kind: 'accept-then-silence' });
    const { client: silent } = await connectAlone();
    await proxy.close();
    await proxy.close();
    expect(proxy.connections.map(({ state }) => state)).toEqual(['over', 'over', 'over', 'over']);
    for (const side of [client, held.client, silent]) {
      await side.ended();
      side.socket.destroy();
    }
    half.client.socket.destroy();
    for (const socket of server.accepted) socket.destroy();
    await server.drained();
    expect(await check.leftovers()).toEqual([]);
    proxy.add({ kind: 'refuse' })();
    proxy.clear();
  });

  test('`await using` closes it', async () => {
    const { port } = await plainServer(() => {});
    let proxy: FaultProxy;
    {
      await using mine = await FaultProxy.start({ target: { host: '127.0.0.1', port } });
      proxy = mine;
      expect(mine.endpoint).toEqual({ host: '127.0.0.1', port: mine.port });
      await clientOf(mine);
    }
    const client = connect({ host: proxy.host, port: proxy.port });
    expect(await once(client, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }]);
  });

  test.each<Fault>([
    { kind: 'latency', direction: 'both', ms: -1 },
    { kind: 'latency', direction: 'both', ms: 1, jitterMs: Number.NaN },
    { kind: 'bandwidth', direction: 'both', bytesPerSecond: 0 },
    { kind: 'slice', direction: 'both', maxBytes: 0 },
    { kind: 'slice', direction: 'both', maxBytes: 1.5 },
    { kind: 'corrupt', direction: 'to-server', offsetBytes: -1 },
    { kind: 'corrupt', direction: 'to-server', offsetBytes: 0, mask: 256 },
    { kind: 'duplicate', direction: 'to-server', offsetBytes: 0, lengthBytes: 65_537 },
    { kind: 'cut', direction: 'to-server', afterBytes: Infinity, ending: 'end' },
  ])('a fault that makes no sense is not added: %j', async (fault) => {
    const { proxy } = await stage();
    expect(() => proxy.add(fault)).toThrow(RangeError);
    expect(proxy.log).toEqual([]);
  });

  test.each<[object, string]>([
    [{ kind: 'latncy', direction: 'both', ms: 5 }, 'a fault: kind is one of latency, bandwidth, slice, '],
    [{ kind: 'latency', ms: 5 }, 'latency: direction is one of both, to-server, to-client, not undefined'],
    [
      { kind: 'pause', direction: 'to-sever' },
      'pause: direction is one of both, to-server, to-client, not to-sever',
    ],
    [
      { kind: 'half-close', direction: 'both' },
      'half-close: direction is one of to-server, to-client, not both',
    ],
    [
      { kind: 'cut', direction: 'both', afterBytes: 1, ending: 'end' },
      'cut: direction is one of to-server, to-client, not both',
    ],
    [
      { kind: 'cut', direction: 'to-server', afterBytes: 1, ending: 'fin' },
      'cut: ending is one of reset, end, not fin',
    ],
  ])('nor is one that there is not: %j', async (fault, message) => {
    const { proxy } = await stage();
    expect(() => proxy.add(fault as Fault)).toThrow(message);
    expect(proxy.log).toEqual([]);
    const target = { path: '/x' };
    await expect(FaultProxy.start({ target, faults: [fault as LastingFault] })).rejects.toThrow(message);
  });

  test('nor is a refusal for one connection, nor a target without a port', async () => {
    const { proxy } = await stage();
    expect(() => proxy.add({ kind: 'refuse' }, { connection: 1 })).toThrow(RangeError);
    await expect(FaultProxy.start({ target: { host: '127.0.0.1', port: 0 } })).rejects.toThrow(RangeError);
  });

  test('a start that fails leaves nothing behind', async () => {
    const check = await LeakCheck.begin();
    const bad = {
      target: { path: '/x' },
      faults: [{ kind: 'slice', direction: 'both', maxBytes: 0 }],
    } as const;
    await expect(FaultProxy.start(bad)).rejects.toThrow(RangeError);
    expect(await check.leftovers()).toEqual([]);
  });
});
