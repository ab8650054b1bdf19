import { HawserError, type Outcome } from '../machine/index.ts';
import type { Call } from './calls.ts';
import type { StopReason } from './directives.ts';

/** What is known of a call that has not been answered. */
function outcomeOf(call: Call): Outcome {
  return call.phase === 'waiting' ? 'not-sent' : 'unknown';
}

export function lateCall(call: Call): HawserError {
  const { method, timeoutMs } = call;
  const where = call.phase === 'waiting' ? 'it waits for its turn' : 'it was begun and not answered';
  return new HawserError(
    'DEADLINE',
    `${method}: no answer within ${timeoutMs} ms: ${where}; set timeoutMs if it may take longer`,
    { outcome: outcomeOf(call), command: method },
  );
}

export function abortedCall(call: Call, signal: AbortSignal): HawserError {
  const where = call.phase === 'waiting' ? 'while it waited for its turn' : 'after it was begun';
  return new HawserError('ABORTED', `${call.method}: aborted by the caller ${where}`, {
    outcome: outcomeOf(call),
    command: call.method,
    cause: signal.reason,
  });
}

/** A call that was not answered before the connection ended. */
export function endedCall(call: Call, reason: StopReason | undefined): HawserError {
  return ended(call.method, outcomeOf(call), reason);
}

/** The connection has ended or is about to: `reason` says why, where that is decided. */
export function ended(command: string, outcome: Outcome, reason: StopReason | undefined): HawserError {
  const why = reason instanceof Error ? `has failed: ${reason.message}` : 'is closed';
  return new HawserError('CLOSED', `${command}: the connection ${why}`, { outcome, command, cause: reason });
}

/** As many messages wait, or calls are without an answer, as may. */
export function full(command: string, what: string, max: number, option: string): HawserError {
  const message = `${command}: ${max} ${what}, and no more may; ask less, or raise ${option}`;
  return new HawserError('OVERLOADED', message, { outcome: 'not-sent', command });
}

/** The first attempt to connect has backed off. */
export function firstAttemptFailed(cause: Error | undefined): HawserError {
  const why = cause === undefined ? '' : `: ${cause.message}`;
  return new HawserError('CONNECT_FAILED', `connect: the first attempt failed${why}`, {
    outcome: 'not-sent',
    command: 'connect',
    cause,
  });
}

/** What a behaviour tells a caller whose call it fails. */
export function refused(command: string, cause: Error): HawserError {
  return new HawserError('REFUSED', `${command}: ${cause.message}`, { outcome: 'refused', command, cause });
}

/** Why there is no connection, as a behaviour has it: what was caught, which need be no error. */
export function asCause(cause: unknown): Error | undefined {
  return cause === undefined ? undefined : asError('the cause of the backoff', cause);
}

/** What was thrown, as an error: what is none is the cause of one. */
export function asError(what: string, thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(`${what} is no error: ${typeof thrown}`, { cause: thrown });
}
