import type { Row } from '../row.ts';

/** The first that the client opens; each call that waits on the server has one of its own. */
const SHARED_CONNECTION = 1;

/** What happens while the server holds calls. */
export const ofTakers: readonly Row[] = [
  {
    name: 'held calls hung up on',
    fault: 'kill one session',
    injected: 'the server hangs up on all whose calls it holds (CLIENT KILL, of flag b)',
    concerns: 'takers',
    connection: 'given up',
    inject: async ({ system, server }) => {
      await system.beside.endHeldCalls(server);
      return {};
    },
  },
  {
    name: 'held calls let go by another',
    fault: 'CLIENT UNBLOCK',
    injected:
      'somebody else has the server let go of all calls that it holds, again and again (CLIENT UNBLOCK)',
    besides: 'no connection is lost by it',
    concerns: 'takers',
    connection: 'kept',
    isUnnoticed: true,
    inject: ({ system, server }) => {
      const over = new AbortController();
      const letGo = async (): Promise<void> => {
        while (!over.signal.aborted) await system.beside.letGo(server);
      };
      const done = letGo();
      return {
        end: () => {
          over.abort();
          return done;
        },
      };
    },
  },
  {
    name: 'half-open, shared connection alone',
    fault: 'half-open: blackhole both ways',
    injected:
      'proxy: nothing passes any more on the shared connection, over which the server is asked to let go',
    besides: 'who leaves is not kept waiting',
    concerns: 'takers',
    connection: 'given up',
    inject: ({ proxy }) => {
      proxy.add({ kind: 'blackhole', direction: 'both' }, { connection: SHARED_CONNECTION });
      return {};
    },
  },
  {
    name: 'shared connection refused',
    fault: 'connection refused',
    injected:
      'proxy: RST to the shared connection, and the port is closed; the connections of calls that wait are well',
    besides: 'who leaves is not kept waiting',
    concerns: 'takers',
    connection: 'given up',
    inject: ({ proxy }) => {
      const end = proxy.add({ kind: 'refuse' });
      proxy.add({ kind: 'reset' }, { connection: SHARED_CONNECTION });
      return { end };
    },
  },
];
