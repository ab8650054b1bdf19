import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  step,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  type StateName,
} from '../../src/core/machine/index.ts';
import { connectionTable } from './connection-table.ts';
import { CAUSE, contextOf, EARLIER, EPOCH, events, NOW, outageOf, samples } from './connections.ts';

const PAGE = new URL('../../ARCHITECTURE.md', import.meta.url);
const TABLE = /(?<=<!-- table:begin -->\n)[^]*(?=<!-- table:end -->)/;

const epoch = EPOCH;
const every = Object.values(samples());

function deeds(effects: readonly ConnectionEffect[]): string[] {
  return effects.map((effect) => effect.do);
}

/** Steps through events, one after the other, at one instant. */
function after(from: ConnectionState, sequence: readonly ConnectionEvent[]): ConnectionState {
  return sequence.reduce((state, event) => step(state, event, contextOf()).state, from);
}

describe('the table of states and events', () => {
  test('ARCHITECTURE.md shows what step decides (UPDATE_TABLE=1 writes it)', () => {
    const page = readFileSync(PAGE, 'utf8');
    expect(page).toMatch(TABLE);
    const table = `\n${connectionTable()}\n\n`;
    if (process.env['UPDATE_TABLE'] === '1') writeFileSync(PAGE, page.replace(TABLE, table));
    else expect(TABLE.exec(page)?.[0]).toBe(table);
  });

  test('every event of another epoch is ignored in every state', () => {
    for (const state of every) {
      for (const event of [...events(epoch - 1), ...events(epoch + 1)]) {
        if (!('epoch' in event)) continue;
        const next = step(state, event, contextOf());
        expect(next.state).toBe(state);
        expect(next.effects).toEqual([]);
      }
    }
  });

  test('every event in every state has a result, which depends on nothing else', () => {
    const seen = new Set<StateName>();
    for (const state of every) {
      for (const event of events()) {
        // All inputs are frozen: a change to them would throw.
        const first = step(state, event, contextOf());
        expect(step(state, event, contextOf())).toEqual(first);
        seen.add(first.state.name);
      }
    }
    expect([...seen].toSorted()).toEqual(Object.keys(samples()).toSorted());
  });

  test('whatever has a transport or a dial gives it up before anything else, and nothing else does', () => {
    for (const state of every) {
      for (const event of events()) {
        const next = step(state, event, contextOf());
        const had = ['connecting', 'handshaking', 'ready', 'draining'].includes(state.name);
        const keeps = ['handshaking', 'ready', 'draining'].includes(next.state.name);
        const goes = next.state !== state && had && !keeps;
        expect(deeds(next.effects).indexOf('tear-down')).toBe(goes ? 0 : -1);
      }
    }
  });

  test('each dial has an epoch of its own, one above the last', () => {
    for (const state of every) {
      for (const event of events()) {
        const { state: next, effects } = step(state, event, contextOf({ endpoints: 2 }));
        const dial = effects.find((effect) => effect.do === 'dial');
        expect(next.epoch).toBe(dial === undefined ? epoch : epoch + 1);
        if (dial !== undefined) expect(dial.epoch).toBe(epoch + 1);
      }
    }
  });
});

describe('endpoints', () => {
  test('are tried in turn without a wait, and the pass begins anew with the first', () => {
    const context = contextOf({ endpoints: 3 });
    const tried: number[] = [];
    let state: ConnectionState = samples().idle;
    let event: ConnectionEvent = { type: 'connect' };
    for (let count = 0; count < 3; count += 1) {
      const next = step(state, event, context);
      tried.push(...next.effects.flatMap((effect) => (effect.do === 'dial' ? [effect.endpoint] : [])));
      state = next.state;
      event = { type: 'lost', epoch: state.epoch, cause: CAUSE };
    }
    const over = step(state, event, context);
    expect([tried, over.state.name]).toEqual([[0, 1, 2], 'backing-off']);
    const again = step(over.state, { type: 'retry-due', epoch: over.state.epoch }, context);
    expect(again.effects).toEqual([{ do: 'dial', epoch: over.state.epoch + 1, endpoint: 0 }]);
  });

  test('that fail late in the pass do so in the handshake as in the dial', () => {
    const { handshaking } = samples();
    const next = step(handshaking, { type: 'lost', epoch, cause: CAUSE }, contextOf({ endpoints: 2 }));
    expect(next.state).toEqual({
      ...samples().connecting,
      epoch: epoch + 1,
      endpoint: 1,
      outage: { ...outageOf(false), cause: CAUSE },
    });
    expect(deeds(next.effects)).toEqual(['tear-down', 'dial']);
  });

  test('count as one failure for a whole pass', () => {
    const context = contextOf({ endpoints: 2 });
    const lostBoth = ['lost', 'lost'].reduce<ConnectionState>(
      (state) => step(state, { type: 'lost', epoch: state.epoch, cause: CAUSE }, context).state,
      samples().connecting,
    );
    const again = step(lostBoth, { type: 'retry-due', epoch: lostBoth.epoch }, context).state;
    expect([lostBoth, again]).toMatchObject([{ failures: { count: 3 } }, { failures: { count: 4 } }]);
  });
});

describe('a refusal', () => {
  /** One pass over two endpoints, each of which refuses or is lost. */
  function pass(reachedBefore: boolean, ...ends: readonly ('lost' | 'refused')[]): ConnectionState {
    return ends.reduce<ConnectionState>(
      (state, type) =>
        step(state, { type, epoch: state.epoch, cause: CAUSE }, contextOf({ endpoints: ends.length })).state,
      samples({ reachedBefore }).connecting,
    );
  }

  test('parks before the first success, only when every endpoint refused', () => {
    expect(pass(false, 'refused', 'refused').name).toBe('parked');
    expect(pass(false, 'refused', 'lost').name).toBe('backing-off');
    expect(pass(false, 'lost', 'refused').name).toBe('backing-off');
  });

  test('never parks after the first success', () => {
    expect(pass(true, 'refused', 'refused').name).toBe('backing-off');
  });

  test('is tried again after 30 s, minus at most a tenth, once there was a connection', () => {
    for (const random of [0, 0.25, 0.999_999]) {
      const { handshaking } = samples({ reachedBefore: true });
      const next = step(handshaking, { type: 'refused', epoch, cause: CAUSE }, contextOf({}, random));
      const delayMs = 30_000 * (1 - random / 10);
      expect(next.state).toMatchObject({ name: 'backing-off', retryAt: NOW + delayMs });
      expect(next.effects).toContainEqual({ do: 'retry-later', epoch, delayMs });
    }
  });

  test('by one endpoint, with another one lost, waits no longer than a loss', () => {
    expect(pass(true, 'refused', 'lost')).toMatchObject({ retryAt: NOW + 400 });
    expect(pass(true, 'lost', 'refused')).toMatchObject({ retryAt: NOW + 400 });
  });

  test('of a connection that was in use is a loss', () => {
    const type = (name: 'lost' | 'refused') =>
      step(samples().ready, { type: name, epoch, cause: CAUSE }, contextOf());
    expect(type('refused')).toEqual(type('lost'));
  });

  test('of a peer that is not wanted is a loss wherever it has not answered before', () => {
    for (const { name, epoch: of } of every) {
      const type = (event: 'lost' | 'unfit') =>
        step(samples()[name], { type: event, epoch: of, cause: CAUSE }, contextOf());
      expect(type('unfit')).toEqual(type('lost'));
    }
  });

  test('that parked is mended by connect, which starts from nothing', () => {
    const next = step(samples().parked, { type: 'connect' }, contextOf());
    expect(next.state).toMatchObject({
      name: 'connecting',
      failures: { count: 0, since: NOW },
      outage: { since: NOW, reachedBefore: false },
    });
  });
});

describe('an outage', () => {
  test('begins when a connection is lost or first wanted, and survives the dials in between', () => {
    const lost: ConnectionEvent = { type: 'lost', epoch, cause: CAUSE };
    const start = step(samples().ready, lost, contextOf()).state;
    const dialled: ConnectionEvent[] = [
      { type: 'retry-due', epoch },
      { type: 'opened', epoch: epoch + 1 },
      { type: 'lost', epoch: epoch + 1, cause: EARLIER },
      { type: 'connect' },
    ];
    const end = dialled.reduce(
      (state, event) => step(state, event, contextOf({}, 0.5, NOW + 9_000)).state,
      start,
    );
    expect(start).toMatchObject({ outage: { since: NOW, reachedBefore: true, cause: CAUSE } });
    expect(end).toMatchObject({
      epoch: epoch + 2,
      outage: { since: NOW, reachedBefore: true, cause: EARLIER },
    });
    expect(after(samples().idle, [{ type: 'connect' }])).toMatchObject({
      outage: { since: NOW, reachedBefore: false },
    });
  });

  test('keeps its last cause when a disconnect names none', () => {
    const event: ConnectionEvent = { type: 'disconnect', cause: undefined, retryInMs: undefined };
    expect(after(samples().connecting, [event])).toMatchObject({ name: 'idle', outage: outageOf(false) });
  });
});

describe('disconnect', () => {
  const stayDown: ConnectionEvent = { type: 'disconnect', cause: CAUSE, retryInMs: undefined };
  const back: ConnectionEvent = { type: 'disconnect', cause: CAUSE, retryInMs: 5_000 };

  test('stays down until told to connect', () => {
    for (const state of every) {
      const down = step(state, stayDown, contextOf());
      const ends = state.name === 'draining' || state.name === 'closed';
      expect(down.state.name).toBe(ends ? 'closed' : 'idle');
      expect(deeds(down.effects)).not.toContain('retry-later');
    }
    expect(after(samples().ready, [stayDown, { type: 'connect' }]).name).toBe('connecting');
  });

  test('of what is not connected and was not wanted begins no outage', () => {
    const { idle } = samples();
    expect(step(idle, stayDown, contextOf())).toEqual({ state: idle, effects: [] });
  });

  test('retries in the time that was given, or before that when told to connect', () => {
    const { state, effects } = step(samples().ready, back, contextOf());
    expect(state).toMatchObject({ name: 'backing-off', retryAt: NOW + 5_000 });
    expect(effects).toEqual([
      { do: 'tear-down', cause: CAUSE },
      { do: 'retry-later', epoch, delayMs: 5_000 },
    ]);
    expect(after(state, [{ type: 'connect' }])).toMatchObject({ name: 'connecting', epoch: epoch + 1 });
  });

  test('retries as after a loss, when told to do it by the policy: later with each failure before', () => {
    const byPolicy: ConnectionEvent = { ...back, retryInMs: 'by-policy' };
    const lost: ConnectionEvent = { type: 'lost', epoch, cause: CAUSE };
    for (const state of [samples().connecting, samples().ready]) {
      const context = contextOf({}, 0.5);
      expect(step(state, byPolicy, context)).toEqual(step(state, lost, context));
    }
    expect(step(samples().idle, byPolicy, contextOf({}, 0.5)).state).toMatchObject({
      name: 'backing-off',
      retryAt: NOW + 50,
    });
  });

  test('in a wait replaces the wait', () => {
    const next = step(samples()['backing-off'], back, contextOf());
    expect(next.state).toMatchObject({ retryAt: NOW + 5_000, failures: { count: 3 } });
    expect(deeds(next.effects)).toEqual(['retry-later']);
  });

  test('of a connection that was up for ten seconds leaves no failures behind', () => {
    expect(after(samples({ upForMs: 9_999 }).ready, [back])).toMatchObject({ failures: { count: 3 } });
    expect(after(samples({ upForMs: 10_000 }).ready, [back])).toMatchObject({
      failures: { count: 0, since: NOW },
    });
  });
});

describe('the end', () => {
  test('close ends every state at once, and only once', () => {
    for (const state of every) {
      const first = step(state, { type: 'close', cause: CAUSE }, contextOf());
      expect(first.state.name).toBe('closed');
      const second = step(first.state, { type: 'close', cause: EARLIER }, contextOf());
      expect(second.state).toBe(first.state);
      expect(second.effects).toEqual([]);
    }
  });

  test('nothing leaves the closed state', () => {
    const { closed } = samples();
    for (const event of events())
      expect(step(closed, event, contextOf())).toEqual({ state: closed, effects: [] });
  });

  test('a second drain does not abort the first', () => {
    const { draining } = samples();
    const next = step(draining, { type: 'drain' }, contextOf());
    expect(next).toEqual({ state: draining, effects: [] });
  });

  test('draining keeps the transport until all is answered, and ends when it is lost', () => {
    const draining = step(samples().ready, { type: 'drain' }, contextOf());
    expect(draining).toEqual({ state: samples().draining, effects: [] });
    const drained = step(draining.state, { type: 'drained', epoch }, contextOf());
    expect(drained).toEqual({
      state: { name: 'closed', epoch, cause: undefined },
      effects: [{ do: 'tear-down', cause: undefined }],
    });
    const lost = step(draining.state, { type: 'lost', epoch, cause: CAUSE }, contextOf());
    expect(lost.state).toEqual({ name: 'closed', epoch, cause: CAUSE });
  });

  test('there is nothing to drain without a connection', () => {
    for (const state of every) {
      const { name } = step(state, { type: 'drain' }, contextOf()).state;
      expect(name).toBe(state.name === 'ready' || state.name === 'draining' ? 'draining' : 'closed');
    }
  });
});
