import type { Buffer } from 'node:buffer';
import type { HawserError } from './machine/index.ts';

/** Bytes for the wire: text, bytes, or several of both in a row. Text is written as UTF-8. */
export type Encoded = string | Uint8Array | readonly (string | Uint8Array)[];

/**
 * One request, as the core sees it. A driver's own requests carry more.
 *
 * Arguments are checked and sizes are known before a request is submitted. One object is asked on one connection at a time.
 */
export interface Request {
  /** The command's name, for errors and traces. Never an argument. */
  readonly command: string;
  /** Size in bytes of what {@link Session.encode} will return for it: exact where that is text, else the most it can be. */
  readonly bytes: number;
  /** It may be asked once more on the next transport when its outcome is unknown, because it only reads or the caller said so. */
  readonly repeatable: boolean;
  /** How long the server may rightly stay silent over it, in milliseconds, when longer than `stallAfterMs`. */
  readonly silenceMs: number;
  /** `false` for a message that no reply answers: it settles with `undefined` at hand-over, which proves nothing. */
  readonly expectsReply: boolean;
}

/** Where a session puts what it decoded. */
export interface Inbound<Q extends Request, R, P> {
  /** The request whose reply is due next; `undefined` when none is. Not for protocols whose replies come in any order. */
  readonly head: Q | undefined;
  /** Answers the request that is due next. Throws PROTOCOL_VIOLATION when none is. */
  reply(value: R): void;
  /** As `reply`, where the server said no. */
  refuse(error: HawserError): void;
  /** Answers a given request, for protocols that answer in any order ({@link Protocol.correlation}). Late and repeated answers are ignored. */
  replyTo(request: Q, value: R): void;
  /** As `replyTo`, where the server said no. */
  refuseTo(request: Q, error: HawserError): void;
  /** A message that answers nothing. Delivered to listeners after the bytes at hand are decoded. */
  push(message: P): void;
  /**
   * The server is not one that is wanted, or no longer: nothing more is sent to it, and when all that is in flight is
   * answered the transport is given up, for this cause. A WRONG_ROLE is held against all transports of a pool that were
   * opened before, any other against this one alone. Without meaning in a handshake, which throws instead.
   */
  retire(cause: HawserError): void;
}

/** What a handshake may do. All of it rejects when the transport is lost or the time limit passes. */
export interface Handshake<Q extends Request, R> {
  /** Sends one request and waits for its reply; rejects with the server's error when it is refused. */
  exchange(request: Q): Promise<R>;
  /** Waits for the next `count` bytes and takes them undecoded: for answers that are no messages yet. Not while an exchange is due. */
  take(count: number): Promise<Buffer>;
  /** Sends bytes that are no request. */
  write(data: string | Uint8Array): void;
  /** Upgrades the transport to TLS. Rejects when bytes have already arrived behind the last answer, which would be plain text. */
  startTls(): Promise<void>;
  /** Fires when this dial is over, so that what the handshake waits for elsewhere (a credentials function) can end too. */
  readonly signal: AbortSignal;
}

/**
 * The protocol's state on one transport: made for it, and gone with it.
 *
 * All methods run synchronously inside the core, `handshake` excepted; none may call back into the connection.
 */
export interface Session<Q extends Request, R, P> {
  /**
   * Called once, before any request. Everything between "the stream is open" and "requests may be sent".
   * Throw a HawserError with code HANDSHAKE_REFUSED where trying again cannot help; any other error is tried again.
   */
  handshake(handshake: Handshake<Q, R>): Promise<void>;
  /**
   * Called at hand-over, in the order of the wire, once per sending of a request. Throws a HawserError where the request
   * cannot be sent on this transport (its channel was closed, its own session is gone): that call alone fails with its
   * code, `not-sent` unless it was sent before. Any other error counts as INVALID_ARGUMENT.
   */
  encode(request: Q): Encoded;
  /**
   * Called with the bytes that are not consumed yet, cut anywhere. Returns how many of them it has consumed.
   * What it throws loses the transport, and all that is in flight is `unknown`. PROTOCOL_VIOLATION (which any other
   * error than a HawserError counts as), LIMIT_EXCEEDED and TRANSACTION_TORN become the code of the request that is due.
   */
  receive(bytes: Buffer, inbound: Inbound<Q, R, P>): number;
  /**
   * A request that proves life. `nonce` is new each time. `undefined` where none can be made that does nothing else: then
   * the peer is not asked until the next time.
   */
  ping(nonce: string): Q | undefined;
  /**
   * How often the peer wants to hear from us, in milliseconds, where it does: `ping` is then also sent when nothing
   * else was for that long, so that it hears from us at least every two such times. Read when the handshake is done.
   */
  readonly heartbeatMs?: number | undefined;
  /**
   * Whether there is state that the next user of the connection would find: an open transaction, settings,
   * subscriptions. Read when a lease of a pool is returned. Left out: there never is.
   */
  readonly isDirty?: boolean | undefined;
  /**
   * What to ask, in this order, so that nothing is dirty any more. Left out, or empty, or dirty all the same: a connection
   * that is returned dirty is closed.
   */
  reset?(): readonly Q[];
  /** Whether `reply` answers the ping with this nonce; `false` means that the stream is out of step. */
  isPong(reply: R, nonce: string): boolean;
}

/**
 * What a driver teaches the core about one protocol. `Q` is its request, `R` its reply, `P` a message pushed by
 * the server. See docs/decisions/0002-protocol-contract.md for how Redis, PostgreSQL and RabbitMQ fit.
 */
export interface Protocol<Q extends Request, R, P> {
  /** In channel names: `hawser:<name>:command`. */
  readonly name: string;
  /** `in-order`: replies come in the order of requests. `by-request`: the session finds the request itself. */
  readonly correlation: 'in-order' | 'by-request';
  /** The protocol turns TLS on itself ({@link Handshake.startTls}) instead of speaking it from the first byte. */
  readonly startsTls: boolean;
  /** A new session, for a transport that was just opened. */
  open(): Session<Q, R, P>;
}
