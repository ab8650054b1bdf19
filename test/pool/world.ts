import { expect, onTestFinished } from 'vitest';
import {
  HawserError,
  Pool,
  type Lease,
  type PoolEnvironment,
  type PoolOptions,
  type WaitOptions,
} from '../../src/core/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { FakeSource, leftovers, type FakeLink, type FakeMember, type FakePool } from './fake-source.ts';

/** A pool on a scripted source in virtual time. */
export interface PoolWorld {
  readonly clock: VirtualClock;
  readonly source: FakeSource;
  readonly pool: FakePool;
  /** Checks out, and keeps what became of it. */
  readonly call: (options?: WaitOptions) => Caller;
}

/** Virtual time, and chance that is always in the middle. */
export function environment(clock: VirtualClock, random: () => number = () => 0.5): PoolEnvironment {
  return { clock, random };
}

/**
 * Starts a pool, and closes it when the test is over: nothing may be left then, and nothing may have been done on the way
 * that a pool must not do.
 */
export function poolWorld(
  options: PoolOptions = {},
  prepare: (source: FakeSource, clock: VirtualClock) => void = () => {},
): PoolWorld {
  const clock = new VirtualClock();
  const source = new FakeSource(clock);
  prepare(source, clock);
  const pool: FakePool = Pool.start(source, options, environment(clock));
  onTestFinished(async () => {
    await clock.waitFor(pool.close({ timeoutMs: 0 }));
    await clock.advance(60_000);
    expect(leftovers(clock, source)).toEqual([]);
  });
  return { clock, source, pool, call: (wait) => new Caller(pool, wait) };
}

/** One who asks for a lease. */
export class Caller {
  /** Settles as the checkout does, but never rejects. */
  readonly done: Promise<void>;
  settled = 0;
  #lease: Lease<FakeLink> | undefined;
  #link: FakeLink | undefined;
  #error: unknown;

  constructor(pool: FakePool, options?: WaitOptions) {
    this.done = pool.checkout(options).then(
      (lease) => {
        this.settled += 1;
        this.#lease = lease;
        this.#link = lease.connection;
      },
      (error: unknown) => {
        this.settled += 1;
        this.#error = error;
      },
    );
  }

  get state(): 'waits' | 'holds' | 'failed' {
    if (this.settled === 0) return 'waits';
    return this.#lease === undefined ? 'failed' : 'holds';
  }

  get lease(): Lease<FakeLink> {
    return this.#lease ?? this.#isNoHolder();
  }

  get link(): FakeLink {
    return this.#link ?? this.#isNoHolder();
  }

  get member(): FakeMember {
    return this.link.member;
  }

  get error(): HawserError {
    if (this.#error instanceof HawserError) return this.#error;
    throw new Error(`This caller ${this.state}, with no error of ours: ${String(this.#error)}`);
  }

  /** `CODE outcome`, or what it does instead of having failed. */
  get fate(): string {
    return this.state === 'failed' ? `${this.error.code} ${this.error.outcome}` : this.state;
  }

  release(): void {
    this.lease.release();
  }

  #isNoHolder(): never {
    throw new Error(`This caller ${this.state}: ${String(this.#error)}`);
  }
}
