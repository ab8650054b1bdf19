import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { HawserError, type Transport, type TransportListener } from '../../src/core/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import {
  SimulatedNetwork,
  type PeerConnection,
  type SimulatedNetworkOptions,
} from '../support/simulated-network.ts';

const ENDPOINT = { host: 'redis.test', port: 6379 };

/** An owner that notes what its transport tells it and consumes all but `keepBytes`. */
class NotingListener implements TransportListener {
  readonly log: string[] = [];
  readonly #clock: VirtualClock;
  keepBytes = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  onData(bytes: Buffer): number {
    this.log.push(`${this.#clock.now()} data ${bytes.toString('latin1')}`);
    return Math.max(0, bytes.length - this.keepBytes);
  }

  onRoom(): void {
    this.log.push(`${this.#clock.now()} room`);
  }

  onLost(cause: Error & { code?: string }): void {
    this.log.push(`${this.#clock.now()} lost ${cause.code ?? cause.message}`);
  }
}

function dial(network: SimulatedNetwork, signal = new AbortController().signal): Promise<Transport> {
  return network.dial({ endpoint: ENDPOINT, startTlsLater: false, signal });
}

/** A connection that is open and listened to; opening it takes no time unless the options say so. */
async function connect(options: Omit<SimulatedNetworkOptions, 'clock'> = {}): Promise<{
  clock: VirtualClock;
  network: SimulatedNetwork;
  transport: Transport;
  peer: PeerConnection;
  peerLog: string[];
  listener: NotingListener;
}> {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, connectMs: 0, ...options });
  const peerLog: string[] = [];
  const { connections } = network.listen(ENDPOINT, (connection) => {
    connection.onBytes((bytes) => peerLog.push(`${clock.now()} ${bytes.toString('latin1')}`));
    connection.onClosed((ending) => peerLog.push(`${clock.now()} ${ending}`));
  });
  const transport = await clock.waitFor(dial(network));
  const listener = new NotingListener(clock);
  transport.attach(listener);
  const [peer] = connections;
  if (peer === undefined) throw new Error('The dial was not accepted.');
  return { clock, network, transport, peer, peerLog, listener };
}

const write = (transport: Transport, text: string): void => transport.write(text, text.length);
const joined = (log: readonly string[]): string =>
  log.map((line) => line.replace(/^[\d.]+ (?:data )?/, '')).join('');

describe('a dial', () => {
  test('resolves after connectMs where somebody listens, and is on record', async () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock, connectMs: 30 });
    network.listen(ENDPOINT, () => undefined);
    const { signal } = new AbortController();
    const tls = { servername: 'redis.test' };
    const transport = await clock.waitFor(
      network.dial({ endpoint: ENDPOINT, tls, startTlsLater: true, signal }),
    );
    expect([clock.now(), transport.peer, network.openTransports]).toEqual([30, 'redis.test:6379', 1]);
    expect(network.dials).toEqual([
      { endpoint: ENDPOINT, atMs: 0, tls, startTlsLater: true, outcome: 'accepted' },
    ]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    transport.destroy();
    expect(network.openTransports).toBe(0);
  });

  test('is refused where nobody listens, or listens no more', async () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock });
    const refused = { code: 'CONNECT_FAILED', outcome: 'not-sent', cause: { code: 'ECONNREFUSED' } };
    await expect(clock.waitFor(dial(network))).rejects.toMatchObject(refused);
    network.listen(ENDPOINT, () => undefined).stop();
    await expect(clock.waitFor(dial(network))).rejects.toMatchObject(refused);
    expect(network.dials.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
    expect([clock.pendingTimers, network.pendingTimers, network.openTransports]).toEqual([0, 0, 0]);
  });

  test('into a black hole has no answer until its signal fires', async () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock });
    network.listen(ENDPOINT, () => undefined);
    network.answerDials(ENDPOINT, { kind: 'blackhole' });
    const abort = new AbortController();
    const dialled = dial(network, abort.signal);
    await expect(clock.waitFor(dialled, 3_600_000)).rejects.toThrow('still pending');
    abort.abort(new Error('time is up'));
    await expect(dialled).rejects.toMatchObject({ code: 'CONNECT_FAILED', cause: { message: 'time is up' } });
    expect(network.dials[0]?.outcome).toBe('aborted');
  });

  test('that is given up leaves nothing behind', async () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock, connectMs: 100 });
    network.listen(ENDPOINT, () => undefined);
    const abort = new AbortController();
    const dialled = dial(network, abort.signal);
    const alreadyAborted = dial(network, AbortSignal.abort());
    await expect(alreadyAborted).rejects.toBeInstanceOf(HawserError);
    expect([clock.pendingTimers, network.pendingTimers]).toEqual([1, 1]);
    abort.abort();
    await expect(dialled).rejects.toBeInstanceOf(HawserError);
    expect([clock.pendingTimers, network.pendingTimers, network.connections.length]).toEqual([0, 0, 0]);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  test('may be accepted too late, after its signal has fired', async () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock });
    network.listen(ENDPOINT, () => undefined);
    network.scriptDials(ENDPOINT, [{ kind: 'accept-late', afterMs: 50 }]);
    const abort = new AbortController();
    const dialled = dial(network, abort.signal);
    abort.abort();
    const transport = await clock.waitFor(dialled);
    expect([clock.now(), network.openTransports]).toEqual([50, 1]);
    transport.destroy();
  });

  test('meets what was scripted for it, then what always holds', async () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock });
    network.listen(ENDPOINT, () => undefined);
    const error = new HawserError('HANDSHAKE_REFUSED', 'certificate expired', { outcome: 'not-sent' });
    network.scriptDials(ENDPOINT, [
      { kind: 'fail', error },
      { kind: 'refuse', afterMs: 20 },
    ]);
    await expect(clock.waitFor(dial(network))).rejects.toBe(error);
    await expect(clock.waitFor(dial(network))).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    expect(clock.now()).toBe(20);
    network.answerDials(ENDPOINT, { kind: 'accept', afterMs: 5 });
    (await clock.waitFor(dial(network))).destroy();
    (await clock.waitFor(dial(network))).destroy();
    expect(clock.now()).toBe(30);
  });
});

describe('bytes', () => {
  test('travel in both directions for as long as each direction takes', async () => {
    const { clock, transport, peer, peerLog, listener } = await connect({
      toPeer: { latencyMs: 3 },
      toClient: { latencyMs: 10 },
    });
    write(transport, 'ping');
    await clock.advance(2);
    expect([peerLog, transport.bytesAccepted, transport.hasRoom]).toEqual([[], 4, true]);
    await clock.advance(1);
    peer.send('pong');
    await clock.advance(20);
    expect(peerLog).toEqual(['3 ping']);
    expect(listener.log).toEqual(['13 data pong']);
    expect(transport.bytesReceived).toBe(4);
    expect(peer.received.toString()).toBe('ping');
  });

  test('that arrive at one instant arrive together, as from a kernel', async () => {
    const { clock, peer, listener } = await connect();
    peer.send('a');
    peer.send('b');
    await clock.advance(1);
    expect(listener.log).toEqual(['1 data ab']);
  });

  test('that are not consumed are handed over again in front of what comes next', async () => {
    const { clock, peer, listener, transport } = await connect();
    listener.keepBytes = 2;
    peer.send('abcd');
    await clock.advance(1);
    peer.send('ef');
    await clock.advance(1);
    listener.keepBytes = 0;
    peer.send('g');
    await clock.advance(1);
    expect(listener.log).toEqual(['1 data abcd', '2 data cdef', '3 data efg']);
    expect(transport.bytesReceived).toBe(7);
  });

  test('that a listener leaves when it is replaced go to the next one at once', async () => {
    const { clock, peer, transport, listener } = await connect();
    transport.attach({
      onData: () => {
        transport.attach(listener);
        return 1;
      },
      onRoom: () => undefined,
      onLost: () => undefined,
    });
    peer.send('abc');
    await clock.advance(1);
    expect(listener.log).toEqual(['1 data bc']);
  });

  test('are valid only during the call', async () => {
    const { clock, peer, transport } = await connect();
    let kept: Buffer = Buffer.alloc(0);
    transport.attach({
      onData: (bytes) => (kept = bytes).length,
      onRoom: () => undefined,
      onLost: () => undefined,
    });
    peer.send('secret');
    await clock.advance(1);
    expect(kept.equals(Buffer.alloc(6, 0xdb))).toBe(true);
  });

  test('wait for a listener', async () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock });
    network.listen(ENDPOINT, (connection) => {
      connection.send('greeting');
      connection.end();
    });
    const transport = await clock.waitFor(dial(network));
    await clock.advance(100);
    const listener = new NotingListener(clock);
    transport.attach(listener);
    expect(listener.log).toEqual([]);
    await clock.settle();
    expect(listener.log).toEqual(['101 data greeting', '101 lost The peer ended the stream.']);
  });

  test.each(['random', 'each-byte'] as const)('are cut %s and come whole and in order', async (slicing) => {
    const { clock, peer, transport, listener, peerLog } = await connect({
      seed: 5,
      toClient: { slicing, jitterMs: 3 },
      toPeer: { slicing, jitterMs: 3 },
    });
    const text = Array.from({ length: 60 }, (_, index) => `value ${index};`).join('');
    for (const piece of text.match(/.{1,50}/g) ?? []) {
      peer.send(piece);
      write(transport, piece);
    }
    await clock.advance(10_000);
    expect(joined(listener.log)).toBe(text);
    expect(joined(peerLog)).toBe(text);
    const cuts = listener.log.length;
    if (slicing === 'each-byte') expect(cuts).toBe(text.length);
    else expect(cuts).toBeGreaterThan(10);
  });

  test('are cut and delayed in the same way for the same seed, and in another for another', async () => {
    const run = async (seed: number): Promise<string[]> => {
      const { clock, peer, listener } = await connect({ seed, toClient: { slicing: 'random', jitterMs: 5 } });
      peer.send('x'.repeat(300));
      await clock.advance(10_000);
      return listener.log;
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  test('are encoded as Latin-1 or UTF-8 by the size that the owner names', async () => {
    const { clock, network, peer, transport } = await connect();
    transport.write('é', 1);
    transport.write('é', 2);
    transport.write(Uint8Array.of(1, 2), 2);
    await clock.advance(1);
    expect([...peer.received]).toEqual([0xe9, 0xc3, 0xa9, 1, 2]);
    expect(network.misuses).toEqual([]);
  });
});

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
    peer.cut({ direction: 'to-peer', afterBytes: 3 });
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
    peer.cut({ direction: 'to-peer' });
    await clock.advance(10);
    expect(peerLog).toEqual(['0 reset']);
    expect(listener.log).toEqual(['1 lost ECONNRESET']);
  });

  test('in silence is known to neither side', async () => {
    const { clock, network, transport, peer, peerLog, listener } = await connect({ kernelBufferBytes: 10 });
    peer.cut({ direction: 'to-peer', afterBytes: 3, how: 'silence' });
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

describe('TLS in mid-stream', () => {
  test('succeeds at once and is counted', async () => {
    const { transport, peer, network } = await connect();
    await transport.startTls();
    expect([peer.tlsStarts, network.misuses]).toEqual([1, []]);
  });

  test('is refused while bytes are unconsumed, and when the connection is lost', async () => {
    const { clock, transport, peer, listener } = await connect();
    listener.keepBytes = 1;
    peer.send('Sx');
    await clock.advance(1);
    await expect(transport.startTls()).rejects.toMatchObject({ code: 'PROTOCOL_VIOLATION' });
    peer.reset();
    await clock.advance(1);
    await expect(transport.startTls()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(peer.tlsStarts).toBe(0);
  });
});

test('an owner that breaks the contract is found out', async () => {
  const { clock, network, transport, peer } = await connect();
  write(await clock.waitFor(dial(network)), 'unheard');
  transport.write('four', 5);
  transport.write('\u4f60', 1);
  transport.cork();
  transport.cork();
  transport.uncork();
  transport.uncork();
  transport.attach({ onData: () => 7, onRoom: () => undefined, onLost: () => undefined });
  peer.send('abc');
  await clock.advance(1);
  transport.destroy();
  transport.attach(new NotingListener(clock));
  expect(network.misuses.map((misuse) => misuse.replace('connection to redis.test:6379: ', ''))).toEqual([
    'write() before attach()',
    'write() was told 5 bytes of data that has 4',
    'write() was told one byte for each character of text that needs more',
    'cork() while corked',
    'uncork() while not corked',
    'onData() consumed 7 of 3 bytes',
    'attach() after destroy()',
  ]);
});
