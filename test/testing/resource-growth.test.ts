import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { measureGrowth, ResourceSampler, VirtualClock } from 'hawser/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { slopeOf } from '../../src/testing/slope.ts';

const ROUNDS = { rounds: 4, warmUpRounds: 2 } as const;
/** The test runner sets and clears timers of its own. */
const ABOUT = 0.5;
const servers: Server[] = [];

afterEach(() => {
  vi.unstubAllGlobals();
  for (const server of servers.splice(0)) server.close();
});

/** For tests in which memory is of no importance: to collect garbage takes its time. */
function keepGarbage(): void {
  vi.stubGlobal('gc', () => {});
}

async function openServer(): Promise<void> {
  const server = createServer();
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
}

describe('the slope of points', () => {
  test('is that of a line, and is not moved by a few points that are far off', () => {
    const line = Array.from({ length: 20 }, (_, x) => ({ x, y: 5 - 2 * x }));
    expect(slopeOf(line)).toBe(-2);
    const spoilt = line.map((point, index) => (index % 7 === 3 ? { ...point, y: 1e9 } : point));
    expect(slopeOf(spoilt)).toBeCloseTo(-2);
  });

  test('is 0 where there is none: for fewer than two points, and for points above one another', () => {
    expect([
      slopeOf([]),
      slopeOf([{ x: 1, y: 1 }]),
      slopeOf([
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ]),
    ]).toEqual([0, 0, 0]);
  });

  test('is the middle between the two in the middle where their number is even', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 2, y: 3 },
      { x: 3, y: 3 },
    ];
    // 0, 1.5, 3; 1, 1.5; 0
    expect(slopeOf(points)).toBe(1.25);
  });
});

describe('rounds of the same work', () => {
  test('a list that grows is measured, and told from what is left behind once', async () => {
    const kept: unknown[] = [];
    const { perRound, samples } = await measureGrowth((round) => {
      if (round === 0) kept.push(Array.from({ length: 1_000_000 }, () => 1.5));
      kept.push(Array.from({ length: 25_000 }, (_, index) => index + 0.5));
    }, ROUNDS);
    // A number of a list is eight bytes.
    expect(perRound.heapBytes).toBeGreaterThan(190_000);
    expect(perRound.heapBytes).toBeLessThan(300_000);
    expect(samples).toHaveLength(5);
    expect(kept).toHaveLength(7);
  });

  test('Buffers that are kept are measured, though their memory is outside of the heap', async () => {
    const kept: Buffer[] = [];
    const { perRound } = await measureGrowth(() => kept.push(Buffer.alloc(200_000)), ROUNDS);
    expect(perRound.heapBytes).toBeGreaterThan(190_000);
    expect(kept).toHaveLength(6);
  });

  test('work that keeps nothing leaves next to nothing, and no socket and no timer', async () => {
    const { perRound } = await measureGrowth(async () => {
      await openServer();
      servers.pop()?.close();
      return Array.from({ length: 25_000 }, (_, index) => index + 0.5);
    }, ROUNDS);
    expect(perRound.heapBytes).toBeLessThan(50_000);
    expect(perRound.sockets).toBe(0);
    expect(Math.abs(perRound.timers)).toBeLessThan(ABOUT);
  });

  test('sockets and timers that are left are counted', async () => {
    keepGarbage();
    const timers: NodeJS.Timeout[] = [];
    const { perRound } = await measureGrowth(async () => {
      await openServer();
      timers.push(
        setTimeout(() => {}, 60_000),
        setTimeout(() => {}, 60_000),
      );
    }, ROUNDS);
    expect(perRound.sockets).toBe(1);
    expect(Math.abs(perRound.timers - 2)).toBeLessThan(ABOUT);
    for (const timer of timers) clearTimeout(timer);
  });

  test('rejects with what a round throws, with the reason of its signal, and for too few rounds', async () => {
    keepGarbage();
    const abort = new AbortController();
    const done: number[] = [];
    const measured = measureGrowth(
      (round) => {
        done.push(round);
        if (round === 3) abort.abort(new Error('enough'));
      },
      { ...ROUNDS, signal: abort.signal },
    );
    await expect(measured).rejects.toThrow('enough');
    expect(done).toEqual([0, 1, 2, 3]);
    await expect(measureGrowth(() => Promise.reject(new Error('of the work')))).rejects.toThrow(
      'of the work',
    );
    await expect(measureGrowth(() => {}, { rounds: 2 })).rejects.toThrow('rounds: expected at least 3');
  });
});

describe('a long run', () => {
  // Of these all of the process knows, the tests on the other thread too, and the runner sets timers of its own.
  const OTHERS = { rssBytes: Infinity, timers: 6 } as const;

  /** A sample every five seconds of virtual time; `each` runs before each. */
  async function watched(count: number, each: (sample: number) => unknown): Promise<ResourceSampler> {
    const clock = new VirtualClock();
    using sampler = ResourceSampler.start({ clock, everyMs: 5_000 });
    for (let sample = 1; sample <= count; sample += 1) {
      await each(sample);
      await clock.advance(5_000);
    }
    return sampler;
  }

  test('that holds the same all the time is flat', async () => {
    const sampler = await watched(10, () => {});
    expect(sampler.checkFlat({ perMinute: OTHERS })).toEqual([]);
    expect(sampler.perMinute().sockets).toBe(0);
  });

  test('that keeps memory, sockets and timers is told of, each by name', async () => {
    const kept: Buffer[] = [];
    const timers: NodeJS.Timeout[] = [];
    const sampler = await watched(10, async () => {
      kept.push(Buffer.alloc(1_000_000, 'x'));
      await openServer();
      timers.push(setTimeout(() => {}, 60_000));
    });
    for (const timer of timers) clearTimeout(timer);
    expect(sampler.checkFlat({ perMinute: { ...OTHERS, rssBytes: -Infinity } })).toEqual([
      expect.stringMatching(/^rssBytes grows by -?[\d.]+ a minute, more than -Infinity$/),
      expect.stringMatching(/^heapBytes grows by 1[12]\d{6}(\.\d)? a minute, more than 1048576$/),
      'sockets grows by 12 a minute, more than 0.5',
      expect.stringMatching(/^timers grows by [\d.]+ a minute, more than 6$/),
    ]);
    const enough = { rssBytes: Infinity, heapBytes: 2e7, sockets: 13, timers: 18 };
    expect(sampler.checkFlat({ perMinute: enough })).toEqual([]);
    expect(kept).toHaveLength(10);
  });

  test('that grew only while it was warming up is flat, if that time is named', async () => {
    keepGarbage();
    const sampler = await watched(24, (sample) => (sample <= 13 ? openServer() : undefined));
    const perMinute = { ...OTHERS, heapBytes: Infinity };
    expect(sampler.checkFlat({ perMinute })).toEqual([
      expect.stringMatching(/^sockets grows by [\d.]+ a minute, more than 0\.5$/),
    ]);
    expect(sampler.checkFlat({ perMinute, settledAfterMs: 65_000 })).toEqual([]);
  });

  test('of which little is known is not called flat', async () => {
    keepGarbage();
    const clock = new VirtualClock();
    using sampler = ResourceSampler.start({ clock });
    await clock.advance(8_999);
    expect(sampler.checkFlat()).toEqual(['there are 9 samples, and nothing can be told from fewer than 10']);
    await clock.advance(1);
    expect(sampler.checkFlat().join('; ')).not.toContain('nothing can be told');
    expect(sampler.checkFlat({ settledAfterMs: 1 })).toEqual([expect.stringMatching(/^there are 9 samples/)]);
  });

  test('is sampled until it is stopped, with a last sample then, and no timer is left', async () => {
    keepGarbage();
    const clock = new VirtualClock();
    const sampler = ResourceSampler.start({ clock, everyMs: 100 });
    await clock.advance(250);
    sampler.stop();
    sampler.stop();
    expect(sampler.samples.map(({ atMs }) => atMs)).toEqual([0, 100, 200, 250]);
    expect(clock.describeTimers()).toEqual([]);
  });

  test('of hours is sampled more rarely, so that there are never more than 128 samples', async () => {
    keepGarbage();
    const clock = new VirtualClock();
    using sampler = ResourceSampler.start({ clock, everyMs: 1 });
    await clock.advance(127);
    expect(sampler.samples.map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 64 }, (_, index) => 2 * index),
    );
    expect(clock.describeTimers()).toEqual([expect.stringMatching(/^129 ms/)]);
  });

  test('can be sampled at moments of its own alone, as many as it likes', async () => {
    keepGarbage();
    const clock = new VirtualClock();
    const sampler = ResourceSampler.start({ clock, everyMs: Infinity });
    expect(clock.describeTimers()).toEqual([]);
    for (let moment = 1; moment <= 3; moment += 1) {
      await clock.advance(1_000 * moment);
      sampler.take();
    }
    expect(sampler.samples.map(({ atMs }) => atMs)).toEqual([0, 1_000, 3_000, 6_000]);
    for (let moment = 4; moment <= 200; moment += 1) sampler.take();
    expect(sampler.samples.length).toBeLessThan(128);
    sampler.stop();
    const { length } = sampler.samples;
    sampler.take();
    expect(sampler.samples).toHaveLength(length);
  });

  test('can be sampled at such moments besides those that are due', async () => {
    keepGarbage();
    const clock = new VirtualClock();
    using sampler = ResourceSampler.start({ clock, everyMs: 100 });
    await clock.advance(130);
    sampler.take();
    await clock.advance(70);
    expect(sampler.samples.map(({ atMs }) => atMs)).toEqual([0, 100, 130, 200]);
  });

  test('cannot be sampled at no time', () => {
    expect(() => ResourceSampler.start({ everyMs: 0 })).toThrow(
      'everyMs: expected 1 or more milliseconds, got 0',
    );
  });
});
