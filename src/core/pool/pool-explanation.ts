import { explainLifecycle, type ExplainedLifecycle } from '../explain.ts';
import type { Transition } from '../lifecycle.ts';
import type { ConnectionState } from '../machine/index.ts';
import { describePlace } from './place.ts';
import type { CloseReason, Leased, Members } from './members.ts';
import type { ResolvedPoolOptions } from './pool-options.ts';
import type { Closing } from './stock.ts';

/** A lease that is out. */
export interface ExplainedLease {
  readonly heldForMs: number;
  /** Where it was taken; `undefined` unless the pool looks for leaks (`leakAfterMs`). */
  readonly stack: string | undefined;
}

/** A member that was closed. */
export interface ExplainedClosing {
  readonly agoMs: number;
  readonly reason: CloseReason;
  /** What was behind it: how it was lost, why its holder condemned it. */
  readonly cause: string | undefined;
}

/** What has happened in a pool since its start. */
export interface PoolCounts {
  readonly opened: number;
  readonly closed: Readonly<Record<CloseReason, number>>;
  /** Callers that had to leave a standing queue. */
  readonly shed: number;
  /** Callers that were not served in time. */
  readonly timedOut: number;
}

/**
 * What a pool says of itself, and of whether its server is reached. Where it is, and opening one more beside the members
 * has failed, `lastCause` is why, and `nextAttemptInMs` the time until that is tried again.
 */
export interface PoolExplanation extends ExplainedLifecycle {
  readonly name: string;
  readonly max: number;
  readonly idle: number;
  readonly leased: number;
  readonly opening: number;
  readonly closing: number;
  /** Asked whether they are still good. */
  readonly checking: number;
  /** Returned dirty, and not clean yet. */
  readonly resetting: number;
  readonly waiting: number;
  readonly oldestWaitMs: number | undefined;
  /** Whether callers have to leave a queue that stands. */
  readonly shedding: boolean;
  readonly longestLease: ExplainedLease | undefined;
  readonly counts: PoolCounts;
  /** The last members that were closed, oldest first. */
  readonly closings: readonly ExplainedClosing[];
}

/** What a {@link PoolExplanation} is made from; times are the clock's milliseconds. */
export interface PoolExplanationSource {
  readonly options: ResolvedPoolOptions;
  readonly state: ConnectionState;
  readonly transitions: readonly Transition[];
  readonly members: Members<unknown, unknown>;
  readonly opening: number;
  readonly growsAgainAt: number | undefined;
  readonly growthFailure: Error | undefined;
  readonly waiting: number;
  readonly oldestSince: number | undefined;
  readonly isShedding: boolean;
  readonly counts: PoolCounts;
  readonly closings: readonly Closing[];
  readonly now: number;
}

/** Makes a {@link PoolExplanation}. */
export function explainPool(source: PoolExplanationSource): PoolExplanation {
  const { options, state, growsAgainAt, members, now } = source;
  const { idle, leased, closing, checking, resetting } = members.counts;
  const { transitions, ...life } = explainLifecycle(source, now);
  const waitsToGrow = state.name === 'ready' && growsAgainAt !== undefined;
  return {
    name: options.name,
    ...life,
    lastCause: life.lastCause ?? source.growthFailure?.message,
    nextAttemptInMs: waitsToGrow ? Math.max(0, Math.round(growsAgainAt - now)) : life.nextAttemptInMs,
    max: options.max,
    idle,
    leased,
    opening: source.opening,
    closing,
    checking,
    resetting,
    waiting: source.waiting,
    oldestWaitMs: source.oldestSince === undefined ? undefined : Math.round(now - source.oldestSince),
    shedding: source.isShedding,
    longestLease: longestLease(members, now),
    counts: source.counts,
    closings: source.closings.map(({ at, reason, cause }) => ({
      agoMs: Math.round(now - at),
      reason,
      cause: cause?.message,
    })),
    transitions,
  };
}

/** The leases that are out, longest held first. */
export function leasesOut(members: Members<unknown, unknown>, now: number): ExplainedLease[] {
  const leases: Leased<unknown>[] = [];
  for (const { state } of members) if (state.name === 'leased') leases.push(state);
  return leases
    .toSorted((one, other) => one.takenAt - other.takenAt)
    .map((leased) => explainLease(leased, now));
}

/** One alone: to write down where each was taken would cost much more than to find it. */
function longestLease(members: Members<unknown, unknown>, now: number): ExplainedLease | undefined {
  let longest: Leased<unknown> | undefined;
  for (const { state } of members) {
    if (state.name === 'leased' && state.takenAt < (longest?.takenAt ?? Infinity)) longest = state;
  }
  return longest && explainLease(longest, now);
}

function explainLease({ takenAt, place }: Leased<unknown>, now: number): ExplainedLease {
  return { heldForMs: Math.round(now - takenAt), stack: place && describePlace(place) };
}
