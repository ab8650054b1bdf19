import { Buffer } from 'node:buffer';

/** Size of the memory that each transport reads into, and returns to after a larger message. */
export const SLAB_BYTES = 65_536;

/** Most bytes that a transport holds for a message that is not complete, unless told otherwise. */
export const DEFAULT_MAX_MESSAGE_BYTES = 67_108_864;

/**
 * Where a transport's bytes land. What is not consumed yet stays at the front and the next bytes land behind it, so
 * that a message cut in two is in one piece again without a copy of what was already complete.
 */
export class ReceiveBuffer {
  readonly #maxBytes: number;
  readonly #slab: Buffer;
  /** The slab, or larger memory while more than a slab is unconsumed. */
  #memory: Buffer;
  #length = 0;
  #free: Buffer;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#slab = Buffer.allocUnsafeSlow(Math.min(SLAB_BYTES, maxBytes));
    this.#memory = this.#slab;
    this.#free = this.#slab;
  }

  /** Where the next bytes go: the same object as before as long as nothing is unconsumed. Empty only at the limit. */
  get free(): Buffer {
    return this.#free;
  }

  /** How many bytes are not consumed yet. */
  get length(): number {
    return this.#length;
  }

  /** The bytes that are not consumed yet. Valid until the next `consume`. */
  get unconsumed(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }

  /** `count` bytes have been put into `free`. */
  fill(count: number): void {
    this.#length += count;
  }

  /**
   * The first `count` unconsumed bytes are done with. To be called after each `fill`, also with 0. Returns false when
   * the limit leaves no room for more.
   */
  consume(count: number): boolean {
    const rest = this.#length - count;
    const memory = this.#memoryFor(rest);
    if (rest > 0 && (count > 0 || memory !== this.#memory)) this.#memory.copy(memory, 0, count, this.#length);
    this.#memory = memory;
    this.#length = rest;
    this.#free = rest === 0 ? memory : memory.subarray(rest);
    return this.#free.length > 0;
  }

  /** The memory that is to hold `rest` bytes and, unless the limit forbids it, at least one more. */
  #memoryFor(rest: number): Buffer {
    if (rest < this.#slab.length) return this.#slab;
    if (rest < this.#memory.length || rest === this.#maxBytes) return this.#memory;
    return Buffer.allocUnsafeSlow(Math.min(2 * rest, this.#maxBytes));
  }
}
