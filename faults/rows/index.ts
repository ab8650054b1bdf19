import type { Row } from '../row.ts';
import { connecting } from './connecting.ts';
import { endings } from './endings.ts';
import { named } from './names.ts';
import { network } from './network.ts';
import { nonsense } from './nonsense.ts';
import { packets } from './packets.ts';
import { inProcess } from './process.ts';
import { servers } from './server.ts';
import { silence } from './silence.ts';
import { secured } from './tls.ts';

/** Every fault that a client is put through, in the order of the matrix. */
export const ROWS: readonly Row[] = [
  ...connecting,
  ...named,
  ...secured,
  ...endings,
  ...silence,
  ...packets,
  ...network,
  ...nonsense,
  ...servers,
  ...inProcess,
];
