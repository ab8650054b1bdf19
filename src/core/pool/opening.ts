import { HawserError, type Clock } from '../machine/index.ts';
import { limited } from './limited.ts';
import type { PoolSource } from './pool-source.ts';

/** What becomes of an attempt to open a member. */
export interface OpeningOwner<M> {
  /** Makes it a member. Returns who is to be told when that has ended by itself. */
  admit(opening: Opening<M>, resource: M): (cause: Error) => void;
  /** The new member may be used. */
  admitted(opening: Opening<M>): void;
  /** Told at once; the source may still hold a socket. Not told of one that was given up. */
  failed(opening: Opening<M>, cause: Error): void;
  /** Nothing is left of an attempt that brought no member. */
  released(opening: Opening<M>): void;
}

/** One attempt to open a member. */
export class Opening<M> {
  /** Number of the lifecycle's dial, when this is the prober's. */
  readonly epoch: number | undefined;
  /** How often the pool had been invalidated when it began. */
  readonly generation: number;
  readonly startedAt: number;
  readonly #abort = new AbortController();
  #state:
    | { readonly name: 'under-way' }
    | { readonly name: 'lost'; readonly cause: Error }
    | { readonly name: 'open'; readonly lost: (cause: Error) => void }
    | { readonly name: 'over' } = { name: 'under-way' };

  constructor(epoch: number | undefined, generation: number, startedAt: number) {
    this.epoch = epoch;
    this.generation = generation;
    this.startedAt = startedAt;
  }

  /** Whether a member may still come of it. */
  get isUnderWay(): boolean {
    return this.#state.name === 'under-way' || this.#state.name === 'lost';
  }

  begin<L>(clock: Clock, limitMs: number, source: PoolSource<M, L>, owner: OpeningOwner<M>): void {
    const late = (): HawserError =>
      new HawserError('CONNECT_TIMEOUT', `${source.name}: not open within ${limitMs} ms`, {
        outcome: 'not-sent',
      });
    let opened: Promise<M> | undefined;
    limited(clock, limitMs, this.#abort, late, (signal) => {
      opened = source.open({ signal, lost: (cause) => this.#lose(cause) });
      return opened;
    }).then(
      (resource) => this.#succeed(resource, source, owner),
      (cause: unknown) => this.#fail(cause, opened, source, owner),
    );
  }

  /** It is no longer wanted. */
  giveUp(cause: Error): void {
    if (!this.isUnderWay) return;
    this.#state = { name: 'over' };
    this.#abort.abort(cause);
  }

  /** Many tell twice, first of the error and then of the end: the first says more. */
  #lose(cause: Error): void {
    const state = this.#state;
    if (state.name === 'under-way') this.#state = { name: 'lost', cause };
    if (state.name !== 'open') return;
    this.#state = { name: 'over' };
    state.lost(cause);
  }

  #succeed<L>(resource: M, source: PoolSource<M, L>, owner: OpeningOwner<M>): void {
    const state = this.#state;
    if (state.name === 'under-way') {
      this.#state = { name: 'open', lost: owner.admit(this, resource) };
      owner.admitted(this);
      return;
    }
    this.#state = { name: 'over' };
    if (state.name === 'lost') owner.failed(this, state.cause);
    void closed(source, resource).then(() => owner.released(this));
  }

  #fail<L>(
    reason: unknown,
    opened: Promise<M> | undefined,
    source: PoolSource<M, L>,
    owner: OpeningOwner<M>,
  ): void {
    const wasUnderWay = this.isUnderWay;
    this.#state = { name: 'over' };
    if (wasUnderWay) owner.failed(this, asError(reason, source.name));
    // What comes too late is closed, and counts as a socket until then.
    void Promise.resolve(opened)
      .then((resource) => (resource === undefined ? undefined : closed(source, resource)))
      .catch(() => {})
      .then(() => owner.released(this));
  }
}

/** Closes a resource; that it could not be closed properly helps nobody. */
export async function closed<M, L>(source: PoolSource<M, L>, resource: M): Promise<void> {
  try {
    await source.close(resource);
  } catch {
    // It is no longer in the pool, whatever the source says of it.
  }
}

function asError(reason: unknown, name: string): Error {
  if (reason instanceof Error) return reason;
  return new HawserError('CONNECT_FAILED', `${name}: it could not be opened`, {
    outcome: 'not-sent',
    cause: reason,
  });
}
