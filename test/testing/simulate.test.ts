import { HawserError, Redis } from 'hawser/redis';
import {
  SimulatedRedis,
  SimulationError,
  simulate,
  type Scenario,
  type SimulatedWorld,
} from 'hawser/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { SIMULATIONS } from '../simulation/simulations.ts';

const ENDPOINT = { host: 'redis', port: 6379 };

/** Callers who count, on a connection that is cut now and then. Returns what was counted, and what happened. */
const counting: Scenario<{ readonly found: string | undefined; readonly log: readonly string[] }> = async ({
  clock,
  network,
  environment,
  random,
  history,
  pause,
  check,
}) => {
  const server = new SimulatedRedis({ clock });
  network.conditions.toClient.jitterMs = 5;
  network.listen(ENDPOINT, server.accept);
  const redis = Redis.start('redis://redis', { timeoutMs: 500 }, environment);
  const callers = [1, 2, 3].map(async (caller) => {
    for (let call = 0; call < 10; call += 1) {
      const about = { caller, what: `INCR ${call}`, timeoutMs: 500, increments: { counter: 'n' } };
      await history.call(about, () => redis.incr('n')).catch(() => undefined);
      await pause(random.integer(0, 50));
    }
  });
  for (let fault = 0; fault < 5; fault += 1) {
    await pause(random.integer(0, 100));
    network.connections.at(-1)?.cut({ direction: 'to-client', afterBytes: random.integer(0, 10) });
  }
  await Promise.all(callers);
  await redis.close();
  check(history.checkCounter('n', Number(server.value('n') ?? 0)));
  return { found: server.value('n'), log: network.log };
};

/** The error with which a run fails. */
async function failureOf(
  scenario: Scenario<unknown>,
  options?: Parameters<typeof simulate>[2],
): Promise<SimulationError> {
  const error = await simulate(7, scenario, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SimulationError) return error;
  throw new Error('The run has not failed as it should.', { cause: error });
}

describe('the same seed', () => {
  test('does the same, event by event, also with another run in between', async () => {
    const first = await simulate(1, counting);
    const other = await simulate(2, counting);
    const second = await simulate(1, counting);
    expect(first.value.log.length).toBeGreaterThan(100);
    expect(second).toEqual(first);
    expect(other.fingerprint).not.toBe(first.fingerprint);
    expect(other.value.log).not.toEqual(first.value.log);
  });

  test.each(SIMULATIONS)('does the same in the simulation of $name', async ({ scenario }) => {
    const seeds = Array.from({ length: 8 }, (_, index) => index + 1);
    const runs = new Map<number, unknown>();
    for (const seed of seeds) runs.set(seed, await simulate(seed, scenario));
    for (const seed of seeds.toReversed()) expect(await simulate(seed, scenario)).toEqual(runs.get(seed));
  });

  test('takes neither time nor chance from anywhere else', async () => {
    const leaks: string[] = [];
    const watch = <T>(result: T): T => {
      const { stack = '' } = new Error('asked for time or chance');
      // The test runner asks too.
      if (/\/(?:src|simulation)\//.test(stack)) leaks.push(stack);
      return result;
    };
    const { now } = performance;
    const { random } = Math;
    vi.spyOn(Date, 'now').mockImplementation(() => watch(0));
    vi.spyOn(performance, 'now').mockImplementation(() => watch(now.call(performance)));
    vi.spyOn(Math, 'random').mockImplementation(() => watch(random()));
    onTestFinished(() => void vi.restoreAllMocks());
    for (const { scenario } of SIMULATIONS) await simulate(1, scenario);
    expect(leaks).toEqual([]);
  });
});

describe('a run in which all is well', () => {
  test('tells what came of it', async () => {
    const run = await simulate(3, async (world) => {
      await world.pause(250);
      await world.history.call({ caller: 1, what: 'ask' }, () => world.pause(50));
      world.block(700);
      return 'the end';
    });
    expect(run).toMatchObject({ seed: 3, value: 'the end', endedAtMs: 1_000 });
    expect(run.summary).toMatchObject({ calls: 1, confirmed: 1 });
    expect(run.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  test('may end while bytes are on their way', async () => {
    const run = await simulate(1, async ({ clock, network, environment }) => {
      network.conditions.toServer.latencyMs = 5_000;
      network.listen(ENDPOINT, new SimulatedRedis({ clock }).accept);
      const redis = Redis.start('redis://redis', { handshakeTimeoutMs: 1_000 }, environment);
      await redis.ready({ timeoutMs: 500 }).catch(() => undefined);
      await redis.close({ timeoutMs: 0 });
    });
    expect(run.endedAtMs).toBeGreaterThan(5_000);
  });

  test('forgives a call that was late because the event loop was blocked at its deadline, and no other', async () => {
    const late = async (
      { history, pause, block }: SimulatedWorld,
      blockedFromMs: number,
      blockedMs: number,
    ): Promise<void> => {
      const call = history.begin({ caller: 1, what: 'ask', timeoutMs: 100 });
      await pause(blockedFromMs);
      block(blockedMs);
      await pause(400 - blockedFromMs - blockedMs);
      call.ok('at last');
    };
    await simulate(1, (world) => late(world, 100, 300));
    const behind = await failureOf((world) => late(world, 100, 200));
    expect(behind.broken).toEqual(['ask of caller 1 settled 100 ms after its deadline']);
    const before = await failureOf((world) => late(world, 10, 80));
    expect(before.broken).toEqual(['ask of caller 1 settled 300 ms after its deadline']);
  });
});

describe('a run fails', () => {
  test.each<[string, Scenario<unknown>, string | RegExp]>([
    [
      'when its scenario throws',
      () => Promise.reject(new Error('no such order')),
      /^thrown: Error: no such order\n/,
    ],
    [
      'when a check has found something',
      async ({ check }) => check(['an order is there twice', 'another is not there']),
      'an order is there twice',
    ],
    [
      'when a timer is left',
      async ({ clock }) => clock.setTimer(function remind() {}, 30),
      'a timer is left: 30 ms: function remind() {}',
    ],
    [
      'when somebody still pauses',
      async ({ pause }) => void pause(40),
      'a timer is left: 40 ms: function pauseIsOver() { resolve(); }',
    ],
    [
      'when a transport is left open',
      async ({ network, environment }) => {
        network.listen(ENDPOINT, () => {});
        await environment.dial({
          endpoint: ENDPOINT,
          startTlsLater: false,
          signal: new AbortController().signal,
        });
      },
      '1 transports are open',
    ],
    [
      'when a dial is left pending',
      async ({ network, environment }) => {
        network.answerDials(ENDPOINT, { kind: 'blackhole' });
        const { signal } = new AbortController();
        void environment.dial({ endpoint: ENDPOINT, startTlsLater: false, signal });
      },
      '1 dials are pending',
    ],
    [
      'when a transport is used against its contract',
      async ({ network, environment }) => {
        network.listen(ENDPOINT, () => {});
        const { signal } = new AbortController();
        const transport = await environment.dial({ endpoint: ENDPOINT, startTlsLater: false, signal });
        transport.write('too early', 9);
        transport.destroy();
      },
      'misuse of a transport: connection to redis:6379: write() before attach()',
    ],
    [
      'when a call has not settled',
      async ({ history }) => history.begin({ caller: 'page', what: 'GET stock' }),
      'GET stock of caller page has not settled',
    ],
    [
      "when a call was answered with another's reply",
      async ({ history }) => {
        history.begin({ caller: 1, what: 'ECHO a', isOwn: (reply) => reply === 'a' }).ok('b');
      },
      "not its own answer: ECHO a of caller 1 was answered 'b'",
    ],
    [
      'when it waits for what never comes',
      () => new Promise(() => {}),
      /^thrown: Error: The promise is still pending, and no timer is due within 3600000 ms\./,
    ],
  ])('%s', async (_, scenario, sentence) => {
    const { broken } = await failureOf(scenario);
    expect(broken[0]).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  });

  test('when a promise is rejected and nobody has handled it', async () => {
    // The test runner would take it for an error of its own.
    const usual = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    onTestFinished(() => usual.forEach((listener) => process.on('unhandledRejection', listener)));
    const { broken } = await failureOf(async ({ pause }) => {
      await pause(10);
      void Promise.reject(new Error('forgotten'));
      await pause(10);
    });
    expect(broken).toEqual([expect.stringMatching(/^unhandled rejection: Error: forgotten\n/)]);
    expect(process.listeners('unhandledRejection')).toEqual([]);
  });

  test('when it is not over within its limit', async () => {
    const patient: Scenario = async ({ pause }) => pause(60_001);
    await simulate(1, patient);
    const { broken } = await failureOf(patient, { limitMs: 60_000 });
    expect(broken[0]).toMatch(
      /^thrown: Error: The promise is still pending, and no timer is due within 60000 ms/,
    );
    await expect(simulate(1, patient, { limitMs: -1 })).rejects.toThrow(
      'simulate: limitMs is from 0 to 9007199254740991, not -1',
    );
  });

  test('with a line that replays it, what was wrong, and what happened last', async () => {
    const scenario: Scenario = async ({ note, pause, check }) => {
      for (let event = 1; event <= 50; event += 1) note(`event ${event}`);
      await pause(5);
      check(['an order is there twice']);
      throw new HawserError('CLOSED', 'closed', { outcome: 'not-sent' });
    };
    const error = await failureOf(scenario, { command: 'npx vitest run test/orders.test.ts' });
    expect(error.replay).toBe('HAWSER_SEED=7 npx vitest run test/orders.test.ts');
    const lines = error.message.split('\n');
    expect(lines.filter((line) => line.includes(error.replay))).toEqual([
      `seed 7 has failed; to replay it: ${error.replay}`,
    ]);
    expect(lines[1]).toBe('  an order is there twice');
    expect(lines[2]).toMatch(/^ {2}thrown: HawserError: closed/);
    expect(lines.slice(lines.indexOf('the last 40 events:')).slice(0, 2)).toEqual([
      'the last 40 events:',
      '  0.0 ms event 13',
    ]);
    expect(lines.find((line) => line.includes('BROKEN'))).toBe('  5.0 ms BROKEN: an order is there twice');
    expect([error.seed, error.log.length, error.cause]).toEqual([7, 52, expect.any(HawserError)]);
    expect((await failureOf(scenario)).replay).toBe('HAWSER_SEED=7');
  });

  test('with the first twenty things that are wrong', async () => {
    const { broken } = await failureOf(async ({ check }) => {
      for (let thing = 1; thing <= 30; thing += 1) check([`thing ${thing}`]);
    });
    expect(broken).toHaveLength(21);
    expect(broken.at(-1)).toBe('and 10 more of this kind');
  });
});
