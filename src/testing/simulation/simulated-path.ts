import type { Clock, Timer } from '../../core/index.ts';
import type { StreamEnding } from '../byte-duplex.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { PathConditions } from './network-conditions.ts';

/** Whether both sides learn that a path was cut, or neither ever does. */
export type CutKind = 'reset' | 'silence';

/** The far end of a path. */
export interface PathReceiver {
  bytes(bytes: Buffer): void;
  closed(ending: StreamEnding): void;
  /** The path is cut at the byte it was told; the last bytes before it are handed over next. */
  cut(how: CutKind): void;
}

type Parcel =
  | { readonly kind: 'bytes'; readonly atMs: number; readonly bytes: Buffer }
  | { readonly kind: 'closing'; readonly atMs: number; readonly ending: StreamEnding };

const SMALL_SLICE_BYTES = 12;

/** One direction of a simulated connection: bytes in order, then at most one ending. Each delivery is a step of the clock. */
export class SimulatedPath {
  readonly conditions: PathConditions;
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #receiver: PathReceiver;
  #parcels: Parcel[] = [];
  /** What of the first parcel was handed over. */
  #offset = 0;
  #timer: Timer | undefined;
  #isPaused = false;
  #phase: 'open' | 'closing' | 'over' = 'open';
  #lastArrivalMs = 0;
  #notBeforeMs = 0;
  #cutAtBytes = Infinity;
  #cutKind: CutKind = 'reset';
  #deliveredBytes = 0;

  constructor(clock: Clock, random: SeededRandom, conditions: PathConditions, receiver: PathReceiver) {
    this.#clock = clock;
    this.#random = random;
    this.conditions = conditions;
    this.#receiver = receiver;
  }

  /** Bytes that have been handed over at the far end. */
  get deliveredBytes(): number {
    return this.#deliveredBytes;
  }

  /** 1 while a delivery is due, else 0. */
  get pendingTimers(): number {
    return this.#timer === undefined ? 0 : 1;
  }

  /** Puts bytes on their way; after the end of the path they go nowhere. */
  send(bytes: Buffer): void {
    if (this.#phase === 'open' && bytes.length > 0)
      this.#put({ kind: 'bytes', atMs: this.#arrivalMs(), bytes });
  }

  /** Ends the stream behind what is on its way. */
  close(ending: StreamEnding): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'closing';
    this.#put({ kind: 'closing', atMs: this.#arrivalMs(), ending });
  }

  /** What is on its way is gone, and the far end is told nothing more. */
  halt(): void {
    this.#phase = 'over';
    this.#empty();
  }

  /** Lets nothing but what is on its way arrive, and no ending. */
  silence(): void {
    if (this.#phase === 'open') this.#phase = 'closing';
  }

  /** What is on its way waits at the far end until `resume()`. */
  pause(): void {
    this.#isPaused = true;
    this.#disarm();
  }

  resume(): void {
    this.#isPaused = false;
    this.#arm();
  }

  /** Cuts the path as soon as so many bytes more, from now on, have been handed over. */
  cutAfter(bytes: number, how: CutKind): void {
    if (this.#phase === 'over') return;
    this.#cutAtBytes = this.#deliveredBytes + bytes;
    this.#cutKind = how;
    if (bytes === 0) this.#cut();
  }

  #put(parcel: Parcel): void {
    this.#parcels.push(parcel);
    this.#arm();
  }

  #arrivalMs(): number {
    const { latencyMs } = this.conditions;
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, this.#clock.now() + latencyMs + this.#jitterMs());
    return this.#lastArrivalMs;
  }

  #jitterMs(): number {
    const { jitterMs } = this.conditions;
    return jitterMs > 0 ? this.#random.integer(0, jitterMs) : 0;
  }

  #arm(): void {
    const [first] = this.#parcels;
    if (this.#timer !== undefined || this.#isPaused || first === undefined) return;
    const atMs = Math.max(first.atMs, this.#notBeforeMs);
    this.#timer = this.#clock.setTimer(() => {
      this.#timer = undefined;
      this.#deliver();
      this.#arm();
    }, atMs - this.#clock.now());
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #deliver(): void {
    const [first] = this.#parcels;
    if (first === undefined) return;
    if (first.kind === 'closing') {
      this.halt();
      this.#receiver.closed(first.ending);
      return;
    }
    const bytes = this.#take(Math.min(this.#sliceBytes(), this.#cutAtBytes - this.#deliveredBytes));
    this.#deliveredBytes += bytes.length;
    this.#notBeforeMs = this.#clock.now() + (this.#parcels.length > 0 ? this.#jitterMs() : 0);
    if (this.#deliveredBytes === this.#cutAtBytes) this.#cut();
    this.#receiver.bytes(bytes);
  }

  /** What is on its way is gone; a reset is all that may still arrive. */
  #cut(): void {
    this.#empty();
    this.#phase = 'closing';
    this.#cutAtBytes = Infinity;
    if (this.#cutKind === 'reset') this.#put({ kind: 'closing', atMs: this.#clock.now(), ending: 'reset' });
    this.#receiver.cut(this.#cutKind);
  }

  #empty(): void {
    this.#parcels = [];
    this.#offset = 0;
    this.#disarm();
  }

  /** How many bytes the next delivery has, of those that have arrived. */
  #sliceBytes(): number {
    const { slicing } = this.conditions;
    if (slicing === 'each-byte') return 1;
    const arrived = this.#arrivedBytes();
    if (slicing === 'whole') return arrived;
    // Cuts inside a header matter more than cuts inside a long value, so half of the slices are short.
    const longest = this.#random.chance(0.5) ? Math.min(arrived, SMALL_SLICE_BYTES) : arrived;
    return this.#random.integer(1, longest);
  }

  #arrivedBytes(): number {
    const nowMs = this.#clock.now();
    let arrived = -this.#offset;
    for (const parcel of this.#parcels) {
      if (parcel.kind === 'closing' || parcel.atMs > nowMs) break;
      arrived += parcel.bytes.length;
    }
    return arrived;
  }

  #take(count: number): Buffer {
    const pieces: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      const [first] = this.#parcels;
      if (first?.kind !== 'bytes') break;
      const piece = first.bytes.subarray(this.#offset, this.#offset + missing);
      pieces.push(piece);
      missing -= piece.length;
      this.#offset += piece.length;
      if (this.#offset === first.bytes.length) {
        this.#parcels.shift();
        this.#offset = 0;
      }
    }
    return Buffer.concat(pieces);
  }
}
