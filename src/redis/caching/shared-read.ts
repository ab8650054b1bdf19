import { HawserError, type Outcome, type Wait, type WaitLimits, type WaitOwner } from '../../core/index.ts';
import type { CacheEntry } from './cache-store.ts';
import { copyOf } from './shared-value.ts';

/** What a {@link SharedRead} asks of its owner. */
export interface SharedReadOwner {
  /** Deadlines and signals of all who wait for reads. */
  readonly limits: WaitLimits<unknown>;
  /** Nobody waits for it any more, and nobody is to join it. */
  left(read: SharedRead): void;
  /** What is known of the connection, for those who are late. */
  explainConnection(): object;
}

/** Most callers that may wait for one read. */
const CALLERS_MAX = 100_000;

/**
 * One request that callers who ask the same at the same time share, each with its own deadline and signal. Whoever leaves
 * does not hurt the others; when the last has left, the request is taken back, if it was not sent yet.
 */
export class SharedRead implements WaitOwner<unknown> {
  /** Where others find it, for as long as that knows of it too; `undefined` for one that nobody is to join. */
  entry: CacheEntry | undefined = undefined;
  /** What it reads, by `keyName`. */
  readonly keys: readonly string[];
  readonly #command: string;
  readonly #owner: SharedReadOwner;
  readonly #waits = new Set<Wait<unknown>>();
  readonly #abort: AbortController | undefined;
  /** `sent`: the request may have reached the server. `left`: nobody waits for the reply any more. */
  #phase: 'waiting' | 'sent' | 'left' = 'waiting';

  /**
   * `mayWaitLong`: there is no connection to send it on, or its caller has no deadline. An AbortController for each read would
   * take longer than the read.
   */
  constructor(command: string, keys: readonly string[], mayWaitLong: boolean, owner: SharedReadOwner) {
    this.keys = keys;
    this.#command = command;
    this.#owner = owner;
    this.#abort = mayWaitLong ? new AbortController() : undefined;
  }

  /** Fires when nobody waits for the reply any more; `undefined` where the request does not wait for long either. */
  get signal(): AbortSignal | undefined {
    return this.#abort?.signal;
  }

  /** Its request is being sent. Throws ABORTED where nobody waits for the reply any more: it is not sent then. */
  sending(): void {
    if (this.#phase === 'left') {
      const init = { outcome: 'not-sent', command: this.#command } as const;
      throw new HawserError('ABORTED', `${this.#command}: all its callers have left`, init);
    }
    this.#phase = 'sent';
  }

  /** Waits for the reply. Resolves to a value of the caller's own. */
  join(timeoutMs: number, signal: AbortSignal | undefined): Promise<unknown> {
    if (this.#waits.size >= CALLERS_MAX) return Promise.reject(this.#tooMany());
    return new Promise<unknown>((settle) => {
      this.#waits.add(this.#owner.limits.begin(this, settle, timeoutMs, signal));
    });
  }

  /** All who wait are told what `reply` becomes. */
  settleWith(reply: Promise<unknown>): void {
    reply.then(
      (value) => {
        for (const wait of this.#waits) this.#owner.limits.end(wait, copyOf(value));
      },
      (error: Error) => {
        for (const wait of this.#waits) this.#owner.limits.fail(wait, error);
        this.#leave();
      },
    );
  }

  late({ timeoutMs }: Wait<unknown>): HawserError {
    const command = this.#command;
    const where = this.#phase === 'sent' ? 'sent and not answered' : 'waiting to be sent';
    const message = `${command}: no reply within ${timeoutMs} ms: it is ${where}; ${this.#waits.size} callers wait for it`;
    const init = { outcome: this.#outcome(), command, explanation: this.#owner.explainConnection() };
    return new HawserError('DEADLINE', message, init);
  }

  aborted(_wait: Wait<unknown>, { reason }: AbortSignal): HawserError {
    const command = this.#command;
    const init = { outcome: this.#outcome(), command, cause: reason as unknown };
    return new HawserError('ABORTED', `${command}: aborted by the caller`, init);
  }

  left(wait: Wait<unknown>): void {
    this.#waits.delete(wait);
    if (this.#waits.size === 0) this.#leave();
  }

  #leave(): void {
    this.#phase = 'left';
    this.#owner.left(this);
    this.#abort?.abort();
  }

  /** What is known when a caller leaves. What others still wait for may yet be sent. */
  #outcome(): Outcome {
    return this.#phase === 'sent' || this.#waits.size > 1 ? 'unknown' : 'not-sent';
  }

  #tooMany(): HawserError {
    const command = this.#command;
    const message = `${command}: ${CALLERS_MAX} wait for it already, and no more may`;
    return new HawserError('OVERLOADED', message, { outcome: 'not-sent', command });
  }
}
