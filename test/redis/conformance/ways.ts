import type { Redis, RedisOptions, RedisPool } from 'hawser/redis';
import type { RedisWorld } from '../../support/redis-world.ts';

/** What is the same whichever way the calls go. */
export type Client = Redis | RedisPool;

/** One way to Redis. */
export interface Way {
  readonly name: string;
  /** Starts a client, which connects when it wants to. */
  start(world: RedisWorld, options?: Omit<RedisOptions, 'dedicated'>): Client;
}

/** As {@link Way.start}, when it is connected. */
export async function connected(
  way: Way,
  world: RedisWorld,
  options?: Omit<RedisOptions, 'dedicated'>,
): Promise<Client> {
  const client = way.start(world, options);
  await world.clock.waitFor(client.ready({ timeoutMs: Infinity }));
  return client;
}

/** All that the server received on any connection, without what belongs to a handshake or a check. */
export function receivedBy(world: RedisWorld): string[] {
  return world.redis.commands
    .filter(({ name }) => name !== 'HELLO' && name !== 'CLIENT' && name !== 'PING' && name !== 'SELECT')
    .map(({ text }) => text);
}

/** The ways to Redis, in all of which the same holds. */
export const WAYS: readonly Way[] = [
  { name: 'one shared connection', start: (world, options) => world.start(options) },
  { name: 'a pool', start: (world, options) => world.pool(options) },
  {
    name: 'a pool of two, in which calls wait for each other',
    // A queue that stands is not what these cases are about.
    start: (world, options) => world.pool({ ...options, max: 2, shedding: false }),
  },
];
