/**
 * What is known of a call that failed.
 *
 * - `not-sent`: no byte of it was handed to a socket; the server never saw it. Safe to ask again.
 * - `refused`: the server answered with an error.
 * - `unknown`: it was handed to a socket and not answered; it may have run.
 */
export type Outcome = 'not-sent' | 'refused' | 'unknown';

/** Every code that Hawser itself gives to an error. A server's errors carry the server's own code instead. */
export const ERROR_CODES = [
  'ABORTED',
  'CLOSED',
  'CONNECTION_LOST',
  'CONNECT_FAILED',
  'CONNECT_TIMEOUT',
  'DEADLINE',
  'HANDSHAKE_REFUSED',
  'HANDSHAKE_TIMEOUT',
  'INVALID_ARGUMENT',
  'INVALID_DIRECTIVE',
  'INVALID_OPTION',
  'LEASE_ENDED',
  'LIMIT_EXCEEDED',
  'NOT_CONNECTED',
  'OVERLOADED',
  'PROTOCOL_VIOLATION',
  'REFUSED',
  'STALLED',
  'TRANSACTION_TORN',
  'UNSAFE_INTEGER',
  'UNSHAREABLE_COMMAND',
  'WRONG_ROLE',
] as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What a {@link HawserError} is made of. */
export interface HawserErrorInit {
  readonly outcome: Outcome;
  /** The failure behind this one. */
  readonly cause?: unknown;
  /** Name of the command that failed, without its arguments. */
  readonly command?: string | undefined;
  /** What `explain()` said when the call failed. */
  readonly explanation?: object | undefined;
}

/**
 * The one base of every error that Hawser rejects with.
 *
 * `code` is stable and documented in docs/errors.md; `outcome` says what is known of the call. Neither the
 * message nor any property holds an argument of a command or a secret.
 */
export class HawserError extends Error {
  /** One of {@link ErrorCode}, or the server's own code where it has answered with an error. */
  readonly code: string;
  /** `unknown` also of a server's error, when the call had been sent before, on a connection that was lost: it may have run then. */
  outcome: Outcome;
  /** Name of the command that failed. Given to a server's error when it is known whose it is. */
  command: string | undefined;
  /** The connection as it was when the call failed, on errors of what was late. */
  declare readonly explanation?: object;

  constructor(code: string, message: string, init: HawserErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    // DOM's name for it, so that code written for fetch() recognises a cancelled call.
    this.name = code === 'ABORTED' ? 'AbortError' : 'HawserError';
    this.code = code;
    this.outcome = init.outcome;
    this.command = init.command;
    if (init.explanation !== undefined) {
      // Hidden from console.log of the error, which would otherwise be drowned in it.
      Object.defineProperty(this, 'explanation', { value: init.explanation, enumerable: false });
    }
  }
}
