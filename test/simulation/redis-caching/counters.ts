import type { SimulatedRedis, VirtualClock } from 'hawser/testing';

/** A read that was begun, which says what is wrong with its answer. */
export interface CountedRead {
  /** `by`: whether the client's cache has seen the answer. */
  answered(values: readonly number[], by: 'cache' | 'server'): string[];
  /** With what was known of the one key at the loss of a connection. */
  answeredStale(value: number): string[];
}

interface Written {
  readonly key: string;
  readonly at: number;
  readonly isShared: boolean;
  value: number | undefined;
}

/**
 * Counters that only INCR changes, so they only grow, and of two values of one it is known which is the older: what each was when on the server, and
 * what a client may no longer be told once it knows better.
 */
export class Counters {
  readonly #clock: VirtualClock;
  readonly #redis: SimulatedRedis;
  /** The least that a read which begins now may be answered with, by key, and why. */
  readonly #least = new Map<string, { readonly value: number; readonly why: string }>();
  /** The least that a read which begins now may be answered with while the server is away, by key. */
  readonly #leastStale = new Map<string, number>();
  readonly #lastRead = new Map<string, number>();
  readonly #written: Written[] = [];
  readonly #reads: { readonly key: string; readonly at: number; readonly value: number }[] = [];
  /** Counts what the client does, for what happens at the same time. */
  #step = 0;

  constructor(clock: VirtualClock, redis: SimulatedRedis) {
    this.#clock = clock;
    this.#redis = redis;
  }

  /** What a counter was on the server at a time: it was made one more so often. */
  valueAt(key: string, atMs: number): number {
    return this.#redis.effects.filter((effect) => effect.key === key && effect.atMs <= atMs).length;
  }

  /** The client was told that these have changed: they are more than what it has read. */
  told(keys: readonly string[]): void {
    for (const key of keys) {
      const read = this.#lastRead.get(key);
      if (read !== undefined) this.#atLeast(key, read + 1, 'the change was told of');
    }
  }

  begin(keys: readonly string[], boundMs: number): CountedRead {
    const at = (this.#step += 1);
    const beganAt = this.#clock.now();
    const least = keys.map((key) => this.#least.get(key) ?? { value: 0, why: '' });
    const leastStale = this.#leastStale.get(keys[0]!) ?? 0;
    const earlier = keys.map((key) => this.valueAt(key, beganAt - boundMs));
    return {
      answeredStale: (value) =>
        value < leastStale
          ? [`${keys[0]} was read as ${value}, and had been as ${leastStale} by the cache`]
          : [],
      answered: (values, by) =>
        values.flatMap((value, index) => {
          const key = keys[index]!;
          this.#reads.push({ key, at, value });
          if (by === 'cache') this.#leastStale.set(key, Math.max(value, this.#leastStale.get(key) ?? 0));
          this.#lastRead.set(key, Math.max(value, this.#lastRead.get(key) ?? 0));
          this.#atLeast(key, value, 'that had been read');
          const { value: known, why } = least[index]!;
          if (value < known) return [`${key} was read as ${value}, and ${known} was known: ${why}`];
          if (value < earlier[index]!)
            return [`${key} was read as ${value}, which is older than ${boundMs} ms`];
          if (value > this.valueAt(key, Infinity)) return [`${key} was read as ${value}, which it never was`];
          return [];
        }),
    };
  }

  /** The client writes. Returns what takes the result, `undefined` for a failure. */
  writing(key: string, isShared: boolean): (value: number | undefined) => void {
    const written: Written = { key, at: (this.#step += 1), isShared, value: undefined };
    this.#written.push(written);
    return (value) => {
      written.value = value;
      if (value !== undefined) this.#atLeast(key, value, 'that had been written');
    };
  }

  /** Reads that were begun behind a write on the same connection, and do not know of it. */
  broken(): string[] {
    const confirmed = this.#written.filter(({ isShared, value }) => isShared && value !== undefined);
    return this.#reads.flatMap((read) =>
      confirmed
        .filter(({ key, at, value }) => key === read.key && at < read.at && read.value < value!)
        .map(({ value }) => `${read.key} was read as ${read.value}, behind a write that made it ${value}`),
    );
  }

  #atLeast(key: string, value: number, why: string): void {
    if (value > (this.#least.get(key)?.value ?? 0)) this.#least.set(key, { value, why });
  }
}
