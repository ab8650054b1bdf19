import { Fifo } from './fifo.ts';
import { UNSTAMPED, type SlotPhase } from './slot.ts';

/** What a deadline is kept for. */
interface Watched {
  deadline: number;
  readonly phase: SlotPhase;
}

/** Below this length, settled items in a lane are not worth collecting. */
const LEAST_COLLECTED = 64;

/**
 * All calls that were given the same time, in the order in which they were made: so their deadlines are in order
 * too, and only the first can be the next to pass.
 */
export class DeadlineLane<T extends Watched> {
  readonly timeoutMs: number;
  readonly #items = new Fifo<T>();
  #live = 0;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }

  /** Items that have not settled. */
  get live(): number {
    return this.#live;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#live += 1;
  }

  /** Starts the time of what was pushed since the last stamp. */
  stamp(now: number): void {
    const deadline = Math.ceil(now + this.timeoutMs);
    for (let position = this.#items.length - 1; position >= 0; position -= 1) {
      const item = this.#items.at(position)!;
      if (item.deadline !== UNSTAMPED) return;
      item.deadline = deadline;
    }
  }

  /** To be called once for each item that has settled, whether or not it was the first. */
  settled(): void {
    this.#live -= 1;
    let item = this.#items.peek();
    while (item !== undefined && isSettled(item)) {
      this.#items.shift();
      item = this.#items.peek();
    }
    // What settles behind a call that hangs (aborted, say) must not pile up.
    if (this.#items.length > LEAST_COLLECTED && this.#items.length > 2 * this.#live) {
      this.#items.retain((kept) => !isSettled(kept));
    }
  }

  /** The item whose deadline is next. */
  next(): T | undefined {
    return this.#items.peek();
  }
}

/**
 * Deadlines of many calls without a timer for each: one lane per distinct duration, and the earliest of the
 * lanes' first items is the next to pass. The time of a call begins at the end of the tick in which it was made.
 */
export class Deadlines<T extends Watched> {
  readonly #lanes = new Map<number, DeadlineLane<T>>();

  /** The lane for a duration in milliseconds. Fractions are dropped, so that there are not more lanes than milliseconds. */
  lane(timeoutMs: number): DeadlineLane<T> {
    const duration = Math.floor(timeoutMs);
    let lane = this.#lanes.get(duration);
    if (lane === undefined) {
      lane = new DeadlineLane<T>(duration);
      this.#lanes.set(duration, lane);
    }
    return lane;
  }

  /** Starts the time of all calls made since the last stamp. */
  stamp(now: number): void {
    for (const lane of this.#lanes.values()) lane.stamp(now);
  }

  /** When the next deadline passes; `Infinity` when there is none. Forgets lanes that are empty. */
  earliest(): number {
    let earliest = Infinity;
    for (const [duration, lane] of this.#lanes) {
      if (lane.live === 0) this.#lanes.delete(duration);
      else earliest = Math.min(earliest, lane.next()?.deadline ?? Infinity);
    }
    return earliest;
  }

  /** Hands each item whose deadline has passed to `expire`, which must settle it. */
  expire(now: number, expire: (item: T) => void): void {
    for (const lane of this.#lanes.values()) {
      for (let item = lane.next(); isDue(item, now); item = lane.next()) expire(item);
    }
  }
}

function isDue<T extends Watched>(item: T | undefined, now: number): item is T {
  return item !== undefined && item.deadline !== UNSTAMPED && item.deadline <= now;
}

function isSettled(item: Watched): boolean {
  return item.phase === 'abandoned' || item.phase === 'gone';
}
