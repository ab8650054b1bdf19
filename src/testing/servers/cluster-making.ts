import type { WaitOptions } from '../../core/index.ts';
import { SLOTS } from './cluster-nodes.ts';
import { peerPortOf } from './redis-replication.ts';
import type { RedisServer } from './redis-server.ts';
import { sharedTime, waitUntil } from './wait-until.ts';

const MAKE_WITHIN_MS = 10_000;

/**
 * Makes a cluster of nodes that know nothing of each other: the first of them masters with equal shares of the slots, the
 * others their replicas, in turn. Returns the id of each. They may not have agreed on it yet.
 */
export async function makeCluster(
  nodes: readonly RedisServer[],
  masterCount: number,
  options: WaitOptions,
): Promise<ReadonlyMap<RedisServer, string>> {
  const left = sharedTime(options, MAKE_WITHIN_MS);
  const masters = nodes.slice(0, masterCount);
  const ids = await Promise.all(
    nodes.map(async (node) => String(await node.inspect(['CLUSTER', 'MYID'], left()))),
  );
  // With epochs that differ from the beginning, no two masters have to quarrel about one.
  await Promise.all(
    nodes.map((node, index) => node.inspect(['CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`], left())),
  );
  const start = (index: number): number => Math.floor((index * SLOTS) / masterCount);
  await Promise.all(
    masters.map((master, index) =>
      master.inspect(['CLUSTER', 'ADDSLOTSRANGE', `${start(index)}`, `${start(index + 1) - 1}`], left()),
    ),
  );
  // Each meets each, which is quicker than to wait until all have heard of all.
  const pairs = nodes.flatMap((node, index) => nodes.slice(index + 1).map((other) => [node, other] as const));
  await Promise.all(
    pairs.map(([node, other]) =>
      node.inspect(['CLUSTER', 'MEET', other.host, `${peerPortOf(other)}`, `${other.busPort}`], left()),
    ),
  );
  await Promise.all(
    nodes.slice(masterCount).map((replica, index) =>
      waitUntil({
        complaint: `${replica.port} did not become a replica`,
        // Refused until the two have met.
        ask: (signal) =>
          replica.inspect(['CLUSTER', 'REPLICATE', ids[index % masterCount] ?? ''], { signal }),
        ...left(),
      }),
    ),
  );
  return new Map(nodes.map((node, index) => [node, ids[index] ?? '']));
}
