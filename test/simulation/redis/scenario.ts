import { getEventListeners } from 'node:events';
import { Redis, type RedisCommand } from 'hawser/redis';
import {
  SimulatedRedis,
  type SeededRandom,
  type SimulatedNetwork,
  type SimulatedWorld,
  type VirtualClock,
} from 'hawser/testing';
import { brokenPromises, type RecordedCall, type RecordedCommand } from './history.ts';
import type { Simulation } from './seeds.ts';

const ENDPOINTS = [
  { host: 'one', port: 6379 },
  { host: 'two', port: 6379 },
] as const;

/** The client of one seed, and what it is put through. */
class RedisScenario {
  readonly world: SimulatedWorld;
  readonly random: SeededRandom;
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly redis: SimulatedRedis;
  readonly client: Redis;
  readonly timeoutMs: number;
  readonly calls: RecordedCall[] = [];
  readonly controllers: AbortController[] = [];
  readonly #largestBytes: number;
  #lastId = 0;

  constructor(world: SimulatedWorld) {
    const { random, clock, network } = world;
    this.world = world;
    this.random = random;
    this.clock = clock;
    this.network = network;
    const slicing = random.pick(['whole', 'random', 'each-byte'] as const);
    // Byte by byte, a large value is a hundred thousand events that show nothing that a small one does not.
    this.#largestBytes = slicing === 'each-byte' ? 5_000 : 100_000;
    const { conditions } = network;
    conditions.connectMs = random.integer(0, 50);
    conditions.kernelBufferBytes = random.pick([64, 500, 4_000, 65_536]);
    for (const path of [conditions.toServer, conditions.toClient]) {
      Object.assign(path, { latencyMs: random.integer(0, 20), jitterMs: random.integer(0, 10), slicing });
    }
    this.redis = new SimulatedRedis({ clock });
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
      world.environment,
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
    else if (dice < 85) await this.world.pause(random.pick([0, 1, 5, 20, 100, 700]));
    else if (dice < 88) this.world.block(random.pick([10, 500, 6_000]));
    else if (dice < 89) this.client.retryNow();
    else this.#fault();
  }

  /** The faults are over; all that is under way may come to its end, then the client is closed. */
  async end(): Promise<void> {
    const { world, random, clock, client, network, redis } = this;
    if (random.chance(0.5)) {
      for (const connection of network.connections) {
        connection.thaw();
        connection.resumeReading();
      }
      for (const endpoint of ENDPOINTS) network.answerDials(endpoint, { kind: 'accept' });
      await world.pause(random.pick([0, 3_000, 20_000]));
    }
    const closeTimeoutMs = random.pick([0, 50, 1_000]);
    const closedAtMs = clock.now();
    await client.close({ timeoutMs: closeTimeoutMs });
    const tookMs = clock.now() - closedAtMs;
    if (tookMs > closeTimeoutMs + 2) world.check([`P10: close took ${tookMs} of ${closeTimeoutMs} ms`]);
    await world.pause(0);
    const unsettled = this.calls.filter(({ settled }) => settled === 0);
    if (unsettled.length > 0) world.check([`P1: ${unsettled.length} calls outlive the close`]);
    if (clock.pendingTimers !== network.pendingTimers)
      world.check([`P10: ${clock.describeTimers().join('; ')}`]);
    // Longer than anything could wait, so that what is never to be sent has had every chance.
    await world.pause(60_000);
    const listeners = this.controllers.flatMap(({ signal }) => getEventListeners(signal, 'abort'));
    if (listeners.length > 0) world.check([`${listeners.length} listeners are left on signals`]);
    world.check([...brokenPromises(this.calls, redis, network), ...redis.violations]);
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
      blockedBeforeMs: this.clock.jumpedMs,
      blockedUntilSettledMs: 0,
      settled: 0,
      settledAtMs: 0,
      result: undefined,
    };
    this.calls.push(call);
    const open = this.world.history.begin({ caller: 'client', what: call.what, timeoutMs: call.timeoutMs });
    const settle = (result: RecordedCall['result']): void => {
      call.settled += 1;
      call.settledAtMs = this.clock.now();
      call.blockedUntilSettledMs = this.clock.jumpedMs;
      call.result = result;
    };
    make().then(
      (value) => {
        settle({ value });
        open.ok(value);
      },
      (error: unknown) => {
        settle({ error });
        open.failed(error);
      },
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

/** Redis under random calls, aborts, deadlines and faults. */
export const redisSimulation: Simulation = {
  name: 'redis',
  command: 'npx vitest run test/simulation',
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
  async scenario(world) {
    const scenario = new RedisScenario(world);
    for (let acts = world.random.integer(10, 60); acts > 0; acts -= 1) await scenario.act();
    await scenario.end();
  },
};
