import type { ExplainedTransition } from '../explain.ts';
import type { StateName } from '../machine/index.ts';

/** What a `Connection` says of itself. All times are durations in milliseconds before or after the moment of asking. */
export interface BehaviourExplanation {
  readonly name: string;
  readonly state: StateName;
  /** How long there has been no connection; `undefined` while there is one, and before one was wanted. */
  readonly downForMs: number | undefined;
  /** Why the last attempt or the last connection ended. */
  readonly lastCause: string | undefined;
  /** Attempts that failed in a row, or connections that were not proven. */
  readonly failures: number;
  /** Until the next attempt to connect; `undefined` when none is planned. */
  readonly nextAttemptInMs: number | undefined;
  /** The callback that runs now, and for how long. */
  readonly callback: string | undefined;
  readonly callbackForMs: number | undefined;
  /** Messages that wait for their turn. */
  readonly waiting: number;
  /** Calls without an answer, waiting ones included. */
  readonly unanswered: number;
  /** Sockets that the connection owns. */
  readonly sockets: number;
  /** The last changes of state, oldest first. */
  readonly transitions: readonly ExplainedTransition[];
}
