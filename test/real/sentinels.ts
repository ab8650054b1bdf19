import type { RedisOptions } from 'hawser/redis';
import type { RedisSentinels, RedisServer } from 'hawser/testing';

/** The address of no Sentinel: options say where they are. */
export const NOWHERE = 'redis://sentinels.invalid';

/** What a client has to know of a group. */
export function optionsOf({ endpoints, name }: RedisSentinels, given: RedisOptions = {}): RedisOptions {
  return { endpoints, sentinel: { group: name }, ...given };
}

export function peerOf({ port }: RedisServer): string {
  return `127.0.0.1:${port}`;
}

/** All servers are up again, and all Sentinels say the same. */
export async function heal(group: RedisSentinels): Promise<void> {
  for (const server of [...group.nodes, ...group.sentinels]) {
    if (server.state === 'paused') server.resume();
    if (server.state === 'down') await server.restart();
  }
  await group.untilAgreed();
}
