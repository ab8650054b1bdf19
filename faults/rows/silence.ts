import { LARGE_BYTES } from '../callers.ts';
import type { EarlyStage, Injected, Row } from '../row.ts';
import type { Tempo } from '../tempo.ts';
import { hold, noneFailed, strike } from './strike.ts';

/** What was dialled into silence is answered when that ends, or given up within the time for its handshake. */
const handshakeMs = ({ limits }: Tempo): number => limits?.handshakeTimeoutMs ?? 5_000;

function stopServer({ server }: EarlyStage): Injected {
  server.pause();
  return { end: () => server.resume() };
}

/** An idle client finds silence by itself. */
const untilFound: Row['holdMs'] = ({ holdMs }, { silenceMs = 0 }) => Math.max(holdMs, silenceMs);

/** Peers whose sockets stay open and say nothing. */
export const silence: readonly Row[] = [
  {
    name: 'half-open, busy',
    fault: 'half-open: blackhole both ways',
    injected: 'proxy: nothing passes any more on the connections that are there, no ending either',
    connection: 'given up',
    inject: strike({ kind: 'blackhole', direction: 'both' }),
  },
  {
    name: 'half-open, idle',
    fault: 'half-open: blackhole both ways',
    injected: 'the same while nobody asks',
    besides: 'no caller notices',
    callers: 'resting',
    connection: 'given up',
    holdMs: untilFound,
    inject: strike({ kind: 'blackhole', direction: 'both' }),
    expect: noneFailed,
  },
  {
    name: 'half-open, requests lost',
    fault: 'half-open: blackhole one way',
    injected: 'proxy: nothing reaches the server any more on these connections',
    connection: 'given up',
    isHalfSilent: true,
    inject: strike({ kind: 'blackhole', direction: 'to-server' }),
  },
  {
    name: 'half-open, replies lost',
    fault: 'half-open: blackhole one way',
    injected: 'proxy: nothing comes back any more on these connections; what is asked is done',
    connection: 'given up',
    inject: strike({ kind: 'blackhole', direction: 'to-client' }),
  },
  {
    name: 'half-open, then healed',
    fault: 'half-open: blackhole both ways',
    injected: 'proxy: nothing passes on any connection, then all that was sent meanwhile, late replies too',
    connection: 'given up',
    inject: hold({ kind: 'blackhole', direction: 'both' }),
    recoveryMs: handshakeMs,
  },
  {
    name: 'server stopped, busy',
    fault: 'paused peer (SIGSTOP)',
    injected: 'SIGSTOP to the server under load, later SIGCONT',
    besides: 'after SIGCONT no stale reply is accepted',
    connection: 'given up',
    inject: stopServer,
    recoveryMs: handshakeMs,
  },
  {
    name: 'server stopped, idle',
    fault: 'paused peer (SIGSTOP)',
    injected: 'SIGSTOP to the server while nobody asks, later SIGCONT',
    callers: 'resting',
    connection: 'given up',
    holdMs: untilFound,
    inject: stopServer,
    recoveryMs: handshakeMs,
  },
  {
    name: 'server holds its answers',
    fault: 'paused peer (CLIENT PAUSE)',
    injected: 'the server reads, and answers nobody for a while, pings neither',
    connection: 'given up',
    holdMs: ({ holdMs }) => holdMs,
    inject: async ({ system, server, tempo }) => {
      await system.holdAnswers(server, tempo.holdMs);
      return {};
    },
    recoveryMs: handshakeMs,
  },
  {
    name: 'server reads nothing',
    fault: 'peer stops reading (zero window)',
    injected: 'proxy: the client is not read from, while it has much to write',
    besides: 'what is buffered is bounded, and callers are told',
    habit: 'large',
    connection: 'given up',
    inject: strike({ kind: 'pause', direction: 'to-server' }),
    // A large request may be slow: 2 Mbit/s are no silence (docs/limits.md).
    foundMs: () => LARGE_BYTES / 262,
  },
];
