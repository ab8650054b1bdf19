import { describe, expect, test } from 'vitest';
import { connect, write } from '../support/simulated-network-fixture.ts';
import { PendingCuts } from './pending-cuts.ts';

describe('when pending cuts are finished', () => {
  test('a connection with bytes to come is cut at once, and not later', async () => {
    const { clock, transport, peer, listener } = await connect({});
    const cuts = new PendingCuts();
    cuts.add(peer, { direction: 'to-server', how: 'reset', afterBytes: 100 });
    write(transport, 'x'.repeat(10));
    await clock.advance(100);
    expect([peer.isOpen, peer.received.length]).toEqual([true, 10]);
    cuts.finish();
    await clock.advance(100);
    expect(peer.isOpen).toBe(false);
    expect(listener.log.length).toBe(1);
  });

  test('what was cut already, or has ended, is let be', async () => {
    const { clock, transport, peer, listener, peerLog } = await connect({});
    const cuts = new PendingCuts();
    cuts.add(peer, { direction: 'to-client', how: 'silence' });
    cuts.finish();
    await clock.advance(1_000);
    expect([peer.isOpen, listener.log]).toEqual([true, []]);
    cuts.add(peer, { direction: 'to-server', how: 'reset', afterBytes: 100 });
    transport.destroy();
    cuts.finish();
    await clock.advance(1_000);
    expect([listener.log, peerLog]).toEqual([[], []]);
  });

  test('nobody is cut where there was no connection', () => {
    const cuts = new PendingCuts();
    cuts.add(undefined, { direction: 'to-client' });
    cuts.finish();
  });
});
