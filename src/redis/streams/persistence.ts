import { backoffMs, HawserError, type Clock, type Random, type WaitOptions } from '../../core/index.ts';

/** Bound of the first wait before something is asked again, and of every wait. */
const ASK_AGAIN = { baseMs: 50, capMs: 2_000 } as const;

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

/** What is asked persistently, and when to ask again. */
export interface Persistence {
  readonly clock: Clock;
  readonly random: Random;
  /** Ends the waiting: what is asked then rejects by itself. */
  readonly signal: AbortSignal;
  /** Resolves when the server is reached; rejects when waiting does not help. */
  readonly ready: (options: WaitOptions) => Promise<void>;
  /** Whether a failure is not the end. */
  readonly endures: (error: unknown) => boolean;
}

/** Asks until it is answered, through outages of any length. Rejects with what is not endured, or once the signal has fired. */
export async function persist<T>(
  { clock, random, signal, ready, endures }: Persistence,
  ask: () => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !endures(error)) throw error;
      await pause(clock, backoffMs(ASK_AGAIN, failures, random()), signal);
      if (signal.aborted) throw error;
      // No more than a look at the state, unless there is an outage.
      await ready({ timeoutMs: Infinity, signal });
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
