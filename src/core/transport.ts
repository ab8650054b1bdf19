import type { Buffer } from 'node:buffer';

/** What a {@link Transport} tells its one owner. None of these throw. */
export interface TransportListener {
  /**
   * Bytes that have arrived and are not consumed yet, oldest first. Returns how many of them are consumed; the
   * rest is handed over again, in front of what arrives next. The bytes are valid only during the call.
   */
  onData(bytes: Buffer): number;
  /** All bytes written so far have been accepted by the kernel, after a time when they were not. */
  onRoom(): void;
  /** The stream ended: reset, closed by the peer (also its half), or failed. Called at most once, never after `destroy()`. */
  onLost(cause: Error): void;
}

/** One open TCP, TLS or Unix stream. */
export interface Transport {
  /** Who is at the other end, for people: `127.0.0.1:6379`, `/run/redis.sock`. */
  readonly peer: string;
  /** False while the kernel has not accepted all that was written (`writableLength` is not 0). */
  readonly hasRoom: boolean;
  /** Bytes handed to `write` so far and accepted by the kernel: grows while a slow peer is being written to. */
  readonly bytesAccepted: number;
  /** Bytes received so far. */
  readonly bytesReceived: number;
  /** Starts reading. Called once, before anything is written; a later call replaces the listener. */
  attach(listener: TransportListener): void;
  /**
   * Writes, whether there is room or not. Text of which each character is one byte (`data.length === bytes`) goes
   * out as Latin-1, other text as UTF-8. Does not throw: a failure arrives at `onLost`.
   */
  write(data: string | Uint8Array, bytes: number): void;
  /** Holds back what is written until `uncork()`, which hands it to the kernel at once. Never nested. */
  cork(): void;
  uncork(): void;
  /** Upgrades the stream to TLS in place, by the TLS options of the dial. Only while nothing received is unconsumed. */
  startTls(): Promise<void>;
  /** Ends the stream at once. No listener is called afterwards. `cause`: why, for a dial that chooses by it where the next leads. */
  destroy(cause?: Error): void;
}

/** A place that may be dialled: a host and port, or the path of a Unix socket. */
export type Endpoint =
  | { readonly host: string; readonly port: number; readonly path?: undefined }
  | { readonly path: string; readonly host?: undefined; readonly port?: undefined };

/** How TLS is spoken. The peer's certificate is verified against the name that was dialled unless told otherwise. */
export interface TlsOptions {
  /** Name to verify and to send as SNI. Default: the endpoint's host; required to verify over a Unix socket. */
  readonly servername?: string | undefined;
  /** PEM certificates to trust instead of Node's built-in ones. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Client certificate chain, PEM. */
  readonly cert?: string | Uint8Array | undefined;
  /** Private key of the client certificate, PEM. */
  readonly key?: string | Uint8Array | undefined;
  /** Passphrase of `key`. */
  readonly passphrase?: string | undefined;
  /** `false` accepts any certificate. Default `true`. */
  readonly rejectUnauthorized?: boolean | undefined;
  /** Lowest TLS version, Node's own default otherwise. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
}

/** What one dial needs to know. */
export interface DialRequest {
  readonly endpoint: Endpoint;
  /** When set and `startTlsLater` is not true, TLS is spoken from the first byte. */
  readonly tls?: TlsOptions | undefined;
  /** The protocol upgrades the stream itself, in mid-stream. */
  readonly startTlsLater: boolean;
  /** Ends the dial: everything it opened is closed and its promise rejects. */
  readonly signal: AbortSignal;
}

/**
 * Opens one transport. Rejects with a HawserError: `CONNECT_FAILED` for what may pass by itself,
 * `HANDSHAKE_REFUSED` for what will not (a certificate that does not verify).
 */
export type Dial = (request: DialRequest) => Promise<Transport>;
