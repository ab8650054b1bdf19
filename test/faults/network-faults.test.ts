import { describe, expect, test, vi } from 'vitest';
import type { NetworkFault } from '../../faults/network/network-fault.ts';
import { networkStage, skipUnlessPossible } from './network-stage.ts';

const stage = networkStage();

/** Segments that are sent again before silence is believed. */
const TIMES = 4;
const PATIENCE_MS = 10_000;

describe('silence', () => {
  const silent: readonly [string, NetworkFault, { readonly isAsked: boolean }][] = [
    ['both ways', { kind: 'drop', direction: 'both' }, { isAsked: false }],
    ['on their way to the server', { kind: 'drop', direction: 'to-server' }, { isAsked: false }],
    ['on their way to the client', { kind: 'drop', direction: 'to-client' }, { isAsked: true }],
    ['by chance, all of them', { kind: 'loss', direction: 'both', share: 1 }, { isAsked: false }],
  ];

  test.for(silent)('packets are lost %s: nobody is told, and all comes later', async (row, context) => {
    const [, fault, { isAsked }] = row;
    await skipUnlessPossible(context, fault.kind);
    const open = stage().dial();
    expect(await open.dialled).toBe('connected');
    expect(await open.ask()).toBe('answered');
    const remove = await stage().lab.add(fault);
    const { complaints } = await stage().counts();
    const answer = open.ask();
    const { events } = stage().dial();
    await stage().sentAgain(TIMES);
    expect(open.events).toEqual(['connected', 'answered']);
    expect(events).toEqual([]);
    expect((await stage().counts()).complaints).toBe(complaints);
    const asked = isAsked ? ['asked', 'asked'] : ['asked'];
    await vi.waitFor(() => expect(stage().atServer(open)).toEqual(asked), PATIENCE_MS);
    await remove();
    expect(await answer).toBe('answered');
  });

  test('a dial into silence is answered when that is over', async () => {
    const remove = await stage().lab.add({ kind: 'drop', direction: 'both' });
    const { dialled } = stage().dial();
    await stage().sentAgain(1);
    await remove();
    expect(await dialled).toBe('connected');
  });

  test('IPv6 is dead beside an IPv4 that is alive', async () => {
    const { address6 } = stage().lab.server;
    const open = stage().dial(address6);
    expect(await open.dialled).toBe('connected');
    const remove = await stage().lab.add({ kind: 'drop', direction: 'both', family: 6 });
    const answer = open.ask();
    const { events } = stage().dial(address6);
    const other = stage().dial();
    expect(await other.dialled).toBe('connected');
    await stage().sentAgain(TIMES);
    expect(open.events).toEqual(['connected']);
    expect(events).toEqual([]);
    expect(await other.ask()).toBe('answered');
    await remove();
    expect(await answer).toBe('answered');
  });

  test('an unplugged server is silent, and plugged in again it goes on', async () => {
    const open = stage().dial();
    expect(await open.dialled).toBe('connected');
    expect(await open.ask()).toBe('answered');
    const plugIn = await stage().lab.add({ kind: 'unplugged', side: 'server' });
    const answer = open.ask();
    await stage().sentAgain(TIMES);
    expect(open.events).toEqual(['connected', 'answered']);
    expect(stage().atServer(open)).toEqual(['asked']);
    await plugIn();
    expect(await answer).toBe('answered');
    expect(await stage().dial(stage().lab.server.address6).dialled).toBe('connected');
  });

  test('a server that has moved is silent at its old addresses, and answers at the new ones', async () => {
    const { elsewhere } = stage().lab;
    const open = stage().dial();
    expect(await open.dialled).toBe('connected');
    const back = await stage().lab.add({ kind: 'moved' });
    const answer = open.ask();
    const { events } = stage().dial();
    await stage().sentAgain(TIMES);
    expect(open.events).toEqual(['connected']);
    expect(events).toEqual([]);
    expect(await stage().dial(elsewhere.address).dialled).toBe('connected');
    expect(await stage().dial(elsewhere.address6).dialled).toBe('connected');
    await back();
    expect(await answer).toBe('answered');
  });
});

describe('loss', () => {
  test.for([4, 6] as const)(
    'over IPv%d meets about the share that was asked for',
    async (family, context) => {
      await skipUnlessPossible(context, 'loss');
      const { address, address6 } = stage().lab.server;
      const open = Array.from({ length: 5 }, () => stage().dial(family === 4 ? address : address6));
      for (const { dialled } of open) expect(await dialled).toBe('connected');
      const before = await packets();
      await stage().lab.add({ kind: 'loss', direction: 'to-server', share: 0.3 });
      for (;;) {
        const answers = await Promise.all(open.map((connection) => connection.ask()));
        expect(new Set(answers)).toEqual(new Set(['answered']));
        const { sent, received } = await packets();
        const total = sent - before.sent;
        if (total < 300) continue;
        const share = 1 - (received - before.received) / total;
        // Chance goes that far astray once in a million times.
        expect(Math.abs(share - 0.3)).toBeLessThan(0.13);
        return;
      }
    },
  );
});

/** What the client's system has sent, and what has reached the server's. */
async function packets(): Promise<{ readonly sent: number; readonly received: number }> {
  const [client, server] = await Promise.all([stage().counts('client'), stage().counts('server')]);
  return { sent: client.packetsOut, received: server.packetsIn };
}

describe('words', () => {
  test('a network that knows no way to the server says so to dials, and open connections survive it', async () => {
    const open = stage().dial();
    expect(await open.dialled).toBe('connected');
    const { complaints } = await stage().counts();
    const remove = await stage().lab.add({ kind: 'unreachable' });
    const answer = open.ask();
    expect(await stage().dial().dialled).toBe('EHOSTUNREACH');
    expect(await stage().dial(stage().lab.server.address6).dialled).toBe('ENETUNREACH');
    expect((await stage().counts()).complaints).toBeGreaterThan(complaints);
    expect(open.events).toEqual(['connected']);
    await remove();
    expect(await answer).toBe('answered');
    expect(await stage().dial().dialled).toBe('connected');
  });

  test('an unplugged client is told at once when it dials, and plugged in again it goes on', async () => {
    const { address, address6 } = stage().lab.server;
    const open = [stage().dial(address), stage().dial(address6)];
    for (const { dialled } of open) expect(await dialled).toBe('connected');
    const plugIn = await stage().lab.add({ kind: 'unplugged', side: 'client' });
    const answers = open.map((connection) => connection.ask());
    for (const host of [address, address6]) expect(await stage().dial(host).dialled).toBe('ENETUNREACH');
    await plugIn();
    expect(await Promise.all(answers)).toEqual(['answered', 'answered']);
    for (const host of [address, address6]) expect(await stage().dial(host).dialled).toBe('connected');
  });

  test('local ports run out, and are there again afterwards', async () => {
    const remove = await stage().lab.add({ kind: 'few-ports', ports: 2 });
    const open = [stage().dial(), stage().dial()];
    for (const { dialled } of open) expect(await dialled).toBe('connected');
    expect(await stage().dial().dialled).toBe('EADDRNOTAVAIL');
    for (const connection of open) expect(await connection.ask()).toBe('answered');
    await remove();
    expect(await stage().dial().dialled).toBe('connected');
  });

  test('connections that the system ends are over for both sides', async (context) => {
    await skipUnlessPossible(context, 'abort');
    for (let round = 0; round < 2; round += 1) {
      const open = stage().dial();
      expect(await open.dialled).toBe('connected');
      expect(await open.ask()).toBe('answered');
      await stage().lab.add({ kind: 'abort' });
      await vi.waitFor(() => expect(open.events.slice(2)).toEqual(['ECONNABORTED']), PATIENCE_MS);
      await vi.waitFor(() => expect(stage().atServer(open)).toEqual(['asked', 'ECONNRESET']), PATIENCE_MS);
    }
    expect(await stage().dial().dialled).toBe('connected');
  });
});
