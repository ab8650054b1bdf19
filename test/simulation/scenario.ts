import { getEventListeners } from 'node:events';
import { SimulatedRedis, SimulatedNetwork } from 'hawser/testing';
import { Redis, type HawserError, type RedisCommand } from '../../src/redis/index.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { leftovers } from '../support/leaks.ts';
import { brokenPromises, type RecordedCall, type RecordedCommand } from './history.ts';
import type { Simulation } from './seeds.ts';

/** What a run has shown, for the totals of many. */
export interface Outcome {
  readonly broken: readonly string[];
  readonly calls: number;
  /** Calls by what became of them: `ok`, or the code and outcome of the error. */
  readonly fates: ReadonlyMap<string, number>;
  readonly connections: number;
}

const ENDPOINTS = [
  { host: 'one', port: 6379 },
  { host: 'two', port: 6379 },
] as const;

/** The world and the client of one seed. */
class Scenario {
  readonly random: SeededRandom;
  readonly clock = new VirtualClock();
  readonly network: SimulatedNetwork;
  readonly redis: SimulatedRedis;
  readonly client: Redis;
  readonly timeoutMs: number;
  readonly calls: RecordedCall[] = [];
  readonly controllers: AbortController[] = [];
  readonly #largestBytes: number;
  #lastId = 0;
  #blockedMs = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    const { random } = this;
    const slicing = random.pick(['whole', 'random', 'each-byte'] as const);
    // Byte by byte, a large value is a hundred thousand events that show nothing that a small one does not.
    this.#largestBytes = slicing === 'each-byte' ? 5_000 : 100_000;
    this.network = new SimulatedNetwork({
      clock: this.clock,
      seed: random.integer(1, 1_000_000),
      connectMs: random.integer(0, 50),
      kernelBufferBytes: random.pick([64, 500, 4_000, 65_536]),
      toServer: { latencyMs: random.integer(0, 20), jitterMs: random.integer(0, 10), slicing },
      toClient: { latencyMs: random.integer(0, 20), jitterMs: random.integer(0, 10), slicing },
    });
    this.redis = new SimulatedRedis({ clock: this.clock });
    this.timeoutMs = random.pick([100, 1_000, 5_000]);
    const endpoints = random.chance(0.3) ? ENDPOINTS : [ENDPOINTS[0]];
    for (const endpoint of endpoints) this.network.listen(endpoint, this.redis.accept);
    this.client = Redis.start(
      'redis://one',
      {
        endpoints,
        timeoutMs: this.timeoutMs,
        stallAfterMs: random.pick([200, 1_500]),
        whenDownWaitMs: random.pick([0, 300, 2_000, Infinity]),
        maxPending: { requests: random.pick([5, 50, 10_000]), bytes: random.pick([500, 10_000_000]) },
        connectTimeoutMs: 1_000,
        handshakeTimeoutMs: 1_000,
      },
      { clock: this.clock, random: () => random.integer(0, 999) / 1_000, dial: this.network.dial },
    );
  }

  /** One thing that happens: mostly calls, sometimes time, sometimes a fault. */
  async act(): Promise<void> {
    const { random } = this;
    const dice = random.integer(0, 99);
    if (dice < 45) this.#call();
    else if (dice < 55) for (let count = random.integer(2, 30); count > 0; count -= 1) this.#call();
    else if (dice < 62)
      random.pick([...this.controllers.slice(-2), new AbortController()]).abort(new Error('enough'));
    else if (dice < 85) await this.clock.advance(random.pick([0, 1, 5, 20, 100, 700]));
    else if (dice < 88) this.#block(random.pick([10, 500, 6_000]));
    else if (dice < 89) this.client.retryNow();
    else this.#fault();
  }

  /** The faults are over; all that is under way may come to its end, then the client is closed. */
  async end(): Promise<string[]> {
    const { random, clock, client, network, redis } = this;
    if (random.chance(0.5)) {
      for (const connection of network.connections) {
        connection.thaw();
        connection.resumeReading();
      }
      for (const endpoint of ENDPOINTS) network.answerDials(endpoint, { kind: 'accept' });
      await clock.advance(random.pick([0, 3_000, 20_000]));
    }
    const closeTimeoutMs = random.pick([0, 50, 1_000]);
    const closedAtMs = clock.now();
    await clock.waitFor(client.close({ timeoutMs: closeTimeoutMs }));
    const tookMs = clock.now() - closedAtMs;
    const broken = tookMs > closeTimeoutMs + 2 ? [`P10: close took ${tookMs} of ${closeTimeoutMs} ms`] : [];
    await clock.settle();
    const unsettled = this.calls.filter(({ settled }) => settled === 0);
    if (unsettled.length > 0) broken.push(`P1: ${unsettled.length} calls outlive the close`);
    if (clock.pendingTimers !== network.pendingTimers)
      broken.push(`P10: ${clock.describeTimers().join('; ')}`);
    // Longer than anything could wait, so that what is never to be sent has had every chance.
    await clock.advance(60_000);
    const listeners = this.controllers.flatMap(({ signal }) => getEventListeners(signal, 'abort'));
    if (listeners.length > 0) broken.push(`${listeners.length} listeners are left on signals`);
    return [
      ...broken,
      ...brokenPromises(this.calls, redis, network),
      ...leftovers({ clock, network, redis }),
    ];
  }

  /** The event loop is blocked: time passes, and nothing is done about it. */
  #block(ms: number): void {
    this.#blockedMs += ms;
    this.clock.jump(ms);
  }

  #call(): void {
    const { random } = this;
    const retry = random.pick(['never', 'reads', 'reads', 'always'] as const);
    const timeoutMs = random.chance(0.3) ? random.pick([0, 5, 50, 3_000]) : undefined;
    const signal = random.chance(0.3) ? this.#signal() : undefined;
    const options = { retry, signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const kind = random.integer(0, 9);
    if (kind < 6) {
      const [command, recorded] = this.#command();
      this.#record('command', [recorded], options, () => this.client.command(command, options));
      return;
    }
    const made = Array.from({ length: random.integer(1, 6) }, () => this.#command());
    const commands = made.map(([command]) => command);
    const recorded = made.map(([, each]) => each);
    if (kind < 8) this.#record('pipeline', recorded, options, () => this.client.pipeline(commands, options));
    else this.#record('transaction', recorded, options, () => this.client.transaction(commands, options));
  }

  #command(): [RedisCommand, RecordedCommand] {
    const { random } = this;
    this.#lastId += 1;
    const id = `<${this.#lastId}>`;
    const padding = random.chance(0.1) ? 'x'.repeat(random.pick([100, 5_000, this.#largestBytes])) : '';
    switch (random.integer(0, 3)) {
      case 0:
        return [['ECHO', id], { id, kind: 'read', isOwnAnswer: (reply) => reply === id }];
      case 1:
        return [['GET', id], { id, kind: 'read', isOwnAnswer: (reply) => reply === null }];
      case 2:
        return [['SET', id, `v${padding}`], { id, kind: 'write', isOwnAnswer: (reply) => reply === 'OK' }];
      default:
        // Its own key: any other number than how often it ran is another's answer.
        return [['INCR', id], { id, kind: 'write', isOwnAnswer: (reply) => reply === 1 || reply === 2 }];
    }
  }

  #signal(): AbortSignal {
    const shared = this.random.chance(0.5) ? this.controllers.at(-1) : undefined;
    const controller = shared ?? new AbortController();
    if (shared === undefined) this.controllers.push(controller);
    return controller.signal;
  }

  #record(
    what: string,
    commands: readonly RecordedCommand[],
    { retry, timeoutMs }: { readonly retry: string; readonly timeoutMs?: number },
    make: () => Promise<unknown>,
  ): void {
    const reads = commands.every(({ kind }) => kind === 'read');
    const call: RecordedCall = {
      what: `${what} ${commands.map(({ id }) => id).join(' ')}`,
      commands,
      sendingsMax: retry === 'always' || (retry === 'reads' && reads) ? 2 : 1,
      madeAtMs: this.clock.now(),
      timeoutMs: timeoutMs ?? this.timeoutMs,
      blockedBeforeMs: this.#blockedMs,
      blockedUntilSettledMs: 0,
      settled: 0,
      settledAtMs: 0,
      result: undefined,
    };
    this.calls.push(call);
    const settle = (result: RecordedCall['result']): void => {
      call.settled += 1;
      call.settledAtMs = this.clock.now();
      call.blockedUntilSettledMs = this.#blockedMs;
      call.result = result;
    };
    make().then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    );
  }

  #fault(): void {
    const { random, network } = this;
    const connection = network.connections.at(-1);
    const endpoint = random.pick(ENDPOINTS);
    const faults: (() => void)[] = [
      () => connection?.reset(),
      () => connection?.end(),
      () => connection?.cut({ direction: 'to-client', afterBytes: random.integer(0, 300) }),
      () => connection?.cut({ direction: 'to-server', afterBytes: random.integer(0, 300) }),
      () => connection?.cut({ direction: random.pick(['to-client', 'to-server']), how: 'silence' }),
      () => connection?.freeze(),
      () => connection?.thaw(),
      () => connection?.stopReading(),
      () => connection?.resumeReading(),
      () => network.scriptDials(endpoint, [{ kind: 'refuse' }, { kind: 'blackhole' }]),
      () => network.scriptDials(endpoint, [{ kind: 'accept-late', afterMs: 1_500 }]),
      () => network.answerDials(endpoint, { kind: random.pick(['refuse', 'blackhole', 'accept', 'accept']) }),
      () => this.redis.script(random.pick(['silent', 'loading', 'end'])),
    ];
    random.pick(faults)();
  }
}

/** Runs one seed to its end. The same seed does the same. */
export async function runScenario(seed: number): Promise<Outcome> {
  const scenario = new Scenario(seed);
  for (let acts = scenario.random.integer(10, 60); acts > 0; acts -= 1) await scenario.act();
  const broken = await scenario.end();
  const fates = new Map<string, number>();
  for (const { result } of scenario.calls) {
    const error = result !== undefined && 'error' in result ? (result.error as HawserError) : undefined;
    const fate = error === undefined ? 'ok' : `${error.code} ${error.outcome}`;
    fates.set(fate, (fates.get(fate) ?? 0) + 1);
  }
  return { broken, calls: scenario.calls.length, fates, connections: scenario.network.connections.length };
}

/** Redis under random calls, aborts, deadlines and faults. */
export const redisSimulation: Simulation = {
  folder: 'test/simulation',
  commonFates: [
    'ok',
    'DEADLINE unknown',
    'DEADLINE not-sent',
    'ABORTED unknown',
    'ABORTED not-sent',
    'CONNECTION_LOST unknown',
    'STALLED unknown',
    'NOT_CONNECTED not-sent',
    'OVERLOADED not-sent',
  ],
  run: runScenario,
};
