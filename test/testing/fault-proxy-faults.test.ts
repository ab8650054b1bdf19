import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { VirtualClock, type ProxyConnection, type ProxyDirection } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { clientOf, manyTurns, Side, stage, turnsUntil, type Stage } from './fault-proxy-stage.ts';

const DIRECTIONS: readonly ProxyDirection[] = ['to-server', 'to-client'];

/** A connection, seen from the one who sends in this direction. */
async function openAs(from: Stage, direction: ProxyDirection) {
  const { client, server, connection } = await from.connect();
  return direction === 'to-server'
    ? { sender: client, receiver: server, connection, passed: connection.toServer, back: connection.toClient }
    : {
        sender: server,
        receiver: client,
        connection,
        passed: connection.toClient,
        back: connection.toServer,
      };
}

function over({ state }: ProxyConnection): boolean {
  return state === 'over';
}

describe.each(DIRECTIONS)('%s', (direction) => {
  test('slices of one byte arrive one by one, and the other direction is as it was', async () => {
    const on = await stage({ faults: [{ kind: 'slice', direction, maxBytes: 1 }] });
    const { sender, receiver } = await openAs(on, direction);
    const text = 'a text of some length'.repeat(20);
    sender.write(text);
    await receiver.arrived(text);
    expect(receiver.sizes).toEqual(new Array(text.length).fill(1));
    receiver.write(text);
    await sender.arrived(text);
    expect(sender.sizes).toEqual([text.length]);
  });

  test('slices are cut at the same places with the same seed, however the bytes come', async () => {
    const placesOf = async (seed: number, chunks: readonly string[]): Promise<number[]> => {
      const on = await stage({ seed, faults: [{ kind: 'slice', direction, maxBytes: 9 }] });
      const { sender, receiver, passed } = await openAs(on, direction);
      for (const chunk of chunks) {
        sender.write(chunk);
        const all = passed.takenBytes + chunk.length;
        await turnsUntil(() => passed.takenBytes === all);
        await turnsUntil(() => receiver.bytes.length === all);
      }
      let place = 0;
      return receiver.sizes.map((size) => (place += size));
    };
    const whole = await placesOf(7, ['x'.repeat(300)]);
    expect(Math.max(...whole.map((place, index) => place - (whole[index - 1] ?? 0)))).toBe(9);
    expect(await placesOf(7, ['x'.repeat(300)])).toEqual(whole);
    expect(await placesOf(8, ['x'.repeat(300)])).not.toEqual(whole);
    // Where the sender has paused there is one place more.
    expect(await placesOf(7, ['x'.repeat(100), 'x'.repeat(200)])).toEqual(
      [...new Set([...whole, 100])].toSorted((one, other) => one - other),
    );
  });

  test('a blackhole lets neither bytes nor endings arrive, and what was sent does when it is gone', async () => {
    const on = await stage();
    const { sender, receiver, connection, passed, back } = await openAs(on, direction);
    const remove = on.proxy.add({ kind: 'blackhole', direction });
    sender.socket.end('lost');
    await turnsUntil(() => passed.takenBytes === 4);
    receiver.write('the other way');
    await sender.arrived('the other way');
    await manyTurns();
    expect(passed.passedBytes).toBe(0);
    expect(receiver.ending).toBeUndefined();
    remove();
    expect(await receiver.ended()).toBe('end');
    expect(receiver.text).toBe('lost');
    expect(back.passedBytes).toBe(13);
    receiver.socket.end();
    await turnsUntil(() => over(connection));
  });

  test('a blackhole swallows a reset too, until it is gone', async () => {
    const on = await stage();
    const { sender, receiver, connection } = await openAs(on, direction);
    on.proxy.add({ kind: 'blackhole', direction: 'both' });
    sender.socket.resetAndDestroy();
    receiver.write('nobody hears this');
    await manyTurns();
    expect(receiver.ending).toBeUndefined();
    expect(connection.state).toBe('open');
    on.proxy.clear();
    expect(await receiver.ended()).toBe('reset');
    await turnsUntil(() => over(connection));
  });

  test('what was sent before a reset arrives before it, when a blackhole lets go of both', async () => {
    const on = await stage();
    const { sender, receiver, connection, passed } = await openAs(on, direction);
    on.proxy.add({ kind: 'blackhole', direction });
    sender.write('last words');
    await turnsUntil(() => passed.takenBytes === 10);
    await manyTurns();
    sender.socket.resetAndDestroy();
    await manyTurns();
    on.proxy.clear();
    expect(await receiver.ended()).toBe('reset');
    expect(receiver.text).toBe('last words');
    await turnsUntil(() => over(connection));
  });

  test('paused, nothing is read from the sender until it is no more', async () => {
    const on = await stage();
    const { sender, receiver, passed } = await openAs(on, direction);
    const remove = on.proxy.add({ kind: 'pause', direction });
    sender.socket.end('in the kernel');
    await manyTurns();
    expect(passed.takenBytes).toBe(0);
    expect(receiver.ending).toBeUndefined();
    receiver.write('the other way');
    await sender.arrived('the other way');
    remove();
    expect(await receiver.ended()).toBe('end');
    expect(receiver.text).toBe('in the kernel');
  });

  test('a byte is changed at its offset, counted from the moment in which the fault is added', async () => {
    const on = await stage({ faults: [{ kind: 'corrupt', direction, offsetBytes: 1, mask: 0x20 }] });
    const { sender, receiver } = await openAs(on, direction);
    sender.write('abc');
    await receiver.arrived('aBc');
    on.proxy.add({ kind: 'corrupt', direction, offsetBytes: 2 });
    sender.write('de');
    await receiver.arrived('aBcde');
    sender.write('fg');
    await receiver.arrived(`aBcde${String.fromCharCode(0xff ^ 0x66)}g`);
    expect(on.proxy.log.join('\n')).toContain(`#1 ${direction}: byte 5 corrupted`);
  });

  test('bytes at an offset arrive twice, also when they come one by one', async () => {
    const on = await stage({ faults: [{ kind: 'duplicate', direction, offsetBytes: 2, lengthBytes: 3 }] });
    const { sender, receiver, passed } = await openAs(on, direction);
    sender.write('abcdefg');
    await receiver.arrived('abcdecdefg');
    expect(passed).toMatchObject({ takenBytes: 7, passedBytes: 10 });
    const other = await openAs(on, direction);
    let expected = '';
    for (const letter of 'abcdefg') {
      expected += letter === 'e' ? 'ecde' : letter;
      other.sender.write(letter);
      await other.receiver.arrived(expected);
    }
  });

  test.each(['reset', 'end'] as const)('cut behind so many bytes: %s for both sides', async (ending) => {
    const on = await stage({ faults: [{ kind: 'cut', direction, afterBytes: 3, ending }] });
    const { sender, receiver, connection } = await openAs(on, direction);
    receiver.write('before');
    await sender.arrived('before');
    sender.write('abcdef');
    expect(await receiver.ended()).toBe(ending);
    expect(await sender.ended()).toBe(ending);
    expect(receiver.text).toBe('abc');
    sender.socket.end();
    receiver.socket.end();
    await turnsUntil(() => over(connection));
    expect(on.proxy.log.join('\n')).toContain(`#1 ${direction}: cut behind 3 bytes (${ending})`);
    // The next connection is cut too, in its turn.
    const next = await openAs(on, direction);
    next.sender.write('xy');
    await next.receiver.arrived('xy');
    next.sender.write('z');
    expect(await next.receiver.ended()).toBe(ending);
    expect(next.receiver.text).toBe('xyz');
  });

  test('half-closed: its receiver gets a FIN and nothing more, the other direction goes on', async () => {
    const on = await stage();
    const { sender, receiver, connection, passed } = await openAs(on, direction);
    let shownBytes = 0;
    on.proxy.onBytes(({ bytes }) => {
      shownBytes += bytes.length;
    });
    on.proxy.add({ kind: 'half-close', direction });
    expect(await receiver.ended()).toBe('end');
    // More than the proxy would hold: it is read, and dropped.
    const lost = Buffer.alloc(2 ** 22);
    sender.write(lost);
    await turnsUntil(() => passed.takenBytes === lost.length);
    expect(shownBytes).toBe(lost.length);
    receiver.socket.end('still there');
    expect(await sender.ended()).toBe('end');
    expect(sender.text).toBe('still there');
    sender.socket.end();
    await turnsUntil(() => over(connection));
    expect(passed.passedBytes).toBe(0);
  });

  test('a fault for one connection leaves the others alone', async () => {
    const on = await stage();
    on.proxy.add({ kind: 'cut', direction, afterBytes: 1, ending: 'end' }, { connection: 2 });
    const [first, second] = [await openAs(on, direction), await openAs(on, direction)];
    first.sender.write('whole');
    second.sender.write('whole');
    await first.receiver.arrived('whole');
    expect(await second.receiver.ended()).toBe('end');
    expect(second.receiver.text).toBe('w');
    on.proxy.add({ kind: 'reset' }, { connection: 1 });
    expect(await first.receiver.ended()).toBe('reset');
  });
});

describe('the whole connection', () => {
  test('reset: both sides get an RST', async () => {
    const { proxy, connect: open } = await stage();
    const { client, server, connection } = await open();
    proxy.add({ kind: 'reset' });
    expect(await client.ended()).toBe('reset');
    expect(await server.ended()).toBe('reset');
    await turnsUntil(() => over(connection));
    await open();
  });

  test('end: both sides get a FIN, and what they still send is lost', async () => {
    const { proxy, connect: open } = await stage();
    const { client, server, connection } = await open();
    proxy.add({ kind: 'end' });
    expect(await client.ended()).toBe('end');
    expect(await server.ended()).toBe('end');
    client.socket.end('lost');
    server.socket.end('lost');
    await turnsUntil(() => over(connection));
    expect([client.text, server.text]).toEqual(['', '']);
  });

  test('a reset in the same tick as an end still closes everything', async () => {
    const { proxy, connect: open } = await stage();
    const { client, server, connection } = await open();
    proxy.add({ kind: 'end' });
    proxy.add({ kind: 'reset' });
    expect(await client.ended()).toBeDefined();
    expect(await server.ended()).toBeDefined();
    await turnsUntil(() => over(connection));
  });

  test('accepted, and then silence: the server is dialled when that is over, and gets what was sent', async () => {
    const { proxy, server, connectAlone } = await stage({ faults: [{ kind: 'accept-then-silence' }] });
    const { client, connection } = await connectAlone();
    client.write('anybody there?');
    await turnsUntil(() => connection.toServer.takenBytes === 14);
    await manyTurns();
    expect(server.accepted).toEqual([]);
    expect(connection.state).toBe('accepted');
    proxy.clear();
    await new Side(await server.socket()).arrived('anybody there?');
  });

  test('a client that leaves the silence is forgotten', async () => {
    const { proxy, server, connectAlone } = await stage({ faults: [{ kind: 'accept-then-silence' }] });
    const { client, connection } = await connectAlone();
    client.socket.resetAndDestroy();
    await turnsUntil(() => over(connection));
    proxy.clear();
    await manyTurns();
    expect(server.accepted).toEqual([]);
  });

  test('ended in the silence, the client gets its FIN', async () => {
    const { proxy, connectAlone } = await stage({ faults: [{ kind: 'accept-then-silence' }] });
    const { client, connection } = await connectAlone();
    proxy.add({ kind: 'end' });
    expect(await client.ended()).toBe('end');
    client.socket.end();
    await turnsUntil(() => over(connection));
  });

  test('ended in the silence, the server gets its FIN when it is dialled', async () => {
    const { proxy, server, connectAlone } = await stage({ faults: [{ kind: 'accept-then-silence' }] });
    const { connection } = await connectAlone();
    proxy.add({ kind: 'end' });
    proxy.clear();
    const side = new Side(await server.socket());
    expect(await side.ended()).toBe('end');
    expect(connection.state).toBe('open');
  });

  test('refused: nobody gets in, those inside go on, and the port is the same when it is over', async () => {
    const { proxy, connect: open } = await stage();
    const { client, server } = await open();
    const { port } = proxy;
    const removals = [proxy.add({ kind: 'refuse' }), proxy.add({ kind: 'refuse' })];
    for (const remove of removals) {
      const refused = connect({ host: proxy.host, port });
      expect(await once(refused, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }]);
      remove();
    }
    client.write('still here');
    await server.arrived('still here');
    expect(proxy.port).toBe(port);
    await open();
    await open();
  });

  test('refused from the beginning, back and forth within a tick, it does what was said last', async () => {
    const { proxy } = await stage({ faults: [{ kind: 'refuse' }] });
    proxy.clear();
    proxy.add({ kind: 'refuse' });
    await once(connect({ host: proxy.host, port: proxy.port }), 'error');
    expect(proxy.connections).toEqual([]);
    proxy.clear();
    proxy.add({ kind: 'refuse' })();
    await clientOf(proxy);
  });
});

test('a port that somebody else has taken meanwhile is listened at when it is free again', async () => {
  const clock = new VirtualClock();
  const { proxy, connect: open } = await stage({ clock });
  const remove = proxy.add({ kind: 'refuse' });
  const thief = createServer();
  thief.listen(proxy.port, proxy.host);
  await once(thief, 'listening');
  remove();
  await turnsUntil(() => clock.pendingTimers === 1);
  expect(proxy.log.join('\n')).toContain('listening failed: listen EADDRINUSE');
  await clock.advance(100);
  await turnsUntil(() => clock.pendingTimers === 1);
  thief.close();
  await once(thief, 'close');
  await clock.advance(100);
  await open();
  const again = proxy.add({ kind: 'refuse' });
  thief.listen(proxy.port, proxy.host);
  await once(thief, 'listening');
  again();
  await turnsUntil(() => clock.pendingTimers === 1);
  proxy.add({ kind: 'refuse' });
  expect(clock.pendingTimers).toBe(0);
  thief.close();
});

describe('faults together', () => {
  test('what is changed and what is repeated is cut into slices too', async () => {
    const on = await stage();
    const { client, server } = await on.connect();
    on.proxy.add({ kind: 'slice', direction: 'both', maxBytes: 1 });
    on.proxy.add({ kind: 'corrupt', direction: 'to-server', offsetBytes: 1, mask: 0x20 });
    on.proxy.add({ kind: 'duplicate', direction: 'to-server', offsetBytes: 0, lengthBytes: 2 });
    client.write('abc');
    await server.arrived('aBaBc');
    expect(server.sizes).toEqual([1, 1, 1, 1, 1]);
  });

  test('a cut counts what is repeated as little as the sender does', async () => {
    const on = await stage();
    const { client, server } = await on.connect();
    on.proxy.add({ kind: 'duplicate', direction: 'to-server', offsetBytes: 0, lengthBytes: 1 });
    on.proxy.add({ kind: 'cut', direction: 'to-server', afterBytes: 2, ending: 'end' });
    client.write('abc');
    expect(await server.ended()).toBe('end');
    expect(server.text).toBe('aab');
  });

  test('what a blackhole holds is cut when it is let go', async () => {
    const on = await stage();
    const { client, server, connection } = await on.connect();
    const remove = on.proxy.add({ kind: 'blackhole', direction: 'to-client' });
    server.write('a reply');
    await turnsUntil(() => connection.toClient.takenBytes === 7);
    on.proxy.add({ kind: 'cut', direction: 'to-client', afterBytes: 3, ending: 'reset' });
    remove();
    expect(await client.ended()).toBe('reset');
    expect(client.text).toBe('a r');
  });

  test('a fault that is removed in time does nothing', async () => {
    const on = await stage();
    const { client, server } = await on.connect();
    const remove = on.proxy.add({ kind: 'cut', direction: 'to-server', afterBytes: 2, ending: 'reset' });
    client.write('a');
    await server.arrived('a');
    remove();
    remove();
    client.write('bcd');
    await server.arrived('abcd');
  });
});
