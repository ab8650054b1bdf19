import type { MomentaryFault } from 'hawser/testing';
import type { Row } from '../row.ts';
import { noneFailed, strike } from './strike.ts';

function now(fault: MomentaryFault): Row['inject'] {
  return ({ proxy }) => {
    proxy.add(fault);
    return {};
  };
}

/** Time for an idle client to notice that it has lost its connection, in milliseconds. */
const NOTICED_MS = 100;

/** Connections that end. */
export const endings: readonly Row[] = [
  {
    name: 'reset mid-reply',
    fault: 'RST mid-reply',
    injected: 'proxy: RST to both sides behind 7 bytes of replies',
    connection: 'given up',
    inject: strike({ kind: 'cut', direction: 'to-client', afterBytes: 7, ending: 'reset' }),
  },
  {
    name: 'reset mid-write',
    fault: 'RST mid-write',
    injected: 'proxy: RST to both sides within a large request',
    habit: 'large',
    connection: 'given up',
    inject: strike({ kind: 'cut', direction: 'to-server', afterBytes: 100_000, ending: 'reset' }),
  },
  {
    name: 'reset, idle',
    fault: 'RST idle',
    injected: 'proxy: RST to both sides while nobody asks',
    besides: 'no caller notices',
    callers: 'resting',
    connection: 'given up',
    holdMs: () => NOTICED_MS,
    inject: now({ kind: 'reset' }),
    expect: noneFailed,
  },
  {
    name: 'end mid-reply',
    fault: 'FIN mid-frame',
    injected: 'proxy: FIN to both sides behind 7 bytes of replies',
    connection: 'given up',
    inject: strike({ kind: 'cut', direction: 'to-client', afterBytes: 7, ending: 'end' }),
  },
  {
    name: 'end, idle',
    fault: 'FIN idle',
    injected: 'proxy: FIN to both sides while nobody asks',
    besides: 'no caller notices',
    callers: 'resting',
    connection: 'given up',
    holdMs: () => NOTICED_MS,
    inject: now({ kind: 'end' }),
    expect: noneFailed,
  },
  {
    name: 'half-close',
    fault: 'FIN idle',
    injected: 'proxy: FIN to the client alone, under load; its own direction stays open',
    connection: 'given up',
    inject: now({ kind: 'half-close', direction: 'to-client' }),
  },
];
