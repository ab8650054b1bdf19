import { setTimeout as wait } from 'node:timers/promises';
import type { RedisValue } from 'hawser/testing';

type Ask = (...command: string[]) => Promise<RedisValue>;

/** Longer than a row needs to see to it that they are not taken any more. */
const HELD_MS = 20_000;
const POLL_MS = 10;

/** Holds back all writes of a server until its followers have those that were confirmed; they stay held back. */
export async function caughtUp(server: Ask, followers: readonly Ask[]): Promise<void> {
  await server('CLIENT', 'PAUSE', `${HELD_MS}`, 'WRITE');
  const offset = offsetIn(await server('INFO', 'replication'), 'master_repl_offset');
  for (const follower of followers) {
    while (offsetIn(await follower('INFO', 'replication'), 'slave_repl_offset') < offset) await wait(POLL_MS);
  }
}

/** A number in what INFO says. */
function offsetIn(info: RedisValue, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(String(info))?.[1]);
}
