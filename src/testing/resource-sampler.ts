/// <reference lib="esnext.disposable" />
import { systemEnvironment, type Clock, type Timer } from '../core/index.ts';
import { growthOf, resourceSampling, type ResourceGrowth, type ResourceSample } from './resource-sample.ts';

/** How a {@link ResourceSampler} looks. */
export interface ResourceSamplerOptions {
  /** Time between two samples, in milliseconds; `Infinity`: none is due by itself. Default: 1,000. */
  readonly everyMs?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** What {@link ResourceSampler.checkFlat} takes for flat. */
export interface FlatOptions {
  /** How much each quantity may grow, in a minute. Default: `rssBytes` 4 MiB, `heapBytes` 1 MiB, `sockets` and `timers` 0.5. */
  readonly perMinute?: Partial<ResourceGrowth> | undefined;
  /** Samples that were taken earlier than this after the start do not count: warming up. Default: 0. */
  readonly settledAfterMs?: number | undefined;
}

/** Growth that is no leak, in a minute: the system's pages and V8's heap are not given back to the byte. */
const FLAT_PER_MINUTE: ResourceGrowth = {
  rssBytes: 4 * 1_048_576,
  heapBytes: 1_048_576,
  sockets: 0.5,
  timers: 0.5,
};

/** When there are more, every second one is dropped, and the time between two doubles. */
const SAMPLES_MAX = 128;
/** From fewer nothing can be told. */
const SAMPLES_LEAST = 10;
const MINUTE_MS = 60_000;

type Life = { readonly name: 'running'; readonly due: Timer | undefined } | { readonly name: 'stopped' };

/**
 * Watches what a program holds while it runs for long, and says whether that stays flat.
 *
 * Garbage is collected before each sample, which takes some milliseconds. There are never more than 128 samples: in a run
 * of hours they are taken more rarely. It goes on, and keeps the process alive, until it is stopped.
 */
export class ResourceSampler implements Disposable {
  readonly #clock: Clock;
  readonly #sample: () => ResourceSample;
  #everyMs: number;
  #samples: ResourceSample[] = [];
  #life: Life;

  private constructor(everyMs: number, clock: Clock) {
    this.#clock = clock;
    this.#sample = resourceSampling(clock);
    this.#everyMs = everyMs;
    this.#life = { name: 'running', due: this.#takeAndPlan() };
  }

  /** Takes the first sample, and one more whenever `everyMs` have passed. Throws a RangeError for what is no duration. */
  static start({
    everyMs = 1_000,
    clock = systemEnvironment.clock,
  }: ResourceSamplerOptions = {}): ResourceSampler {
    if (!(everyMs >= 1)) {
      throw new RangeError(`everyMs: expected 1 or more milliseconds, got ${everyMs}`);
    }
    return new ResourceSampler(everyMs, clock);
  }

  /** Oldest first. */
  get samples(): readonly ResourceSample[] {
    return this.#samples;
  }

  /** By how much each quantity has grown in a minute: the median over all pairs of samples that count. */
  perMinute({ settledAfterMs = 0 }: Pick<FlatOptions, 'settledAfterMs'> = {}): ResourceGrowth {
    return growthOf(this.#settled(settledAfterMs), ({ atMs }) => atMs / MINUTE_MS);
  }

  /** A sentence for each quantity that grows faster than it may, and one where there are fewer than ten samples that count. */
  checkFlat({ perMinute = {}, settledAfterMs = 0 }: FlatOptions = {}): string[] {
    const count = this.#settled(settledAfterMs).length;
    if (count < SAMPLES_LEAST) {
      return [`there are ${count} samples, and nothing can be told from fewer than ${SAMPLES_LEAST}`];
    }
    const allowed = { ...FLAT_PER_MINUTE, ...perMinute };
    return Object.entries(this.perMinute({ settledAfterMs })).flatMap(([quantity, grown]) => {
      const most = allowed[quantity as keyof ResourceGrowth];
      if (grown <= most) return [];
      return [`${quantity} grows by ${round(grown)} a minute, more than ${most}`];
    });
  }

  /**
   * Takes a sample now, besides those that are due. Where load comes and goes, samples can be compared that are taken at
   * moments alike, best those of rest, which only the program knows. Takes none once it is stopped.
   */
  take(): void {
    if (this.#life.name === 'running') this.#take();
  }

  /** Takes the last sample. May be called again. */
  stop(): void {
    if (this.#life.name === 'stopped') return;
    if (this.#life.due !== undefined) this.#clock.clearTimer(this.#life.due);
    this.#samples.push(this.#sample());
    this.#life = { name: 'stopped' };
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #settled(settledAfterMs: number): readonly ResourceSample[] {
    const startMs = this.#samples[0]?.atMs ?? 0;
    return this.#samples.filter(({ atMs }) => atMs - startMs >= settledAfterMs);
  }

  #take(): void {
    this.#samples.push(this.#sample());
    if (this.#samples.length < SAMPLES_MAX) return;
    this.#samples = this.#samples.filter((_, index) => index % 2 === 0);
    this.#everyMs *= 2;
  }

  #takeAndPlan(): Timer | undefined {
    this.#take();
    if (this.#everyMs === Infinity) return undefined;
    return this.#clock.setTimer(
      () => (this.#life = { name: 'running', due: this.#takeAndPlan() }),
      this.#everyMs,
    );
  }
}

function round(count: number): number {
  return Math.round(count * 10) / 10;
}
