import { HawserError, type Outcome } from '../machine/index.ts';
import type { Call } from './calls.ts';

/** What is known of a call that has not been answered. */
function outcomeOf(call: Call): Outcome {
  return call.phase === 'waiting' ? 'not-sent' : 'unknown';
}

export function lateCall(call: Call): HawserError {
  const { method, timeoutMs } = call;
  const where = call.phase === 'waiting' ? 'it waits for its turn' : 'it was begun and not answered';
  return new HawserError('DEADLINE', `${method}: not done within ${timeoutMs} ms: ${where}`, {
    outcome: outcomeOf(call),
    command: method,
  });
}

export function abortedCall(call: Call, signal: AbortSignal): HawserError {
  const where = call.phase === 'waiting' ? 'while it waited for its turn' : 'after it was begun';
  return new HawserError('ABORTED', `${call.method}: aborted by the caller ${where}`, {
    outcome: outcomeOf(call),
    command: call.method,
    cause: signal.reason,
  });
}

/** A failure that a behaviour tells its caller: a HawserError as it is, any other as the cause of one. */
export function asRefusal(command: string, error: Error): HawserError {
  if (error instanceof HawserError) return error;
  return new HawserError('REFUSED', `${command}: ${error.message}`, {
    outcome: 'refused',
    command,
    cause: error,
  });
}
