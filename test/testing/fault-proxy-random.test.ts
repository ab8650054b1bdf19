import {
  LeakCheck,
  SeededRandom,
  VirtualClock,
  type Fault,
  type LastingFault,
  type ProxyDirection,
} from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { manyTurns, stage, turnsUntil, type Side } from './fault-proxy-stage.ts';

const DIRECTIONS: readonly ProxyDirection[] = ['to-server', 'to-client'];
const SEEDS = Array.from({ length: 25 }, (_, index) => index + 1);

function randomBytes(random: SeededRandom, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.integer(0, 255)));
}

/** Faults that delay bytes and change none. */
function delay(random: SeededRandom): LastingFault {
  const direction = random.pick(['to-server', 'to-client', 'both'] as const);
  return random.pick<LastingFault>([
    { kind: 'latency', direction, ms: random.integer(0, 3), jitterMs: random.integer(0, 3) },
    { kind: 'bandwidth', direction, bytesPerSecond: random.integer(100_000, 10_000_000) },
    { kind: 'slice', direction, maxBytes: random.integer(1, 2_000) },
    { kind: 'blackhole', direction },
    { kind: 'pause', direction },
  ]);
}

/** Adds faults and takes them away again, by turns, until it is over. */
async function disturb(add: (fault: Fault) => () => void, random: SeededRandom, isOver: () => boolean) {
  const removals: (() => void)[] = [];
  for (let turns = 0; !isOver(); turns += 1) {
    if (turns < 300 && random.chance(0.1)) removals.push(add(delay(random)));
    if (turns >= 300 || random.chance(0.15)) removals.shift()?.();
    await manyTurnsOfChance(random);
  }
}

async function manyTurnsOfChance(random: SeededRandom): Promise<void> {
  let turns = random.integer(1, 5);
  await turnsUntil(() => (turns -= 1) < 0);
}

function sendAll({ socket }: Side, bytes: Buffer, random: SeededRandom): void {
  for (let offset = 0; offset < bytes.length;) {
    const count = random.integer(1, 20_000);
    socket.write(bytes.subarray(offset, offset + count));
    offset += count;
  }
  socket.end();
}

test.each(SEEDS)(
  'seed %i: whatever delays them, bytes arrive as they were sent, and the end behind',
  async (seed) => {
    const random = new SeededRandom(seed);
    const { proxy, connect } = await stage({ seed });
    const pairs = [await connect(), await connect()];
    const streams = pairs.flatMap(({ client, server }) => [
      { sender: client, receiver: server, bytes: randomBytes(random, random.integer(0, 100_000)) },
      { sender: server, receiver: client, bytes: randomBytes(random, random.integer(0, 100_000)) },
    ]);
    for (const { sender, bytes } of streams) sendAll(sender, bytes, random);
    const isOver = (): boolean => pairs.every(({ connection }) => connection.state === 'over');
    await disturb((fault) => proxy.add(fault), random, isOver);
    for (const { receiver, bytes } of streams) {
      expect(receiver.ending).toBe('end');
      expect(receiver.bytes.equals(bytes)).toBe(true);
    }
  },
);

test.each(SEEDS)(
  'seed %i: what is changed or repeated is so at its place, and nowhere else',
  async (seed) => {
    const random = new SeededRandom(seed);
    const sent = randomBytes(random, random.integer(1, 5_000));
    const offsetBytes = random.integer(0, sent.length);
    const lengthBytes = random.integer(1, 500);
    const corruptAt = random.integer(0, sent.length);
    const mask = random.integer(1, 255);
    const direction = random.pick(DIRECTIONS);
    const { proxy, connect } = await stage({
      seed,
      faults: [
        { kind: 'duplicate', direction, offsetBytes, lengthBytes },
        { kind: 'corrupt', direction, offsetBytes: corruptAt, mask },
        { kind: 'slice', direction, maxBytes: random.integer(1, 5_000) },
      ],
    });
    const { client, server, connection } = await connect();
    const [sender, receiver] = direction === 'to-server' ? [client, server] : [server, client];
    sendAll(sender, sent, random);
    expect(await receiver.ended()).toBe('end');
    receiver.socket.end();
    await turnsUntil(() => connection.state === 'over');
    const changed = Buffer.from(sent);
    if (corruptAt < sent.length) changed[corruptAt] = (changed[corruptAt] as number) ^ mask;
    const behind = offsetBytes + lengthBytes;
    const parts = [
      changed.subarray(0, behind),
      changed.subarray(offsetBytes, behind),
      changed.subarray(behind),
    ];
    expect(receiver.bytes.equals(behind <= sent.length ? Buffer.concat(parts) : changed)).toBe(true);
    expect(proxy.connections).toHaveLength(1);
  },
);

describe('memory', () => {
  const HELD_MAX = 2 ** 20 + 2 ** 16;
  const SENT = Buffer.alloc(2 ** 24, 'abcdefg');

  test.each(DIRECTIONS)(
    '%s: who does not read makes the sender wait, and gets everything when it reads',
    async (direction) => {
      const { connect } = await stage();
      const { client, server, connection } = await connect();
      const [sender, receiver] = direction === 'to-server' ? [client, server] : [server, client];
      const passed = direction === 'to-server' ? connection.toServer : connection.toClient;
      receiver.socket.pause();
      sender.socket.end(SENT);
      await turnsUntil(() => passed.takenBytes - passed.passedBytes >= 2 ** 20);
      await manyTurns();
      expect(passed.takenBytes - passed.passedBytes).toBeLessThanOrEqual(HELD_MAX);
      expect(passed.takenBytes).toBeLessThan(SENT.length);
      receiver.socket.resume();
      expect(await receiver.ended()).toBe('end');
      expect(receiver.bytes.equals(SENT)).toBe(true);
    },
  );

  test.each<LastingFault>([
    { kind: 'latency', direction: 'both', ms: 1_000 },
    { kind: 'bandwidth', direction: 'both', bytesPerSecond: 1 },
    { kind: 'blackhole', direction: 'both' },
  ])('of what is held back by $kind there is a megabyte at most', async (fault) => {
    const { proxy, connect } = await stage({ clock: new VirtualClock(), faults: [fault] });
    const { client, server, connection } = await connect();
    client.socket.end(SENT);
    const { toServer } = connection;
    await turnsUntil(() => toServer.takenBytes >= 2 ** 20);
    await manyTurns();
    expect(toServer.takenBytes - toServer.passedBytes).toBeLessThanOrEqual(HELD_MAX);
    proxy.clear();
    expect(await server.ended()).toBe('end');
    expect(server.bytes.equals(SENT)).toBe(true);
  });

  test('of bytes that come one by one, some thousands are held at most', async () => {
    const { proxy, connect } = await stage({ faults: [{ kind: 'blackhole', direction: 'to-server' }] });
    const { client, server, connection } = await connect();
    client.socket.setNoDelay(true);
    for (let count = 1; count <= 4_096; count += 1) {
      client.write('x');
      await turnsUntil(() => connection.toServer.takenBytes === count);
    }
    client.write('y');
    await manyTurns();
    expect(connection.toServer.takenBytes).toBe(4_096);
    proxy.clear();
    await server.arrived(`${'x'.repeat(4_096)}y`);
  });
});

describe('close in the middle', () => {
  const both = { direction: 'both' } as const;
  const FAULTS: readonly (Fault | undefined)[] = [
    undefined,
    { kind: 'latency', ...both, ms: 10, jitterMs: 5 },
    { kind: 'bandwidth', ...both, bytesPerSecond: 1_000 },
    { kind: 'slice', ...both, maxBytes: 100 },
    { kind: 'blackhole', ...both },
    { kind: 'pause', ...both },
    { kind: 'cut', direction: 'to-server', afterBytes: 10_000, ending: 'reset' },
    { kind: 'cut', direction: 'to-client', afterBytes: 10_000, ending: 'end' },
    { kind: 'accept-then-silence' },
    { kind: 'refuse' },
    { kind: 'end' },
    { kind: 'reset' },
    { kind: 'half-close', direction: 'to-server' },
  ];

  test.each(FAULTS.map((fault) => ({ name: fault?.kind ?? 'no fault', fault })))(
    '$name: nothing is left, whenever it comes',
    async ({ fault }) => {
      const check = await LeakCheck.begin();
      for (const turnsBefore of [0, 1, 2, 5, 30]) {
        const clock = new VirtualClock();
        const { proxy, server: listener, connect, connectAlone } = await stage({ clock });
        const { client, server } = await connect();
        const sides = [client, server];
        if (fault !== undefined) proxy.add(fault);
        if (fault?.kind !== 'refuse') sides.push((await connectAlone()).client);
        for (const side of sides) side.socket.end(Buffer.alloc(200_000));
        for (let turns = 0; turns < turnsBefore; turns += 1) await clock.advance(1);
        await proxy.close();
        expect(clock.describeTimers()).toEqual([]);
        expect(proxy.connections.every(({ state }) => state === 'over')).toBe(true);
        for (const { socket } of sides) socket.destroy();
        for (const socket of listener.accepted) socket.destroy();
        await listener.drained();
      }
      expect(await check.leftovers()).toEqual([]);
    },
  );
});
