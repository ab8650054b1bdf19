import { BOOKS } from '../callers.ts';
import { uncounted } from '../dials.ts';
import type { Row } from '../row.ts';
import { clusterOf } from '../systems/redis-several.ts';
import { noneFailed } from './strike.ts';

/** The fault lasts until it is over for the nodes. */
const holdMs = (): number => 0;

/** How long the client may wait before it asks the cluster again for its slots, in milliseconds (docs/cluster.md). */
const recoveryMs = (): number => 2_000;

/** What becomes of the nodes and slots of a cluster. */
export const ofClusters: readonly Row[] = [
  {
    name: 'master killed, its replica promoted',
    fault: 'server failover',
    injected:
      'SIGKILL to the master of a key, whose replica has all of it; the cluster makes that the master',
    concerns: 'cluster',
    connection: 'given up',
    holdMs,
    recoveryMs,
    inject: async ({ server }) => {
      const cluster = clusterOf(server);
      const master = await cluster.heldPrimaryOf(BOOKS.ledger);
      await master.kill();
      return { end: () => uncounted(() => cluster.all.cluster.untilPromoted(master)) };
    },
  },
  {
    name: 'master stopped, its replica promoted',
    fault: 'server failover',
    injected:
      'SIGSTOP to the master of a key, whose replica has all of it; the cluster makes that the master, and the old one goes on (SIGCONT)',
    besides: 'nobody goes back to the old one',
    concerns: 'cluster',
    connection: 'given up',
    holdMs,
    recoveryMs,
    inject: async ({ server }) => {
      const cluster = clusterOf(server);
      const master = await cluster.heldPrimaryOf(BOOKS.ledger);
      master.pause();
      return {
        end: async () => {
          await uncounted(() => cluster.all.cluster.untilPromoted(master));
          master.resume();
        },
      };
    },
  },
  {
    name: 'orderly failover of a master',
    fault: 'server failover',
    injected: 'CLUSTER FAILOVER: the master of a key and its replica change places',
    besides: 'no call fails',
    concerns: 'cluster',
    isUnnoticed: true,
    holdMs,
    recoveryMs,
    inject: async ({ server }) => {
      const { cluster } = clusterOf(server).all;
      const master = await uncounted(() => cluster.masterOf(BOOKS.ledger));
      return { end: () => uncounted(() => cluster.failover(master)) };
    },
    expect: noneFailed,
  },
  {
    name: 'slots move',
    fault: 'resharding',
    injected: 'the slots of two keys are moved to other masters, key by key, under load',
    besides: 'no call fails',
    concerns: 'cluster',
    isUnnoticed: true,
    holdMs,
    recoveryMs,
    inject: ({ server }) => {
      const { cluster } = clusterOf(server).all;
      const move = async (key: string): Promise<void> => {
        const from = await cluster.masterOf(key);
        const to = (await cluster.masters()).find((master) => master !== from)!;
        const migration = await cluster.migrate(key, to);
        await migration.finish();
      };
      const moved = uncounted(async () => {
        for (const key of [BOOKS.ledger, BOOKS.counter]) await move(key);
      });
      return { end: () => moved };
    },
    expect: noneFailed,
  },
  {
    name: 'all nodes killed and restarted',
    fault: 'server restart',
    injected: 'SIGKILL to all nodes under load; later they are started again with their data',
    concerns: 'cluster',
    connection: 'given up',
    recoveryMs,
    inject: async ({ server }) => {
      const cluster = clusterOf(server);
      await cluster.kill();
      return {
        end: async () => {
          await cluster.restart();
          await uncounted(() => cluster.all.cluster.untilAgreed());
        },
      };
    },
  },
];
