import { describe, expect, test } from 'vitest';
import { causeOf, explain, type ExplanationSource } from '../../src/core/explain.ts';
import { Slot, SlotQueue, type ConnectionState } from '../../src/core/machine/index.ts';
import type { Request } from '../../src/core/protocol.ts';
import type { Transport } from '../../src/core/transport.ts';
import { samples } from '../machine/connections.ts';

const NOW = 50_000;
const SECRET = 'hunter2';

function slotOf(command: string): Slot<Request> {
  const request = { command, bytes: 10, repeatable: false, silenceMs: 0, expectsReply: true, key: SECRET };
  return new Slot<Request>(request, request.bytes, 0, undefined, () => {});
}

function sourceOf(state: ConnectionState, changes: Partial<ExplanationSource> = {}): ExplanationSource {
  return {
    name: 'cache',
    state,
    transitions: [],
    slots: new SlotQueue<Request>(),
    transport: undefined,
    lastProgressAt: undefined,
    now: NOW,
    ...changes,
  };
}

const transport = { peer: '127.0.0.1:6379', bytesReceived: 300, bytesAccepted: 200 } as Transport;

describe('an explanation', () => {
  test('of a connection that is ready says who is at the other end and what is under way', () => {
    const slots = new SlotQueue<Request>();
    for (const command of ['GET', 'SET', 'DEL', 'INCR']) slots.push(slotOf(command));
    for (let count = 0; count < 3; count += 1) slots.handOver(slots.nextWaiting()!);
    slots.release(slots.head()!);
    const explanation = explain(sourceOf(samples().ready, { slots, transport, lastProgressAt: NOW - 70.4 }));
    expect(explanation).toEqual({
      name: 'cache',
      state: 'ready',
      peer: '127.0.0.1:6379',
      downForMs: undefined,
      lastCause: undefined,
      failures: 3,
      nextAttemptInMs: undefined,
      waiting: 1,
      inFlight: 2,
      abandoned: 1,
      pendingBytes: 40,
      silentForMs: 70,
      oldestInFlight: 'GET',
      bytesReceived: 300,
      bytesSent: 200,
      transitions: [],
    });
  });

  test('of a connection that is down says since when, why, and when it goes on', () => {
    expect(explain(sourceOf(samples()['backing-off']))).toMatchObject({
      state: 'backing-off',
      peer: undefined,
      downForMs: 4_000,
      lastCause: 'earlier',
      failures: 3,
      nextAttemptInMs: 500,
      silentForMs: undefined,
      bytesReceived: 0,
      bytesSent: 0,
    });
    expect(explain(sourceOf(samples().parked))).toMatchObject({
      downForMs: 4_000,
      nextAttemptInMs: undefined,
    });
  });

  test('never says that an attempt was due in the past', () => {
    expect(explain(sourceOf(samples()['backing-off'], { now: NOW + 9_000 })).nextAttemptInMs).toBe(0);
  });

  test('does not count calls that have gone', () => {
    const slots = new SlotQueue<Request>();
    const [first, second] = [slotOf('GET'), slotOf('SET')];
    for (const slot of [first, second]) slots.push(slot);
    slots.release(first);
    slots.handOver(slots.nextWaiting()!);
    expect(explain(sourceOf(samples().ready, { slots }))).toMatchObject({
      waiting: 0,
      inFlight: 1,
      pendingBytes: 10,
      oldestInFlight: 'SET',
    });
    slots.answerHead(second);
    expect(explain(sourceOf(samples().ready, { slots }))).toMatchObject({
      waiting: 0,
      inFlight: 0,
      oldestInFlight: undefined,
    });
  });

  test('tells the last changes with their age and cause', () => {
    const { connecting, 'backing-off': backingOff, ready } = samples();
    const transitions = [
      { from: connecting, to: ready, at: NOW - 900 },
      { from: ready, to: backingOff, at: NOW - 0.4 },
    ];
    expect(explain(sourceOf(backingOff, { transitions })).transitions).toEqual([
      { from: 'connecting', to: 'ready', agoMs: 900, cause: undefined },
      { from: 'ready', to: 'backing-off', agoMs: 0, cause: 'earlier' },
    ]);
  });

  test('can be printed as JSON and holds nothing of a request but its name', () => {
    const slots = new SlotQueue<Request>();
    slots.push(slotOf('GET'));
    slots.handOver(slots.nextWaiting()!);
    const explanation = explain(sourceOf(samples().ready, { slots, transport }));
    expect(JSON.stringify(explanation)).toContain('"oldestInFlight":"GET"');
    expect(JSON.stringify(explanation)).not.toContain(SECRET);
  });

  test('knows the cause of a state where there is one', () => {
    const causes = Object.values(samples()).map((state) => causeOf(state)?.message);
    const expected = [undefined, 'earlier', 'earlier', undefined, 'earlier', 'earlier', undefined, undefined];
    expect(causes).toEqual(expected);
    expect(causeOf({ name: 'closed', epoch: 1, cause: new Error('over') })?.message).toBe('over');
  });
});
