import { Redis, type HawserError, type PossiblyStale } from 'hawser/redis';
import {
  SimulatedRedis,
  type SeededRandom,
  type SimulatedListener,
  type SimulatedWorld,
} from 'hawser/testing';
import { actByChance } from '../acts.ts';
import { calm, randomConditions } from '../redis/weather.ts';
import type { Simulation } from '../simulation.ts';
import { Counters } from './counters.ts';

const ENDPOINT = { host: 'one', port: 6379 };
const KEYS = ['a', 'b', 'c'];
const TIMEOUT_MS = 1_000;
const STALE_IF_DOWN_MS = 5_000;
/** What an invalidation may take on its way, and what the server holds it up for, together. */
const WAY_MS = 1_000;

/** A client that keeps what it reads, one that writes beside it, and what both are put through. */
class CachingScenario {
  readonly #world: SimulatedWorld;
  readonly #random: SeededRandom;
  readonly #redis: SimulatedRedis;
  readonly #client: Redis;
  readonly #other: Redis;
  readonly #counters: Counters;
  readonly #controllers: AbortController[] = [];
  readonly #stallAfterMs: number;
  #listener: SimulatedListener;
  #slowness = 0;

  constructor(world: SimulatedWorld) {
    const { random, clock, network, environment } = world;
    this.#world = world;
    this.#random = random.fork();
    randomConditions(world);
    // Byte by byte shows nothing here that cuts anywhere do not, and takes ten times as long.
    for (const path of [network.conditions.toServer, network.conditions.toClient]) {
      if (path.slicing === 'each-byte') path.slicing = 'random';
    }
    this.#redis = new SimulatedRedis({ clock });
    this.#counters = new Counters(clock, this.#redis);
    this.#redis.on('*', ({ run, command }) =>
      command.name === 'CLIENT' || command.name === 'PING' ? undefined : { bytes: run(), ...this.#delay() },
    );
    this.#listener = network.listen(ENDPOINT, this.#redis.accept);
    this.#stallAfterMs = random.pick([200, 1_500]);
    const options = {
      endpoints: [ENDPOINT],
      timeoutMs: TIMEOUT_MS,
      stallAfterMs: this.#stallAfterMs,
      whenDownWaitMs: random.pick([0, 300]),
      connectTimeoutMs: 500,
      handshakeTimeoutMs: 500,
      backoff: { baseMs: 10, capMs: 100 },
    };
    const cache = {
      staleIfDownMs: STALE_IF_DOWN_MS,
      maxEntries: random.pick([2, 1_000]),
      ttlMs: random.pick([50, Infinity]),
    };
    this.#client = Redis.start('redis://one', { ...options, cache }, environment);
    this.#other = Redis.start('redis://one', options, environment);
    this.#client.onPush(([name, keys]) => {
      if (name === 'invalidate' && Array.isArray(keys)) this.#counters.told(keys.map(String));
    });
  }

  async run(): Promise<void> {
    await this.#client.ready({ timeoutMs: 500 }).catch(() => undefined);
    for (let acts = this.#random.integer(30, 80); acts > 0; acts -= 1) {
      this.#act();
      if (this.#random.chance(0.4)) await this.#world.pause(this.#random.pick([0, 1, 5, 20, 100, 700]));
    }
    await this.#end();
  }

  #delay(): { afterMs?: number } {
    return this.#random.chance(this.#slowness) ? { afterMs: this.#random.pick([1, 30, 200]) } : {};
  }

  #act(): void {
    const random = this.#random;
    const connection = random.pick([...this.#world.network.connections.slice(-3), undefined]);
    const direction = random.pick(['to-client', 'to-server'] as const);
    actByChance(random, [
      [40, () => this.#read()],
      [6, () => this.#readEvenIfDown()],
      [10, () => this.#write()],
      [15, () => void this.#call('another', () => this.#other.incr(this.#key())).catch(() => undefined)],
      [5, () => this.#controllers.at(-1)?.abort()],
      [2, () => (this.#slowness = random.pick([0, 0, 0.3]))],
      [1.5, () => connection?.reset()],
      [1.5, () => connection?.cut({ direction, how: random.pick(['reset', 'silence'] as const) })],
      [0.5, () => this.#listener.crash()],
      [2, () => (this.#listener = this.#world.network.listen(ENDPOINT, this.#redis.accept))],
    ]);
  }

  #key(): string {
    return this.#random.pick(KEYS);
  }

  #call<T>(caller: string, call: () => Promise<T>, timeoutMs: number = TIMEOUT_MS): Promise<T> {
    return this.#world.history.call({ caller, what: 'a call', timeoutMs }, call);
  }

  #options(): { timeoutMs: number; signal: AbortSignal; retry: 'reads' | 'never' } {
    const controller = new AbortController();
    if (this.#random.chance(0.2)) this.#controllers.push(controller);
    return {
      timeoutMs: this.#random.pick([TIMEOUT_MS, TIMEOUT_MS, 20]),
      signal: controller.signal,
      retry: this.#random.chance(0.1) ? 'never' : 'reads',
    };
  }

  /** Reads in one of several ways, all of which are kept apart. */
  #read(): void {
    const random = this.#random;
    const { cached } = this.#client;
    const keys = [this.#key(), this.#key()];
    const options = this.#options();
    const read = this.#counters.begin(keys, this.#stallAfterMs * 2 + WAY_MS);
    const direct = async (): Promise<unknown[]> => [await this.#client.get(keys[0]!, options)];
    const ways: readonly (() => Promise<unknown[]>)[] = [
      () => cached.mget(keys, options),
      async () => [await cached.get(keys[0]!, options)],
      async () => [await cached.get(keys[0]!, { ...options, buffers: true })],
      async () => [await cached.command(['GET', keys[0]!], options)],
      direct,
    ];
    const way = random.pick(ways);
    void this.#call('cached', way, options.timeoutMs).then(
      (values) => this.#world.check(read.answered(values.map(Number), way === direct ? 'server' : 'cache')),
      () => undefined,
    );
  }

  #readEvenIfDown(): void {
    const key = this.#key();
    const { clock, check } = this.#world;
    const boundMs = this.#stallAfterMs * 2 + WAY_MS;
    const read = this.#counters.begin([key], boundMs);
    const beganAt = clock.now();
    const ask = (): Promise<PossiblyStale<string | null>> =>
      this.#client.cached.evenIfDown((reads) => reads.get(key));
    void this.#call('stale', ask).then(
      (answer) => {
        const value = Number(answer.value);
        if (!answer.isStale) return check(read.answered([value], 'cache'));
        check(read.answeredStale(value));
        if (answer.downForMs > STALE_IF_DOWN_MS + TIMEOUT_MS) check([`stale for ${answer.downForMs} ms`]);
        const since = clock.now() - answer.downForMs;
        if (value < this.#counters.valueAt(key, Math.min(since, beganAt) - boundMs))
          check([`${key} was ${value} ${answer.downForMs} ms ago, as it is marked, and was more`]);
      },
      () => undefined,
    );
  }

  /** Writes on the shared connection, or on one of its own. */
  #write(): void {
    const key = this.#key();
    const client = this.#client;
    const shared: readonly (() => Promise<unknown>)[] = [
      () => client.incr(key),
      () => client.command(['incr', Buffer.from(key)]),
      async () =>
        (
          await client.pipeline([
            ['GET', key],
            ['INCR', key],
          ])
        )[1],
      async () => (await client.transaction([['INCR', key]]))[0],
    ];
    const isShared = this.#random.chance(0.7);
    const wrote = this.#counters.writing(key, isShared);
    const way = isShared ? this.#random.pick(shared) : () => client.dedicated((own) => own.incr(key));
    // Who has a connection of its own waits for that besides.
    void this.#call('own', way, isShared ? TIMEOUT_MS : 2 * TIMEOUT_MS).then(
      (value) => wrote(typeof value === 'number' ? value : undefined),
      () => wrote(undefined),
    );
  }

  async #end(): Promise<void> {
    const { pause, check, network, clock } = this.#world;
    this.#slowness = 0;
    this.#listener = network.listen(ENDPOINT, this.#redis.accept);
    for (const { conditions } of [network, ...network.connections]) calm(conditions);
    await pause(4_000);
    for (const key of KEYS) {
      const read = this.#counters.begin([key], 100);
      const value = await this.#client.cached.get(key).catch((error: HawserError) => error);
      if (value instanceof Error) check([`no answer when all is well: ${value.message}`]);
      else check(read.answered([Number(value)], 'cache'));
    }
    const { entries, bytes, tracking } = this.#client.explain().cache!;
    if (entries > 1_000 || bytes > 16 * 1_048_576) check([`P8: ${entries} entries, ${bytes} bytes`]);
    if (tracking !== 'on') check([`tracking is ${tracking} when all is well`]);
    const began = clock.now();
    await Promise.all([this.#client.close({ timeoutMs: 100 }), this.#other.close({ timeoutMs: 100 })]);
    if (clock.now() - began > 102) check([`P10: close() took ${clock.now() - began} ms`]);
    check(this.#counters.broken());
    check(this.#redis.violations);
  }
}

/** A client that keeps what it reads, under writes of its own and of others, aborts, deadlines and faults. */
export const redisCachingSimulation: Simulation = {
  name: 'redis-caching',
  folder: 'test/simulation/redis-caching',
  seeds: 200,
  commonFates: [
    'ok',
    'ABORTED unknown',
    'CONNECTION_LOST unknown',
    'DEADLINE unknown',
    'NOT_CONNECTED not-sent',
    'STALLED unknown',
  ],
  scenario: (world) => new CachingScenario(world).run(),
};
