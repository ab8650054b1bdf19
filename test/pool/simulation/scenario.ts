import { getEventListeners } from 'node:events';
import type { SeededRandom, SimulatedWorld, VirtualClock } from 'hawser/testing';
import { Pool, type PoolOptions } from 'hawser';
import { actByChance } from '../../simulation/acts.ts';
import { latenessMs } from '../../simulation/lateness.ts';
import type { Simulation } from '../../simulation/simulation.ts';
import { FakeSource, leftovers, type FakePool } from '../fake-source.ts';
import { SimulatedCaller } from './simulated-caller.ts';
import { Weather } from './weather.ts';

/** Longest wait between dials; far below the time that is given at the end for all to be well again. */
const BACKOFF_CAP_MS = 1_000;
const SLOW_RETRY_MS = 2_000;
const CALM_MS = 20_000;

/** The pool of one seed, those who use it, and what surrounds them. */
class PoolScenario {
  readonly world: SimulatedWorld;
  readonly random: SeededRandom;
  readonly clock: VirtualClock;
  readonly source: FakeSource;
  readonly weather: Weather;
  readonly options: PoolOptions & {
    readonly max: number;
    readonly min: number;
    readonly maxWaiting: number;
    readonly timeoutMs: number;
  };
  readonly pool: FakePool;
  readonly callers: SimulatedCaller[] = [];
  readonly broken = new Set<string>();
  closing: { readonly at: number; readonly limitMs: number; endedAt: number | undefined } | undefined;
  readyWaits = 0;
  #isStormy = true;
  #called = 0;

  constructor(world: SimulatedWorld) {
    this.world = world;
    this.random = world.random;
    this.clock = world.clock;
    this.source = new FakeSource(this.clock);
    this.options = randomOptions(this.random);
    this.weather = new Weather(this.random.fork(), this.source);
    this.source.watch = () => this.#checkDials();
    this.pool = Pool.start(this.source, this.options, { clock: this.clock, random: this.random.fork().next });
    // Listeners may do anything to the pool that tells them.
    if (this.random.chance(0.3))
      this.pool.onState(() => this.#isStormy && this.random.chance(0.3) && this.#act());
  }

  async run(): Promise<void> {
    const steps = this.random.integer(20, 60);
    for (let step = 0; step < steps; step += 1) {
      this.#act();
      this.#check();
      await this.world.pause(this.random.pick([0, 0, 1, 3, 10, 30, 100, 300, 1_500, 5_000]));
      this.#checkBooks();
    }
    this.#isStormy = false;
    if (this.closing === undefined) await this.#recover();
    await this.#end();
    this.#checkCallers();
  }

  #act(): void {
    const { random, weather, pool, holders } = this;
    actByChance(random, [
      [14, () => this.#call(random.integer(1, 3))],
      [3, () => this.#call(2 * this.options.max)],
      [12, () => holders.length > 0 && this.#release(random.pick(holders))],
      [3, () => holders.forEach((holder) => this.#release(holder))],
      [3, () => this.#abort()],
      [4, () => this.#lose()],
      [3, () => weather.change()],
      [2, () => (weather.isOutage = !weather.isOutage)],
      [1, () => this.#killServer()],
      [1, () => this.#invalidate()],
      [1, () => pool.retryNow()],
      [1, () => this.#awaitReady()],
      [1, () => this.#freeze()],
      [0.3, () => this.#close()],
    ]);
  }

  get holders(): SimulatedCaller[] {
    return this.callers.filter(({ isHolding }) => isHolding);
  }

  #call(count: number, timeoutMs?: number): readonly SimulatedCaller[] {
    const { random } = this;
    const called = Array.from({ length: count }, () => {
      const limit = timeoutMs ?? (random.chance(0.5) ? undefined : random.pick([0, 1, 20, 200, 3_000]));
      this.#called += 1;
      const caller = new SimulatedCaller({
        number: this.#called,
        pool: this.pool,
        timeoutMs: limit ?? this.options.timeoutMs,
        isDefault: limit === undefined,
        signal: random.chance(0.3) ? new AbortController() : undefined,
        clock: this.clock,
        history: this.world.history,
      });
      this.callers.push(caller);
      // In the very tick, before it can have been served.
      if (random.chance(0.05)) caller.controller?.abort();
      return caller;
    });
    return called;
  }

  #release(holder: SimulatedCaller): void {
    const { random } = this;
    const link = holder.link!;
    link.leaves = random.pick(['clean', 'clean', 'clean', 'dirty', 'broken']);
    if (random.chance(0.1)) {
      link.member.isCondemned = true;
      holder.lease!.condemn('by chance');
    }
    holder.release();
    if (random.chance(0.2)) holder.lease!.release();
    if (random.chance(0.1)) holder.lease!.condemn('too late');
    try {
      void holder.lease!.connection;
      this.broken.add('the connection of a lease that is over was given away');
    } catch {
      // As it must be.
    }
  }

  #abort(): void {
    const waiting = this.callers.filter(
      ({ settled, controller }) => settled === 0 && controller !== undefined,
    );
    if (waiting.length > 0) this.random.pick(waiting).controller!.abort();
  }

  #awaitReady(): void {
    this.readyWaits += 1;
    const ended = (): void => {
      this.readyWaits -= 1;
    };
    void this.pool.ready({ timeoutMs: this.random.pick([0, 100, 2_000]) }).then(ended, ended);
  }

  #lose(): void {
    const { members } = this.source;
    if (members.length > 0) this.random.pick(members).lose();
  }

  #invalidate(): void {
    this.source.outdated = this.source.opens.length;
    this.pool.invalidate();
  }

  #killServer(): void {
    this.weather.isOutage = true;
    for (const member of this.source.members) member.lose();
  }

  /** As when the process is stopped: nothing runs meanwhile. */
  #freeze(): void {
    this.world.block(this.random.pick([50, 1_000, 30_000]));
  }

  #close(limitMs: number = this.random.pick([0, 100, 2_000])): void {
    const closing = { at: this.clock.now(), limitMs, endedAt: undefined as number | undefined };
    this.closing ??= closing;
    void this.pool.close({ timeoutMs: limitMs }).then(() => {
      closing.endedAt ??= this.clock.now();
      const late = latenessMs(this.clock, closing.at, closing.limitMs);
      if (late > 0) this.broken.add(`close() ended ${late} ms after its deadline`);
    });
  }

  /** When the weather is fine again and everything was returned, all of `max` can be lent. */
  async #recover(): Promise<void> {
    this.weather.calm();
    for (const holder of this.holders) holder.release();
    for (let round = 0; round < 20 && this.#unsettled.length > 0; round += 1) {
      await this.world.pause(500);
      for (const holder of this.holders) holder.release();
    }
    // A dial of before may still be refused, and park the pool.
    await this.world.pause(CALM_MS / 2);
    if (this.pool.state === 'parked') this.pool.retryNow();
    await this.world.pause(CALM_MS / 2);
    for (const holder of this.holders) holder.release();
    const { max, min } = this.options;
    if (this.source.sockets < min) this.broken.add(`${this.source.sockets} members of at least ${min}`);
    const called: SimulatedCaller[] = [];
    // One by one, for maxWaiting may be 1.
    for (let count = 0; count < max; count += 1) {
      called.push(...this.#call(1, 10_000));
      await this.world.pause(100);
    }
    await this.world.pause(5_000);
    const served = called.filter(({ isHolding }) => isHolding).length;
    const aborted = called.filter(({ fate }) => fate === 'ABORTED not-sent').length;
    if (served + aborted !== max) {
      const fates = [...new Set(called.map(({ fate }) => fate))].join(', ');
      this.broken.add(`only ${served} of ${max} can be lent when all is well: ${fates}`);
    }
    this.#checkBooks();
    for (const holder of this.holders.slice(this.random.integer(0, max))) this.#release(holder);
    await this.world.pause(this.random.pick([0, 1, 100]));
    this.#checkBooks();
  }

  async #end(): Promise<void> {
    if (this.closing === undefined) this.#close();
    // Half of those who hold come back before the end.
    for (const holder of this.holders) if (this.random.chance(0.5)) this.#release(holder);
    await this.world.pause(60_000);
    if (this.source.sockets > 0) this.broken.add(`${this.source.sockets} sockets are left after close()`);
    for (const holder of this.holders) this.#release(holder);
    this.#call(1);
    await this.world.pause(1_000);
    this.#checkBooks();
    if (this.callers.at(-1)!.fate !== 'CLOSED not-sent') {
      const { fate } = this.callers.at(-1)!;
      if (fate !== 'ABORTED not-sent') this.broken.add(`after close() a checkout is answered with ${fate}`);
    }
    if (this.readyWaits > 0) this.broken.add('ready() never ended');
    if (this.closing!.endedAt === undefined) this.broken.add('close() never ended');
    for (const left of leftovers(this.clock, this.source)) this.broken.add(left);
  }

  get #unsettled(): SimulatedCaller[] {
    return this.callers.filter(({ settled }) => settled === 0);
  }

  /** At the beginning of each dial. */
  #checkDials(): void {
    const { source, options } = this;
    // The first dial begins while the pool is being made.
    const state = (this.pool as FakePool | undefined)?.state ?? 'connecting';
    const wanted = source.dialling.filter(({ signal }) => !signal.aborted).length;
    if (wanted > 2) this.broken.add(`${wanted} dials are under way`);
    if (wanted > 1 && state !== 'ready') this.broken.add(`${wanted} dials are under way while ${state}`);
    if (source.sockets > options.max) this.broken.add(`${source.sockets} sockets of at most ${options.max}`);
    if (state === 'closed' || state === 'draining') this.broken.add(`a dial begins while ${state}`);
  }

  /** At any time. */
  #check(): void {
    const { source, options, pool, holders } = this;
    if (source.socketsMax > options.max)
      this.broken.add(`${source.socketsMax} sockets of at most ${options.max}`);
    for (const violation of source.violations) this.broken.add(violation);
    if (new Set(holders.map(({ link }) => link!.member)).size !== holders.length)
      this.broken.add('one member has two holders');
    const { idle, leased, opening, closing, checking, resetting, waiting } = pool.explain();
    const counts = { idle, leased, opening, closing, checking, resetting, waiting };
    for (const [what, count] of Object.entries(counts)) {
      if (!(count >= 0)) this.broken.add(`the books say ${count} ${what}`);
    }
    const sockets = idle + leased + opening + closing + checking + resetting;
    if (sockets > options.max) this.broken.add(`the books say ${sockets} sockets of at most ${options.max}`);
    if (sockets < source.sockets) this.broken.add(`the books say ${sockets} sockets of ${source.sockets}`);
    if (waiting > options.maxWaiting) this.broken.add(`${waiting} wait of at most ${options.maxWaiting}`);
  }

  /** When all that was to follow from the last event has followed. */
  #checkBooks(): void {
    this.#check();
    const { idle, leased, waiting } = this.pool.explain();
    const free = this.source.members.filter(
      ({ socket, link, isBeingChecked, isBeingReset }) =>
        socket === 'open' && link === undefined && !isBeingChecked && !isBeingReset,
    ).length;
    if (idle !== free) this.broken.add(`the books say ${idle} idle of ${free}`);
    if (waiting !== this.#unsettled.length)
      this.broken.add(`the books say ${waiting} waiting of ${this.#unsettled.length}`);
    // A close that is over has taken leases from their holders.
    if (this.closing === undefined && leased !== this.holders.length)
      this.broken.add(`the books say ${leased} leased of ${this.holders.length}`);
  }

  #checkCallers(): void {
    for (const caller of this.callers) {
      const broken = caller.broken();
      if (broken !== undefined) this.broken.add(broken);
      const { controller } = caller;
      if (controller !== undefined && getEventListeners(controller.signal, 'abort').length > 0)
        this.broken.add('a listener was left at a signal');
    }
    // A listener may have called before the call that made it act was over, so that it is listed before.
    const served = this.callers
      .filter(({ link }) => link !== undefined)
      .toSorted((one, other) => one.number - other.number);
    for (const [index, caller] of served.entries()) {
      const before = served[index - 1];
      if (before !== undefined && before.link!.number > caller.link!.number)
        this.broken.add(`one who came at ${caller.at} ms was served before one who came at ${before.at} ms`);
    }
  }
}

function randomOptions(random: SeededRandom): PoolScenario['options'] {
  const max = random.integer(1, 6);
  return {
    max,
    min: random.pick([0, 0, random.integer(0, max)]),
    idleOrder: random.pick(['lifo', 'fifo']),
    whenBusy: random.pick(['queue', 'queue', 'queue', 'reject']),
    maxWaiting: random.pick([1, 5, 10_000]),
    timeoutMs: random.pick([50, 1_000, 5_000]),
    shedding: random.pick([false, {}, { targetMs: 5, intervalMs: 50 }] as const),
    whenDownWaitMs: random.pick([0, 100, 2_000, Infinity]),
    openTimeoutMs: random.pick([50, 1_000]),
    lifetimeMs: random.pick([
      { least: Infinity, most: Infinity },
      { least: 1_000, most: 5_000 },
      { least: 200, most: 2_000 },
    ]),
    idleTimeoutMs: random.pick([20, 2_000, 600_000]),
    checkAfterIdleMs: random.pick([0, 20, 1_000, Infinity]),
    checkTimeoutMs: random.pick([10, 500]),
    backoff: { baseMs: random.pick([1, 50]), capMs: BACKOFF_CAP_MS },
    slowRetryMs: SLOW_RETRY_MS,
    leakAfterMs: random.pick([50, Infinity]),
  };
}

/** A pool in bad weather. */
export const poolSimulation: Simulation = {
  name: 'pool',
  folder: 'test/pool/simulation',
  seeds: 2_000,
  commonFates: [
    'ok',
    'DEADLINE not-sent',
    'ABORTED not-sent',
    'NOT_CONNECTED not-sent',
    'OVERLOADED not-sent',
    'CLOSED not-sent',
  ],
  async scenario(world) {
    const scenario = new PoolScenario(world);
    await scenario.run();
    world.check([...scenario.broken]);
  },
};
