import { getEventListeners } from 'node:events';
import { SimulatedNetwork } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { HawserError } from '../../src/core/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import {
  ENDPOINT,
  NotingListener,
  connect,
  dial,
  joined,
  write,
} from '../support/simulated-network-fixture.ts';

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

  test('may be refused by who listens there, who sees the connection and counts none', async () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock, connectMs: 5 });
    let asked = 0;
    const { connections } = network.listen(ENDPOINT, (peer) => {
      asked += 1;
      peer.send('to nobody');
      return asked === 1 ? 'refuse' : undefined;
    });
    await expect(clock.waitFor(dial(network))).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    expect([clock.now(), connections, network.connections, network.openTransports]).toEqual([5, [], [], 0]);
    await clock.waitFor(dial(network));
    expect([connections.length, network.connections[0]?.number, network.openTransports]).toEqual([1, 1, 1]);
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
    network.scriptDials(ENDPOINT, [{ kind: 'refuse' }, { kind: 'refuse' }]);
    network.answerDials(ENDPOINT, { kind: 'accept', afterMs: 5 });
    (await clock.waitFor(dial(network))).destroy();
    (await clock.waitFor(dial(network))).destroy();
    expect(clock.now()).toBe(30);
  });
});

describe('bytes', () => {
  test('travel in both directions for as long as each direction takes', async () => {
    const { clock, transport, peer, peerLog, listener } = await connect({
      toServer: { latencyMs: 3 },
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
      toServer: { slicing, jitterMs: 3 },
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

describe('the log', () => {
  /** Dials twice, the first time in vain, and talks. */
  async function conversation(seed: number, answer = 'hello'): Promise<SimulatedNetwork> {
    const { clock, network, transport, peer } = await connect({ seed, toClient: { slicing: 'random' } });
    network.scriptDials(ENDPOINT, [{ kind: 'refuse' }]);
    await clock.waitFor(dial(network).catch(() => undefined));
    write(transport, 'x'.repeat(70));
    peer.send(answer);
    network.note('a line of the test');
    await clock.advance(5);
    peer.cut({ direction: 'to-client', how: 'silence' });
    transport.destroy();
    await clock.advance(5);
    return network;
  }

  test('tells of dials, bytes and endings, in order, with their times', async () => {
    const { log } = await conversation(1, 'ok');
    expect(log).toEqual([
      '0.0 ms dial 1 to redis.test:6379',
      '0.0 ms dial 1 accepted as #1',
      '0.0 ms dial 2 to redis.test:6379',
      '0.0 ms dial 2 failed: redis.test:6379: the connection was refused',
      '0.0 ms a line of the test',
      `1.0 ms #1 to server: 70 bytes "${'x'.repeat(60)}"...`,
      '1.0 ms #1 to client: 1 bytes "o"',
      '1.0 ms #1 to client: 1 bytes "k"',
      '5.0 ms #1 cut to client: silence',
    ]);
  });

  test('has a fingerprint that runs share when they have done the same, and else do not', async () => {
    const [one, same, otherSeed, otherBytes] = await Promise.all([
      conversation(1),
      conversation(1),
      conversation(2),
      conversation(1, 'hellO'),
    ]);
    expect(one.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(same.log).toEqual(one.log);
    expect(same.fingerprint).toBe(one.fingerprint);
    expect(new Set([one, otherSeed, otherBytes].map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  test('keeps its last thousand lines, and the fingerprint tells of all', () => {
    const networks = ['first', 'other'].map((first) => {
      const network = new SimulatedNetwork({ clock: new VirtualClock() });
      network.note(first);
      for (let line = 1; line <= 2_500; line += 1) network.note(`line ${line}`);
      return network;
    });
    for (const { log } of networks) {
      expect([log.length, log[0], log.at(-1)]).toEqual([1_000, '0.0 ms line 1501', '0.0 ms line 2500']);
    }
    expect(networks[0]?.fingerprint).not.toBe(networks[1]?.fingerprint);
  });
});
