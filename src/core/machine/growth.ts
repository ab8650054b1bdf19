import { backoffMs, type BackoffPolicy, type Failures } from './backoff.ts';

/** Most that a pool opens at the same time: a crowd of new connections is what hurts a server that has just come back. */
export const MAX_OPENING = 2;

/** What is known when it is decided how many more to open. */
export interface GrowthCounts {
  /** Callers for whom nothing is being checked. */
  readonly unserved: number;
  /** Members that are not being closed. */
  readonly kept: number;
  /** Dials under way that may still succeed. */
  readonly opening: number;
  /** Everything that has a socket or may have one: dials, members, closing ones. */
  readonly sockets: number;
}

/**
 * How fast a pool that reaches its server may grow. One dial at a time until one has succeeded, then {@link MAX_OPENING};
 * after one that failed none until a wait is over, though the members that there are stay: a server that has too many
 * clients is no reason to drop good ones.
 */
export class Growth {
  readonly #limits: { readonly min: number; readonly max: number };
  readonly #backoff: BackoffPolicy;
  #pace: { readonly name: 'slow' | 'full' } | { readonly name: 'waiting'; readonly until: number } = {
    name: 'slow',
  };
  #failures: Failures | undefined;

  constructor(limits: { readonly min: number; readonly max: number }, backoff: BackoffPolicy) {
    this.#limits = limits;
    this.#backoff = backoff;
  }

  /** When dials may start again after one that failed; `undefined` when they may. */
  get waitsUntil(): number | undefined {
    return this.#pace.name === 'waiting' ? this.#pace.until : undefined;
  }

  /** How many dials to start now: no more than are asked for, than the pace allows, and than there is room for. */
  wanted({ unserved, kept, opening, sockets }: GrowthCounts): number {
    const asked = Math.max(unserved, this.#limits.min - kept) - opening;
    return Math.max(0, Math.min(asked, this.#atOnce() - opening, this.#limits.max - sockets));
  }

  /** The server was reached anew, or somebody has asked to try at once. */
  restart(): void {
    this.#pace = { name: 'slow' };
    this.#failures = undefined;
  }

  succeeded(): void {
    this.#pace = { name: 'full' };
    this.#failures = undefined;
  }

  /** @param delayMs how long to wait, where that is not for the backoff to say */
  failed(now: number, random: number, delayMs: number | undefined): void {
    const failures = this.#failures ?? { count: 0, since: now };
    const waitMs = delayMs ?? backoffMs(this.#backoff, failures, { now, random });
    this.#pace = { name: 'waiting', until: now + waitMs };
    this.#failures = { ...failures, count: failures.count + 1 };
  }

  /** The wait is over. */
  resume(): void {
    this.#pace = { name: 'slow' };
  }

  #atOnce(): number {
    switch (this.#pace.name) {
      case 'waiting':
        return 0;
      case 'slow':
        return 1;
      case 'full':
        return MAX_OPENING;
    }
  }
}
