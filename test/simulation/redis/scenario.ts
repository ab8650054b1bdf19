import type { HawserError } from 'hawser';
import { Redis } from 'hawser/redis';
import { SimulatedRedis, type SeededRandom, type SimulatedWorld } from 'hawser/testing';
import { actByChance } from '../acts.ts';
import { latenessMs } from '../lateness.ts';
import type { Simulation } from '../simulation.ts';
import { withoutWarnings } from '../warnings.ts';
import { Sessions } from './sessions.ts';
import { brokenPromises, disorder, nameOf, type RecordedCall } from './broken-promises.ts';
import { Calls } from './calls.ts';
import { Passwords, randomOptions, RECOVERY_MS, type ScenarioOptions } from './options.ts';
import { randomConditions, Weather } from './weather.ts';

/** Codes with which `ready()` and `capacity()` may end. */
const WAIT_CODES = ['NOT_CONNECTED', 'CLOSED', 'DEADLINE', 'ABORTED'];
/** Codes with which `Redis.connect` may reject. */
const CONNECT_CODES = [
  'ABORTED',
  'CONNECT_FAILED',
  'CONNECT_TIMEOUT',
  'HANDSHAKE_REFUSED',
  'HANDSHAKE_TIMEOUT',
  'LIMIT_EXCEEDED',
  'PROTOCOL_VIOLATION',
  'WRONG_ROLE',
];
/** The client of one seed, those who use it, and what surrounds it. */
class RedisScenario {
  readonly #world: SimulatedWorld;
  readonly #random: SeededRandom;
  readonly #redis: SimulatedRedis;
  readonly #options: ScenarioOptions;
  readonly #passwords: Passwords;
  readonly #weather: Weather;
  readonly #client: Redis;
  readonly #calls: Calls;
  readonly #sessions: Sessions;
  readonly #pushes: number[] = [];
  #isStormy = true;
  #waits = 0;
  /** The call of another client: what becomes of this one is nothing to it. */
  #foreign: RecordedCall | undefined;
  /** How many calls were made before the first close. */
  #closed: { readonly calls: number } | undefined;
  /** Closes that are not over. */
  #closing = 0;

  constructor(world: SimulatedWorld) {
    const { random, clock } = world;
    this.#world = world;
    this.#random = random.fork();
    this.#passwords = new Passwords(world);
    const { client, server } = randomOptions(random, this.#passwords);
    this.#options = client;
    this.#redis = new SimulatedRedis({ clock, ...server });
    this.#weather = new Weather(world, this.#redis, client.endpoints, true);
    const { slicing } = randomConditions(world);
    this.#calls = new Calls(world, {
      timeoutMs: client.timeoutMs,
      // Byte by byte, a large value is a hundred thousand events that show nothing that a small one does not.
      largestBytes: slicing === 'each-byte' ? 500 : 100_000,
      settled: (call) => this.#settled(call),
      store: (key, value) => void this.#redis.data(client.database).set(key, Buffer.from(value)),
    });
    this.#sessions = new Sessions(world, this.#redis, this.#weather, this.#calls);
    this.#client = Redis.start('redis://one', client, world.environment);
    this.#client.onState(() => this.#meddle(0.1));
    this.#client.onPush(([, , number]) => {
      this.#pushes.push(Number(number));
      this.#meddle(0.3);
    });
  }

  async run(): Promise<void> {
    if (this.#random.chance(0.2)) await this.#connect();
    if (this.#random.chance(0.5)) await this.#client.ready({ timeoutMs: 500 }).catch(() => undefined);
    for (let acts = this.#random.integer(10, 60); acts > 0; acts -= 1) {
      this.#act();
      this.#checkBooks();
      if (this.#random.chance(0.6)) continue;
      await this.#world.pause(this.#random.pick([0, 1, 5, 20, 100, 700]));
      this.#checkNoneOutlives();
    }
    this.#isStormy = false;
    if (this.#random.chance(0.6)) await this.#recover();
    await this.#end();
  }

  /** A client that is there only when its connection is, or not at all. */
  async #connect(): Promise<void> {
    const { clock, check, environment } = this.#world;
    const { connectTimeoutMs } = this.#options;
    const began = clock.now();
    if (this.#random.chance(0.5)) this.#weather.strike();
    const options = { ...this.#options, signal: this.#random.chance(0.5) ? this.#calls.signal() : undefined };
    if (this.#random.chance(0.3)) void this.#world.pause(10).then(() => this.#calls.abort());
    try {
      const client = await Redis.connect('redis://one', options, environment);
      void this.#calls.make(client);
      this.#foreign = this.#calls.made.at(-1);
      await client.close({ timeoutMs: 100 });
    } catch (error) {
      const { code, outcome } = error as HawserError;
      if (!CONNECT_CODES.includes(code) || outcome !== 'not-sent')
        check([`connect() ended with ${code} ${outcome}`]);
      const late = latenessMs(clock, began, connectTimeoutMs);
      if (late > 0) check([`connect() ended ${late} ms after its deadline`]);
    }
  }

  /** One thing that happens: mostly calls, sometimes a fault. */
  #act(): void {
    const random = this.#random;
    const client = this.#client;
    actByChance(random, [
      [45, () => void this.#calls.make(client)],
      [10, () => this.#burst()],
      [7, () => this.#calls.abort()],
      [3, () => this.#world.block(random.pick([10, 500, 6_000]))],
      [1, () => client.retryNow()],
      [3, () => void this.#sessions.begin(client)],
      [3, () => this.#wait()],
      [1, () => this.#callWrongly()],
      [9, () => this.#weather.strike()],
      [0.3, () => void this.#close(random.pick([0, 50, 1_000]))],
    ]);
  }

  #burst(): void {
    for (let count = this.#random.integer(2, 30); count > 0; count -= 1) void this.#calls.make(this.#client);
  }

  /** Listeners may do anything, throw too. */
  #meddle(share: number): void {
    if (!this.#isStormy || !this.#random.chance(share)) return;
    if (this.#random.chance(0.3)) throw new Error('thrown by a listener');
    this.#act();
  }

  #settled(call: RecordedCall): void {
    if (call !== this.#foreign) this.#checkEnding(call);
    if (this.#isStormy && this.#random.chance(0.05)) this.#act();
  }

  /** Whether what became of a call goes with what became of the client. */
  #checkEnding(call: RecordedCall): void {
    const { clock, check } = this.#world;
    const { state, transitions } = this.#client.explain();
    const error =
      call.result !== undefined && 'error' in call.result ? (call.result.error as HawserError) : undefined;
    if (error?.code === 'NOT_CONNECTED') {
      // It tells of being down: it must have been, at some time of the call.
      const upForMs = state === 'ready' ? (transitions.at(-1)?.agoMs ?? Infinity) : 0;
      if (upForMs > clock.now() - call.madeAtMs)
        check([`P5: ${nameOf(call)} was told NOT_CONNECTED while ready`]);
    }
    const isBehind = this.#closed !== undefined && this.#calls.made.indexOf(call) >= this.#closed.calls;
    if (isBehind && !this.#sessions.hasMade(call)) {
      const isTold = error?.code === 'CLOSED' || error?.code === 'ABORTED';
      // Of a pipeline, each command is told in its place.
      if (!isTold && call.what !== 'pipeline')
        check([`${nameOf(call)} was made behind close(), and ended as ${error?.code ?? 'answered'}`]);
    }
  }

  #wait(): void {
    const { clock, check } = this.#world;
    const random = this.#random;
    const timeoutMs = random.pick([0, 10, 500]);
    const began = clock.now();
    const signal = random.chance(0.3) ? this.#calls.signal() : undefined;
    const what = random.pick(['ready', 'capacity'] as const);
    this.#waits += 1;
    const ended = (code: string): void => {
      this.#waits -= 1;
      const late = latenessMs(clock, began, timeoutMs);
      if (late > 0) check([`P1: ${what}() ended ${late} ms after its deadline, ${code}`]);
      if (code !== 'ok' && !WAIT_CODES.includes(code)) check([`${what}() ended with ${code}`]);
    };
    this.#client[what]({ timeoutMs, signal }).then(
      () => ended('ok'),
      (error: HawserError) => ended(error.code),
    );
  }

  /** What cannot be sent concerns nobody else. */
  #callWrongly(): void {
    const { history } = this.#world;
    const wrong = [['GET', undefined], [], ['WATCH', 'key'], 'GET', ['SET', 'key', Number.NaN]];
    const command = this.#random.pick(wrong) as unknown as readonly [string];
    const call = history.begin({ caller: 'wrong', what: 'a wrong call', timeoutMs: 0 });
    this.#client.command(command).then(
      (value) => {
        call.ok(value);
        this.#world.check(['a wrong call was answered']);
      },
      (error: unknown) => call.failed(error),
    );
  }

  #close(timeoutMs: number): Promise<void> {
    const { clock, check } = this.#world;
    const began = clock.now();
    this.#closed ??= { calls: this.#calls.made.length };
    this.#closing += 1;
    return this.#client.close({ timeoutMs }).then(async () => {
      this.#closing -= 1;
      const late = latenessMs(clock, began, timeoutMs);
      if (late > 0) check([`P10: close() ended ${late} ms after its deadline`]);
      check(await this.#calls.outliving(this.#foreign));
    });
  }

  /** What was asked on the shared connection ends with that; what holders ask on their own, with the close. */
  #checkNoneOutlives(): void {
    if (this.#client.state !== 'closed') return;
    const outliving = this.#calls.unsettled.filter((call) => !this.#sessions.hasMade(call));
    this.#world.check(outliving.map((call) => `P1: ${nameOf(call)} outlives the connection`));
  }

  /** At any time. */
  #checkBooks(): void {
    const { waiting, inFlight, abandoned, pendingBytes } = this.#client.explain();
    const { requests } = this.#options.maxPending;
    const pending = waiting + inFlight + abandoned;
    const { check } = this.#world;
    if (pending > requests) check([`P8: ${pending} calls are pending of at most ${requests}`]);
    if (pending === 0 && pendingBytes !== 0) check([`P8: ${pendingBytes} bytes are pending of no call`]);
  }

  /** When all is well again, the client finds that out by itself, and answers come. */
  async #recover(): Promise<void> {
    this.#weather.calm();
    this.#passwords.isCalm = true;
    await this.#world.pause(this.#random.pick([0, RECOVERY_MS]));
    if (this.#closed !== undefined) return;
    await this.#world.pause(RECOVERY_MS);
    if (this.#client.state === 'parked') {
      this.#client.retryNow();
      await this.#world.pause(RECOVERY_MS);
    }
    const { state, lastCause } = this.#client.explain();
    if (state !== 'ready') this.#world.check([`P6: ${state} when all is well: ${lastCause}`]);
    await this.#calls.probe(this.#client);
    const { result } = this.#calls.made.at(-1) as RecordedCall;
    if (result === undefined || 'error' in result)
      this.#world.check([`P6: no answer when all is well: ${String(result?.error)}`]);
  }

  async #end(): Promise<void> {
    const { pause, check, clock, network } = this.#world;
    await this.#close(this.#random.pick([0, 50, 1_000]));
    // Holders find out when they ask next, or have paused.
    await pause(this.#sessions.running > 0 ? 500 : 0);
    if (this.#sessions.running > 0) check([`P1: ${this.#sessions.running} sessions outlive the close`]);
    if (this.#closing > 0) check([`P10: ${this.#closing} closes never end`]);
    if (this.#waits > 0) check([`P1: ${this.#waits} waits outlive the close`]);
    const others = network.pendingTimers + this.#redis.pendingTimers + this.#passwords.pending;
    if (clock.pendingTimers !== others) check([`P10: ${clock.describeTimers().join('; ')}`]);
    // Longer than anything could wait, so that what is never to be sent has had every chance.
    await pause(60_000);
    if (this.#calls.listeners > 0) check([`${this.#calls.listeners} listeners are left on signals`]);
    check(brokenPromises(this.#calls.made, this.#redis, network));
    check(disorder(this.#redis));
    check(this.#sessions.broken());
    check(this.#redis.violations);
    this.#checkPushes();
  }

  #checkPushes(): void {
    const wrong = this.#pushes.find(
      (number, index) => index > 0 && number <= (this.#pushes[index - 1] as number),
    );
    const isForeign = this.#pushes.some((number) => !(number >= 1 && number <= this.#weather.pushed));
    if (wrong !== undefined || isForeign) this.#world.check([`push messages: ${this.#pushes.join(' ')}`]);
  }
}

/** Redis over a shared connection, under random calls, aborts, deadlines and faults. */
export const redisSimulation: Simulation = {
  name: 'redis',
  folder: 'test/simulation/redis',
  seeds: 600,
  commonFates: [
    'ok',
    'DEADLINE unknown',
    'DEADLINE not-sent',
    'ABORTED unknown',
    'ABORTED not-sent',
    'CLOSED not-sent',
    'CLOSED unknown',
    'CONNECTION_LOST unknown',
    'INVALID_ARGUMENT not-sent',
    'NOT_CONNECTED not-sent',
    'OOM refused',
    'OVERLOADED not-sent',
    'PROTOCOL_VIOLATION unknown',
    'READONLY refused',
    'STALLED unknown',
  ],
  scenario: (world) => withoutWarnings(() => new RedisScenario(world).run()),
};
