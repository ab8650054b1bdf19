import { HawserError, RetryBudget, type Clock } from '../machine/index.ts';
import type { Request } from '../protocol.ts';
import { checkWait, type CallWaitOptions, type WaitOptions } from '../waits.ts';
import type { Lease } from './lease.ts';
import type { Pool } from './pool.ts';

/** What asks, and belongs to one caller alone. */
export interface Asking<Q, R> {
  /** As {@link Pipeline.submit}. */
  submit(request: Q, options?: CallWaitOptions): Promise<R>;
}

/** No more than this of its time is a call told that it has spent waiting for a connection that was idle. */
const IMMEDIATE_MS = 1;

/**
 * Calls over a pool, each on a connection of its own for as long as it takes. One deadline spans checkout and reply;
 * a connection on which a reply is still due is closed, never lent again.
 */
export class PooledCalls<Q extends Request, R> {
  readonly #pool: Pool<unknown, Asking<Q, R>>;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #budget = new RetryBudget();

  /** `timeoutMs` is the limit of a call that has none of its own: that of the pool's checkouts and of its connections. */
  constructor(pool: Pool<unknown, Asking<Q, R>>, clock: Clock, timeoutMs: number) {
    this.#pool = pool;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Asks. Rejects as `Pool.checkout` and `Pipeline.submit` do. What was lost with its connection is asked once more, on
   * another one, when it was not sent, or is repeatable and the budget allows it.
   */
  async submit(request: Q, options?: CallWaitOptions): Promise<R> {
    if (options !== undefined) checkWait(request.command, options);
    const startedAt = this.#clock.now();
    this.#budget.deposit(1, startedAt);
    let lost: HawserError;
    try {
      return await this.#ask(request, options, options, startedAt);
    } catch (error) {
      if (!this.#mayRepeat(request, error)) throw error;
      lost = error;
    }
    try {
      return await this.#ask(request, options, this.#whatIsLeft(options, startedAt), startedAt);
    } catch (error) {
      throw lost.outcome === 'unknown' ? afterUnknown(error) : error;
    }
  }

  /**
   * As {@link PooledCalls.submit} for what is not asked in the plain way: `use` asks, on the connection that it is given and
   * with what is left of the time, and what was lost is not asked again.
   */
  async use(
    request: Q,
    options: CallWaitOptions | undefined,
    use: (connection: Asking<Q, R>, left: CallWaitOptions | undefined) => Promise<R>,
  ): Promise<R> {
    if (options !== undefined) checkWait(request.command, options);
    return this.#use(request, options, options, this.#clock.now(), use);
  }

  #ask(
    request: Q,
    options: CallWaitOptions | undefined,
    wait: WaitOptions | undefined,
    startedAt: number,
  ): Promise<R> {
    return this.#use(request, options, wait, startedAt, (connection, left) =>
      connection.submit(request, left),
    );
  }

  async #use(
    request: Q,
    options: CallWaitOptions | undefined,
    wait: WaitOptions | undefined,
    startedAt: number,
    use: (connection: Asking<Q, R>, left: CallWaitOptions | undefined) => Promise<R>,
  ): Promise<R> {
    let lease: Lease<Asking<Q, R>>;
    try {
      lease = await this.#pool.checkout(wait);
    } catch (error) {
      throw inNameOf(request, error);
    }
    try {
      return await use(lease.connection, this.#whatIsLeft(options, startedAt));
    } finally {
      lease.release();
    }
  }

  /** The options of a call that has begun at `startedAt`. `undefined` where none were given and next to no time is gone. */
  #whatIsLeft(options: CallWaitOptions | undefined, startedAt: number): CallWaitOptions | undefined {
    const spentMs = this.#clock.now() - startedAt;
    if (spentMs < IMMEDIATE_MS) return options;
    const { timeoutMs = this.#timeoutMs, silenceMs = options?.timeoutMs ?? 0, signal } = options ?? {};
    return { timeoutMs: Math.max(0, timeoutMs - spentMs), silenceMs, hasBegun: true, signal };
  }

  #mayRepeat(request: Q, error: unknown): error is HawserError {
    if (!(error instanceof HawserError)) return false;
    const isLost = error.code === 'CONNECTION_LOST' || error.code === 'STALLED';
    const mayRunTwice = request.repeatable || error.outcome === 'not-sent';
    return isLost && mayRunTwice && this.#budget.withdraw(this.#clock.now());
  }
}

/** Why a call got no connection. */
function inNameOf({ command }: Request, error: unknown): unknown {
  if (!(error instanceof HawserError)) return error;
  const { code, message, outcome, cause, explanation } = error;
  return new HawserError(code, `${command}: ${message}`, { outcome, command, cause, explanation });
}

/** Why a call could not be asked again that was sent before, and may have run; or that it was refused then. */
export function afterUnknown(error: unknown): unknown {
  if (!(error instanceof HawserError)) return error;
  if (error.outcome === 'refused') error.outcome = 'unknown';
  if (error.outcome !== 'not-sent') return error;
  const { code, message, command, cause, explanation } = error;
  return new HawserError(code, message, { outcome: 'unknown', command, cause, explanation });
}
