import { HawserError } from '../machine/index.ts';
import type { PoolExplanation } from './pool-explanation.ts';

/** What is said of a busy pool in its errors. */
function describe(explanation: PoolExplanation): string {
  const { leased, waiting, opening, closing, max, longestLease, state, lastCause } = explanation;
  const longest =
    longestLease === undefined
      ? ''
      : `, the longest lease has been held for ${longestLease.heldForMs} ms${longestLease.stack === undefined ? '' : ` (taken ${firstPlace(longestLease.stack)})`}`;
  const closed = closing === 0 ? '' : `, ${closing} have still to close their sockets`;
  const failed =
    state === 'ready' && lastCause !== undefined
      ? `; the last attempt to open one more failed: ${lastCause}`
      : '';
  return `${leased} of at most ${max} are checked out, ${waiting} callers wait, ${opening} are being opened${closed}${longest}${failed}`;
}

/** The first line of a stack that names a place. */
function firstPlace(stack: string): string {
  return /^\s+(at .+)$/m.exec(stack)?.[1] ?? 'somewhere';
}

/** `cause`: why no more members could be opened, where that has failed last. */
export function late(
  command: string,
  timeoutMs: number,
  explanation: PoolExplanation,
  cause: Error | undefined,
): HawserError {
  const { name, state, downForMs, lastCause } = explanation;
  const why =
    downForMs === undefined
      ? `nothing was free within ${timeoutMs} ms: ${name} is ${state}; ${describe(explanation)}; ` +
        'release sooner, raise max, or set timeoutMs'
      : `no connection within ${timeoutMs} ms: ${name} is ${state}, not connected for ${downForMs} ms` +
        (lastCause === undefined ? '' : `; last cause: ${lastCause}`);
  const init = { outcome: 'not-sent', command, explanation, cause } as const;
  return new HawserError('DEADLINE', `${command}: ${why}`, init);
}

/** `cause` as for {@link late}. */
export function shed(
  command: string,
  waitedMs: number,
  explanation: PoolExplanation,
  cause: Error | undefined,
): HawserError {
  return overloaded(
    command,
    `it has waited for ${Math.round(waitedMs)} ms in a queue that stands`,
    explanation,
    cause,
  );
}

export function overloaded(
  command: string,
  why: string,
  explanation: PoolExplanation,
  cause?: Error,
): HawserError {
  return new HawserError(
    'OVERLOADED',
    `${command}: ${why}: ${describe(explanation)}; ask less, release sooner, or raise max`,
    { outcome: 'not-sent', command, explanation, cause },
  );
}

export function closedPool(command: string): HawserError {
  return new HawserError('CLOSED', `${command}: the pool was closed by its owner`, {
    outcome: 'not-sent',
    command,
  });
}

export function abortedWaiting(command: string, signal: AbortSignal): HawserError {
  return new HawserError('ABORTED', `${command}: aborted by the caller while it waited`, {
    outcome: 'not-sent',
    command,
    cause: signal.reason,
  });
}

/** What a source threw that is none of our errors, for whoever waits for a member. */
export function sourceFailed(cause: unknown): HawserError {
  return new HawserError('PROTOCOL_VIOLATION', 'checkout: the source of the pool failed', {
    outcome: 'not-sent',
    command: 'checkout',
    cause,
  });
}

/** A check or a reset is ended, since its member is closed. */
export function memberClosed(): HawserError {
  return new HawserError('CLOSED', 'the member of the pool is closed', { outcome: 'unknown' });
}

/** A member has ended, and nothing said why. */
export function lostWithoutCause(name: string): HawserError {
  return new HawserError('CONNECTION_LOST', `${name}: the connection was lost`, { outcome: 'not-sent' });
}
