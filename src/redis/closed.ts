import { HawserError, type StateName } from '../core/index.ts';

/** Nothing more is asked or begun: the client was closed. */
export function closedByOwner(command: string, what: 'client' | 'pool' = 'client'): HawserError {
  const message = `${command}: the ${what} was closed by its owner`;
  return new HawserError('CLOSED', message, { outcome: 'not-sent', command });
}

/** Whether a client in this state takes nothing more. */
export function isOver(state: StateName): boolean {
  return state === 'draining' || state === 'closed';
}
