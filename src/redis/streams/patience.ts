import {
  backoffMs,
  HawserError,
  type Clock,
  type Failures,
  type Random,
  type WaitOptions,
} from '../../core/index.ts';

/** Bound of the first wait before something is asked again, and of every wait. */
const ASK_AGAIN = { baseMs: 50, capMs: 2_000 } as const;

/**
 * So often in a row an answer may break the protocol. What does so on its way does not the next time; what is so on the server,
 * or is not understood, would be asked for for ever, and nobody told.
 */
const VIOLATIONS_MAX = 5;

/** What may pass by itself, when the connection, the server or its neighbours are better again. */
const PASSING: ReadonlySet<string> = new Set([
  'BUSY',
  'CLUSTERDOWN',
  'CONNECTION_LOST',
  'DEADLINE',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'NOREPLICAS',
  'NOT_CONNECTED',
  'OOM',
  'OVERLOADED',
  'PROTOCOL_VIOLATION',
  'READONLY',
  'STALLED',
  'TRYAGAIN',
  // Somebody else has made the server let go of the call, or the stream was deleted meanwhile.
  'UNBLOCKED',
]);

/** Whether what has failed may do when it is asked again later, without anybody's help. */
export function mayPass(error: unknown): error is HawserError {
  return error instanceof HawserError && PASSING.has(error.code);
}

/** Who asks again, and when. */
export interface PatienceGround {
  readonly clock: Clock;
  readonly random: Random;
  /** Ends it: nothing is endured any more. */
  readonly signal: AbortSignal;
  /** Resolves when the server is reached; rejects when waiting does not help. */
  readonly ready: (options: WaitOptions) => Promise<unknown>;
  /** Whether a failure is not the end. */
  readonly endures: (error: unknown) => boolean;
}

/** Endures failures, for any length of an outage: whoever asks again in between does so neither in vain nor in a hurry. */
export class Patience {
  readonly #ground: PatienceGround;
  #failures: Failures | undefined;
  #violations = 0;

  constructor(ground: PatienceGround) {
    this.#ground = ground;
  }

  /** Resolves when it is time to ask again. Rejects with the failure, where that does not pass or the signal has fired. */
  async endure(error: unknown): Promise<void> {
    const { clock, random, signal, ready, endures } = this.#ground;
    if (error instanceof HawserError && error.code === 'PROTOCOL_VIOLATION') this.#violations += 1;
    if (signal.aborted || !endures(error) || this.#violations === VIOLATIONS_MAX) throw error;
    const now = clock.now();
    const failures = this.#failures ?? { count: 0, since: now };
    this.#failures = { ...failures, count: failures.count + 1 };
    await pause(clock, backoffMs(ASK_AGAIN, failures, { now, random: random() }), signal);
    if (signal.aborted) throw error;
    // No more than a look at the state, unless there is an outage.
    await ready({ timeoutMs: Infinity, signal });
  }

  /** What was asked was answered: the next failure is the first again. */
  succeeded(): void {
    this.#failures = undefined;
    this.#violations = 0;
  }

  /** Asks until it is answered. */
  async ask<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const value = await ask();
        this.succeeded();
        return value;
      } catch (error) {
        await this.endure(error);
      }
    }
  }
}

/** Waits, until the signal fires at the latest. */
function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clock.clearTimer(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, delayMs);
    signal.addEventListener('abort', end, { once: true });
  });
}
