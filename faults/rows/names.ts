import { networkInterfaces } from 'node:os';
import { Impostor } from '../impostor.ts';
import type { EarlyStage, Injected, Row } from '../row.ts';
import type { Subject } from '../subject.ts';
import { afterLoss, noneFailed } from './strike.ts';

/** Loopback too, on Linux, where nobody else has to be asked for it. */
const ELSEWHERE = '127.0.0.2';

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1');

/** The look-ups of a name cost others too: threads, and the resolver's patience. */
function oneLookUpAtATime({ names }: EarlyStage): NonNullable<Injected['expect']> {
  return () =>
    names!.mostUnderWay > 1 ? [`${names!.mostUnderWay} look-ups of one name were under way at once`] : [];
}

/** Only what Node looks up can be given false answers. */
function pastNode({ countsDials }: Subject): string | undefined {
  return countsDials ? undefined : 'it looks names up in native code';
}

/** Names that cannot be looked up, or come to something else than before. */
export const named: readonly Row[] = [
  {
    name: 'name unknown, at start',
    fault: 'DNS NXDOMAIN',
    injected: 'the name is unknown when the client starts (ENOTFOUND); later it is known',
    besides: 'each attempt looks it up anew, one look-up at a time',
    callers: 'absent',
    extra: 'name',
    obstacle: pastNode,
    inject: (stage) => ({ end: stage.names!.answer({ kind: 'unknown' }), expect: oneLookUpAtATime(stage) }),
  },
  {
    name: 'name unknown, after a loss',
    fault: 'DNS NXDOMAIN',
    injected: 'RST to all, and the name is unknown from then on; later it is known',
    besides: 'each attempt looks it up anew, one look-up at a time',
    extra: 'name',
    connection: 'given up',
    obstacle: pastNode,
    inject: afterLoss((stage) => ({
      end: stage.names!.answer({ kind: 'unknown' }),
      expect: oneLookUpAtATime(stage),
    })),
  },
  {
    name: 'name slow, after a loss',
    fault: 'DNS slow',
    injected: 'RST to all, and look-ups take longer than dials may; later they are quick',
    besides: 'one look-up at a time',
    extra: 'name',
    connection: 'given up',
    obstacle: pastNode,
    inject: afterLoss((stage) => ({
      end: stage.names!.answer({
        kind: 'addresses',
        addresses: ['127.0.0.1'],
        afterMs: (stage.tempo.limits?.connectTimeoutMs ?? 5_000) * 1.5,
      }),
      expect: oneLookUpAtATime(stage),
    })),
    // The one that is under way when look-ups become quick is waited for.
    recoveryMs: ({ limits }) => (limits?.connectTimeoutMs ?? 5_000) * 1.5,
  },
  {
    name: 'address moves',
    fault: 'DNS changes the address',
    injected: 'RST to all, the port is closed, and the name comes to another address, where the server is',
    besides: 'the name is looked up anew',
    extra: 'name',
    connection: 'given up',
    obstacle: (subject) =>
      process.platform === 'linux'
        ? pastNode(subject)
        : `this system has no address ${ELSEWHERE} on loopback`,
    inject: async ({ names, proxy, server, belongings }) => {
      belongings.keep(await Impostor.start(server, { host: ELSEWHERE, port: proxy.port }));
      names!.answer({ kind: 'addresses', addresses: [ELSEWHERE] });
      proxy.add({ kind: 'refuse' });
      proxy.add({ kind: 'reset' });
      return {};
    },
  },
  {
    name: 'first address dead',
    fault: 'dual stack, v6 dead',
    injected: 'RST to all, and the name comes to ::1, where nobody listens, and 127.0.0.1',
    besides: 'the second address is tried at once',
    callers: 'resting',
    extra: 'name',
    connection: 'given up',
    obstacle: (subject) => (hasIpv6 ? pastNode(subject) : 'this machine has no IPv6 on loopback'),
    inject: afterLoss(({ names }) => {
      names!.answer({ kind: 'addresses', addresses: ['::1', '127.0.0.1'] });
      return {};
    }),
    expect: noneFailed,
  },
];
