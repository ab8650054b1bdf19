import type { Socket } from 'node:net';
import { Fifo, type Clock, type Timer } from '../core/machine/index.ts';
import { ByteFaults } from './byte-faults.ts';
import { conditionsOf, NO_FAULTS, type FaultConditions } from './fault-conditions.ts';
import type { AddedFault, ProxyDirection } from './fault.ts';
import { sfc32 } from './seeded-random.ts';

/** How a side ends a connection: with all its bytes sent before, or torn. */
export type StreamEnding = 'end' | 'reset';

/** What one direction needs to know of its connection. */
export interface DirectionContext {
  readonly clock: Clock;
  /** A 32-bit word. */
  readonly seed: number;
  readonly connection: number;
  readonly direction: ProxyDirection;
  /** Bytes have arrived from the sender, and nothing was done about them yet. */
  readonly taken: (bytes: Buffer, offsetBytes: number) => void;
  /** A fault ends the whole connection behind so many bytes. */
  readonly cut: (how: StreamEnding, behindBytes: number) => void;
  /** The sender's reset is due at the receiver. */
  readonly tear: () => void;
  readonly note: (what: string) => void;
}

interface Parcel {
  readonly arrivedMs: number;
  readonly bytes: Buffer;
}

type State =
  | { readonly phase: 'open' }
  /** The sender has ended; its ending goes on behind the bytes that are on their way. */
  | { readonly phase: 'ending'; readonly how: StreamEnding; readonly arrivedMs: number }
  /** The receiver has its ending: what still comes is read and dropped. */
  | { readonly phase: 'ended' };

/** What is read ahead of the receiver, at most, before the sender has to wait. */
const HELD_BYTES_MAX = 1_048_576;
/** Each chunk costs memory beside its bytes, so there is a cap on their number too. */
const HELD_CHUNKS_MAX = 4_096;
/** Under a bandwidth, a write has so many milliseconds' worth of bytes. */
const PORTION_MS = 20;

/**
 * The bytes of one direction on their way through the proxy, and the faults that meet them there.
 *
 * The receiver's socket is given one piece at a time and the next when the kernel has taken that, so that what
 * piles up is counted here and nowhere else.
 */
export class ProxiedDirection {
  readonly #context: DirectionContext;
  readonly #byteFaults: ByteFaults;
  readonly #queue = new Fifo<Parcel>();
  /** What goes out first: the rest of a parcel that was begun, or bytes that are repeated. */
  #head: { readonly bytes: Buffer; readonly isRepeated: boolean; readonly arrivedMs: number }[] = [];
  #state: State = { phase: 'open' };
  #conditions: FaultConditions = NO_FAULTS;
  #source: Socket | undefined;
  #sink: Socket | undefined;
  #takenBytes = 0;
  #queuedBytes = 0;
  #passedBytes = 0;
  /** A piece is on its way into the kernel, or has the rest of this turn of the event loop for itself. */
  #isBusy = false;
  /** A bandwidth lets nothing go on before. */
  #lineFreeMs = 0;
  /** Where the piece ends that was begun last, counted as `#passedBytes`. */
  #sliceEndBytes = 0;
  #timer: Timer | undefined;

  constructor(context: DirectionContext) {
    this.#context = context;
    this.#byteFaults = new ByteFaults(context.direction, context.note);
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  get passedBytes(): number {
    return this.#passedBytes;
  }

  readFrom(source: Socket): void {
    this.#source = source;
    source.on('data', (bytes: Buffer) => this.#take(bytes));
    source.on('end', () => this.#senderEnded('end'));
    source.on('close', (hadError) => hadError && this.#senderEnded('reset'));
    this.#steer();
  }

  writeTo(sink: Socket): void {
    this.#sink = sink;
    if (this.#state.phase === 'ended') sink.end();
    this.#advance();
  }

  /** Takes on the faults that hold from now on. */
  update(faults: readonly AddedFault[]): void {
    this.#conditions = conditionsOf(faults, this.#context.direction);
    this.#byteFaults.update(faults);
    this.#steer();
    this.#advance();
  }

  /** Ends the receiver's stream now. What was on its way is lost. */
  finish(): void {
    this.abandon();
    if (this.#sink?.writableEnded === false) this.#sink.end();
  }

  /** Drops what is on its way and what still comes: the receiver is gone, or has its ending. */
  abandon(): void {
    this.#state = { phase: 'ended' };
    this.#head = [];
    this.#queue.retain(() => false);
    this.#queuedBytes = 0;
    this.#disarm();
    this.#steer();
  }

  #take(bytes: Buffer): void {
    const offset = this.#takenBytes;
    this.#takenBytes += bytes.length;
    this.#context.taken(bytes, offset);
    if (this.#state.phase !== 'open') return;
    this.#queue.push({ arrivedMs: this.#context.clock.now(), bytes });
    this.#queuedBytes += bytes.length;
    this.#steer();
    this.#advance();
  }

  #senderEnded(how: StreamEnding): void {
    // A reset may still follow an orderly end, and even one that was passed on.
    if (how === 'end' && this.#state.phase !== 'open') return;
    this.#state = { phase: 'ending', how, arrivedMs: this.#context.clock.now() };
    this.#advance();
  }

  #steer(): void {
    const isFull = this.#queuedBytes >= HELD_BYTES_MAX || this.#queue.length >= HELD_CHUNKS_MAX;
    if (this.#conditions.isPaused || isFull) this.#source?.pause();
    else this.#source?.resume();
  }

  /** Does what is due now, and sees to it that it is called again when more is. */
  #advance(): void {
    this.#disarm();
    if (this.#sink === undefined || this.#state.phase === 'ended' || this.#conditions.isHeld) return;
    if (this.#isBusy) return this.#overtake(this.#sink);
    const { cut } = this.#byteFaults;
    if (cut !== undefined) return this.#context.cut(cut, this.#byteFaults.position);
    const next = this.#head[0] ?? this.#queue.peek();
    if (next === undefined) return this.#passEnding(this.#sink);
    if (!this.#isDue(next.arrivedMs)) return;
    this.#write(this.#sink, this.#nextPiece());
  }

  /** A receiver that does not read hears of a reset all the same: it does not wait for room. */
  #overtake(sink: Socket): void {
    const { phase } = this.#state;
    if (phase === 'ending' && this.#state.how === 'reset' && sink.writableLength > 0) this.#passEnding(sink);
  }

  #passEnding(sink: Socket): void {
    if (this.#state.phase !== 'ending' || !this.#isDue(this.#state.arrivedMs)) return;
    const { how } = this.#state;
    this.abandon();
    if (how === 'reset') this.#context.tear();
    else if (!sink.writableEnded) sink.end();
  }

  /** Whether what arrived then may go on now. Sets the timer if not. */
  #isDue(arrivedMs: number): boolean {
    const { latencyMs, jitterMs, bytesPerSecond } = this.#conditions;
    const delayMs = latencyMs + jitterMs * this.#chance(this.#byteFaults.position);
    const freeMs = bytesPerSecond === Infinity ? 0 : this.#lineFreeMs;
    const { clock } = this.#context;
    const waitMs = Math.max(arrivedMs + delayMs, freeMs) - clock.now();
    if (waitMs > 0) this.#timer = clock.setTimer(() => this.#advance(), waitMs);
    return waitMs <= 0;
  }

  /** Takes from what is due as much as may be written at once, with what the faults make of it. */
  #nextPiece(): Buffer {
    const parcel = this.#head.shift() ?? { ...(this.#queue.shift() as Parcel), isRepeated: false };
    const { bytes, isRepeated, arrivedMs } = parcel;
    const reachBytes = isRepeated ? Infinity : this.#byteFaults.reachBytes;
    const count = Math.min(bytes.length, reachBytes, this.#portionBytes(), this.#sliceBytes());
    if (count < bytes.length) this.#head.unshift({ ...parcel, bytes: bytes.subarray(count) });
    const piece = bytes.subarray(0, count);
    if (isRepeated) return piece;
    this.#queuedBytes -= count;
    const repeated = this.#byteFaults.pass(piece);
    if (repeated !== undefined) this.#head.unshift({ bytes: repeated, isRepeated: true, arrivedMs });
    return piece;
  }

  #portionBytes(): number {
    return Math.max(1, Math.floor((this.#conditions.bytesPerSecond * PORTION_MS) / 1_000));
  }

  /** What is left of the piece that was begun, or the size of a new one. */
  #sliceBytes(): number {
    const { sliceBytes } = this.#conditions;
    if (sliceBytes === Infinity) return Infinity;
    if (this.#sliceEndBytes <= this.#passedBytes) {
      this.#sliceEndBytes = this.#passedBytes + 1 + Math.floor(this.#chance(this.#passedBytes) * sliceBytes);
    }
    return Math.min(this.#sliceEndBytes - this.#passedBytes, sliceBytes);
  }

  #write(sink: Socket, piece: Buffer): void {
    const { clock } = this.#context;
    this.#passedBytes += piece.length;
    const portionMs = (piece.length / this.#conditions.bytesPerSecond) * 1_000;
    this.#lineFreeMs = Math.max(clock.now(), this.#lineFreeMs) + portionMs;
    const goOn = (): void => {
      this.#isBusy = false;
      this.#advance();
    };
    this.#isBusy = true;
    // The first turn may be the one in which this is written, and the receiver reads in the second.
    const afterTurn = (): void => clock.afterPoll(() => clock.afterPoll(goOn));
    sink.write(piece, () => (this.#isReadAlone ? afterTurn() : goOn()));
    this.#steer();
  }

  /**
   * Whether what was just written is to be read before anything follows. A reset that arrives with bytes unread
   * is an orderly end to Node's streams.
   */
  get #isReadAlone(): boolean {
    const isTorn = this.#state.phase === 'ending' && this.#state.how === 'reset';
    return isTorn || this.#conditions.sliceBytes !== Infinity || this.#byteFaults.cut !== undefined;
  }

  /** From 0 to 1, and always the same at the same position, however the bytes came in. */
  #chance(position: number): number {
    const { seed, connection, direction } = this.#context;
    return sfc32(seed, connection * 2 + (direction === 'to-server' ? 0 : 1), position)();
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#context.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}
