import { VirtualClock, type LastingFault } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { manyTurns, stage, turnsUntil, type Stage } from './fault-proxy-stage.ts';

/** A stage in virtual time, with one connection on it. */
async function timed(...faults: LastingFault[]) {
  const clock = new VirtualClock();
  const on: Stage = await stage({ clock, seed: 5, faults });
  const { client, server, connection } = await on.connect();
  /** Sends, and waits until the proxy has it. */
  const send = async (text: string): Promise<void> => {
    const all = connection.toServer.takenBytes + text.length;
    client.write(text);
    await turnsUntil(() => connection.toServer.takenBytes === all);
  };
  /** At which milliseconds how many bytes had passed. */
  const watch = async (untilMs: number, stepMs = 1): Promise<[number, number][]> => {
    const seen: [number, number][] = [];
    while (clock.now() < untilMs) {
      await clock.advance(stepMs);
      const { passedBytes } = connection.toServer;
      if (passedBytes !== (seen.at(-1)?.[1] ?? 0)) seen.push([clock.now(), passedBytes]);
    }
    return seen;
  };
  return { clock, ...on, client, server, connection, send, watch };
}

describe('latency', () => {
  test('bytes are late by so much, each by the time of its own arrival, and the ending behind them', async () => {
    const { clock, client, server, send, connection } = await timed({
      kind: 'latency',
      direction: 'to-server',
      ms: 100,
    });
    await send('first');
    await clock.advance(60);
    await send('second');
    client.socket.end();
    await clock.advance(39);
    await manyTurns();
    expect(connection.toServer.passedBytes).toBe(0);
    await clock.advance(1);
    await server.arrived('first');
    await clock.advance(59);
    expect(connection.toServer.passedBytes).toBe(5);
    await clock.advance(1);
    expect(connection.toServer.passedBytes).toBe(11);
    await clock.settle();
    await clock.advance(100);
    expect(await server.ended()).toBe('end');
    expect(server.text).toBe('firstsecond');
    server.write('back at once');
    await client.arrived('back at once');
    expect(clock.pendingTimers).toBe(0);
  });

  test('latencies add up, and what is removed is so for bytes that are on their way', async () => {
    const { clock, proxy, server, send, connection } = await timed({
      kind: 'latency',
      direction: 'both',
      ms: 100,
    });
    const remove = proxy.add({ kind: 'latency', direction: 'to-server', ms: 50 });
    await send('a');
    await clock.advance(149);
    expect(connection.toServer.passedBytes).toBe(0);
    await clock.advance(1);
    await server.arrived('a');
    await send('b');
    await clock.advance(100);
    expect(connection.toServer.passedBytes).toBe(1);
    remove();
    await server.arrived('ab');
    expect(clock.pendingTimers).toBe(0);
  });

  test('jitter keeps the order, and is the same for the same seed at the same place', async () => {
    const run = async () => {
      const { send, server, watch } = await timed({
        kind: 'latency',
        direction: 'to-server',
        ms: 10,
        jitterMs: 90,
      });
      for (const letter of 'abcdefghij') await send(letter);
      const seen = await watch(100);
      await server.arrived('abcdefghij');
      return seen;
    };
    const seen = await run();
    expect(seen.length).toBeGreaterThan(1);
    expect(seen[0]?.[0]).toBeGreaterThan(10);
    expect(seen.at(-1)?.[1]).toBe(10);
    expect(await run()).toEqual(seen);
  });

  test('an ending without bytes is late too, and so is a reset', async () => {
    const {
      clock,
      proxy,
      connect: open,
      client,
      server,
    } = await timed({
      kind: 'latency',
      direction: 'both',
      ms: 100,
    });
    const other = await open();
    client.socket.end();
    other.client.socket.resetAndDestroy();
    await turnsUntil(() => clock.pendingTimers === 2);
    await clock.advance(99);
    await manyTurns();
    expect([server.ending, other.server.ending]).toEqual([undefined, undefined]);
    await clock.advance(1);
    expect([await server.ended(), await other.server.ended()]).toEqual(['end', 'reset']);
    await proxy.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('close leaves no timer of bytes that are on their way', async () => {
    const { clock, proxy, send, connection } = await timed({ kind: 'latency', direction: 'both', ms: 100 });
    await send('lost');
    expect(clock.pendingTimers).toBe(1);
    await proxy.close();
    expect(clock.pendingTimers).toBe(0);
    expect(connection.toServer).toMatchObject({ takenBytes: 4, passedBytes: 0 });
  });
});

describe('bandwidth', () => {
  test('so many bytes pass in a second, evenly', async () => {
    const { send, server, watch, clock } = await timed({
      kind: 'bandwidth',
      direction: 'to-server',
      bytesPerSecond: 1_000,
    });
    await send('x'.repeat(300));
    const seen = await watch(400, 10);
    expect(seen).toHaveLength(15);
    for (const [atMs, bytes] of seen) expect(bytes).toBeLessThanOrEqual(20 + atMs);
    expect(seen.at(-1)).toEqual([280, 300]);
    await server.arrived('x'.repeat(300));
    expect(clock.pendingTimers).toBe(0);
  });

  test('a narrow one lets single bytes pass, the narrowest of several counts, and a blackhole stops it', async () => {
    const { proxy, send, watch, connection } = await timed(
      { kind: 'bandwidth', direction: 'both', bytesPerSecond: 1_000 },
      { kind: 'bandwidth', direction: 'to-server', bytesPerSecond: 10 },
    );
    await send('abcdef');
    expect(connection.toServer.passedBytes).toBe(1);
    expect(await watch(200, 50)).toEqual([
      [50, 1],
      [100, 2],
      [200, 3],
    ]);
    const remove = proxy.add({ kind: 'blackhole', direction: 'to-server' });
    expect(await watch(1_000, 50)).toEqual([[250, 3]]);
    remove();
    proxy.clear();
    await turnsUntil(() => connection.toServer.passedBytes === 6);
  });

  test('with latency, bytes are late first and slow then', async () => {
    const { send, watch } = await timed(
      { kind: 'bandwidth', direction: 'both', bytesPerSecond: 100 },
      { kind: 'latency', direction: 'both', ms: 50 },
    );
    await send('abcdef');
    expect(await watch(100, 10)).toEqual([
      [50, 2],
      [70, 4],
      [90, 6],
    ]);
  });
});
