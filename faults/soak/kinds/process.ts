import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FaultKind, Hold } from '../fault-kind.ts';

const BUSY: Hold = [50, 1_500];

/** What happens to the process that the client is in. */
export const inProcess: readonly FaultKind[] = [
  {
    name: 'event loop blocked',
    where: 'process',
    holdMs: BUSY,
    begin({ worker }, _, holdMs) {
      worker.block(holdMs);
      return undefined;
    },
  },
  {
    name: 'process frozen and thawed',
    where: 'process',
    holdMs: BUSY,
    begin({ worker }, _, holdMs) {
      // It thaws also if this process ends meanwhile, whatever ends its group: it could not end itself.
      const script = `kill -STOP ${worker.pid}; sleep ${holdMs / 1_000}; kill -CONT ${worker.pid}`;
      const thawed = once(spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' }), 'exit');
      return () => thawed;
    },
    ...(process.platform === 'win32' ? { obstacle: 'this system has no SIGSTOP' } : {}),
  },
];
