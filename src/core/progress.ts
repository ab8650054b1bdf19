import { Judge } from './judge.ts';
import type { Clock } from './machine/index.ts';

/** For how many stall intervals what a peer sends unasked passes for a sign of life, while it answers nothing. */
const TELLING_INTERVALS = 4;

/** What is watched for silence. */
export interface ProgressSubject {
  /** How long the peer may be silent over what is in flight; `undefined` when nothing is. Read only after a silence. */
  readonly silenceMs: number | undefined;
  /** Asks the peer for a sign of life. */
  ping(): void;
  /** The peer is silent for too long. */
  stalled(silentForMs: number): void;
}

/**
 * Finds a peer that has stopped answering, by lack of progress: no byte for `stallAfterMs` while an answer is due,
 * or to a ping when none is. What we write is no progress, nor is what TCP does: a stopped process still
 * acknowledges. What is only pushed is progress for a while: the answers may be behind it, or there may be none.
 */
export class Progress {
  readonly #clock: Clock;
  readonly #stallAfterMs: number;
  readonly #subject: ProgressSubject;
  readonly #judge: Judge;
  #lastAt = 0;
  /** When it was last more than what the peer sends unasked. */
  #answeredAt = 0;

  constructor(clock: Clock, stallAfterMs: number, subject: ProgressSubject) {
    this.#clock = clock;
    this.#stallAfterMs = stallAfterMs;
    this.#subject = subject;
    this.#judge = new Judge(clock, () => this.#check());
  }

  /** When the last progress was made, in the clock's milliseconds. */
  get lastAt(): number {
    return this.#lastAt;
  }

  start(): void {
    this.made();
    this.#judge.set(this.#lastAt + this.#stallAfterMs);
  }

  stop(): void {
    this.#judge.clear();
  }

  /** Something arrived, or something was asked after a time when nothing was. */
  made(): void {
    this.#lastAt = this.#clock.now();
    this.#answeredAt = this.#lastAt;
  }

  /** While answers are due there came only what nobody has asked for. */
  told(): void {
    const now = this.#clock.now();
    if (now - this.#answeredAt < TELLING_INTERVALS * this.#stallAfterMs) this.#lastAt = now;
  }

  #check(): void {
    const now = this.#clock.now();
    const dueAt = this.#lastAt + this.#stallAfterMs;
    if (now < dueAt) return this.#judge.set(dueAt);
    const { silenceMs } = this.#subject;
    if (silenceMs === undefined) this.#subject.ping();
    else if (now >= this.#lastAt + silenceMs) return this.#subject.stalled(now - this.#lastAt);
    // Also under a call that may be silent for longer: it may be answered, and the next one not.
    this.#judge.set(now + this.#stallAfterMs);
  }
}
