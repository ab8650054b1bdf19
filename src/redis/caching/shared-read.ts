import { HawserError, Waits, type Clock, type Outcome } from '../../core/index.ts';
import type { Keyed } from './key-index.ts';
import { copyOf } from './shared-value.ts';

/** What a {@link SharedRead} asks of its owner. */
export interface SharedReadOwner {
  /** Its last caller has left before the reply: nobody is to join it any more. */
  left(read: SharedRead): void;
  /** What is known of the connection, for those who are late. */
  explain(): object;
}

/**
 * One request that callers who ask the same at the same time share, each with its own deadline and signal. Whoever leaves
 * does not hurt the others; when the last has left, the request is taken back, if it was not sent yet.
 */
export class SharedRead implements Keyed {
  /** What is asked, and how it is wanted. */
  readonly id: string;
  readonly keys: readonly string[];
  /** Whether the reply may be kept: no write of our own to its keys has come after it. */
  mayBeKept = true;
  /** Whether the request may have reached the server. */
  wasSent = false;
  readonly #command: string;
  readonly #owner: SharedReadOwner;
  readonly #waits: Waits;
  readonly #abort: AbortController | undefined;
  #isLeft = false;
  #value: unknown;

  /**
   * `mayWaitLong`: there is no connection to send it on, or its caller has no deadline. An AbortController for each read would
   * take longer than the read.
   */
  constructor(
    clock: Clock,
    command: string,
    id: string,
    keys: readonly string[],
    mayWaitLong: boolean,
    owner: SharedReadOwner,
  ) {
    this.id = id;
    this.keys = keys;
    this.#command = command;
    this.#owner = owner;
    this.#abort = mayWaitLong ? new AbortController() : undefined;
    this.#waits = new Waits(clock, command, () => this.#outcome());
  }

  /** Fires when nobody waits for the reply any more; `undefined` where the request does not wait for long either. */
  get signal(): AbortSignal | undefined {
    return this.#abort?.signal;
  }

  /** Its request is being sent. Throws ABORTED where nobody waits for the reply any more: it is not sent then. */
  sending(): void {
    if (this.#isLeft && !this.wasSent) {
      const init = { outcome: 'not-sent', command: this.#command } as const;
      throw new HawserError('ABORTED', `${this.#command}: all its callers have left`, init);
    }
    this.wasSent = true;
  }

  /** Waits for the reply. Resolves to a value of the caller's own. */
  async join(timeoutMs: number, signal: AbortSignal | undefined): Promise<unknown> {
    try {
      await this.#waits.wait(timeoutMs, signal, () => this.#late(timeoutMs));
    } catch (error) {
      if (this.#waits.size === 0) this.#leave();
      // Where it was made tells nothing of the caller.
      if (error instanceof Error) Error.captureStackTrace(error);
      throw error;
    }
    return copyOf(this.#value);
  }

  /** All who wait are told what `reply` becomes. */
  settleWith(reply: Promise<unknown>): void {
    reply.then(
      (value) => {
        this.#value = value;
        this.#waits.resolve();
      },
      (error: Error) => this.#waits.reject(() => error),
    );
  }

  #leave(): void {
    this.#isLeft = true;
    this.#owner.left(this);
    this.#abort?.abort();
  }

  /** What is known when a caller leaves. What others still wait for may yet be sent. */
  #outcome(): Outcome {
    return this.wasSent || this.#waits.size > 1 ? 'unknown' : 'not-sent';
  }

  #late(timeoutMs: number): HawserError {
    const command = this.#command;
    const where = this.wasSent ? 'sent and not answered' : 'waiting to be sent';
    const message = `${command}: no reply within ${timeoutMs} ms: it is ${where}; ${this.#waits.size} callers wait for it`;
    const init = { outcome: this.#outcome(), command, explanation: this.#owner.explain() };
    return new HawserError('DEADLINE', message, init);
  }
}
