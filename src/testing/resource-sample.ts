import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../core/index.ts';
import { openResources } from './open-resources.ts';
import { slopeOf } from './slope.ts';

/** What a program holds at one moment, once garbage was collected. */
export interface ResourceSample {
  /** Monotonic milliseconds since an arbitrary origin. */
  readonly atMs: number;
  /** Of the process as a whole, as the system counts it. */
  readonly rssBytes: number;
  /** Objects of this thread, and the memory of Buffers. */
  readonly heapBytes: number;
  /** Sockets, servers, pipes, look-ups and child processes of this thread, but for those that are `unref`ed. */
  readonly sockets: number;
  /** Timers and intervals of this thread, but for those that are `unref`ed. */
  readonly timers: number;
}

/** For each quantity of a {@link ResourceSample}, by how much it grows. */
export type ResourceGrowth = Readonly<Record<Exclude<keyof ResourceSample, 'atMs'>, number>>;

/** Returns what takes samples by this clock. Throws where garbage cannot be collected on demand, as outside of Node. */
export function resourceSampling(clock: Clock): () => ResourceSample {
  const collectGarbage = garbageCollector();
  return () => {
    collectGarbage();
    const { rss, heapUsed, external } = process.memoryUsage();
    return {
      atMs: clock.now(),
      rssBytes: rss,
      heapBytes: heapUsed + external,
      sockets: [...openResources().values()].reduce((sum, count) => sum + count, 0),
      timers: process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length,
    };
  };
}

/** The trend of each quantity, whatever single samples say; `stepOf` tells when a sample was taken, in the unit that is asked for. */
export function growthOf(
  samples: readonly ResourceSample[],
  stepOf: (sample: ResourceSample, index: number) => number,
): ResourceGrowth {
  const growthIn = (quantity: keyof ResourceGrowth): number =>
    slopeOf(samples.map((sample, index) => ({ x: stepOf(sample, index), y: sample[quantity] })));
  return {
    rssBytes: growthIn('rssBytes'),
    heapBytes: growthIn('heapBytes'),
    sockets: growthIn('sockets'),
    timers: growthIn('timers'),
  };
}

/** Collects all garbage, at once. Not only where Node was started with `--expose-gc`: a new context has what the flag gives. */
function garbageCollector(): () => void {
  const { gc } = globalThis;
  if (gc !== undefined) return () => gc();
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
