import { HawserError } from '../core/index.ts';

/** When, and by what, something was lost that a connection keeps up. */
export interface Outage {
  /** From when on messages may be missing, in the clock's milliseconds. */
  readonly since: number;
  readonly cause: Error;
}

/** The loss of a connection that was found now. A server that was found silent may have been so for two stall intervals. */
export function outageOf(cause: Error | undefined, now: number, stallAfterMs: number): Outage {
  const wasSilent = cause instanceof HawserError && cause.code === 'STALLED';
  return {
    since: now - (wasSilent ? 2 * stallAfterMs : 0),
    cause: cause ?? lostBy('the connection was lost, and no cause is known'),
  };
}

/** What was lost is known, and no error says so. */
export function lostBy(message: string): HawserError {
  return new HawserError('CONNECTION_LOST', message, { outcome: 'unknown' });
}
