import { execFile, spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import moduleTimers, { setInterval as importedSetInterval } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { LeakCheck, measureGrowth, VirtualClock } from 'hawser/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';

const AT_ONCE = { timeoutMs: 0 } as const;
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function listening(): Promise<Server> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanUps.push(() => server.close());
  return server;
}

async function connected(server: Server): Promise<{ client: Socket; accepted: Socket }> {
  const { port } = server.address() as AddressInfo;
  const accepting = once(server, 'connection') as Promise<[Socket]>;
  const client = connect(port, '127.0.0.1');
  const [[accepted]] = await Promise.all([accepting, once(client, 'connect')]);
  cleanUps.push(
    () => client.destroy(),
    () => accepted.destroy(),
  );
  return { client, accepted };
}

describe('sockets', () => {
  test('what was opened and closed is not told of, though handles close in turns of their own', async () => {
    const check = await LeakCheck.begin();
    const server = await listening();
    const { client } = await connected(server);
    client.destroy();
    server.close();
    expect(await check.leftovers()).toEqual([]);
  });

  test('what was not closed is told of by kind, with how many there are of it', async () => {
    await connected(await listening());
    const check = await LeakCheck.begin();
    const { accepted } = await connected(await listening());
    expect(await check.leftovers(AT_ONCE)).toEqual([
      'TCP servers: 2, which is 1 more than at the beginning',
      'TCP sockets: 4, which is 2 more than at the beginning',
    ]);
    accepted.destroy();
    expect(await check.leftovers(AT_ONCE)).toHaveLength(2);
  });

  test('Unix sockets, child processes and look-ups are told of as well', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hawser-leaks-'));
    const check = await LeakCheck.begin();
    const server = createServer();
    await once(server.listen(join(folder, 'a.sock')), 'listening');
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    const looked = lookup('localhost');
    expect(await check.leftovers(AT_ONCE)).toEqual([
      expect.stringMatching(/^look-ups: 1,/),
      expect.stringMatching(/^pipes and Unix sockets: \d+, which is 1 more/),
      expect.stringMatching(/^child processes: \d+, which is 1 more/),
    ]);
    child.kill();
    await Promise.all([looked, once(child, 'exit')]);
    server.close();
    expect(await check.leftovers()).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  test('what a program prints to is no leak, though it is a pipe that is opened with the first word', async () => {
    const index = new URL('../../dist/testing/index.js', import.meta.url);
    const program = `
      import { LeakCheck } from ${JSON.stringify(index.href)};
      const check = await LeakCheck.begin();
      console.log('printed');
      console.error('printed');
      console.log(JSON.stringify(await check.leftovers({ timeoutMs: 0 })));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    expect(stdout).toBe('printed\n[]\n');
  });

  test('what was closing when the check began is not taken for open', async () => {
    const server = await listening();
    const { client, accepted } = await connected(server);
    client.destroy();
    const check = await LeakCheck.begin();
    expect(accepted.destroyed).toBe(true);
    await connected(server);
    expect(await check.leftovers(AT_ONCE)).toEqual(['TCP sockets: 2, which is 2 more than at the beginning']);
  });
});

describe('timers', () => {
  test('each that was set and has not fired is told of, with what set it and where', async () => {
    using check = await LeakCheck.begin({ timers: true });
    const timer = function forgetful(): NodeJS.Timeout {
      return setTimeout(() => {}, 60_000).unref();
    };
    cleanUps.push(clearTimeout.bind(undefined, timer()), clearTimeout.bind(undefined, timer()));
    cleanUps.push(
      clearInterval.bind(
        undefined,
        setInterval(() => {}, 50_000),
      ),
    );
    const left = await check.leftovers(AT_ONCE);
    expect(left).toEqual([
      expect.stringMatching(/^a timer is set: setTimeout of 60000 ms, by forgetful \(.*leak-check\.test\.ts/),
      expect.stringMatching(/^a timer is set: setTimeout of 60000 ms, by forgetful \(.*leak-check\.test\.ts/),
      expect.stringMatching(/^a timer is set: setInterval of 50000 ms, by .*leak-check\.test\.ts/),
    ]);
  });

  test('those that were set at one place are told of once', async () => {
    using check = await LeakCheck.begin({ timers: true });
    for (let count = 0; count < 1_500; count += 1) {
      const timer = setTimeout(() => {}, 60_000);
      cleanUps.push(() => clearTimeout(timer));
    }
    expect(await check.leftovers(AT_ONCE)).toEqual([expect.stringMatching(/ \(1500 times\)$/)]);
  });

  test('what has fired, was cleared or was closed is over, whatever set it', async () => {
    using check = await LeakCheck.begin({ timers: true });
    await new Promise((resolve) => void setTimeout(resolve, 1));
    clearTimeout(setTimeout(() => {}, 60_000));
    clearTimeout(Number(setTimeout(() => {}, 60_000)));
    setTimeout(() => {}, 60_000).close();
    clearInterval(setInterval(() => {}, 60_000));
    clearImmediate(setImmediate(() => {}));
    setImmediate(() => {});
    expect(await check.leftovers()).toEqual([]);
  });

  test('an immediate is one until its turn', async () => {
    using check = await LeakCheck.begin({ timers: true });
    setImmediate(() => {});
    expect(await check.leftovers(AT_ONCE)).toEqual([
      expect.stringMatching(/^a timer is set: setImmediate, by /),
    ]);
  });

  test('those of the module are seen as the global ones are, imported by name or not', async () => {
    using check = await LeakCheck.begin({ timers: true });
    const timers = [moduleTimers.setTimeout(() => {}, 60_000), importedSetInterval(() => {}, 60_000)];
    expect(await check.leftovers(AT_ONCE)).toHaveLength(2);
    for (const timer of timers) timer.close();
  });

  test('the functions are as they were in all that programs look at, and are put back in the end', async () => {
    const before = [setTimeout, setInterval, setImmediate, moduleTimers.setTimeout];
    const check = await LeakCheck.begin({ timers: true });
    expect(setTimeout).not.toBe(before[0]);
    expect(setTimeout).toBe(moduleTimers.setTimeout);
    expect([setTimeout.name, setImmediate.name]).toEqual(['setTimeout', 'setImmediate']);
    expect(await promisify(setTimeout)(1, 'value')).toBe('value');
    expect(await new Promise((resolve) => void setTimeout(resolve, 1, 'argument'))).toBe('argument');
    check.end();
    check.end();
    expect([setTimeout, setInterval, setImmediate, moduleTimers.setTimeout]).toEqual(before);
  });

  test('two checks may overlap, whichever ends first, and timers work on', async () => {
    const original = setTimeout;
    const first = await LeakCheck.begin({ timers: true });
    const second = await LeakCheck.begin({ timers: true });
    const timers = [setTimeout(() => {}, 60_000)];
    expect(await first.leftovers(AT_ONCE)).toHaveLength(1);
    expect(await second.leftovers(AT_ONCE)).toHaveLength(1);
    first.end();
    timers.push(setTimeout(() => {}, 50_000));
    expect(await first.leftovers(AT_ONCE)).toEqual([]);
    expect(await second.leftovers(AT_ONCE)).toHaveLength(2);
    for (const timer of timers) clearTimeout(timer);
    second.end();
    await new Promise((resolve) => void setTimeout(resolve, 1));
    // The first could not be taken out from beneath the second.
    globalThis.setTimeout = original;
    moduleTimers.setTimeout = original;
  });

  test('those that are over are forgotten, however many there were', async () => {
    using check = await LeakCheck.begin({ timers: true });
    const { perRound } = await measureGrowth(
      () => {
        for (let count = 0; count < 2_000; count += 1) clearTimeout(setTimeout(() => {}, 60_000));
      },
      { rounds: 4, warmUpRounds: 1 },
    );
    expect(perRound.heapBytes).toBeLessThan(200_000);
    expect(await check.leftovers()).toEqual([]);
  });

  test('without the option nobody stands in for anything, and none is told of', async () => {
    const before = setTimeout;
    const check = await LeakCheck.begin();
    expect(setTimeout).toBe(before);
    const timer = setTimeout(() => {}, 60_000);
    expect(await check.leftovers(AT_ONCE)).toEqual([]);
    clearTimeout(timer);
  });

  test.each(['setTimeout', 'setInterval', 'setImmediate'] as const)(
    'a fake %s is refused, since its timers do not say when they are over, and nothing is replaced',
    async (name) => {
      vi.useFakeTimers({ toFake: [name] });
      cleanUps.push(() => vi.useRealTimers());
      const before = [setTimeout, setInterval, setImmediate];
      await expect(LeakCheck.begin({ timers: true })).rejects.toThrow(`${name} is not Node's own`);
      expect([setTimeout, setInterval, setImmediate]).toEqual(before);
    },
  );

  test('those of a virtual clock are told of, but for those that were there before', async () => {
    const clock = new VirtualClock();
    clock.setTimer(() => 'a leak', 250);
    const check = await LeakCheck.begin({ clock });
    const timer = clock.setTimer(() => 'a leak', 250);
    expect(await check.leftovers(AT_ONCE)).toEqual([
      'a timer is set on the virtual clock, due at 250 ms: () => "a leak"',
    ]);
    clock.clearTimer(timer);
    expect(await check.leftovers(AT_ONCE)).toEqual([]);
  });
});

describe('listeners', () => {
  test('those on a signal are told of by its name, and not when they were taken away', async () => {
    const { signal } = new AbortController();
    signal.addEventListener('abort', () => {});
    const check = await LeakCheck.begin({ listenersOf: { 'the signal of the request': signal } });
    const leak = (): void => {};
    signal.addEventListener('abort', leak);
    expect(await check.leftovers(AT_ONCE)).toEqual([
      'listeners of abort on the signal of the request: 2, which is 1 more than at the beginning',
    ]);
    signal.removeEventListener('abort', leak);
    expect(await check.leftovers(AT_ONCE)).toEqual([]);
  });

  test('those on an emitter and on the process are told of by event', async () => {
    const emitter = new EventEmitter();
    const check = await LeakCheck.begin({ listenersOf: { server: emitter } });
    const leak = (): void => {};
    emitter.on('data', leak).on('data', leak);
    process.on('SIGUSR2', leak);
    expect(await check.leftovers(AT_ONCE)).toEqual([
      'listeners of data on server: 2, which is 2 more than at the beginning',
      'listeners of SIGUSR2 on process: 1, which is 1 more than at the beginning',
    ]);
    process.off('SIGUSR2', leak);
    emitter.removeAllListeners();
    expect(await check.leftovers(AT_ONCE)).toEqual([]);
  });

  test('what has no listeners is refused by its name', async () => {
    const listenersOf = { server: 'redis://localhost' as unknown as EventEmitter };
    await expect(LeakCheck.begin({ listenersOf })).rejects.toThrow(
      'listenersOf.server: expected an AbortSignal or an EventEmitter, got string',
    );
  });
});

describe('the wait', () => {
  test('ends as soon as nothing is left', async () => {
    const check = await LeakCheck.begin();
    const server = await listening();
    let turns = 0;
    const closing = (async () => {
      for (; turns < 3_000; turns += 1) await nextTurn();
      server.close();
    })();
    expect(await check.leftovers({ timeoutMs: Infinity })).toEqual([]);
    await closing;
  });

  test('ends by the time limit with what is left then', async () => {
    const check = await LeakCheck.begin();
    await listening();
    expect(await check.leftovers({ timeoutMs: 20 })).toHaveLength(1);
  });

  test('ends by its signal, with the reason of that, before it has begun as well', async () => {
    const check = await LeakCheck.begin();
    await listening();
    const abort = new AbortController();
    const left = check.leftovers({ timeoutMs: Infinity, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    await expect(LeakCheck.begin({ signal: abort.signal })).rejects.toThrow('enough');
  });

  test('a limit that is none is refused', async () => {
    await expect(LeakCheck.begin({ timeoutMs: Number.NaN })).rejects.toThrow('timeoutMs: expected 0 or more');
  });
});
