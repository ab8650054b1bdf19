import { describe, expect, test } from 'vitest';
import { Gate } from '../../src/core/gate.ts';
import type { ConnectionState, Failures, Outage } from '../../src/core/machine/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

/** A gate, and when it shut. */
function gateOf(whenDownWaitMs: number): { clock: VirtualClock; gate: Gate; shutAt: number[] } {
  const clock = new VirtualClock({ startMs: 10_000 });
  const shutAt: number[] = [];
  return { clock, gate: new Gate(clock, whenDownWaitMs, () => shutAt.push(clock.now())), shutAt };
}

const failures: Failures = { count: 0, since: 10_000 };

function outageOf(since: number): Outage {
  return { since, reachedBefore: true, cause: undefined };
}

function connecting(since: number, name: 'connecting' | 'handshaking' = 'connecting'): ConnectionState {
  return { name, epoch: 1, endpoint: 0, failures, refusals: 0, outage: outageOf(since) };
}

function backingOff(since: number): ConnectionState {
  return { name: 'backing-off', epoch: 1, failures, outage: outageOf(since), retryAt: since + 50 };
}

const idle: ConnectionState = { name: 'idle', epoch: 0, outage: undefined };
const ready: ConnectionState = {
  name: 'ready',
  epoch: 1,
  endpoint: 0,
  failures,
  failuresBefore: failures,
  since: 0,
};
const parked: ConnectionState = { name: 'parked', epoch: 1, outage: outageOf(10_000) };
const draining: ConnectionState = { name: 'draining', epoch: 1, endpoint: 0 };
const closed: ConnectionState = { name: 'closed', epoch: 1, cause: undefined };

describe('Gate', () => {
  test('is open at first and while connected', async () => {
    const { clock, gate, shutAt } = gateOf(2_000);
    expect(gate.isOpen).toBe(true);
    gate.update(ready);
    await clock.advance(1e6);
    expect([gate.isOpen, shutAt, clock.pendingTimers]).toEqual([true, [], 0]);
  });

  test('shuts once, when the outage has lasted for its time, and not before', async () => {
    const { clock, gate, shutAt } = gateOf(2_000);
    gate.update(backingOff(10_000));
    await clock.advance(1_999);
    expect([gate.isOpen, shutAt]).toEqual([true, []]);
    await clock.advance(10_000);
    expect([gate.isOpen, shutAt]).toEqual([false, [12_000]]);
  });

  test('counts from the beginning of the outage, through the dials in it', async () => {
    const { clock, gate, shutAt } = gateOf(2_000);
    gate.update(backingOff(10_000));
    for (const state of [connecting(10_000), connecting(10_000, 'handshaking'), backingOff(10_000)]) {
      await clock.advance(500);
      gate.update(state);
    }
    await clock.advance(10_000);
    expect(shutAt).toEqual([12_000]);
    gate.update(connecting(10_000));
    expect(gate.isOpen).toBe(false);
  });

  test('opens again only when the connection is ready', async () => {
    const { clock, gate } = gateOf(2_000);
    gate.update(backingOff(10_000));
    await clock.advance(5_000);
    gate.update(connecting(10_000, 'handshaking'));
    expect(gate.isOpen).toBe(false);
    gate.update(ready);
    expect([gate.isOpen, clock.pendingTimers]).toEqual([true, 0]);
    gate.update(backingOff(clock.now()));
    expect(gate.isOpen).toBe(true);
  });

  test('does not shut when the connection is ready in time', async () => {
    const { clock, gate, shutAt } = gateOf(2_000);
    gate.update(backingOff(10_000));
    await clock.advance(1_999);
    gate.update(ready);
    await clock.advance(10_000);
    expect(shutAt).toEqual([]);
  });

  test('with no time to wait, shuts as soon as the connection is lost', () => {
    const { gate, shutAt } = gateOf(0);
    gate.update(ready);
    expect(gate.isOpen).toBe(true);
    gate.update(backingOff(10_000));
    expect([gate.isOpen, shutAt]).toEqual([false, [10_000]]);
  });

  test('with infinite time to wait, never shuts for an outage', async () => {
    const { clock, gate, shutAt } = gateOf(Infinity);
    gate.update(backingOff(10_000));
    await clock.advance(1e9);
    expect([gate.isOpen, shutAt, clock.pendingTimers]).toEqual([true, [], 0]);
  });

  test('counts from now for a connection that was not started', async () => {
    const { clock, gate, shutAt } = gateOf(2_000);
    await clock.advance(700);
    gate.update(idle);
    await clock.advance(60_000);
    expect(shutAt).toEqual([12_700]);
  });

  test.each([parked, closed])('shuts at once when $name', async (state) => {
    const { clock, gate, shutAt } = gateOf(Infinity);
    gate.update(connecting(10_000));
    gate.update(state);
    expect([gate.isOpen, shutAt, clock.pendingTimers]).toEqual([false, [10_000], 0]);
  });

  test('while draining lets nothing in, and leaves those who wait', () => {
    const { gate, shutAt } = gateOf(2_000);
    gate.update(ready);
    gate.update(draining);
    expect([gate.isOpen, shutAt]).toEqual([false, []]);
  });
});
