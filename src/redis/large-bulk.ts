import { Buffer } from 'node:buffer';

const FIRST_BYTES = 1_048_576;

/**
 * The bytes of one bulk that arrives in many pieces. The length that the server claims buys at most 1 MiB; beyond
 * that memory doubles as it fills, so that no more than twice of what has arrived is ever allocated.
 */
export class LargeBulk {
  readonly length: number;
  #memory: Buffer;
  #filled = 0;

  /** `scratch` is used, and overwritten by the next bulk that is given it, if the bulk fits. */
  constructor(length: number, scratch?: Buffer) {
    this.length = length;
    this.#memory =
      scratch !== undefined && length <= scratch.length
        ? scratch
        : Buffer.allocUnsafeSlow(Math.min(length, FIRST_BYTES));
  }

  get isComplete(): boolean {
    return this.#filled === this.length;
  }

  /** All bytes, once complete; of a bulk without scratch they are the whole Buffer. */
  get bytes(): Buffer {
    return this.#memory;
  }

  /** Takes what is missing from `bytes`, as far as it is there. Returns how many bytes it took. */
  take(bytes: Buffer, start: number): number {
    const count = Math.min(this.length - this.#filled, bytes.length - start);
    this.#makeRoom(this.#filled + count);
    bytes.copy(this.#memory, this.#filled, start, start + count);
    this.#filled += count;
    return count;
  }

  #makeRoom(needed: number): void {
    if (needed <= this.#memory.length) {
      return;
    }
    const grown = Buffer.allocUnsafeSlow(Math.min(this.length, Math.max(needed, 2 * this.#memory.length)));
    this.#memory.copy(grown, 0, 0, this.#filled);
    this.#memory = grown;
  }
}
