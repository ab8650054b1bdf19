import { causeOf, type Explanation } from './explain.ts';
import {
  HawserError,
  UNSTAMPED,
  type ConnectionState,
  type Outcome,
  type Slot,
  type SlotQueue,
} from './machine/index.ts';
import type { Request } from './protocol.ts';

/** What is known of a call that has not been answered. One that was repeated has been sent before, though it waits. */
function outcomeOf(slot: Slot<Request>): Outcome {
  return slot.phase === 'waiting' ? outcomeOfWaiting(slot) : 'unknown';
}

/** As {@link outcomeOf}, of a slot that was waiting until it left the queue. */
export function outcomeOfWaiting(slot: Slot<Request>): Outcome {
  return slot.repeated ? 'unknown' : 'not-sent';
}

export function notConnected(
  state: ConnectionState,
  now: number,
  command: string,
  outcome: Outcome = 'not-sent',
): HawserError {
  const cause = 'outage' in state ? state.outage?.cause : undefined;
  const since = 'outage' in state && state.outage !== undefined ? Math.round(now - state.outage.since) : 0;
  return new HawserError(
    'NOT_CONNECTED',
    `${command}: not connected for ${since} ms, ${describeNext(state, now)}${cause === undefined ? '' : `; last cause: ${cause.message}`}`,
    { outcome, command, cause },
  );
}

export function closed(command: string, outcome: Outcome, cause: Error | undefined): HawserError {
  return new HawserError('CLOSED', `${command}: the connection was closed by its owner`, {
    outcome,
    command,
    cause,
  });
}

/**
 * Why a connection that is over takes no call: its owner has closed it, though it may have been lost while it drained; or it
 * was lost, and is not one that reconnects.
 */
export function over(
  command: string,
  outcome: Outcome,
  cause: Error | undefined,
  reconnects: boolean,
): HawserError {
  if (reconnects || cause === undefined || (cause instanceof HawserError && cause.code === 'CLOSED')) {
    return closed(command, outcome, cause);
  }
  return new HawserError('CONNECTION_LOST', `${command}: the connection was lost: ${cause.message}`, {
    outcome,
    command,
    cause,
  });
}

export function overloaded(
  { command, bytes }: Request,
  pending: SlotQueue<Request>,
  max: { readonly requests: number; readonly bytes: number },
  state: ConnectionState,
  now: number,
): HawserError {
  if (bytes > max.bytes) {
    const message = `${command}: its ${bytes} bytes are more than may ever be pending (${max.bytes}); raise maxPending.bytes`;
    return new HawserError('OVERLOADED', message, { outcome: 'not-sent', command });
  }
  return new HawserError(
    'OVERLOADED',
    `${command}: ${pending.requests} of at most ${max.requests} calls and ${pending.bytes} of at most ${max.bytes} bytes ` +
      `are pending while ${state.name}, the oldest for ${ageMs(pending.oldest, now)} ms; ` +
      'wait for capacity(), ask less, or raise maxPending',
    { outcome: 'not-sent', command },
  );
}

/** How long ago a call was made; one whose time has not begun was made in this tick. */
function ageMs(slot: Slot<Request> | undefined, now: number): number | string {
  if (slot?.lane === undefined) return 'an unknown number of';
  return slot.deadline === UNSTAMPED ? 0 : Math.max(0, Math.round(now - slot.deadline + slot.lane.timeoutMs));
}

export function aborted(slot: Slot<Request>, signal: AbortSignal): HawserError {
  const command = slot.request!.command;
  const outcome = outcomeOf(slot);
  const where = slot.phase === 'waiting' ? 'while it waited' : 'while its reply was due';
  return new HawserError('ABORTED', `${command}: aborted by the caller ${where}`, {
    outcome,
    command,
    cause: signal.reason,
  });
}

export function deadline(
  slot: Slot<Request>,
  state: ConnectionState,
  explanation: Explanation,
  now: number,
): HawserError {
  const command = slot.request!.command;
  const down =
    'outage' in state && state.outage !== undefined
      ? `, not connected for ${Math.round(now - state.outage.since)} ms`
      : '';
  const where =
    slot.phase === 'waiting'
      ? `waiting to be sent (${state.name}${down})`
      : `sent to ${explanation.peer ?? 'the peer'} and not answered`;
  return new HawserError(
    'DEADLINE',
    `${command}: no reply within ${slot.lane!.timeoutMs} ms: it is ${where}; ${explanation.inFlight} calls in flight, ` +
      `${explanation.waiting} waiting, last byte ${explanation.silentForMs ?? '-'} ms ago; set timeoutMs if it may take longer`,
    { outcome: outcomeOf(slot), command, explanation, cause: causeOf(state) },
  );
}

/** A call that was in flight when its transport ended. `guilty`: what ended it was the answer to this very call. */
export function lostInFlight(command: string, cause: Error | undefined, guilty: boolean): HawserError {
  const code = cause instanceof HawserError ? cause.code : undefined;
  const init = { outcome: 'unknown', command, cause } as const;
  if (code === 'CLOSED') return closed(command, 'unknown', cause);
  if (code === 'STALLED' || (guilty && code !== undefined)) {
    return new HawserError(code, `${command}: ${cause!.message}`, init);
  }
  return new HawserError(
    'CONNECTION_LOST',
    `${command}: the connection was lost before its reply: ${cause?.message ?? 'no cause is known'}`,
    init,
  );
}

function describeNext(state: ConnectionState, now: number): string {
  switch (state.name) {
    case 'backing-off':
      return `next attempt in ${Math.max(0, Math.round(state.retryAt - now))} ms`;
    case 'connecting':
    case 'handshaking':
      return 'an attempt is under way';
    case 'parked':
      return 'parked: the server refused, call retryNow() when that is mended';
    case 'idle':
      return 'no attempt is planned';
    case 'ready':
    case 'draining':
    case 'closed':
      return state.name;
  }
}

/** The session cannot send this call on its transport. */
export function notEncoded(slot: Slot<Request>, cause: unknown): HawserError {
  const { command } = slot.request!;
  const outcome = outcomeOfWaiting(slot);
  return cause instanceof HawserError
    ? new HawserError(cause.code, `${command}: ${cause.message}`, { outcome, command, cause })
    : new HawserError('INVALID_ARGUMENT', `${command}: it cannot be encoded`, { outcome, command, cause });
}

/** The signal had fired before the call was made. */
export function abortedBefore(command: string, signal: AbortSignal): HawserError {
  return new HawserError('ABORTED', `${command}: aborted by the caller before it was made`, {
    outcome: 'not-sent',
    command,
    cause: signal.reason,
  });
}

/** Nobody got to a connection in the time given for it. */
export function notReady(
  command: string,
  code: 'DEADLINE' | 'CONNECT_TIMEOUT',
  limitMs: number,
  state: ConnectionState,
  explanation: { readonly name: string },
): HawserError {
  const cause = causeOf(state);
  const why = cause === undefined ? '' : `; last cause: ${cause.message}`;
  const message = `${explanation.name} is not ready within ${limitMs} ms: ${state.name}${why}`;
  return new HawserError(code, message, { outcome: 'not-sent', command, cause, explanation });
}

/** What a session threw, as the reason for which a transport is given up. */
export function asViolation(error: unknown): HawserError {
  if (error instanceof HawserError) return error;
  return new HawserError('PROTOCOL_VIOLATION', 'the driver failed', {
    outcome: 'unknown',
    cause: error,
  });
}

/** What ended a dial or a handshake, for whoever waited to be connected: none of their calls was on that transport. */
export function neverConnected(reason: Error): HawserError {
  if (reason instanceof HawserError && reason.outcome === 'not-sent') return reason;
  const init = { outcome: 'not-sent', cause: reason } as const;
  return new HawserError(isRefusal(reason) ? reason.code : 'CONNECT_FAILED', reason.message, init);
}

/** What ended a handshake, with the peer that it was with; what the protocol itself says of it stays as it is. */
export function inHandshake(reason: Error, peer: string): Error {
  const isOfTransport = !(reason instanceof HawserError) || OF_TRANSPORT.has(reason.code);
  if (!isOfTransport) return reason;
  const code = reason instanceof HawserError ? reason.code : 'CONNECTION_LOST';
  const message = `the handshake with ${peer} failed: ${reason.message}`;
  return new HawserError(code, message, { outcome: 'unknown', cause: reason });
}

const OF_TRANSPORT: ReadonlySet<string> = new Set([
  'CONNECTION_LOST',
  'LIMIT_EXCEEDED',
  'PROTOCOL_VIOLATION',
]);

/** Whether the peer said no, in a way that trying again does not change. */
export function isRefusal(cause: unknown): cause is HawserError {
  return cause instanceof HawserError && cause.code === 'HANDSHAKE_REFUSED';
}

/** Whether the peer answers, and is not one that is wanted. */
export function isUnfit(cause: unknown): cause is HawserError {
  return cause instanceof HawserError && cause.code === 'WRONG_ROLE';
}

/** Whether a transport was given up for what it answered, not for being lost or silent. */
export function isViolation(cause: Error | undefined): boolean {
  return (
    cause instanceof HawserError &&
    (cause.code === 'PROTOCOL_VIOLATION' ||
      cause.code === 'LIMIT_EXCEEDED' ||
      cause.code === 'TRANSACTION_TORN')
  );
}
