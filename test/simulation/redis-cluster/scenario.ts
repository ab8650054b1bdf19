import type { HawserError } from 'hawser';
import { RedisClusterClient } from 'hawser/redis/cluster';
import type { SeededRandom, SimulatedWorld } from 'hawser/testing';
import { actByChance } from '../acts.ts';
import { hashSlotOf } from '../../../src/redis/cluster/hash-slot.ts';
import { PORT, ScriptedCluster, type ScriptedNode } from '../../support/scripted-cluster.ts';
import { latenessMs } from '../lateness.ts';
import { randomConditions } from '../redis/weather.ts';
import type { Simulation } from '../simulation.ts';
import { withoutWarnings } from '../warnings.ts';
import { ClusterCalls } from './calls.ts';
import { ClusterWeather } from './weather.ts';

/** How long a client may take to find out that all is well: the longest pause between attempts to connect, and some more. */
const RECOVERY_MS = 12_000;

/** The cluster of one seed, its client, and what happens to both. */
class RedisClusterScenario {
  readonly #world: SimulatedWorld;
  readonly #random: SeededRandom;
  readonly #cluster: ScriptedCluster;
  readonly #client: RedisClusterClient;
  readonly #calls: ClusterCalls;
  readonly #weather: ClusterWeather;
  readonly #whenDownWaitMs: number;
  #isClosed = false;
  /** Closes that are not over. */
  #closing = 0;

  constructor(world: SimulatedWorld) {
    const { random } = world;
    this.#world = world;
    this.#random = random.fork();
    const names = ['a', 'b', 'c'].slice(0, random.integer(1, 3));
    this.#cluster = new ScriptedCluster(world, names);
    for (const name of names) this.#cluster.add(`${name}2`, name);
    if (random.chance(0.5)) this.#cluster.add('d');
    randomConditions(world);
    const timeoutMs = random.pick([300, 2_000, 5_000]);
    this.#whenDownWaitMs = random.pick([0, 100, 2_000]);
    const options = {
      timeoutMs,
      whenDownWaitMs: this.#whenDownWaitMs,
      connectTimeoutMs: random.pick([500, 5_000]),
      handshakeTimeoutMs: 500,
      stallAfterMs: random.pick([200, 1_500]),
      backoff: { baseMs: 50, capMs: 2_000 },
      refreshEveryMs: random.pick([1_000, 60_000]),
      protocol: random.pick([2, 3, 3] as const),
      readFrom: random.pick(['primary', 'primary', 'replica', 'any'] as const),
      maxPending: random.pick([{}, { requests: 20 }]),
      endpoints: names.map((name) => ({ host: `${name}.test`, port: PORT })),
    };
    this.#client = RedisClusterClient.start('redis://a.test', options, world.environment);
    this.#calls = new ClusterCalls(world, this.#client, timeoutMs);
    this.#weather = new ClusterWeather(world, this.#cluster, this.#calls.keys);
  }

  async run(): Promise<void> {
    const random = this.#random;
    if (random.chance(0.5)) await this.#client.ready({ timeoutMs: 500 }).catch(() => undefined);
    for (let acts = random.integer(10, 60); acts > 0; acts -= 1) {
      this.#act();
      if (random.chance(0.5)) continue;
      await this.#world.pause(random.pick([0, 1, 5, 20, 100, 700]));
    }
    if (random.chance(0.7)) await this.#recover();
    await this.#end();
  }

  #act(): void {
    const random = this.#random;
    actByChance(random, [
      [30, () => this.#calls.make()],
      [8, () => Array.from({ length: 15 }, () => this.#calls.make())],
      [6, () => this.#calls.abort()],
      [1, () => this.#world.block(random.pick([10, 500, 3_000]))],
      [1, () => this.#client.retryNow()],
      [14, () => this.#weather.strike()],
      [0.2, () => void this.#close(random.pick([0, 50, 1_000]))],
    ]);
  }

  /** When all is well again, the client finds that out by itself, and all keys are served. */
  async #recover(): Promise<void> {
    this.#weather.calm();
    await this.#world.pause(RECOVERY_MS);
    if (this.#isClosed) return;
    for (const key of this.#calls.keys) {
      await this.#serve(key).catch(({ code, message }: HawserError) => {
        this.#world.check([`P6: ${key} is not served when all is well: ${code} ${message}`]);
      });
    }
  }

  /** Of a slot that has moved the client may hear by a call, which does not wait then for a node that is new to it. */
  async #serve(key: string): Promise<void> {
    const moved = (): number => this.#client.explain().redirections.moved;
    const movedBefore = moved();
    try {
      await this.#client.command(['EXISTS', key]);
    } catch (error) {
      const { code } = error as HawserError;
      if (code !== 'NOT_CONNECTED' || this.#whenDownWaitMs > 0 || moved() === movedBefore) throw error;
      await this.#world.pause(RECOVERY_MS);
      await this.#client.command(['EXISTS', key]);
    }
  }

  async #close(timeoutMs: number): Promise<void> {
    const { clock, check } = this.#world;
    const began = clock.now();
    this.#isClosed = true;
    this.#closing += 1;
    await this.#client.close({ timeoutMs });
    this.#closing -= 1;
    const late = latenessMs(clock, began, timeoutMs);
    if (late > 0) check([`P10: close() ended ${late} ms after its deadline`]);
    check(await this.#calls.outliving());
  }

  async #end(): Promise<void> {
    const { pause, check, clock, network } = this.#world;
    await this.#close(this.#random.pick([0, 50, 1_000]));
    // Where it was closed before, that is over too.
    await pause(0);
    if (this.#closing > 0) check([`P10: ${this.#closing} closes never end`]);
    const others =
      network.pendingTimers + this.#cluster.nodes.reduce((sum, { redis }) => sum + redis.pendingTimers, 0);
    if (clock.pendingTimers !== others) check([`P10: ${clock.describeTimers().join('; ')}`]);
    // Longer than anything could wait, so that what is never to be sent has had every chance.
    await pause(60_000);
    if (this.#calls.listeners > 0) check([`${this.#calls.listeners} listeners are left on signals`]);
    check(
      this.#calls.broken(
        (key) => this.#holderOf(key)?.redis.value(key),
        (key) => this.#holderOf(key)?.redis.list(key) ?? [],
      ),
    );
    for (const { redis } of this.#cluster.nodes) check(redis.violations);
  }

  /** Who has a key: while its slot is on its way, one of two. */
  #holderOf(key: string): ScriptedNode | undefined {
    const slot = hashSlotOf(key);
    const names = [this.#cluster.owners[slot], this.#cluster.migrating.get(slot)];
    const nodes = names.flatMap((name) => (name === undefined ? [] : [this.#cluster.node(name)]));
    return nodes.find(({ redis }) => redis.data().has(key));
  }
}

/** Redis Cluster under random calls, while slots move, nodes fail and connections break. */
export const redisClusterSimulation: Simulation = {
  name: 'redis-cluster',
  folder: 'test/simulation/redis-cluster',
  seeds: 200,
  commonFates: [
    'ok',
    'DEADLINE unknown',
    'DEADLINE not-sent',
    'ABORTED unknown',
    'ABORTED not-sent',
    'CLOSED not-sent',
    'CONNECTION_LOST unknown',
    'NOT_CONNECTED not-sent',
    'OVERLOADED not-sent',
    'STALLED unknown',
  ],
  scenario: (world) => withoutWarnings(() => new RedisClusterScenario(world).run()),
};
