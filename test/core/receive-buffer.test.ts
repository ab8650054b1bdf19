import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReceiveBuffer, SLAB_BYTES } from '../../src/core/receive-buffer.ts';

/** Puts bytes with the values of a running counter into the free space, and returns the counter. */
function put(buffer: ReceiveBuffer, count: number, counter: number): number {
  for (let index = 0; index < count; index += 1) buffer.free[index] = (counter + index) % 251;
  buffer.fill(count);
  return counter + count;
}

describe('ReceiveBuffer', () => {
  test('offers the same memory again while everything is consumed', () => {
    const buffer = new ReceiveBuffer(SLAB_BYTES * 4);
    const first = buffer.free;
    expect(first).toHaveLength(SLAB_BYTES);
    for (let round = 0; round < 3; round += 1) {
      buffer.fill(1_000);
      expect(buffer.consume(1_000)).toBe(true);
      expect(buffer.free).toBe(first);
    }
  });

  test('keeps what is not consumed at the front and offers the space behind it', () => {
    const buffer = new ReceiveBuffer(SLAB_BYTES);
    buffer.free.write('abcdef');
    buffer.fill(6);
    buffer.consume(4);
    buffer.free.write('gh');
    buffer.fill(2);
    expect(buffer.unconsumed.toString()).toBe('efgh');
    expect(buffer.length).toBe(4);
  });

  test('doubles when it is full of one message, and returns to its first memory after it', () => {
    const buffer = new ReceiveBuffer(SLAB_BYTES * 8);
    const first = buffer.free;
    const sizes: number[] = [];
    for (let part = 0; part < 3; part += 1) {
      sizes.push(buffer.free.length);
      buffer.fill(buffer.free.length);
      expect(buffer.consume(0)).toBe(true);
    }
    expect(sizes).toEqual([SLAB_BYTES, SLAB_BYTES, 2 * SLAB_BYTES]);
    expect(buffer.consume(buffer.length)).toBe(true);
    expect(buffer.free).toBe(first);
  });

  test('has no room left at the limit, and not before', () => {
    const buffer = new ReceiveBuffer(SLAB_BYTES + 10);
    buffer.fill(buffer.free.length);
    expect(buffer.consume(0)).toBe(true);
    expect(buffer.free).toHaveLength(10);
    buffer.fill(9);
    expect(buffer.consume(0)).toBe(true);
    buffer.fill(1);
    expect(buffer.consume(0)).toBe(false);
  });

  test('has no more memory than a limit below its usual size', () => {
    const buffer = new ReceiveBuffer(10);
    expect(buffer.free).toHaveLength(10);
    buffer.fill(10);
    expect(buffer.consume(0)).toBe(false);
  });

  test('shows every byte once as consumed and in order, however it is filled and consumed', () => {
    const share = fc.integer({ min: 0, max: 100 });
    const rounds = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), share), { maxLength: 30 });
    fc.assert(
      fc.property(rounds, (steps) => {
        const buffer = new ReceiveBuffer(SLAB_BYTES * 1_024);
        let written = 0;
        let consumed = 0;
        for (const [filledShare, consumedShare] of steps) {
          written = put(buffer, Math.ceil((buffer.free.length * filledShare) / 100), written);
          const { unconsumed } = buffer;
          expect(unconsumed).toHaveLength(written - consumed);
          const isInOrder = unconsumed.every((byte, index) => byte === (consumed + index) % 251);
          expect(isInOrder).toBe(true);
          const count = Math.floor((unconsumed.length * consumedShare) / 100);
          expect(buffer.consume(count)).toBe(true);
          consumed += count;
        }
      }),
      { numRuns: 40 },
    );
  });
});
