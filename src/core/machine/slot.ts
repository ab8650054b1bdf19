import type { DeadlineLane } from './deadlines.ts';

/**
 * Where a call stands.
 *
 * - `waiting`: its bytes were not handed to a transport.
 * - `in-flight`: they were, and the reply is due.
 * - `abandoned`: they were, and the caller has been told; the reply is still due and will be swallowed.
 * - `gone`: told, and nothing is due.
 */
export type SlotPhase = 'waiting' | 'in-flight' | 'abandoned' | 'gone';

/** The deadline of a slot whose time has not begun; an integer, so that the field never holds a boxed number. */
export const UNSTAMPED = -1;

/** A call's place in the queue. Only the {@link SlotQueue} it is in changes its phase. */
export class Slot<Q> {
  /** What is asked. Forgotten when the slot is gone, so that its bytes are not kept alive. */
  request: Q | undefined;
  /** What the request costs to keep. */
  readonly bytes: number;
  /** How long the peer may be silent while a reply is due for this slot. */
  readonly silenceMs: number;
  /** Takes the reply, or a promise that rejects: one function less to keep than resolve and reject. */
  readonly settle: (result: unknown) => void;
  /** Where its deadline is watched; `undefined` when it has none. */
  readonly lane: DeadlineLane<Slot<Q>> | undefined;
  phase: SlotPhase = 'waiting';
  /** In the clock's milliseconds. */
  deadline: number = UNSTAMPED;
  /** Its place in the order of hand-over, counted from 1; 0 before that. */
  number: number = 0;
  /** It has been handed over before, on a transport that was lost: even while waiting it may have run. */
  repeated: boolean = false;
  /** Ends the watch over the caller's signal. */
  unwatch: (() => void) | undefined = undefined;

  constructor(
    request: Q,
    bytes: number,
    silenceMs: number,
    lane: DeadlineLane<Slot<Q>> | undefined,
    settle: (result: unknown) => void,
  ) {
    this.request = request;
    this.bytes = bytes;
    this.silenceMs = silenceMs;
    this.lane = lane;
    this.settle = settle;
  }
}
