import { History } from 'hawser/testing';
import { Callers } from '../callers.ts';
import type { EarlyStage, Injected, Row } from '../row.ts';

/** A second client of the same kind, straight to the server, whose calls all have to be answered. */
async function withNeighbour(stage: EarlyStage, act: () => Promise<void>): Promise<Injected> {
  const { subject, server, random, belongings } = stage;
  const history = new History({ outcomeOf: (error) => subject.outcomeOf(error) });
  const client = subject.open({ endpoints: [{ host: '127.0.0.1', port: server.port }] });
  belongings.atEnd(() => client.close(0));
  const ground = {
    subject,
    client,
    history,
    random: random.fork(),
    habit: 'patient',
    books: { counter: "neighbour's counter", ledger: "neighbour's ledger" },
  } as const;
  const callers = new Callers(ground);
  belongings.atEnd(() => callers.stop());
  await callers.nextWrite();
  await act();
  return {
    expect: async () => {
      await callers.nextWrite();
      const failed = Object.entries(history.summary().failures).map(
        ([kind, count]) => `${count} times ${kind}`,
      );
      return failed.length === 0 ? [] : [`another client was struck too: ${failed.join(', ')}`];
    },
  };
}

const severalEndpoints: Row['obstacle'] = ({ manyEndpoints }) =>
  manyEndpoints ? undefined : 'it cannot be given several endpoints';

/** Servers that go away, and what servers do to their clients. */
export const servers: readonly Row[] = [
  {
    name: 'killed and restarted',
    fault: 'server restart',
    injected: 'SIGKILL to the server under load; later it is started again with its data',
    connection: 'given up',
    inject: async ({ server }) => {
      await server.kill();
      return { end: () => server.restart() };
    },
  },
  {
    name: 'failover',
    fault: 'server failover',
    injected:
      'SIGKILL to the primary; its follower, the second endpoint, has all of it and takes writes from then on',
    connection: 'given up',
    extra: 'follower',
    obstacle: severalEndpoints,
    inject: async (stage) => {
      await stage.system.failOver(stage.server, stage.follower!);
      stage.keeper = stage.follower!;
      return {};
    },
  },
  {
    name: 'read-only for a while',
    fault: 'read-only primary',
    injected: 'the server, the only endpoint, refuses writes; later it takes them again',
    besides: 'writes are refused, and no hot loop comes of it',
    inject: async ({ system, server }) => {
      await system.setReadOnly(server, true);
      return { end: () => system.setReadOnly(server, false) };
    },
    expect: ({ history }) =>
      history.summary().refused > 0 ? [] : ['no write was refused, so that nothing was shown'],
  },
  {
    name: 'demoted, and another promoted',
    fault: 'read-only primary',
    injected:
      'the first endpoint begins to refuse writes and stays up; the second one takes them from then on',
    besides: 'the one with the wrong role is left',
    connection: 'given up',
    extra: 'follower',
    obstacle: severalEndpoints,
    inject: async (stage) => {
      await stage.system.handOver(stage.server, stage.follower!);
      stage.keeper = stage.follower!;
      return {};
    },
  },
  {
    name: 'one session ended',
    fault: 'kill one session',
    injected: 'the server hangs up on the oldest of its clients (CLIENT KILL)',
    besides: 'a second client of the same kind does not notice',
    connection: 'given up',
    inject: (stage) => withNeighbour(stage, () => stage.system.endSessions(stage.server, 'oldest')),
  },
  {
    name: 'all sessions ended',
    fault: 'kill one session',
    injected: 'the server hangs up on all of its clients (CLIENT KILL)',
    connection: 'given up',
    inject: async ({ system, server }) => {
      await system.endSessions(server, 'all');
      return {};
    },
  },
  {
    name: 'no room for clients',
    fault: 'too many connections',
    injected:
      'the server lets in nobody any more (maxclients 1) and hangs up on all; later it lets in everyone',
    connection: 'given up',
    inject: async ({ system, server }) => ({ end: await system.shutOut(server) }),
  },
  {
    name: 'loading',
    fault: 'loading (LOADING)',
    injected: 'the server hangs up on all, and loads its data for a while, of which it tells everyone',
    connection: 'given up',
    inject: async ({ system, server, tempo }) => {
      const loaded = system.load(server, tempo.holdMs);
      await system.endSessions(server, 'all');
      return { end: () => loaded };
    },
  },
  {
    name: 'wrong password, at start',
    fault: 'auth refused',
    injected:
      'the client starts with a password that the server does not take; later the server is told to take it',
    besides: 'everyone is told why, and it is not tried again in a hot loop',
    callers: 'absent',
    needs: () => ({ password: 'right' }),
    access: ({ endpoints }) => ({ endpoints, password: 'later' }),
    inject: (stage) => ({
      end: async () => {
        await stage.system.changePassword(stage.server, 'later');
        // It is parked: that trying again could help is for its owner to say.
        stage.client?.retryNow?.();
      },
    }),
  },
  {
    name: 'password changed',
    fault: 'auth refused',
    injected:
      'the server takes another password from now on, and hangs up on all; later it takes the old one again',
    besides: 'it is tried again slowly, and visibly',
    connection: 'given up',
    needs: () => ({ password: 'right' }),
    access: ({ endpoints }) => ({ endpoints, password: 'right' }),
    inject: async ({ system, server }) => {
      await system.changePassword(server, 'wrong');
      await system.endSessions(server, 'all');
      return { end: () => system.changePassword(server, 'right') };
    },
    recoveryMs: ({ limits }) => limits?.slowRetryMs ?? 30_000,
  },
];
