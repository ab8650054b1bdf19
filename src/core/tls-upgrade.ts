import type { Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { HawserError, type Outcome } from './machine/index.ts';
import type { TlsOptions } from './transport.ts';

/**
 * Alerts by which a peer says that it does not want our certificate, or anything else that we offered: it will not
 * want it later either. With TLS 1.3 they may arrive after our own side of the handshake is over.
 */
const REFUSING_ALERT =
  /_ALERT_(?:ACCESS_DENIED|(?:BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(?:EXPIRED|REQUIRED|REVOKED|UNKNOWN)|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|PROTOCOL_VERSION|UNKNOWN_CA)$/;

/** Starts TLS on an open socket. Throws what OpenSSL says about a certificate or a key of ours that it cannot use. */
export function upgradeToTls(socket: Socket, tls: TlsOptions, host: string | undefined): TLSSocket {
  const name = tls.servername ?? host;
  const rejectUnauthorized = tls.rejectUnauthorized ?? true;
  if (name === undefined && rejectUnauthorized) {
    throw new Error('there is no servername to verify the certificate against');
  }
  const { isIP } = process.getBuiltinModule('node:net');
  // RFC 6066 allows no address as a server name; the certificate is verified against it all the same.
  const peer = isIP(name ?? '') === 0 ? { servername: name } : { servername: undefined, host: name };
  // Loaded by those alone who speak TLS: it takes longer to load than all that the core needs besides.
  const { connect } = process.getBuiltinModule('node:tls');
  // Node's types know no Uint8Array here, nor arrays that are read-only.
  return connect({ ...tls, ...peer, rejectUnauthorized, socket } as ConnectionOptions);
}

/** Why our own certificate, key or other TLS options are of no use. */
export function unusableTlsOptions(cause: unknown): HawserError {
  return refused(`the TLS options cannot be used: ${describe(cause)}`, cause);
}

/** What the failure of a TLS handshake means: whether trying again may help. */
export function tlsHandshakeError(cause: unknown, socket: TLSSocket, peer: string): HawserError {
  // Node sets it, against its own types to null at first, when the verification and nothing else has failed.
  if ((socket.authorizationError as Error | null) !== null) {
    return refused(`the certificate of ${peer} does not verify: ${describe(cause)}`, cause);
  }
  return (
    refusalByPeer(cause, peer, 'not-sent') ??
    new HawserError('CONNECT_FAILED', `no TLS with ${peer}: ${describe(cause)}`, {
      outcome: 'not-sent',
      cause,
    })
  );
}

/** The error for a failure by which the peer refuses TLS as we offered it; `undefined` for any other failure. */
export function refusalByPeer(cause: unknown, peer: string, outcome: Outcome): HawserError | undefined {
  if (!REFUSING_ALERT.test(errorCode(cause) ?? '')) return undefined;
  return refused(`${peer} refused TLS as it was offered: ${describe(cause)}`, cause, outcome);
}

/** The system's or OpenSSL's code of an error, where it has one. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function refused(message: string, cause: unknown, outcome: Outcome = 'not-sent'): HawserError {
  return new HawserError('HANDSHAKE_REFUSED', message, { outcome, cause });
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = errorCode(error);
  return code === undefined ? message : `${message} (${code})`;
}
