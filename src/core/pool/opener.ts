import { Judge } from '../judge.ts';
import { isRefusal } from '../failures.ts';
import { Growth, type Clock, type Random } from '../machine/index.ts';
import { Opening, type OpeningOwner } from './opening.ts';
import type { ResolvedPoolOptions } from './pool-options.ts';
import type { PoolSource } from './pool-source.ts';

/** What an opener tells its owner. */
export interface OpenerOwner<M> {
  /** Makes it a member. Returns who is to be told when that has ended by itself. */
  admit(opening: Opening<M>, resource: M): (cause: Error) => void;
  /** A member was opened, and may be used. */
  opened(opening: Opening<M>): void;
  /** The lifecycle's dial has failed. */
  probeFailed(epoch: number, cause: Error): void;
  /** A dial that is not the lifecycle's has failed; `true` when nothing lives or is on its way, so that this is an outage. */
  growthFailed(cause: Error): boolean;
  /** A socket is closed, or a wait is over: more may be opened than before. */
  left(): void;
  /** Runs `work` in the async context in which the pool was made. */
  inContext<T>(work: () => T): T;
}

/**
 * Opens members: one prober while the server is not reached, then at the pace of {@link Growth}. No caller ever waits
 * for a dial of its own, and none takes one with it when it leaves.
 */
export class Opener<M, L> {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #options: ResolvedPoolOptions;
  readonly #source: PoolSource<M, L>;
  readonly #owner: OpenerOwner<M>;
  readonly #growth: Growth;
  readonly #wait: Judge;
  /** All that may hold a socket, those that were given up too. */
  readonly #openings = new Set<Opening<M>>();
  #failure: Error | undefined;
  /** Epoch of the lifecycle's dial for which there was no room yet. */
  #probe: number | undefined;

  constructor(
    clock: Clock,
    random: Random,
    options: ResolvedPoolOptions,
    source: PoolSource<M, L>,
    owner: OpenerOwner<M>,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#options = options;
    this.#source = source;
    this.#owner = owner;
    this.#growth = new Growth(options, options.backoff);
    this.#wait = new Judge(clock, () => {
      this.#growth.resume();
      owner.left();
    });
  }

  /** Attempts that may hold a socket. */
  get sockets(): number {
    return this.#openings.size;
  }

  /** Attempts of which a member may still come. */
  get underWay(): number {
    let count = 0;
    for (const { isUnderWay } of this.#openings) if (isUnderWay) count += 1;
    return count;
  }

  /** When dials may start again after one that failed and was no outage; `undefined` when they may. */
  get waitsUntil(): number | undefined {
    return this.#growth.waitsUntil;
  }

  /** Why the last dial has failed, where that was no outage; `undefined` once one has succeeded. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The lifecycle dials. Where every socket is taken, the dial begins when one is closed. */
  probe(epoch: number, generation: number, members: number): void {
    this.#probe = epoch;
    this.resumeProbe(generation, members);
  }

  /** Starts as many dials as there is need, leave and room for. */
  grow(unserved: number, kept: number, members: number, generation: number): void {
    const sockets = members + this.sockets;
    if (sockets >= this.#options.max) return;
    const count = this.#growth.wanted({ unserved, kept, opening: this.underWay, sockets });
    for (let started = 0; started < count; started += 1) this.#begin(undefined, generation);
  }

  /** The server was reached anew, or somebody has asked to try at once. */
  restart(): void {
    this.#failure = undefined;
    this.#wait.clear();
    this.#growth.restart();
  }

  /** Ends all attempts: the server is not reached any more, or the pool is closed. */
  giveUp(cause: Error): void {
    this.#probe = undefined;
    this.#failure = undefined;
    this.#wait.clear();
    for (const opening of this.#openings) opening.giveUp(cause);
  }

  /** Begins the lifecycle's dial, if it is still to begin and there is room for it now. */
  resumeProbe(generation: number, members: number): void {
    const epoch = this.#probe;
    if (epoch === undefined || members + this.sockets >= this.#options.max) return;
    this.#probe = undefined;
    this.#begin(epoch, generation);
  }

  #begin(epoch: number | undefined, generation: number): void {
    const opening = new Opening<M>(epoch, generation, this.#clock.now());
    this.#openings.add(opening);
    const owner: OpeningOwner<M> = {
      admit: (_, resource) => this.#owner.admit(opening, resource),
      admitted: () => {
        this.#openings.delete(opening);
        this.#failure = undefined;
        if (epoch === undefined) this.#growth.succeeded();
        this.#owner.opened(opening);
      },
      failed: (_, cause) => this.#failed(epoch, cause),
      released: () => {
        this.#openings.delete(opening);
        this.#owner.left();
      },
    };
    const { openTimeoutMs } = this.#options;
    this.#owner.inContext(() => opening.begin(this.#clock, openTimeoutMs, this.#source, owner));
  }

  #failed(epoch: number | undefined, cause: Error): void {
    if (epoch !== undefined) return this.#owner.probeFailed(epoch, cause);
    if (this.#owner.growthFailed(cause)) return;
    this.#failure = cause;
    const delayMs = isRefusal(cause) ? this.#options.slowRetryMs : undefined;
    this.#growth.failed(this.#clock.now(), this.#random(), delayMs);
    this.#wait.set(this.#growth.waitsUntil ?? Infinity);
  }
}
