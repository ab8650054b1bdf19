import { SimulatedNetwork } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import {
  ENDPOINT,
  NotingListener,
  connect,
  dial,
  joined,
  write,
} from '../support/simulated-network-fixture.ts';

describe('a full kernel buffer', () => {
  test('takes away room and gives it back when the peer has read all', async () => {
    const { clock, transport, peer, peerLog, listener } = await connect({ kernelBufferBytes: 10 });
    write(transport, 'x'.repeat(25));
    expect([transport.hasRoom, transport.bytesAccepted]).toEqual([false, 10]);
    await clock.advance(1);
    expect([transport.hasRoom, transport.bytesAccepted]).toEqual([false, 20]);
    await clock.advance(1);
    expect([transport.hasRoom, transport.bytesAccepted]).toEqual([true, 25]);
    await clock.advance(10);
    expect(peerLog.map((line) => line.length)).toEqual([12, 12, 7]);
    expect(listener.log).toEqual(['2 room']);
    expect(peer.written.length).toBe(25);
  });

  test('stays full while the peer does not read; onRoom comes after it resumes', async () => {
    const { clock, transport, peer, listener } = await connect({ kernelBufferBytes: 10 });
    peer.stopReading();
    write(transport, 'x'.repeat(15));
    await clock.advance(60_000);
    expect([transport.hasRoom, transport.bytesAccepted, peer.received.length]).toEqual([false, 10, 0]);
    peer.send('still here');
    await clock.advance(1);
    peer.resumeReading();
    await clock.advance(1);
    expect([transport.hasRoom, transport.bytesAccepted, peer.received.length]).toEqual([true, 15, 15]);
    expect(listener.log).toEqual(['60001 data still here', '60001 room']);
  });

  test('what is written while there is no room keeps its order', async () => {
    const { clock, transport, peer } = await connect({ kernelBufferBytes: 3 });
    for (const text of ['abcd', 'ef', 'ghijkl']) write(transport, text);
    await clock.advance(100);
    expect(peer.received.toString()).toBe('abcdefghijkl');
  });

  test('corked writes leave at uncork, as one', async () => {
    const { clock, transport, peerLog, listener } = await connect();
    transport.cork();
    write(transport, 'a');
    write(transport, 'b');
    expect([transport.hasRoom, transport.bytesAccepted]).toEqual([false, 0]);
    transport.uncork();
    expect([transport.hasRoom, transport.bytesAccepted]).toEqual([true, 2]);
    await clock.advance(5);
    expect(peerLog).toEqual(['1 ab']);
    expect(listener.log).toEqual([]);
  });
});

describe('the end of a connection', () => {
  test('by the peer comes behind what it sent, and ends the other half too', async () => {
    const { clock, network, peer, peerLog, listener } = await connect();
    peer.send('bye');
    peer.end();
    peer.send('too late');
    await clock.advance(5);
    expect(listener.log).toEqual(['1 data bye', '1 lost The peer ended the stream.']);
    expect(peerLog).toEqual(['2 ended']);
    expect([peer.isOpen, network.openTransports, clock.pendingTimers]).toEqual([false, 0, 0]);
  });

  test('by a reset loses what the peer had not read, and is told once', async () => {
    const { clock, transport, peer, peerLog, listener } = await connect();
    write(transport, 'lost on the way');
    peer.reset();
    peer.reset();
    await clock.advance(5);
    write(transport, 'into the void');
    await clock.advance(5);
    expect(listener.log).toEqual(['1 lost ECONNRESET']);
    expect(peerLog).toEqual([]);
    expect(peer.written.toString()).toBe('lost on the wayinto the void');
    expect(clock.pendingTimers).toBe(0);
  });

  test('by the client is silent there; the peer gets what the kernel had accepted, then the end', async () => {
    const { clock, network, transport, peer, peerLog, listener } = await connect({ kernelBufferBytes: 4 });
    write(transport, 'abcdef');
    peer.send('an answer');
    transport.destroy();
    transport.destroy();
    expect(network.openTransports).toBe(0);
    write(transport, 'ignored');
    await clock.advance(5);
    peer.send('to nobody');
    await clock.advance(5);
    expect(peerLog).toEqual(['1 abcd', '1 ended']);
    expect(listener.log).toEqual([]);
    expect(peer.written.toString()).toBe('abcdef');
    expect([clock.pendingTimers, network.misuses]).toEqual([0, []]);
  });

  test('inside onData stops further deliveries', async () => {
    const { clock, transport, peer } = await connect({ toClient: { slicing: 'each-byte' } });
    let calls = 0;
    transport.attach({
      onData: (bytes) => {
        calls += 1;
        transport.destroy();
        return bytes.length;
      },
      onRoom: () => undefined,
      onLost: () => undefined,
    });
    peer.send('abc');
    await clock.advance(5);
    expect(calls).toBe(1);
  });

  test('a crash of the listener resets all its connections and refuses new ones', async () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock });
    const server = network.listen(ENDPOINT, () => undefined);
    const transports = [await clock.waitFor(dial(network)), await clock.waitFor(dial(network))];
    const listeners = transports.map((transport) => {
      const listener = new NotingListener(clock);
      transport.attach(listener);
      return listener;
    });
    server.crash();
    await clock.advance(1);
    expect(listeners.map(({ log }) => log)).toEqual([['3 lost ECONNRESET'], ['3 lost ECONNRESET']]);
    await expect(clock.waitFor(dial(network))).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    expect(network.openTransports).toBe(0);
  });
});

describe('a frozen peer', () => {
  test('accepts bytes and says nothing until it thaws', async () => {
    const { clock, transport, peer, peerLog, listener } = await connect({ kernelBufferBytes: 8 });
    peer.freeze();
    write(transport, 'x'.repeat(6));
    peer.send('held back');
    peer.end();
    await clock.advance(60_000);
    expect([transport.hasRoom, transport.bytesAccepted, peerLog, listener.log]).toEqual([true, 6, [], []]);
    write(transport, 'y'.repeat(6));
    expect([transport.hasRoom, transport.bytesAccepted]).toEqual([false, 8]);
    peer.thaw();
    await clock.advance(1);
    expect(listener.log).toEqual([
      '60000 room',
      '60001 data held back',
      '60001 lost The peer ended the stream.',
    ]);
    expect(joined(peerLog)).toContain('xxxxxxyy');
  });

  test('reads what came before the client gave up, when it thaws', async () => {
    const { clock, transport, peer, peerLog } = await connect();
    peer.freeze();
    write(transport, 'INCR');
    await clock.advance(1000);
    transport.destroy();
    await clock.advance(1000);
    expect([peerLog, clock.pendingTimers]).toEqual([[], 0]);
    peer.thaw();
    await clock.settle();
    expect(peerLog).toEqual(['2000 INCR', '2000 ended']);
  });

  test('can be reset by its kernel', async () => {
    const { clock, peer, listener } = await connect();
    peer.freeze();
    peer.reset();
    await clock.advance(1);
    expect(listener.log).toEqual(['1 lost ECONNRESET']);
  });
});

describe('a cut', () => {
  test('on the way to the peer: it gets exactly so many bytes, its answers to the last are lost', async () => {
    const { clock, transport, peer, peerLog, listener } = await connect();
    peer.onBytes((bytes) => peer.send(`answer to ${bytes.toString()}`));
    write(transport, 'ab');
    await clock.advance(1);
    peer.cut({ direction: 'to-server', afterBytes: 3 });
    write(transport, 'cdefgh');
    await clock.advance(10);
    expect(peer.received.toString()).toBe('abcde');
    expect(listener.log).toEqual(['2 data answer to ab', '3 lost ECONNRESET']);
    expect(peerLog).toEqual(['2 reset']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('on the way to the client: it gets exactly so many bytes, then a reset', async () => {
    const { clock, transport, peer, peerLog, listener } = await connect();
    peer.cut({ direction: 'to-client', afterBytes: 4 });
    peer.send('abcdef');
    write(transport, 'sent before');
    await clock.advance(10);
    expect(listener.log).toEqual(['1 data abcd', '1 lost ECONNRESET']);
    expect(peerLog).toEqual(['1 sent before', '2 reset']);
    expect([clock.pendingTimers, peer.isOpen]).toEqual([0, false]);
  });

  test('after no bytes is a cut at once', async () => {
    const { clock, transport, peer, peerLog, listener } = await connect();
    write(transport, 'never arrives');
    peer.cut({ direction: 'to-server' });
    await clock.advance(10);
    expect(peerLog).toEqual(['0 reset']);
    expect(listener.log).toEqual(['1 lost ECONNRESET']);
  });

  test('in silence is known to neither side', async () => {
    const { clock, network, transport, peer, peerLog, listener } = await connect({ kernelBufferBytes: 10 });
    peer.cut({ direction: 'to-server', afterBytes: 3, how: 'silence' });
    write(transport, 'abcdef');
    await clock.advance(5);
    peer.send('unheard');
    write(transport, 'x'.repeat(20));
    await clock.advance(60_000);
    expect([peerLog, listener.log]).toEqual([['1 abc'], []]);
    expect([transport.hasRoom, transport.bytesAccepted, network.openTransports]).toEqual([false, 13, 1]);
    transport.destroy();
    await clock.advance(60_000);
    expect([peerLog, clock.pendingTimers]).toEqual([['1 abc'], 0]);
  });

  test('at any byte leaves the same prefix, however the bytes are sliced', async () => {
    for (let afterBytes = 0; afterBytes <= 20; afterBytes += 1) {
      const { clock, peer, listener } = await connect({
        seed: afterBytes,
        toClient: { slicing: 'random', jitterMs: 2 },
      });
      peer.cut({ direction: 'to-client', afterBytes });
      peer.send('0123456789');
      peer.send('abcdefghijkl');
      await clock.advance(1000);
      expect(joined(listener.log)).toBe(`${'0123456789abcdefghijkl'.slice(0, afterBytes)}lost ECONNRESET`);
    }
  });
});
