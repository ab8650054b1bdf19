import type { ResolvedPoolOptions } from './pool-options.ts';

/**
 * Upper bounds, in seconds, of the buckets of a {@link Histogram}; the last bucket has none.
 *
 * Source: the advice of OpenTelemetry's semantic conventions for the duration of database operations.
 */
const BUCKET_BOUNDS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** How long something took, each time, in seconds. */
export interface HistogramReading {
  readonly count: number;
  readonly sum: number;
  /** How many fell at or below each of `bounds` and above the one before; one more for the rest. */
  readonly buckets: readonly number[];
  readonly bounds: readonly number[];
}

/** What a pool counts, by OpenTelemetry's names. Times are in seconds, as they are there. */
export interface PoolMetrics {
  readonly 'db.client.connection.pool.name': string;
  /** All that are open. `used`: checked out, or asked or cleaned by the pool. */
  readonly 'db.client.connection.count': { readonly idle: number; readonly used: number };
  readonly 'db.client.connection.idle.max': number;
  readonly 'db.client.connection.idle.min': number;
  readonly 'db.client.connection.max': number;
  readonly 'db.client.connection.pending_requests': number;
  /** Checkouts that were not served within their time, since the start. */
  readonly 'db.client.connection.timeouts': number;
  readonly 'db.client.connection.create_time': HistogramReading;
  readonly 'db.client.connection.wait_time': HistogramReading;
  readonly 'db.client.connection.use_time': HistogramReading;
}

/** Counts durations. */
export class Histogram {
  readonly #buckets: number[] = Array.from({ length: BUCKET_BOUNDS.length + 1 }, () => 0);
  #count = 0;
  #sumMs = 0;

  record(durationMs: number): void {
    this.#count += 1;
    this.#sumMs += durationMs;
    const seconds = durationMs / 1_000;
    let bucket = 0;
    while (bucket < BUCKET_BOUNDS.length && seconds > BUCKET_BOUNDS[bucket]!) bucket += 1;
    this.#buckets[bucket]! += 1;
  }

  read(): HistogramReading {
    return {
      count: this.#count,
      sum: this.#sumMs / 1_000,
      buckets: [...this.#buckets],
      bounds: BUCKET_BOUNDS,
    };
  }
}

/** What {@link PoolMetrics} are read from. */
export interface PoolMetricsSource {
  readonly options: ResolvedPoolOptions;
  readonly idle: number;
  readonly used: number;
  readonly waiting: number;
  readonly timedOut: number;
  readonly createTime: Histogram;
  readonly waitTime: Histogram;
  readonly useTime: Histogram;
}

/** Reads {@link PoolMetrics}. */
export function readPoolMetrics(source: PoolMetricsSource): PoolMetrics {
  const { options, idle, used, waiting, timedOut, createTime, waitTime, useTime } = source;
  return {
    'db.client.connection.pool.name': options.name,
    'db.client.connection.count': { idle, used },
    'db.client.connection.idle.max': options.max,
    'db.client.connection.idle.min': options.min,
    'db.client.connection.max': options.max,
    'db.client.connection.pending_requests': waiting,
    'db.client.connection.timeouts': timedOut,
    'db.client.connection.create_time': createTime.read(),
    'db.client.connection.wait_time': waitTime.read(),
    'db.client.connection.use_time': useTime.read(),
  };
}
