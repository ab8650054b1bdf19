import { alternateFamilies, raceAddresses } from './address-race.ts';
import { describeEndpoint } from './endpoint.ts';
import { dialEnded, unlessEnded } from './dial-end.ts';
import { Lookup, systemResolve, type Resolve } from './lookup.ts';
import { HawserError, type Clock } from './machine/index.ts';
import { DEFAULT_MAX_MESSAGE_BYTES } from './receive-buffer.ts';
import { SocketTransport } from './socket-transport.ts';
import { systemClock } from './system-clock.ts';
import { errorCode } from './tls-upgrade.ts';
import type { Dial, DialRequest, Endpoint } from './transport.ts';

/** What a dial over sockets may use in place of the system's own. */
export interface SocketDialOptions {
  /** Finds the addresses of a host, at every dial. Default: the system's resolver, hosts file included. */
  readonly resolve?: Resolve | undefined;
  /** Times the start of the next address. Default: the system's clock. */
  readonly clock?: Clock | undefined;
  /** Most bytes that a transport holds for one message that is not complete. Default 64 MiB. */
  readonly maxMessageBytes?: number | undefined;
}

/**
 * Makes a dial over TCP, TLS and Unix sockets, for {@link Transport}s of Node's own sockets. It has no time limit but
 * the signal of each request.
 */
export function createSocketDial(options: SocketDialOptions = {}): Dial {
  const {
    resolve = systemResolve,
    clock = systemClock,
    maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES,
  } = options;
  const lookup = new Lookup(resolve);
  return async (request) => {
    const { tls, startTlsLater, signal } = request;
    if (signal.aborted) throw dialEnded(signal);
    const places = await findPlaces(request, lookup);
    const transport = await openFirst(request, places, clock, maxMessageBytes);
    if (tls !== undefined && !startTlsLater) await transport.startTls();
    if (!signal.aborted) return transport;
    transport.destroy();
    throw dialEnded(signal);
  };
}

/** The dial over the system's sockets, resolver and clock. */
export const socketDial: Dial = createSocketDial();

/** The endpoint itself, or one for each address of its host, in the order in which they are to be tried. */
async function findPlaces({ endpoint, signal }: DialRequest, lookup: Lookup): Promise<Endpoint[]> {
  // Loaded at the first dial: a program that only imports us need not have it.
  const { isIP } = process.getBuiltinModule('node:net');
  if (endpoint.path !== undefined || isIP(endpoint.host) !== 0) return [endpoint];
  const { host, port } = endpoint;
  const addresses = await unlessEnded(lookup.addresses(host), signal).catch((error: unknown) => {
    throw error instanceof HawserError
      ? error
      : connectFailed(endpoint, `look-up: ${reasonOf(error)}`, error);
  });
  if (addresses.length === 0) throw connectFailed(endpoint, 'look-up: no addresses', undefined);
  return alternateFamilies(addresses).map(({ address }) => ({ host: address, port }));
}

async function openFirst(
  request: DialRequest,
  places: readonly Endpoint[],
  clock: Clock,
  maxMessageBytes: number,
): Promise<SocketTransport> {
  const { endpoint, tls, signal } = request;
  const starts = places.map((target) => () => {
    const peer = describeEndpoint(target);
    return new SocketTransport({ target, peer, tls, host: endpoint.host, signal, maxMessageBytes });
  });
  try {
    return await raceAddresses(starts, clock, signal);
  } catch (error) {
    if (error instanceof HawserError) throw error;
    const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
    const reasons = errors.map((each, index) => {
      const address = places[index]?.host;
      return address === endpoint.host ? reasonOf(each) : `${address}: ${reasonOf(each)}`;
    });
    throw connectFailed(endpoint, reasons.join('; '), errors.length === 1 ? errors[0] : error);
  }
}

function connectFailed(endpoint: Endpoint, reason: string, cause: unknown): HawserError {
  const message = `could not connect to ${describeEndpoint(endpoint)} (${reason})`;
  return new HawserError('CONNECT_FAILED', message, { outcome: 'not-sent', cause });
}

function reasonOf(error: unknown): string {
  return errorCode(error) ?? String(error);
}
