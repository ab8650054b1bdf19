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
  #abandoned = 0;
  #bytes = 0;
  #answered = 0;

  /** Slots that are not gone: waiting, in flight and abandoned. */
  get requests(): number {
    return this.#ring.length - this.#tombstones;
  }

  /** Slots whose caller still waits to be told. */
  get unsettled(): number {
    return this.requests - this.#abandoned;
  }

  /** Size of what is kept for slots that are not gone. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Slots that a reply is due for, and tombstones among them. */
  get handedOver(): number {
    return this.#handedOver;
  }

  get waiting(): number {
    return this.#ring.length - this.#handedOver;
  }

  get abandoned(): number {
    return this.#abandoned;
  }

  /** Slots that left the front so far: `answered + position` numbers a slot for good. */
  get answered(): number {
    return this.#answered;
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
    slot.phase = 'in-flight';
    this.#handedOver += 1;
  }

  /** The reply of `head()` has come. */
  answerHead(slot: Slot<Q>): void {
    if (slot.phase === 'abandoned') this.#abandoned -= 1;
    slot.phase = 'gone';
    slot.request = undefined;
    this.#bytes -= slot.bytes;
    this.#ring.shift();
    this.#handedOver -= 1;
    this.#answered += 1;
  }

  /** The reply of a slot anywhere has come, or is not due at all. */
  answer(slot: Slot<Q>): void {
    if (slot.phase === 'abandoned') this.#abandoned -= 1;
    this.#bury(slot);
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
        slot.phase = 'waiting';
        slot.repeated = true;
      } else if (slot.phase !== 'gone') {
        if (slot.phase === 'in-flight') told.push([slot, slot.request!]);
        this.answer(slot);
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

  #bury(slot: Slot<Q>): void {
    slot.phase = 'gone';
    slot.request = undefined;
    this.#bytes -= slot.bytes;
    this.#tombstones += 1;
  }

  #dropFirst(): void {
    this.#ring.shift();
    this.#handedOver -= 1;
    this.#tombstones -= 1;
    this.#answered += 1;
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
    this.#answered += removedBefore;
    this.#tombstones = 0;
  }
}
