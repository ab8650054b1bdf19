import { readFileSync } from 'node:fs';
import { fixture } from '../fixtures.ts';
import type { EarlyStage, Injected, Row } from '../row.ts';
import { afterLoss } from './strike.ts';

const needs: Row['needs'] = () => ({
  tls: { cert: fixture('server.pem'), key: fixture('server.key'), ca: fixture('authority.pem') },
});

const access: Row['access'] = ({ endpoints }) => ({
  endpoints,
  tls: { ca: readFileSync(fixture('authority.pem'), 'utf8'), servername: 'localhost' },
});

/** Shows another certificate from now on; later the right one again. */
async function show(stage: EarlyStage & { client?: { retryNow?(): void } }, name: string): Promise<Injected> {
  await stage.system.changeCertificate(stage.server, fixture(name));
  return {
    end: async () => {
      await stage.system.changeCertificate(stage.server, fixture('server.pem'));
      // Before a first success it is parked: that trying again could help is for its owner to say.
      stage.client?.retryNow?.();
    },
  };
}

/** TLS that does not come about. */
export const secured: readonly Row[] = [
  {
    name: 'certificate expired, at start',
    fault: 'TLS: expired',
    injected: 'the certificate of the server has expired when the client starts; later it shows another one',
    besides: 'everyone is told why, and it is not tried again in a hot loop',
    callers: 'absent',
    needs,
    access,
    inject: (stage) => show(stage, 'expired.pem'),
  },
  {
    name: 'certificate of another name, after a loss',
    fault: 'TLS: bad cert',
    injected: 'RST to all, and the certificate is for another name from then on; later for the right one',
    besides: 'it is tried again slowly, and visibly',
    connection: 'given up',
    needs,
    access,
    inject: async (stage) => {
      const injected = await show(stage, 'wrong-name.pem');
      stage.proxy.add({ kind: 'reset' });
      return injected;
    },
    recoveryMs: ({ limits }) => limits?.slowRetryMs ?? 30_000,
  },
  {
    name: 'no TLS there',
    fault: 'TLS: plain server',
    injected: 'RST to all, and whoever connects is answered in plain text; later in TLS',
    extra: 'impostor',
    connection: 'given up',
    needs,
    access,
    inject: afterLoss(({ impostor, system }) => ({
      end: impostor!.answer(system.nonsense['another protocol']),
    })),
    recoveryMs: ({ limits }) => limits?.slowRetryMs ?? 30_000,
  },
  {
    name: 'TLS stalls',
    fault: 'TLS: stall',
    injected: 'RST to all, then dials are accepted and nothing else happens; later the server answers',
    connection: 'given up',
    needs,
    access,
    inject: afterLoss(({ proxy }) => ({ end: proxy.add({ kind: 'accept-then-silence' }) })),
    recoveryMs: ({ limits }) => limits?.connectTimeoutMs ?? 5_000,
  },
];
