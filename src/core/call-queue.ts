import { rejection, withoutStack } from './caller-stack.ts';
import { Judge } from './judge.ts';
import { Deadlines, Slot, SlotQueue, type Clock, type HawserError } from './machine/index.ts';
import type { Request } from './protocol.ts';
import { Signals } from './signals.ts';

/** What the owner of the queue says when a caller leaves early. */
export interface CallQueueOwner<Q> {
  /** A deadline passed: the error to fail the call with. Called before the slot changes; `now` is one for all of a turn. */
  late(slot: Slot<Q>, now: number): HawserError;
  /** The caller's signal fired. Called before the slot changes. */
  aborted(slot: Slot<Q>, signal: AbortSignal): HawserError;
  /** Calls have left early: there may be room, or nothing left to do. */
  left(): void;
}

// One function for all promises, read out right behind each: a closure of its own for each costs a twentieth of a call.
let taken: (result: unknown) => void;
const takeSettle = (settle: (result: unknown) => void): void => {
  taken = settle;
};

/** The calls of one connection, each settled exactly once: by its reply, its deadline, its signal or a failure. */
export class CallQueue<Q extends Request> {
  readonly slots: SlotQueue<Q> = new SlotQueue<Q>();
  readonly #clock: Clock;
  readonly #owner: CallQueueOwner<Q>;
  readonly #deadlines = new Deadlines<Slot<Q>>();
  readonly #expiry: Judge;
  readonly #signals: Signals<Slot<Q>>;

  constructor(clock: Clock, owner: CallQueueOwner<Q>) {
    this.#clock = clock;
    this.#owner = owner;
    this.#expiry = new Judge(clock, () => this.#expire());
    this.#signals = new Signals<Slot<Q>>((slot, signal) => {
      this.#leave(
        slot,
        withoutStack(() => this.#owner.aborted(slot, signal)),
      );
      this.#owner.left();
    });
  }

  /** Signals that are listened to. */
  get signals(): number {
    return this.#signals.size;
  }

  /** Queues a call. `silenceMs` is how long the peer may be silent over it. */
  add(request: Q, timeoutMs: number, silenceMs: number, signal: AbortSignal | undefined): Promise<unknown> {
    const promise = new Promise<unknown>(takeSettle);
    const lane = timeoutMs === Infinity ? undefined : this.#deadlines.lane(timeoutMs);
    const slot = new Slot<Q>(request, request.bytes, silenceMs, lane, taken);
    if (signal !== undefined) slot.unwatch = this.#signals.watch(signal, slot);
    this.slots.push(slot);
    lane?.push(slot);
    return promise;
  }

  /** Starts the time of the calls made in the tick that ends now. */
  stamp(now: number): void {
    this.#deadlines.stamp(now);
    const earliest = this.#deadlines.earliest();
    if (earliest < this.#expiry.at) this.#expiry.set(earliest);
  }

  /** The call is answered; it has left the queue of slots. */
  settle(slot: Slot<Q>, value: unknown): void {
    slot.lane?.settled();
    slot.unwatch?.();
    slot.settle(value);
  }

  /** The call has failed; it has left the queue of slots, or is abandoned there. */
  fail(slot: Slot<Q>, error: HawserError): void {
    this.settle(slot, rejection(error));
  }

  /** Forgets the timer, when nothing is left to watch. */
  stop(): void {
    this.#expiry.clear();
  }

  #expire(): void {
    const now = this.#clock.now();
    withoutStack(() => this.#deadlines.expire(now, (slot) => this.#leave(slot, this.#owner.late(slot, now))));
    this.#expiry.set(this.#deadlines.earliest());
    this.#owner.left();
  }

  #leave(slot: Slot<Q>, error: HawserError): void {
    this.slots.release(slot);
    this.fail(slot, error);
  }
}
