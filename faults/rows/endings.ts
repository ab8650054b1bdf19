import type { ProxyDirection } from 'hawser/testing';
import type { Row } from '../row.ts';

/** Cuts the connections that are open behind so many bytes more. New ones are spared, as a network would spare them. */
function cut(direction: ProxyDirection, afterBytes: number, ending: 'reset' | 'end'): Row['inject'] {
  return ({ proxy }) => {
    for (const { number, state } of proxy.connections) {
      if (state !== 'over') proxy.add({ kind: 'cut', direction, afterBytes, ending }, { connection: number });
    }
    return undefined;
  };
}

/** Connections that end. */
export const endings: readonly Row[] = [
  {
    name: 'reset, busy',
    fault: 'RST mid-reply',
    injected: 'proxy: RST to both sides behind 7 bytes of replies',
    connection: 'given up',
    inject: cut('to-client', 7, 'reset'),
  },
  {
    name: 'reset mid-write',
    fault: 'RST mid-write',
    injected: 'proxy: RST to both sides within a large request',
    connection: 'given up',
    habit: 'large',
    inject: cut('to-server', 100_000, 'reset'),
  },
  {
    name: 'reset, idle',
    fault: 'RST idle',
    injected: 'proxy: RST to both sides while nobody asks',
    besides: 'no caller notices',
    callers: 'resting',
    connection: 'given up',
    holdMs: () => 100,
    inject: ({ proxy }) => void proxy.add({ kind: 'reset' }),
    expect: (_, { failed }) => (failed > 0 ? [`${failed} calls failed that were made after the loss`] : []),
  },
  {
    name: 'end mid-reply',
    fault: 'FIN mid-frame',
    injected: 'proxy: FIN to both sides behind 7 bytes of replies',
    connection: 'given up',
    inject: cut('to-client', 7, 'end'),
  },
  {
    name: 'end, idle',
    fault: 'FIN idle',
    injected: 'proxy: FIN to both sides while nobody asks',
    besides: 'no caller notices',
    callers: 'resting',
    connection: 'given up',
    holdMs: () => 100,
    inject: ({ proxy }) => void proxy.add({ kind: 'end' }),
    expect: (_, { failed }) => (failed > 0 ? [`${failed} calls failed that were made after the loss`] : []),
  },
  {
    name: 'half-close',
    fault: 'FIN idle',
    injected: 'proxy: FIN to the client alone, under load; its own direction stays open',
    connection: 'given up',
    inject: ({ proxy }) => void proxy.add({ kind: 'half-close', direction: 'to-client' }),
  },
];
