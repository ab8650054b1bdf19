import type { ExplainedLifecycle } from '../explain.ts';

/** What a `Connection` says of itself. */
export interface BehaviourExplanation extends ExplainedLifecycle {
  readonly name: string;
  /** The callback that runs now; `undefined` while none does. */
  readonly callback: string | undefined;
  /** For how long it has. */
  readonly callbackForMs: number | undefined;
  /** Messages that wait for their turn. */
  readonly waiting: number;
  /** Calls without an answer, those that wait for their turn included. */
  readonly unanswered: number;
  /** Sockets that the connection owns. */
  readonly sockets: number;
}
