import type { Row } from '../row.ts';

/** What happens to reading alone. */
export const ofReaders: readonly Row[] = [
  {
    name: 'reading hung up on',
    fault: 'kill one session',
    injected: 'the server hangs up on all whose calls it holds (CLIENT KILL, of flag b)',
    concerns: 'readers',
    connection: 'given up',
    inject: async ({ system, server }) => {
      await system.beside.endHeldCalls(server);
      return {};
    },
  },
];
