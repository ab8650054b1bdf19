import { RedisClusterClient, type RedisClusterOptions } from 'hawser/redis/cluster';
import { SimulatedNetwork, VirtualClock } from 'hawser/testing';
import { onTestFinished } from 'vitest';
import type { Environment } from '../../src/core/index.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { expectNothingLeft } from './leaks.ts';
import { PORT, ScriptedCluster } from './scripted-cluster.ts';

/** A cluster of scripted nodes, and its clients. Nothing may be left of them when the test is over. */
export class ClusterWorld extends ScriptedCluster {
  readonly #clients: RedisClusterClient[] = [];

  constructor(names: readonly string[] = ['a', 'b', 'c']) {
    const clock = new VirtualClock();
    super({ clock, network: new SimulatedNetwork({ clock }) }, names);
    onTestFinished(() => this.#end());
  }

  start(options: RedisClusterOptions = {}, seed = 'a'): RedisClusterClient {
    const environment: Environment = {
      clock: this.clock,
      random: new SeededRandom(1).next,
      dial: this.network.dial,
    };
    const client = RedisClusterClient.start(`redis://${seed}.test:${PORT}`, options, environment);
    this.#clients.push(client);
    return client;
  }

  async connect(options: RedisClusterOptions = {}): Promise<RedisClusterClient> {
    const client = this.start(options);
    await this.clock.waitFor(client.ready({ timeoutMs: Infinity }));
    return client;
  }

  async #end(): Promise<void> {
    for (const client of this.#clients) await this.clock.waitFor<unknown>(client.close({ timeoutMs: 0 }));
    // The nodes still have to hear of it.
    await this.clock.advance(100);
    expectNothingLeft(this);
    for (const { redis } of this.nodes) {
      if (redis.violations.length > 0) throw new Error(redis.violations.join('; '));
    }
  }
}
