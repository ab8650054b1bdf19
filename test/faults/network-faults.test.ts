import { describe, expect, test, vi } from 'vitest';
import type { NetworkFault } from '../../faults/network/network-fault.ts';
import { NetworkStage } from './network-stage.ts';

// Each test has a lab of its own, and waits for retransmissions most of its time: so they run side by side.

/** Segments that are sent again before silence is believed: those of a request, or of a dial, or of both. */
const TIMES = 3;

describe.concurrent('silence', () => {
  const silent: readonly [string, NetworkFault, { readonly isHeard: boolean }][] = [
    ['both ways', { kind: 'drop', direction: 'both' }, { isHeard: false }],
    ['on their way to the server', { kind: 'drop', direction: 'to-server' }, { isHeard: false }],
    ['on their way to the client', { kind: 'drop', direction: 'to-client' }, { isHeard: true }],
    ['by chance, all of them', { kind: 'loss', direction: 'both', share: 1 }, { isHeard: false }],
    ['before an unplugged server', { kind: 'unplugged', side: 'server' }, { isHeard: false }],
  ];

  test.for(silent)('packets are lost %s: nobody is told, and all comes later', async (row, context) => {
    const [, fault, { isHeard }] = row;
    const stage = await NetworkStage.set(context, fault.kind);
    expect(await stage.dial('open')).toBe('connected');
    expect(await stage.ask('open')).toBe('answered');
    const remove = await stage.lab.add(fault);
    const { complaints } = await stage.counts();
    const answer = stage.ask('open');
    const dialled = stage.dial('new');
    await stage.sentAgain(TIMES);
    expect(stage.eventsOf('open')).toEqual(['connected', 'answered']);
    expect(stage.eventsOf('new')).toEqual([]);
    expect((await stage.counts()).complaints).toBe(complaints);
    const heard = isHeard ? ['heard', 'heard'] : ['heard'];
    await vi.waitFor(() => expect(stage.serverEvents).toEqual(['listening', ...heard]), 10_000);
    await remove();
    expect(await answer).toBe('answered');
    expect(await dialled).toBe('connected');
  });

  test('IPv6 is dead beside an IPv4 that is alive', async (context) => {
    const stage = await NetworkStage.set(context);
    const { address6 } = stage.lab.server;
    expect(await stage.dial('open', address6)).toBe('connected');
    const remove = await stage.lab.add({ kind: 'drop', direction: 'both', family: 6 });
    const answer = stage.ask('open');
    const dialled = stage.dial('new', address6);
    expect(await stage.dial('other')).toBe('connected');
    await stage.sentAgain(TIMES);
    expect(stage.eventsOf('open')).toEqual(['connected']);
    expect(stage.eventsOf('new')).toEqual([]);
    expect(await stage.ask('other')).toBe('answered');
    await remove();
    expect(await answer).toBe('answered');
    expect(await dialled).toBe('connected');
  });

  test('a server that has moved is silent at its old addresses, and answers at the new ones', async (context) => {
    const stage = await NetworkStage.set(context);
    const { elsewhere } = stage.lab;
    expect(await stage.dial('open')).toBe('connected');
    const back = await stage.lab.add({ kind: 'moved' });
    const answer = stage.ask('open');
    const dialled = stage.dial('new');
    await stage.sentAgain(TIMES);
    expect(stage.eventsOf('open')).toEqual(['connected']);
    expect(stage.eventsOf('new')).toEqual([]);
    expect(await stage.dial('there', elsewhere.address)).toBe('connected');
    expect(await stage.dial('there, IPv6', elsewhere.address6)).toBe('connected');
    await back();
    expect(await answer).toBe('answered');
    expect(await dialled).toBe('connected');
  });
});

describe.concurrent('loss', () => {
  test('what is lost by chance is sent again by TCP, and everything is answered', async (context) => {
    const stage = await NetworkStage.set(context, 'loss');
    expect(await stage.dial('open', stage.lab.server.address6)).toBe('connected');
    await stage.lab.add({ kind: 'loss', direction: 'to-server', share: 0.3 });
    const { sentAgain } = await stage.counts();
    let answers = 0;
    while ((await stage.counts()).sentAgain < sentAgain + TIMES) {
      expect(await stage.ask('open')).toBe('answered');
      answers += 1;
    }
    expect(answers).toBeGreaterThan(1);
  });

  test('a share of next to nothing loses nothing', async (context) => {
    const stage = await NetworkStage.set(context, 'loss');
    expect(await stage.dial('open')).toBe('connected');
    await stage.lab.add({ kind: 'loss', direction: 'both', share: 1e-9 });
    const before = await stage.counts();
    for (let question = 0; question < 50; question += 1) expect(await stage.ask('open')).toBe('answered');
    expect(await stage.counts()).toEqual(before);
  });
});

describe.concurrent('words', () => {
  test('a network that knows no way to the server says so to dials, and open connections survive it', async (context) => {
    const stage = await NetworkStage.set(context);
    expect(await stage.dial('open')).toBe('connected');
    const { complaints } = await stage.counts();
    const remove = await stage.lab.add({ kind: 'unreachable' });
    const answer = stage.ask('open');
    expect(await stage.dial('new')).toBe('EHOSTUNREACH');
    expect(await stage.dial('new, IPv6', stage.lab.server.address6)).toBe('ENETUNREACH');
    expect((await stage.counts()).complaints).toBeGreaterThan(complaints);
    expect(stage.eventsOf('open')).toEqual(['connected']);
    await remove();
    expect(await answer).toBe('answered');
    expect(await stage.dial('later')).toBe('connected');
  });

  test('an unplugged client is told at once when it dials, and plugged in again it goes on', async (context) => {
    const stage = await NetworkStage.set(context);
    const { address6 } = stage.lab.server;
    expect(await stage.dial('open')).toBe('connected');
    expect(await stage.dial('open, IPv6', address6)).toBe('connected');
    const plugIn = await stage.lab.add({ kind: 'unplugged', side: 'client' });
    const answers = [stage.ask('open'), stage.ask('open, IPv6')];
    expect(await stage.dial('new')).toBe('ENETUNREACH');
    expect(await stage.dial('new, IPv6', address6)).toBe('ENETUNREACH');
    await plugIn();
    expect(await Promise.all(answers)).toEqual(['answered', 'answered']);
    expect(await stage.dial('later, IPv6', address6)).toBe('connected');
  });

  test('local ports run out, and are there again afterwards', async (context) => {
    const stage = await NetworkStage.set(context);
    const remove = await stage.lab.add({ kind: 'few-ports', ports: 2 });
    expect(await stage.dial('first')).toBe('connected');
    expect(await stage.dial('second')).toBe('connected');
    expect(await stage.dial('third')).toBe('EADDRNOTAVAIL');
    expect(await stage.ask('first')).toBe('answered');
    await remove();
    expect(await stage.dial('fourth')).toBe('connected');
  });

  test('connections that the system ends are over for both sides', async (context) => {
    const stage = await NetworkStage.set(context, 'abort');
    expect(await stage.dial('open')).toBe('connected');
    await stage.lab.add({ kind: 'abort' });
    await vi.waitFor(() => expect(stage.eventsOf('open')).toEqual(['connected', 'ECONNABORTED']), 10_000);
    await vi.waitFor(() => expect(stage.serverEvents).toEqual(['listening', 'ECONNRESET']), 10_000);
    expect(await stage.dial('new')).toBe('connected');
    await stage.lab.add({ kind: 'abort' });
    await vi.waitFor(() => expect(stage.eventsOf('new')).toEqual(['connected', 'ECONNABORTED']), 10_000);
  });
});
