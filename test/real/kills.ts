import type { RedisServer } from 'hawser/testing';
import { PATIENCE_MS, until } from './clients.ts';
import type { Load } from './load.ts';

/** All that a caller may see of a server that dies. */
export const POSSIBLE_FAILURES = [
  'CONNECTION_LOST unknown',
  'DEADLINE not-sent',
  'DEADLINE unknown',
  'NOT_CONNECTED not-sent',
];

/** No call waits long for the server to come back, and a slow disk is no stall. */
export const OPTIONS = { whenDownWaitMs: 50, stallAfterMs: PATIENCE_MS } as const;

/** Kills the server three times while the callers go on, and has it back each time. */
export async function killInMidTraffic(server: RedisServer, loads: readonly Load[]): Promise<void> {
  const grown = async (ending: 'confirmed' | 'not-sent'): Promise<void> => {
    const goals = loads.map((load) => load.count(ending) + 100);
    await until(() => loads.every((load, index) => load.count(ending) >= goals[index]!));
  };
  for (let kills = 0; kills < 3; kills += 1) {
    await grown('confirmed');
    await server.kill();
    await grown('not-sent');
    await server.restart();
  }
  await grown('confirmed');
  await Promise.all(loads.map((load) => load.stop()));
}
