import { ResourceSampler, VirtualClock } from 'hawser/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { growing, memoryOf, type Memory } from '../../faults/soak/memory.ts';

const MINUTE_MS = 60_000;
const MIB = 1_048_576;
const SAMPLES = 20;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** What is known of a process whose heap, in MiB, is so large at each of these moments, which follow one another in even steps. */
async function memory([first, ...later]: readonly number[], lastsMs = MINUTE_MS): Promise<Memory> {
  vi.stubGlobal('gc', () => {});
  const clock = new VirtualClock();
  const sampler = samplerOf(clock, first!);
  for (const heap of later) {
    await clock.advance(lastsMs / later.length);
    holding(heap);
    sampler.take();
  }
  return memoryOf(sampler)!;
}

function samplerOf(clock: VirtualClock, heap: number): ResourceSampler {
  holding(heap);
  return ResourceSampler.start({ clock, everyMs: Infinity });
}

function holding(heap: number): void {
  const bytes = { heapUsed: heap * MIB, external: 0, heapTotal: 0, arrayBuffers: 0, rss: 80 * MIB };
  vi.spyOn(process, 'memoryUsage').mockReturnValue(bytes);
}

function heaps(count: number, of: (at: number) => number): number[] {
  return Array.from({ length: count }, (_, at) => of(at));
}

test('a heap that goes up and down is flat', async () => {
  const known = await memory(heaps(SAMPLES, (at) => 10 + (at % 3)));
  expect(growing(known)).toEqual([]);
  expect(known).toMatchObject({
    samples: SAMPLES,
    start: { heapBytes: 10 * MIB },
    perMinute: { heapBytes: 0 },
  });
});

test('one that grows without end is told of, with how much', async () => {
  const known = await memory(heaps(SAMPLES, (at) => 10 + at));
  expect(known.middle.heapBytes).toBe(20 * MIB);
  expect(known.end.heapBytes).toBe(29 * MIB);
  expect(growing(known)).toEqual([
    expect.stringMatching(/^heapBytes grows by 1992\d{4} a minute, and 8388608 would be none$/),
  ]);
});

test('what grew only in the first quarter was warming up', async () => {
  expect(growing(await memory(heaps(SAMPLES, (at) => 10 + 4 * Math.min(at, 5))))).toEqual([]);
  expect(growing(await memory(heaps(SAMPLES, (at) => 10 + 4 * Math.min(at, 15))))).toHaveLength(1);
});

test('the longer it was watched, the less may it grow in a minute', async () => {
  const slowly = (lastsMs: number): Promise<Memory> =>
    memory(
      heaps(SAMPLES, (at) => 10 + at / 2),
      lastsMs,
    );
  expect(growing(await slowly(MINUTE_MS))).toHaveLength(1);
  expect(growing(await slowly(10 * MINUTE_MS))).toEqual([]);
  expect((await slowly(10 * MINUTE_MS)).allowed.heapBytes).toBe(MIB);
  expect((await slowly(MINUTE_MS / 10)).allowed.heapBytes).toBeCloseTo(80 * MIB);
});

test('of too few samples nothing is said', async () => {
  const known = await memory(heaps(9, (at) => 10 + 10 * at));
  expect(known.perMinute).toBeUndefined();
  expect(growing(known)).toEqual([]);
});
