import type { SimulatedPeer, TlsAnswer } from 'hawser/testing';
import { expect, test } from 'vitest';
import { HawserError } from '../../src/core/index.ts';
import { connect, write } from '../support/simulated-network-fixture.ts';

/** A connection on which TLS is being started. */
async function securing(
  answer: TlsAnswer,
): Promise<Awaited<ReturnType<typeof connect>> & { readonly secured: Promise<string> }> {
  const stage = await connect();
  stage.peer.answerTls(answer);
  const secured = stage.transport.startTls().then(
    () => 'secured',
    (error: HawserError) => `${error.code} ${error.outcome}: ${error.message}`,
  );
  return { ...stage, secured };
}

test('TLS takes its time; what is written meanwhile is dropped, and what arrives waits', async () => {
  const { clock, network, peer, transport, listener, secured } = await securing({
    kind: 'accept',
    afterMs: 50,
  });
  write(transport, 'in plain text');
  peer.send('over TLS');
  await clock.advance(49);
  expect([listener.log, clock.pendingTimers, network.pendingTimers]).toEqual([[], 1, 1]);
  await clock.advance(1);
  expect(await secured).toBe('secured');
  write(transport, 'secret');
  await clock.advance(10);
  expect(listener.log).toEqual(['50 data over TLS']);
  expect([String(peer.received), peer.tlsStarts]).toEqual(['secret', 1]);
});

test('TLS that fails destroys the transport', async () => {
  const error = new HawserError('HANDSHAKE_REFUSED', 'no certificate of ours', { outcome: 'not-sent' });
  const { clock, network, listener, peerLog, secured } = await securing({ kind: 'fail', error, afterMs: 5 });
  await clock.advance(10);
  expect(await secured).toBe('HANDSHAKE_REFUSED not-sent: no certificate of ours');
  expect([peerLog, listener.log, network.openTransports, network.misuses]).toEqual([['6 ended'], [], 0, []]);
});

test.each<[string, (peer: SimulatedPeer) => void]>([
  ['The peer ended the stream.', (peer) => peer.end()],
  ['read ECONNRESET', (peer) => peer.reset()],
])('a stream that ends while TLS is being started fails that alone: %s', async (why, end) => {
  const { clock, network, peer, listener, secured } = await securing({ kind: 'accept', afterMs: 50 });
  end(peer);
  await clock.advance(100);
  expect(await secured).toBe(`CONNECT_FAILED not-sent: no TLS with redis.test:6379: ${why}`);
  expect([listener.log, network.openTransports, clock.pendingTimers]).toEqual([[], 0, 0]);
});

test('TLS that is never answered ends with the transport', async () => {
  const { clock, network, transport, secured } = await securing({ kind: 'blackhole' });
  await clock.advance(60_000);
  transport.destroy();
  expect(await secured).toMatch(/^CONNECT_FAILED not-sent: .* the transport was destroyed$/);
  expect([network.openTransports, clock.pendingTimers - network.pendingTimers]).toEqual([0, 0]);
  await expect(transport.startTls()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
});
