import { Fifo } from './fifo.ts';
import type { Slot } from './slot.ts';

/** Below this many tombstones the ring is not worth compacting. */
const LEAST_COMPACTED = 64;

/**
 * All calls of one connection in the order of the wire: first those that were handed over, then those that wait.
 * A slot never moves. One that is gone stays as a tombstone until it is passed over, so that no reply can shift.
 *
 * ```
 * oldest [ in-flight | abandoned | in-flight | gone ] [ waiting | gone | waiting ] newest
 *          handed over                                   not handed over
 * ```
 */
export class SlotQueue<Q> {
  readonly #ring = new Fifo<Slot<Q>>();
  /** Ring positions before the first that was not handed over. */
  #handedOver = 0;
  #tombstones = 0;
  #due = 0;
  #abandoned = 0;
  #bytes = 0;
  #handOvers = 0;
  #answered = 0;

  /** Slots that take memory: those that are not gone, and tombstones. */
  get length(): number {
    return this.#ring.length;
  }

  /** Slots that are not gone: waiting, in flight and abandoned. */
  get requests(): number {
    return this.#ring.length - this.#tombstones;
  }

  /** Slots whose caller still waits to be told. */
  get unsettled(): number {
    return this.requests - this.#abandoned;
  }

  /** Slots that were not handed over. */
  get waiting(): number {
    return this.requests - this.#due;
  }

  /** Slots that a reply is due for: in flight and abandoned. */
  get due(): number {
    return this.#due;
  }

  get inFlight(): number {
    return this.#due - this.#abandoned;
  }

  get abandoned(): number {
    return this.#abandoned;
  }

  /** Size of what is kept for slots that are not gone. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many slots were handed over so far; the last of them has this number. */
  get handOvers(): number {
    return this.#handOvers;
  }

  /** How many slots were answered so far. */
  get answered(): number {
    return this.#answered;
  }

  /**
   * How long the peer may be silent over the slots that a reply is due for: as long as any of them allows, not only
   * the oldest, for a server that has read several requests at once may answer them all behind the slowest. Patience
   * without end ends with its caller. Looks at each of them.
   */
  get silenceMs(): number {
    let longest = 0;
    for (let position = 0; position < this.#handedOver; position += 1) {
      const { phase, silenceMs } = this.#ring.at(position)!;
      if (phase === 'gone' || (phase === 'abandoned' && silenceMs === Infinity)) continue;
      longest = Math.max(longest, silenceMs);
    }
    return longest;
  }

  /** The slot that has been there for the longest time. */
  get oldest(): Slot<Q> | undefined {
    return this.head() ?? this.nextWaiting();
  }

  push(slot: Slot<Q>): void {
    this.#ring.push(slot);
    this.#bytes += slot.bytes;
  }

  /** The slot whose reply is due next. */
  head(): Slot<Q> | undefined {
    while (this.#handedOver > 0) {
      const slot = this.#ring.peek()!;
      if (slot.phase !== 'gone') return slot;
      this.#dropFirst();
    }
    return undefined;
  }

  /** The oldest slot that was not handed over. */
  nextWaiting(): Slot<Q> | undefined {
    for (let slot = this.#ring.at(this.#handedOver); this.#handedOver < this.#ring.length;) {
      if (slot!.phase !== 'gone') return slot;
      this.#handedOver += 1;
      slot = this.#ring.at(this.#handedOver);
    }
    return undefined;
  }

  /** The slot that `nextWaiting` returned is now in the hands of a transport. */
  handOver(slot: Slot<Q>): void {
    this.#handOvers += 1;
    this.#handedOver += 1;
    this.#due += 1;
    slot.phase = 'in-flight';
    slot.number = this.#handOvers;
  }

  /** The reply of `head()` has come. */
  answerHead(slot: Slot<Q>): void {
    if (slot.phase === 'abandoned') this.#abandoned -= 1;
    slot.phase = 'gone';
    slot.request = undefined;
    this.#answered += 1;
    this.#due -= 1;
    this.#handedOver -= 1;
    this.#bytes -= slot.bytes;
    this.#ring.shift();
  }

  /** The reply of a slot anywhere has come, or is not due at all. */
  answer(slot: Slot<Q>): void {
    this.#answered += 1;
    this.#bury(slot);
    this.#compact();
  }

  /** The caller has been told: a waiting slot goes, one that was handed over stays for its reply. */
  release(slot: Slot<Q>): void {
    if (slot.phase === 'waiting') {
      this.#bury(slot);
      this.#compact();
    } else if (slot.phase === 'in-flight') {
      slot.phase = 'abandoned';
      this.#abandoned += 1;
    }
  }

  /**
   * The transport is gone: no reply will come any more. Slots that were handed over either wait again, in front,
   * or are given to `lost` after they have left the queue.
   */
  lose(repeat: (slot: Slot<Q>) => boolean, lost: (slot: Slot<Q>, request: Q) => void): void {
    if (this.#handedOver === 0) return;
    const told: [Slot<Q>, Q][] = [];
    for (let position = 0; position < this.#handedOver; position += 1) {
      const slot = this.#ring.at(position)!;
      if (slot.phase === 'in-flight' && repeat(slot)) {
        this.#due -= 1;
        slot.phase = 'waiting';
        slot.repeated = true;
      } else if (slot.phase !== 'gone') {
        if (slot.phase === 'in-flight') told.push([slot, slot.request!]);
        this.#bury(slot);
      }
    }
    this.#handedOver = 0;
    this.#sweep();
    for (const [slot, request] of told) lost(slot, request);
  }

  /** Empties the part that was not handed over, giving each slot to `dropped`. */
  dropWaiting(dropped: (slot: Slot<Q>, request: Q) => void): void {
    const told: [Slot<Q>, Q][] = [];
    for (let position = this.#handedOver; position < this.#ring.length; position += 1) {
      const slot = this.#ring.at(position)!;
      if (slot.phase === 'gone') continue;
      told.push([slot, slot.request!]);
      this.#bury(slot);
    }
    this.#sweep();
    for (const [slot, request] of told) dropped(slot, request);
  }

  /** Makes a tombstone of a slot, which is forgotten but for its place. */
  #bury(slot: Slot<Q>): void {
    if (slot.phase !== 'waiting') this.#due -= 1;
    if (slot.phase === 'abandoned') this.#abandoned -= 1;
    slot.phase = 'gone';
    slot.request = undefined;
    this.#bytes -= slot.bytes;
    this.#tombstones += 1;
  }

  #dropFirst(): void {
    this.#ring.shift();
    this.#handedOver -= 1;
    this.#tombstones -= 1;
  }

  #compact(): void {
    if (this.#tombstones > LEAST_COMPACTED && this.#tombstones > this.#ring.length / 2) this.#sweep();
  }

  #sweep(): void {
    let position = 0;
    let removedBefore = 0;
    const handedOver = this.#handedOver;
    this.#ring.retain((slot) => {
      const keep = slot.phase !== 'gone';
      if (!keep && position < handedOver) removedBefore += 1;
      position += 1;
      return keep;
    });
    this.#handedOver -= removedBefore;
    this.#tombstones = 0;
  }
}
