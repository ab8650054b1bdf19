import type { Row, Stage } from '../row.ts';
import type { Tempo } from '../tempo.ts';
import { afterLoss, hold } from './strike.ts';

const handshakeMs = ({ limits }: Tempo): number => limits?.handshakeTimeoutMs ?? 5_000;

/** P5: while there is no connection, calls fail early and say that they were not sent. */
function toldEarly({ history }: Stage): string[] {
  return history.summary()['not-sent'] > 0 ? [] : ['no caller was told that there is no connection'];
}

/** Servers that cannot be reached. */
export const connecting: readonly Row[] = [
  {
    name: 'refused, under load',
    fault: 'connection refused',
    injected: 'proxy: RST to all, and the port is closed; later it is open again',
    besides: 'calls are told early that there is no connection',
    connection: 'given up',
    inject: afterLoss(({ proxy }) => ({ end: proxy.add({ kind: 'refuse' }) })),
    expect: toldEarly,
  },
  {
    name: 'refused, at start',
    fault: 'connection refused',
    injected: 'the port is closed when the client starts; later it is open',
    besides: 'calls are told early that there is no connection',
    callers: 'absent',
    inject: hold({ kind: 'refuse' }),
    expect: toldEarly,
  },
  {
    name: 'accepted, then silence, at start',
    fault: 'accept then silence',
    injected: 'proxy: the dial is accepted, and nothing else happens; later the server answers',
    callers: 'absent',
    inject: hold({ kind: 'accept-then-silence' }),
    recoveryMs: handshakeMs,
  },
  {
    name: 'accepted, then silence, after a loss',
    fault: 'accept then silence',
    injected: 'proxy: RST to all, then dials are accepted and nothing else happens; later the server answers',
    besides: 'an open socket is no reason to begin the backoff anew',
    connection: 'given up',
    inject: afterLoss(({ proxy }) => ({ end: proxy.add({ kind: 'accept-then-silence' }) })),
    recoveryMs: handshakeMs,
  },
  {
    name: 'accepted, then dropped',
    fault: 'accept then silence',
    injected: 'proxy: RST to all, then each dial is accepted and ended at once; later the server answers',
    besides: 'an open socket is no reason to begin the backoff anew: no hot loop',
    connection: 'given up',
    inject: afterLoss(({ proxy }) => ({
      end: proxy.onConnection(({ number: connection }) => {
        proxy.add({ kind: 'cut', direction: 'to-server', afterBytes: 0, ending: 'end' }, { connection });
      }),
    })),
  },
];
