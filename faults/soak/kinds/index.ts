import type { FaultKind } from '../fault-kind.ts';
import { network } from './network.ts';
import { inProcess } from './process.ts';
import { server } from './server.ts';

/** Every fault that there is on this machine. */
export const KINDS: readonly FaultKind[] = [...network, ...server, ...inProcess].filter(
  ({ obstacle }) => obstacle === undefined,
);
