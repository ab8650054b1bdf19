import { getEventListeners } from 'node:events';
import {
  ScriptedServer,
  SimulatedNetwork,
  VirtualClock,
  type PeerScript,
  type ScriptedPeer,
  type ScriptedServerOptions,
} from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import type { Transport } from '../../src/core/index.ts';
import { NotingListener, write } from '../support/simulated-network-fixture.ts';

const ENDPOINT = { host: 'scripted.test', port: 1 };

interface World {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly server: ScriptedServer;
  dial(): Promise<Transport>;
}

function makeWorld(scripts: readonly PeerScript[], options?: Partial<ScriptedServerOptions>): World {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, connectMs: 0 });
  const server = new ScriptedServer({ clock, scripts, ...options });
  network.listen(ENDPOINT, server.accept);
  const dial = async (): Promise<Transport> => {
    const { signal } = new AbortController();
    const transport = await clock.waitFor(network.dial({ endpoint: ENDPOINT, startTlsLater: false, signal }));
    transport.attach(new NotingListener(clock));
    return transport;
  };
  return { clock, network, server, dial };
}

/** A wait of a script that nothing but itself ends. */
const WAITS: readonly (readonly [string, (peer: ScriptedPeer, wait: object) => Promise<unknown>])[] = [
  ['5 bytes: received "ab"', (peer, wait) => peer.take(5, wait)],
  ['"\\n": received "ab"', (peer, wait) => peer.takeUntil('\n', wait)],
  ['3 bytes: received "ab"', (peer, wait) => peer.expect('abc', wait)],
  ['the end of the stream: it is open', (peer, wait) => peer.closed(wait)],
];

describe('a wait of a script', () => {
  test.each(WAITS)('ends when its time is over: %s', async (what, wait) => {
    const { clock, network, server, dial } = makeWorld([
      (peer) => wait(peer, { timeoutMs: 30 }).then(() => {}),
    ]);
    write(await dial(), 'ab');
    await clock.advance(29);
    expect(server.failures).toEqual([]);
    await clock.advance(1);
    expect(server.failures).toEqual([new Error(`Waited 30 ms for ${what}.`)]);
    expect(clock.pendingTimers).toBe(network.pendingTimers);
  });

  test.each(WAITS)('ends when its signal fires, or has fired: %s', async (what, wait) => {
    for (const abort of [new AbortController(), AbortSignal.abort('enough')]) {
      const signal = abort instanceof AbortSignal ? abort : abort.signal;
      const { clock, network, server, dial } = makeWorld([
        async (peer) => {
          await peer.pause(10);
          await wait(peer, { signal });
        },
      ]);
      write(await dial(), 'ab');
      await clock.advance(20);
      if (abort instanceof AbortController) abort.abort('enough');
      await clock.settle();
      const message = `The wait for ${what.replace(':', ' was aborted:')}.`;
      expect(server.failures).toEqual([new Error(message, { cause: 'enough' })]);
      expect(clock.pendingTimers).toBe(network.pendingTimers);
    }
  });

  test('leaves no listener at its signal', async () => {
    const { signal } = new AbortController();
    const { clock, server, dial } = makeWorld([async (peer) => void (await peer.take(2, { signal }))]);
    const transport = await dial();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    write(transport, 'ab');
    await clock.advance(5);
    expect([server.attempts[0]?.script, getEventListeners(signal, 'abort')]).toEqual(['over', []]);
  });

  test('for what is there already takes no time, nor does it mind a limit of 0', async () => {
    const taken: string[] = [];
    const { clock, server, dial } = makeWorld([
      async (peer) => {
        await peer.pause(10);
        taken.push(
          String(await peer.take(1, { timeoutMs: 0 })),
          String(await peer.receive({ timeoutMs: 0 })),
        );
      },
    ]);
    write(await dial(), 'ab');
    await clock.advance(10);
    expect([taken, server.failures]).toEqual([['a', 'b'], []]);
  });

  test('is one at a time, but for the end of the stream', async () => {
    const { clock, server, dial } = makeWorld([
      async (peer) => {
        void peer.closed();
        await Promise.all([peer.take(1), peer.take(1)]);
      },
    ]);
    await dial();
    await clock.settle();
    expect(server.failures).toEqual([new Error('A script takes one thing at a time.')]);
  });

  test('may be a pause, which the end of the stream cuts short', async () => {
    const times: number[] = [];
    const { clock, dial } = makeWorld([
      async (peer) => {
        await peer.pause(30);
        times.push(clock.now());
        await peer.pause(30);
        times.push(clock.now());
      },
    ]);
    const transport = await dial();
    await clock.advance(40);
    transport.destroy();
    await clock.settle();
    await clock.advance(1);
    expect([times, clock.pendingTimers]).toEqual([[30, 41], 0]);
  });
});

describe('a wait for the server', () => {
  test('ends with the attempt, or at its limit', async () => {
    const { clock, server, dial } = makeWorld([() => {}]);
    const first = server.attempt(1);
    await dial();
    expect((await first).number).toBe(1);
    await expect(clock.waitFor(server.attempt(2, { timeoutMs: 5 }))).rejects.toThrow(
      'Waited 5 ms for attempt 2: there were 1.',
    );
    expect((await server.attempt(1, { timeoutMs: 0 })).number).toBe(1);
  });

  test('for the end of its scripts says at its limit what is missing', async () => {
    const { clock, server, dial } = makeWorld([
      () => {},
      async (peer) => void (await peer.closed()),
      () => {},
    ]);
    await dial();
    await dial();
    await expect(clock.waitFor(server.played({ timeoutMs: 5 }))).rejects.toThrow(
      'Waited 5 ms for the scripts: 2 of 3 attempts were made, scripts that are not over: 2.',
    );
  });
});

describe('what makes no sense is refused', () => {
  test.each([
    [{ scripts: undefined }, 'scripts: expected an array, got undefined'],
    [{ scripts: [() => {}, 'reset'] }, "scripts[1]: expected a function or 'refuse', got reset"],
    [{ scripts: [], beyond: 'repeat' }, 'beyond: expected one of reset, refuse, repeat-last, got repeat'],
    [{ scripts: [], beyond: 'repeat-last' }, 'beyond: there is no last script to repeat'],
    [{ scripts: [], codec: {} }, 'ScriptedServer: option codec.decode: expected a function, got undefined'],
  ])('options %o', async (options, message) => {
    const wrong = options as unknown as ScriptedServerOptions;
    expect(() => new ScriptedServer(wrong)).toThrow(message);
    await expect(ScriptedServer.start(wrong)).rejects.toThrow(message);
  });

  test.each<[(peer: ScriptedPeer) => Promise<unknown>, string]>([
    [(peer) => peer.take(-1), 'take: count is from 0 to'],
    [(peer) => peer.take(1, { timeoutMs: -1 }), 'a wait: timeoutMs is from 0 to Infinity, not -1'],
    [(peer) => peer.receive(), 'decode: lengthBytes is from 1 to 2, not 3'],
  ])('in a script', async (script, message) => {
    const codec = { decode: () => ({ message: Buffer.from('x'), lengthBytes: 3 }), encode: String };
    const { clock, server, dial } = makeWorld(
      [
        async (peer) => {
          await peer.pause(5);
          await script(peer);
        },
      ],
      { codec },
    );
    write(await dial(), 'ab');
    await clock.advance(5);
    expect(server.failures.map((failure) => failure.message)).toEqual([expect.stringContaining(message)]);
  });
});
