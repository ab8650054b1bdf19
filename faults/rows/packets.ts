import { readFileSync } from 'node:fs';
import { NetworkLab } from '../network/network-lab.ts';
import type { NetworkFault } from '../network/network-fault.ts';
import type { Row } from '../row.ts';
import type { Tempo } from '../tempo.ts';

/** Holds in the network between client and server, until it is ended. */
function between(fault: NetworkFault): Pick<Row, 'extra' | 'obstacle' | 'inject'> {
  return {
    extra: 'lab',
    obstacle: () => NetworkLab.obstacle(fault.kind),
    inject: async ({ lab }) => ({ end: await lab!.add(fault) }),
  };
}

/**
 * A dial that was begun into silence is answered when TCP sends it again, or given up; so is what was sent on a connection
 * that the client has not given up.
 */
const dialMs = ({ limits }: Tempo): number => limits?.connectTimeoutMs ?? 5_000;

/** How many the system has sent again, on this side of the network. */
function packetsSentAgain(): number {
  const [names, counts] = readFileSync('/proc/self/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  return Number(counts![names!.indexOf('RetransSegs')]);
}

/** What no proxy can do: networks that lose packets and say nothing, or say what only networks say. */
export const packets: readonly Row[] = [
  {
    ...between({ kind: 'drop', direction: 'both' }),
    name: 'packets dropped',
    fault: 'half-open: silent drop without RST',
    injected: 'network: every packet is lost both ways, dials too; later none is',
    connection: 'given up',
    recoveryMs: dialMs,
  },
  {
    ...between({ kind: 'drop', direction: 'both' }),
    name: 'packets dropped, idle',
    fault: 'half-open: silent drop without RST',
    injected: 'the same while nobody asks',
    callers: 'resting',
    connection: 'given up',
    holdMs: ({ holdMs }, { silenceMs = 0 }) => Math.max(holdMs, silenceMs),
    recoveryMs: dialMs,
  },
  {
    ...between({ kind: 'drop', direction: 'to-server' }),
    name: 'one way, requests dropped',
    fault: 'one-way partition',
    injected: 'network: packets to the server are lost; later none is',
    connection: 'given up',
    isHalfSilent: true,
    holdMs: ({ holdMs }, { unansweredMs = 0 }) => Math.max(holdMs, unansweredMs),
    recoveryMs: dialMs,
  },
  {
    ...between({ kind: 'drop', direction: 'to-client' }),
    name: 'one way, replies dropped',
    fault: 'one-way partition',
    injected: 'network: packets to the client are lost; what is asked is done; later none is',
    connection: 'given up',
    recoveryMs: dialMs,
  },
  {
    ...between({ kind: 'drop', direction: 'both' }),
    name: 'SYN blackhole, at start',
    fault: 'SYN blackhole',
    injected: 'network: nobody answers when the client starts; later the server does',
    callers: 'absent',
    recoveryMs: dialMs,
  },
  {
    extra: 'lab',
    name: 'SYN blackhole, and another endpoint',
    fault: 'SYN blackhole',
    injected: 'nobody answers at the first of two endpoints; the second is the server',
    besides: 'the dial is given up, and the next endpoint tried',
    callers: 'absent',
    obstacle: ({ manyEndpoints }) =>
      manyEndpoints ? NetworkLab.obstacle('drop') : 'it cannot be given several endpoints',
    access: ({ lab, server }) => ({
      endpoints: [
        { host: lab!.elsewhere.address, port: server.port },
        { host: server.host, port: server.port },
      ],
    }),
    inject: () => ({}),
    expect: ({ dials }) =>
      dials.count > 1 ? [] : ['it has not tried the first endpoint, so that nothing was shown'],
    isUnnoticed: true,
    recoveryMs: dialMs,
  },
  {
    extra: 'lab',
    name: 'some packets lost',
    fault: 'slow network',
    injected: 'network: each packet is lost with a chance of 5 %; TCP sends it again',
    isUnnoticed: true,
    obstacle: () => NetworkLab.obstacle('loss'),
    inject: async ({ lab }) => {
      const before = packetsSentAgain();
      const end = await lab!.add({ kind: 'loss', direction: 'both', share: 0.05 });
      const expect = (): string[] =>
        packetsSentAgain() > before ? [] : ['no packet was sent again, so that nothing was shown'];
      return { end, expect };
    },
  },
  {
    ...between({ kind: 'unreachable' }),
    name: 'host unreachable',
    fault: 'half-open: silent drop without RST',
    injected: 'network: open connections are silent, dials fail with EHOSTUNREACH; later all is well',
    connection: 'given up',
    recoveryMs: dialMs,
  },
  {
    ...between({ kind: 'unplugged', side: 'client' }),
    name: 'cable of the client pulled',
    fault: 'half-open: silent drop without RST',
    injected: "network: the client's link is down, dials fail with ENETUNREACH; later it is up",
    connection: 'given up',
    recoveryMs: dialMs,
  },
  {
    extra: 'lab',
    name: 'connections aborted',
    fault: 'RST mid-reply',
    injected: "the client's system ends its connections (ss --kill): ECONNABORTED",
    connection: 'given up',
    obstacle: () => NetworkLab.obstacle('abort'),
    inject: async ({ lab }) => {
      await lab!.add({ kind: 'abort' });
      return {};
    },
  },
  {
    extra: 'lab',
    name: 'no local ports',
    fault: 'port exhaustion',
    injected:
      'the server hangs up on all while all local ports are in use (EADDRNOTAVAIL); later they are not',
    connection: 'given up',
    obstacle: () => NetworkLab.obstacle('few-ports'),
    inject: async ({ lab, system, server }) => {
      const allow = await lab!.add({ kind: 'few-ports', ports: 1 });
      // Over a connection that takes the one that is left.
      const letIn = await system.shutOut(server);
      return {
        end: async () => {
          await allow();
          await letIn();
        },
      };
    },
  },
];
