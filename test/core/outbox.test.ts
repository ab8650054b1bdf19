import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHUNK_BYTES, Outbox } from '../../src/core/outbox.ts';
import type { Encoded } from '../../src/core/protocol.ts';
import type { Transport } from '../../src/core/transport.ts';

/** A transport that accepts a number of chunks and is full then, until `drain`. */
class FullTransport implements Transport {
  readonly peer = 'nobody';
  readonly bytesReceived = 0;
  bytesAccepted = 0;
  /** What was written, joined where it was corked together. */
  readonly chunks: Buffer[] = [];
  /** Chunks that were begun while there was no room. */
  unasked = 0;
  #corked: Buffer[] | undefined;
  #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  get hasRoom(): boolean {
    return this.#room > 0;
  }

  get written(): Buffer {
    return Buffer.concat(this.chunks);
  }

  drain(room: number): void {
    this.#room = room;
  }

  attach(): void {}

  write(data: string | Uint8Array, bytes: number): void {
    const buffer = Buffer.from(data as string);
    expect(bytes).toBe(buffer.length);
    this.bytesAccepted += bytes;
    if (this.#corked === undefined) this.#take(buffer);
    else this.#corked.push(buffer);
  }

  cork(): void {
    expect(this.#corked).toBeUndefined();
    this.#corked = [];
  }

  uncork(): void {
    const chunk = Buffer.concat(this.#corked!);
    this.#corked = undefined;
    this.#take(chunk);
  }

  startTls(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {}

  #take(chunk: Buffer): void {
    if (!this.hasRoom) this.unasked += 1;
    this.#room -= 1;
    this.chunks.push(chunk);
  }
}

function bytesOf(data: Encoded): Buffer {
  const pieces = typeof data === 'string' || data instanceof Uint8Array ? [data] : data;
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
}

/** Hands requests over as the flow does. Returns how many were taken. */
function handOver(outbox: Outbox, requests: readonly Encoded[]): number {
  let taken = 0;
  while (outbox.hasRoom && taken < requests.length) {
    const data = requests[taken]!;
    const { length } = bytesOf(data);
    if (!outbox.fits(length)) {
      outbox.flush();
      continue;
    }
    outbox.add(data, length);
    taken += 1;
  }
  outbox.flush();
  return taken;
}

const letters = ['a', 'é', '€', '𝄞'];
const text = fc
  .record({ letter: fc.constantFrom(...letters), length: fc.oneof(fc.nat(50), fc.nat(3 * CHUNK_BYTES)) })
  .map(({ letter, length }) => letter.repeat(length));
const bytes = fc
  .record({ value: fc.nat(255), length: fc.oneof(fc.nat(50), fc.nat(3 * CHUNK_BYTES)) })
  .map(({ value, length }) => new Uint8Array(length).fill(value));
const request: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 3, arbitrary: text },
  bytes,
  fc.array(fc.oneof(text, bytes), { maxLength: 5 }),
);

describe('Outbox', () => {
  test('the bytes of any mix of requests go out in order, at most 128 KiB at once, and only while there is room', () => {
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 20 }),
        (requests, rooms) => {
          const transport = new FullTransport(1);
          const outbox = new Outbox(transport);
          const waiting = [...requests];
          for (const room of [...rooms, Infinity]) {
            transport.drain(room);
            outbox.flush();
            waiting.splice(0, handOver(outbox, waiting));
          }
          expect(transport.written.equals(Buffer.concat(requests.map(bytesOf)))).toBe(true);
          expect(Math.max(0, ...transport.chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(
            2 * CHUNK_BYTES,
          );
          expect(transport.unasked).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('small requests are joined into one write', () => {
    const transport = new FullTransport(1);
    handOver(new Outbox(transport), ['one,', 'two,', 'three']);
    expect(transport.chunks.map(String)).toEqual(['one,two,three']);
  });

  test('text that would make a chunk too long begins the next one', () => {
    const transport = new FullTransport(5);
    handOver(new Outbox(transport), ['a'.repeat(40_000), 'b'.repeat(25_536), 'c', 'd'.repeat(65_536)]);
    expect(transport.chunks.map(({ length }) => length)).toEqual([65_536, 1, 65_536]);
  });

  test('a value of a hundred kilobytes goes out in one call with the text around it', () => {
    const transport = new FullTransport(1);
    handOver(new Outbox(transport), [['head', new Uint8Array(100_000), 'tail']]);
    expect(transport.chunks.map(({ length }) => length)).toEqual([100_008]);
  });

  test('bytes go out with the text around them, at once', () => {
    const transport = new FullTransport(1);
    handOver(new Outbox(transport), ['text', ['head', new Uint8Array([65, 66]), 'tail']]);
    expect(transport.chunks.map(String)).toEqual(['textheadABtail']);
  });

  test.each<[string, Encoded]>([
    ['bytes', new Uint8Array(500_000)],
    ['text', 'x'.repeat(500_000)],
    ['text between pieces', ['head', 'é'.repeat(249_996), 'tail']],
  ])('a large value is cut, so that a slow peer shows progress: %s', (_, data) => {
    const transport = new FullTransport(1);
    const outbox = new Outbox(transport);
    handOver(outbox, [data]);
    const accepted = [transport.bytesAccepted];
    while (transport.bytesAccepted < 500_000) {
      transport.drain(1);
      outbox.flush();
      accepted.push(transport.bytesAccepted);
    }
    expect(accepted.length).toBeGreaterThanOrEqual(4);
    expect(transport.written.equals(bytesOf(data))).toBe(true);
  });

  test('a value that is half written leaves no room for another request until its end', () => {
    const transport = new FullTransport(1);
    const outbox = new Outbox(transport);
    expect(handOver(outbox, [new Uint8Array(200_000), 'next'])).toBe(1);
    transport.drain(1);
    expect([transport.hasRoom, outbox.hasRoom]).toEqual([true, false]);
    outbox.flush();
    expect([transport.hasRoom, outbox.hasRoom]).toEqual([false, false]);
    transport.drain(1);
    expect(outbox.hasRoom).toBe(true);
  });

  test('nothing to send writes nothing', () => {
    const transport = new FullTransport(1);
    const outbox = new Outbox(transport);
    outbox.flush();
    handOver(outbox, ['', new Uint8Array(0), []]);
    expect(transport.written).toHaveLength(0);
  });
});
