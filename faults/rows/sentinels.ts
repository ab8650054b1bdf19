import { BOOKS } from '../callers.ts';
import { uncounted } from '../dials.ts';
import type { Row } from '../row.ts';
import { cutOffSentinel } from '../systems/cut-off-sentinel.ts';
import { sentinelsOf } from '../systems/redis-several.ts';
import { noneFailed } from './strike.ts';

/** The fault lasts until it is over for the servers. */
const holdMs = (): number => 0;

/** What Sentinels do about a primary, and what happens to them. */
export const ofSentinels: readonly Row[] = [
  {
    name: 'primary killed, Sentinels promote',
    fault: 'server failover',
    injected: 'SIGKILL to the primary, whose replica has all of it; the Sentinels make that the primary',
    concerns: 'sentinels',
    connection: 'given up',
    holdMs,
    inject: async ({ server }) => {
      const sentinels = sentinelsOf(server);
      const primary = await sentinels.heldPrimaryOf(BOOKS.ledger);
      await primary.kill();
      return { end: () => uncounted(() => sentinels.all.group.untilPromoted(primary)) };
    },
  },
  {
    name: 'primary stopped, Sentinels promote',
    fault: 'server failover',
    injected:
      'SIGSTOP to the primary, whose replica has all of it; the Sentinels make that the primary, and the old one goes on (SIGCONT)',
    besides: 'nobody goes back to the old one',
    concerns: 'sentinels',
    connection: 'given up',
    holdMs,
    inject: async ({ server }) => {
      const sentinels = sentinelsOf(server);
      const primary = await sentinels.heldPrimaryOf(BOOKS.ledger);
      primary.pause();
      return {
        end: async () => {
          await uncounted(() => sentinels.all.group.untilPromoted(primary));
          primary.resume();
        },
      };
    },
  },
  {
    name: 'primary replaced, and well',
    fault: 'server failover',
    injected: 'SENTINEL FAILOVER: the primary, whose replica has all of it, is made a replica of that',
    concerns: 'sentinels',
    connection: 'given up',
    holdMs,
    inject: async ({ server }) => {
      const sentinels = sentinelsOf(server);
      const { group } = sentinels.all;
      const primary = await sentinels.heldPrimaryOf(BOOKS.ledger);
      await uncounted(() => group.sentinels[0]!.inspect(['SENTINEL', 'FAILOVER', group.name]));
      return {
        end: () =>
          uncounted(async () => {
            await group.untilPromoted(primary);
            // What is held back must not be written there any more.
            await primary.inspect(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
            await primary.inspect(['CLIENT', 'UNPAUSE']);
          }),
      };
    },
  },
  {
    name: 'a Sentinel cut off, and the primary killed',
    fault: 'server failover',
    injected:
      'a Sentinel, the first that the client knows, hears of nothing and names the primary of the beginning for ever; SIGKILL to that one, whose replica has all of it; the other Sentinels make that the primary',
    besides: 'the others are asked too',
    concerns: 'sentinels',
    connection: 'given up',
    holdMs,
    access: async ({ server, endpoints, dials, belongings }) => {
      const primary = await sentinelsOf(server).all.primaryOf(BOOKS.ledger);
      const cutOff = belongings.keep(await cutOffSentinel(primary.endpoint));
      dials.watch(cutOff.port);
      return { endpoints: [cutOff.endpoint, ...endpoints] };
    },
    inject: async ({ server }) => {
      const sentinels = sentinelsOf(server);
      const primary = await sentinels.heldPrimaryOf(BOOKS.ledger);
      await primary.kill();
      return { end: () => uncounted(() => sentinels.all.group.untilPromoted(primary)) };
    },
  },
  {
    name: 'two Sentinels of three killed',
    fault: 'server restart',
    injected: 'SIGKILL to two of the Sentinels, later they are started again',
    besides: 'no caller notices',
    concerns: 'sentinels',
    isUnnoticed: true,
    inject: async ({ server }) => {
      const killed = sentinelsOf(server).all.group.sentinels.slice(0, 2);
      for (const sentinel of killed) await sentinel.kill();
      return { end: () => uncounted(() => Promise.all(killed.map((sentinel) => sentinel.restart()))) };
    },
    expect: noneFailed,
  },
  {
    name: 'all Sentinels killed, the primary lives',
    fault: 'server restart',
    injected: 'SIGKILL to all Sentinels, later they are started again',
    besides: 'no caller notices',
    concerns: 'sentinels',
    isUnnoticed: true,
    inject: async ({ server }) => {
      const { sentinels } = sentinelsOf(server).all.group;
      for (const sentinel of sentinels) await sentinel.kill();
      return { end: () => uncounted(() => Promise.all(sentinels.map((sentinel) => sentinel.restart()))) };
    },
    expect: noneFailed,
  },
  {
    name: 'all Sentinels killed, and the primary hangs up',
    fault: 'connection refused',
    injected:
      'SIGKILL to all Sentinels, and the primary hangs up on all; later the Sentinels are started again',
    besides: 'calls are told early that there is no connection',
    concerns: 'sentinels',
    connection: 'given up',
    inject: async ({ server }) => {
      const { group } = sentinelsOf(server).all;
      const primary = await uncounted(() => group.master());
      for (const sentinel of group.sentinels) await sentinel.kill();
      await uncounted(() => primary.inspect(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']));
      return {
        end: () => uncounted(() => Promise.all(group.sentinels.map((sentinel) => sentinel.restart()))),
      };
    },
    expect: ({ history }) =>
      history.summary()['not-sent'] > 0 ? [] : ['no caller was told that there is no connection'],
  },
];
