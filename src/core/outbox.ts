import { Buffer } from 'node:buffer';
import type { Encoded } from './protocol.ts';
import type { Transport } from './transport.ts';

/** Most bytes of requests that are joined into one chunk, and the size in which larger values are cut. */
export const CHUNK_BYTES = 65_536;

/** Most bytes that are handed to the kernel at once: a chunk, or a value of two with the text around it. */
const GROUP_BYTES = 2 * CHUNK_BYTES;

/**
 * What is on its way to one transport. Text is joined into chunks; what is larger than a chunk goes in pieces, so that a
 * slow peer shows progress. Once the kernel is full, nothing more is handed to it until it has room again.
 */
export class Outbox {
  readonly #transport: Transport;
  #text = '';
  #textBytes = 0;
  /** Pieces of values that have begun to be written, and must be written to their end. */
  #pieces: Piece[] = [];

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whether another request may be handed over. */
  get hasRoom(): boolean {
    return this.#pieces.length === 0 && this.#transport.hasRoom;
  }

  /** Whether a request of this size still fits the chunk that is being joined; an empty one takes any. */
  fits(bytes: number): boolean {
    return this.#textBytes === 0 || this.#textBytes + bytes <= CHUNK_BYTES;
  }

  /**
   * Takes a request; only while there is room, and only if it fits. Text waits for the next flush, to be joined with
   * other text; a larger value goes at once, so that what is behind it waits for room of its own.
   */
  add(data: Encoded, bytes: number): void {
    if (typeof data === 'string' && bytes <= CHUNK_BYTES) {
      this.#text += data;
      this.#textBytes += bytes;
      return;
    }
    this.#takeText();
    for (const piece of typeof data === 'string' || data instanceof Uint8Array ? [data] : data) {
      if (typeof piece === 'string') this.#takePiece(piece);
      else this.#cut(piece);
    }
    this.flush();
  }

  /** Hands over what was taken, as far as there is room. To be called again when the transport has room. */
  flush(): void {
    if (this.#pieces.length === 0) {
      if (this.#textBytes > 0) this.#transport.write(this.#text, this.#textBytes);
      this.#text = '';
      this.#textBytes = 0;
      return;
    }
    this.#takeText();
    while (this.#pieces.length > 0 && this.#transport.hasRoom) this.#writeGroup();
  }

  /** As many pieces as one system call takes. */
  #writeGroup(): void {
    let bytes = 0;
    let count = 0;
    this.#transport.cork();
    do {
      const piece = this.#pieces[count]!;
      this.#transport.write(piece.data, piece.bytes);
      bytes += piece.bytes;
      count += 1;
    } while (count < this.#pieces.length && bytes + this.#pieces[count]!.bytes <= GROUP_BYTES);
    this.#transport.uncork();
    this.#pieces.splice(0, count);
  }

  #takeText(): void {
    if (this.#textBytes > 0) this.#pieces.push({ data: this.#text, bytes: this.#textBytes });
    this.#text = '';
    this.#textBytes = 0;
  }

  #takePiece(data: string): void {
    const bytes = Buffer.byteLength(data);
    if (bytes <= CHUNK_BYTES) this.#pieces.push({ data, bytes });
    else this.#cut(Buffer.from(data));
  }

  #cut(data: Uint8Array): void {
    for (let start = 0; start < data.length; start += CHUNK_BYTES) {
      const piece = data.length <= CHUNK_BYTES ? data : data.subarray(start, start + CHUNK_BYTES);
      this.#pieces.push({ data: piece, bytes: piece.length });
    }
  }
}

interface Piece {
  readonly data: string | Uint8Array;
  readonly bytes: number;
}
