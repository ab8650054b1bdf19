import {
  Redis,
  type HawserError,
  type RedisOptions,
  type RedisPool,
  type RedisPoolOptions,
} from 'hawser/redis';
import {
  SimulatedRedis,
  type SimulatedRedisOptions,
  type SimulatedRedisConnection,
  type SimulatedRedisHandler,
  SimulatedNetwork,
  type SimulatedPeer,
  type SimulatedListener,
  type SimulatedNetworkOptions,
} from 'hawser/testing';
import { onTestFinished } from 'vitest';
import type { Environment } from '../../src/core/index.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { expectNothingLeft } from './leaks.ts';

/** Where the server of a {@link RedisWorld} listens. */
export const ENDPOINT = { host: 'redis.test', port: 6379 } as const;
export const REDIS_ADDRESS = 'redis://redis.test:6379';

/** How a {@link RedisWorld} is set up. */
export type RedisWorldOptions = Omit<SimulatedRedisOptions & SimulatedNetworkOptions, 'clock'>;

/** The answer to HELLO of a server that says that it is a replica. */
export const replicaGreeting: SimulatedRedisHandler = ({ run }) => ({
  bytes: run().toString('latin1').replace('$6\r\nmaster', '$7\r\nreplica'),
});

/** How a promise ended. */
export type Ending<T> = { readonly value: T } | { readonly error: HawserError };

/**
 * A scripted Redis and its clients in virtual time. When the test is over, its clients are closed, and nothing may
 * be left of them.
 */
export class RedisWorld {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: SimulatedNetwork;
  readonly redis: SimulatedRedis;
  #listener: SimulatedListener;
  readonly #clients: (Redis | RedisPool)[] = [];

  constructor(options: RedisWorldOptions = {}) {
    const { clock } = this;
    this.network = new SimulatedNetwork({ ...options, clock });
    this.redis = new SimulatedRedis({ ...options, clock });
    this.#listener = this.network.listen(ENDPOINT, this.redis.accept);
    onTestFinished(() => this.#end());
  }

  /** As `Redis.start`, in this world. */
  start(options: RedisOptions = {}, address: string = REDIS_ADDRESS): Redis {
    const client = Redis.start(address, options, this.environment());
    this.#clients.push(client);
    return client;
  }

  /** As `Redis.pool`, in this world. */
  pool(options: RedisPoolOptions = {}, address: string = REDIS_ADDRESS): RedisPool {
    const client = Redis.pool(address, options, this.environment());
    this.#clients.push(client);
    return client;
  }

  /** As {@link RedisWorld.start}, when the connection is ready. */
  async connect(options: RedisOptions = {}): Promise<Redis> {
    const client = this.start(options);
    await this.clock.waitFor(client.ready({ timeoutMs: Infinity }));
    return client;
  }

  /** Kills the server: its connections are reset, dials are refused. Its data stay. */
  crash(): void {
    this.#listener.crash();
  }

  /** The server listens again. */
  restart(): void {
    this.#listener = this.network.listen(ENDPOINT, this.redis.accept);
  }

  /** The network's side of a connection, counted from 1. */
  wire(number: number): SimulatedPeer {
    return present(this.network.connections[number - 1]);
  }

  /** The server's side of a connection, counted from 1. */
  server(number: number): SimulatedRedisConnection {
    return present(this.redis.connections[number - 1]);
  }

  /** Commands that the server received on a connection, without those of the handshake. */
  received(connection: number): string[] {
    return this.server(connection)
      .commands.filter(({ name, text }) => name !== 'HELLO' && name !== 'CLIENT' && text !== 'PING')
      .map(({ text }) => text);
  }

  /** Lets time pass until all have ended, and says how. */
  async endings<T>(promises: readonly Promise<T>[]): Promise<Ending<T>[]> {
    return this.clock.waitFor(Promise.all(promises.map((promise) => endingOf(promise))));
  }

  /** Lets time pass until the promise has rejected, and returns what with. */
  async failureOf(promise: Promise<unknown>): Promise<HawserError> {
    const ending = await this.clock.waitFor(endingOf(promise));
    if ('error' in ending) return ending.error;
    throw new Error('It was expected to reject, and resolved.');
  }

  /** That of one client more. */
  protected environment(): Environment {
    return { clock: this.clock, random: new SeededRandom(1).next, dial: this.network.dial };
  }

  async #end(): Promise<void> {
    for (const client of this.#clients) await this.clock.waitFor<unknown>(client.close({ timeoutMs: 0 }));
    // The server still has to hear of it.
    await this.clock.advance(100);
    expectNothingLeft(this);
  }
}

/** Handles the promise, so that it can be looked at later. */
export function endingOf<T>(promise: Promise<T>): Promise<Ending<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error: error as HawserError }),
  );
}

function present<T>(item: T | undefined): T {
  if (item === undefined) throw new Error('There is no such connection.');
  return item;
}

/** A world whose server has these values. */
export function worldWith(values: Record<string, string>): RedisWorld {
  const world = new RedisWorld();
  for (const [key, value] of Object.entries(values)) world.redis.data().set(key, Buffer.from(value));
  return world;
}
