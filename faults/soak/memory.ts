import type { ResourceGrowth, ResourceSample, ResourceSampler } from 'hawser/testing';

/** What a process held at moments of rest, from its first to its last. */
export interface Memory {
  readonly samples: number;
  readonly start: ResourceSample;
  readonly middle: ResourceSample;
  readonly end: ResourceSample;
  /** By how much it has grown in a minute, once warm; undefined where there was too little time to tell. */
  readonly perMinute: ResourceGrowth | undefined;
  /** By how much it may grow in a minute. */
  readonly allowed: ResourceGrowth;
}

const MINUTE_MS = 60_000;
/** Code is compiled, and caches are filled, in so much of the time. */
const WARMING_UP = 1 / 4;
/** From fewer nothing can be told. */
const SAMPLES_LEAST = 8;
/** Growth in a minute that is no leak: of what V8 takes from the system and does not give back, and of its own notes about code. */
const FLAT: ResourceGrowth = { rssBytes: 8_388_608, heapBytes: 1_048_576, sockets: Infinity, timers: 1 };
/**
 * Growth that is none, however short the time: on a slow machine warming up goes on for more than a minute. Sockets have a bound
 * instead.
 */
const NOISE: ResourceGrowth = { rssBytes: 50_331_648, heapBytes: 6_291_456, sockets: Infinity, timers: 10 };

/** What the samples of moments of rest tell; undefined where there are none. */
export function memoryOf(sampler: ResourceSampler): Memory | undefined {
  const { samples } = sampler;
  const [start, middle, end] = [samples[0], samples[samples.length >> 1], samples.at(-1)];
  if (start === undefined || middle === undefined || end === undefined) return undefined;
  const settledAfterMs = (end.atMs - start.atMs) * WARMING_UP;
  const settled = samples.filter(({ atMs }) => atMs - start.atMs >= settledAfterMs);
  const minutes = (end.atMs - start.atMs - settledAfterMs) / MINUTE_MS;
  const allowedOf = (quantity: keyof ResourceGrowth): number =>
    Math.max(FLAT[quantity], NOISE[quantity] / minutes);
  return {
    samples: samples.length,
    start,
    middle,
    end,
    perMinute: settled.length < SAMPLES_LEAST ? undefined : sampler.perMinute({ settledAfterMs }),
    allowed: {
      rssBytes: allowedOf('rssBytes'),
      heapBytes: allowedOf('heapBytes'),
      sockets: allowedOf('sockets'),
      timers: allowedOf('timers'),
    },
  };
}

/** A sentence for each quantity that grows. */
export function growing({ perMinute, allowed }: Memory): string[] {
  if (perMinute === undefined) return [];
  return (Object.keys(perMinute) as (keyof ResourceGrowth)[])
    .filter((quantity) => perMinute[quantity] > allowed[quantity])
    .map(
      (quantity) =>
        `${quantity} grows by ${Math.round(perMinute[quantity])} a minute, and ${Math.round(allowed[quantity])} would be none`,
    );
}
