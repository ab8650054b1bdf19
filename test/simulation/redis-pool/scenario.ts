import type { HawserError } from 'hawser';
import { Redis, type RedisPool, type RedisPoolOptions } from 'hawser/redis';
import { SimulatedRedis, type SeededRandom, type SimulatedWorld } from 'hawser/testing';
import { actByChance } from '../acts.ts';
import { brokenPromises } from '../redis/broken-promises.ts';
import { Calls } from '../redis/calls.ts';
import { Passwords, randomOptions, RECOVERY_MS } from '../redis/options.ts';
import { randomConditions, Weather } from '../redis/weather.ts';
import { latenessMs } from '../lateness.ts';
import type { Simulation } from '../simulation.ts';
import { withoutWarnings } from '../warnings.ts';
import { Sessions } from '../redis/sessions.ts';

/** The pool of one seed, those who use it, and what surrounds it. */
class RedisPoolScenario {
  readonly #world: SimulatedWorld;
  readonly #random: SeededRandom;
  readonly #redis: SimulatedRedis;
  readonly #max: number;
  readonly #passwords: Passwords;
  readonly #weather: Weather;
  readonly #pool: RedisPool;
  readonly #calls: Calls;
  readonly #sessions: Sessions;
  #isStormy = true;
  #isClosed = false;
  /** Closes that are not over. */
  #closing = 0;

  constructor(world: SimulatedWorld) {
    const { random, clock } = world;
    this.#world = world;
    this.#random = random.fork();
    this.#max = random.integer(1, 5);
    this.#passwords = new Passwords(world);
    const { client, server } = randomOptions(random, this.#passwords);
    this.#redis = new SimulatedRedis({ clock, ...server });
    // The pool can count no dial that goes on when it was given up.
    this.#weather = new Weather(world, this.#redis, client.endpoints, false);
    const { slicing } = randomConditions(world);
    this.#calls = new Calls(world, {
      timeoutMs: client.timeoutMs,
      largestBytes: slicing === 'each-byte' ? 500 : 50_000,
      store: (key, value) => void this.#redis.data(client.database).set(key, Buffer.from(value)),
      settled: () => {
        if (this.#isStormy && this.#random.chance(0.05)) this.#act();
      },
    });
    this.#sessions = new Sessions(world, this.#redis, this.#weather, this.#calls);
    const { maxPending: _, ...connection } = client;
    this.#pool = Redis.pool('redis://one', { ...connection, ...this.#poolOptions() }, world.environment);
    this.#pool.onState(() => this.#meddle(0.1));
    this.#pool.onLeak(() => this.#meddle(0.1));
  }

  async run(): Promise<void> {
    if (this.#random.chance(0.5)) await this.#pool.ready({ timeoutMs: 500 }).catch(() => undefined);
    for (let acts = this.#random.integer(10, 50); acts > 0; acts -= 1) {
      this.#act();
      this.#checkSockets();
      if (this.#random.chance(0.5)) continue;
      await this.#world.pause(this.#random.pick([0, 1, 5, 20, 100, 700]));
      this.#checkSockets();
    }
    this.#isStormy = false;
    if (this.#random.chance(0.6)) await this.#recover();
    await this.#end();
  }

  #poolOptions(): RedisPoolOptions {
    const random = this.#random;
    return {
      max: this.#max,
      min: random.pick([0, 0, 1]),
      idleOrder: random.pick(['lifo', 'fifo']),
      whenBusy: random.pick(['queue', 'queue', 'queue', 'reject']),
      maxWaiting: random.pick([1, 5, 10_000, 10_000]),
      shedding: random.pick([false, {}, { targetMs: 5, intervalMs: 50 }] as const),
      openTimeoutMs: random.pick([300, 2_000]),
      lifetimeMs: random.pick([
        { least: Infinity, most: Infinity },
        { least: 500, most: 2_000 },
      ]),
      idleTimeoutMs: random.pick([50, 600_000]),
      checkAfterIdleMs: random.pick([0, 50, 1_000]),
      checkTimeoutMs: random.pick([20, 500]),
      leakAfterMs: random.pick([50, Infinity]),
    };
  }

  #act(): void {
    const random = this.#random;
    const pool = this.#pool;
    actByChance(random, [
      [30, () => this.#calls.make(pool)],
      [5, () => Array.from({ length: 2 * this.#max }, () => this.#calls.make(pool))],
      [10, () => this.#sessions.begin(pool)],
      [5, () => this.#sessions.wait(pool)],
      [10, () => this.#calls.abort()],
      [2, () => this.#world.block(random.pick([10, 500, 6_000]))],
      [1, () => pool.retryNow()],
      [1, () => pool.ready({ timeoutMs: random.pick([0, 100]) }).catch(() => undefined)],
      [6, () => this.#weather.strike()],
      [0.3, () => this.#close(random.pick([0, 50, 1_000]))],
    ]);
  }

  /** Listeners may do anything, throw too. */
  #meddle(share: number): void {
    if (!this.#isStormy || !this.#random.chance(share)) return;
    this.#act();
    if (this.#random.chance(0.3)) throw new Error('thrown by a listener');
  }

  /** At any time: what is open, and what is being opened. */
  #checkSockets(): void {
    const { network, check } = this.#world;
    const dialling = network.dials.filter(({ outcome }) => outcome === 'pending').length;
    const sockets = network.openTransports + dialling;
    if (sockets > this.#max) check([`${sockets} sockets of at most ${this.#max}`]);
    const { idle, leased, opening, closing, checking, resetting } = this.#pool.explain();
    const booked = idle + leased + opening + closing + checking + resetting;
    if (booked > this.#max) check([`the books say ${booked} sockets of at most ${this.#max}`]);
    if (sockets > booked) check([`the books say ${booked} sockets of ${sockets}`]);
  }

  #close(timeoutMs: number): Promise<void> {
    const { clock, check } = this.#world;
    const began = clock.now();
    this.#isClosed = true;
    this.#closing += 1;
    return this.#pool.close({ timeoutMs }).then(async () => {
      this.#closing -= 1;
      const late = latenessMs(clock, began, timeoutMs);
      if (late > 0) check([`P10: close() ended ${late} ms after its deadline`]);
      check(await this.#calls.outliving());
    });
  }

  /** When all is well again, the pool finds that out by itself, and lends all that it may. */
  async #recover(): Promise<void> {
    this.#weather.calm();
    this.#passwords.isCalm = true;
    await this.#world.pause(RECOVERY_MS);
    if (this.#isClosed) return;
    // A pool that nobody asks has no reason to find out.
    await this.#pool.ready({ timeoutMs: RECOVERY_MS }).catch(() => undefined);
    if (this.#pool.state === 'parked') this.#pool.retryNow();
    await this.#world.pause(RECOVERY_MS);
    await this.#holdAll(this.#max).catch(({ code, message }: HawserError) => {
      this.#world.check([`P6: not all of ${this.#max} can be lent when all is well: ${code} ${message}`]);
    });
  }

  /** Holds so many connections at once, each taken when the one before it was. */
  async #holdAll(count: number): Promise<void> {
    if (count === 0) return;
    await this.#pool.dedicated(
      async (own) => {
        await this.#calls.probe(own);
        await this.#holdAll(count - 1);
      },
      { timeoutMs: 10_000 },
    );
  }

  async #end(): Promise<void> {
    const { pause, check, clock, network } = this.#world;
    await this.#close(this.#random.pick([0, 50, 1_000]));
    // Holders find out when they ask next, or have paused.
    await pause(500);
    if (this.#closing > 0) check([`P10: ${this.#closing} closes never end`]);
    if (this.#sessions.running > 0) check([`P1: ${this.#sessions.running} sessions outlive the close`]);
    const others = network.pendingTimers + this.#redis.pendingTimers + this.#passwords.pending;
    if (clock.pendingTimers !== others) check([`P10: ${clock.describeTimers().join('; ')}`]);
    // Longer than anything could wait, so that what is never to be sent has had every chance.
    await pause(60_000);
    if (this.#calls.listeners > 0) check([`${this.#calls.listeners} listeners are left on signals`]);
    check(brokenPromises(this.#calls.made, this.#redis, network));
    check(this.#sessions.broken());
    check(this.#redis.violations);
  }
}

/** Redis over a pool, with connections that are lent, under random calls, aborts, deadlines and faults. */
export const redisPoolSimulation: Simulation = {
  name: 'redis-pool',
  folder: 'test/simulation/redis-pool',
  seeds: 400,
  commonFates: [
    'ok',
    'DEADLINE unknown',
    'DEADLINE not-sent',
    'ABORTED unknown',
    'ABORTED not-sent',
    'CLOSED not-sent',
    'CLOSED unknown',
    'CONNECTION_LOST unknown',
    'NOT_CONNECTED not-sent',
    'OVERLOADED not-sent',
    'PROTOCOL_VIOLATION unknown',
    'STALLED unknown',
  ],
  scenario: (world) => withoutWarnings(() => new RedisPoolScenario(world).run()),
};
