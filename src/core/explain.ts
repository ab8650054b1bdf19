import type { Transition } from './lifecycle.ts';
import type { ConnectionState, SlotQueue, StateName } from './machine/index.ts';
import type { Request } from './protocol.ts';
import type { Transport } from './transport.ts';

/** What every connection says of its life. All times are durations in milliseconds before or after the moment of asking. */
export interface ExplainedLifecycle {
  readonly state: StateName;
  /** How long there has been no connection; `undefined` while there is one. */
  readonly downForMs: number | undefined;
  /** Why the last attempt or the last connection ended. */
  readonly lastCause: string | undefined;
  /** Attempts that failed in a row, or connections that were not proven. */
  readonly failures: number;
  /** Until the next attempt to connect; `undefined` when none is planned. */
  readonly nextAttemptInMs: number | undefined;
  /** The last changes of state, oldest first. */
  readonly transitions: readonly ExplainedTransition[];
}

/** What a connection says of itself. */
export interface Explanation extends ExplainedLifecycle {
  readonly name: string;
  /** Who is at the other end; `undefined` while there is no transport. */
  readonly peer: string | undefined;
  /** Calls by where they stand, and the size of their requests. */
  readonly waiting: number;
  readonly inFlight: number;
  readonly abandoned: number;
  readonly pendingBytes: number;
  /** Since the last byte was received or, while the oldest call is being written, accepted. */
  readonly silentForMs: number | undefined;
  /** The oldest call whose reply is due, by its command's name. */
  readonly oldestInFlight: string | undefined;
  readonly bytesReceived: number;
  readonly bytesSent: number;
}

/** One change of state in an {@link Explanation}. */
export interface ExplainedTransition {
  readonly from: StateName;
  readonly to: StateName;
  readonly agoMs: number;
  readonly cause: string | undefined;
}

/** What an {@link Explanation} is made from. */
export interface ExplanationSource {
  readonly name: string;
  readonly state: ConnectionState;
  readonly transitions: readonly Transition[];
  readonly slots: SlotQueue<Request>;
  readonly transport: Transport | undefined;
  /** In the clock's milliseconds, as `now`. */
  readonly lastProgressAt: number | undefined;
  readonly now: number;
}

/** Makes an {@link Explanation}. */
export function explain(source: ExplanationSource): Explanation {
  const { name, slots, transport, lastProgressAt, now } = source;
  const { transitions, ...life } = explainLifecycle(source, now);
  return {
    name,
    peer: transport?.peer,
    ...life,
    waiting: slots.waiting,
    inFlight: slots.inFlight,
    abandoned: slots.abandoned,
    pendingBytes: slots.bytes,
    silentForMs: lastProgressAt === undefined ? undefined : Math.round(now - lastProgressAt),
    oldestInFlight: slots.head()?.request?.command,
    bytesReceived: transport?.bytesReceived ?? 0,
    bytesSent: transport?.bytesAccepted ?? 0,
    transitions,
  };
}

/** Makes an {@link ExplainedLifecycle}; `now` is in the clock's milliseconds. */
export function explainLifecycle(
  { state, transitions }: { readonly state: ConnectionState; readonly transitions: readonly Transition[] },
  now: number,
): ExplainedLifecycle {
  const outage = 'outage' in state ? state.outage : undefined;
  const isRetried = state.name === 'backing-off' && state.retryAt !== Infinity;
  return {
    state: state.name,
    downForMs: outage === undefined ? undefined : Math.round(now - outage.since),
    lastCause: outage?.cause?.message,
    failures: ('failures' in state ? state.failures?.count : undefined) ?? 0,
    nextAttemptInMs: isRetried ? Math.max(0, Math.round(state.retryAt - now)) : undefined,
    transitions: transitions.map(({ from, to, at }) => ({
      from: from.name,
      to: to.name,
      agoMs: Math.round(now - at),
      cause: causeOf(to)?.message,
    })),
  };
}

/** Why a state was entered, where that is known. */
export function causeOf(state: ConnectionState): Error | undefined {
  if ('outage' in state) return state.outage?.cause;
  return 'cause' in state ? state.cause : undefined;
}
