import { Judge } from './judge.ts';
import { HawserError, type Clock, type Outcome } from './machine/index.ts';
import { checkTimeout } from './options.ts';
import { Signals } from './signals.ts';

/** How long to wait, and what ends the wait before that. */
export interface WaitOptions {
  /** In milliseconds; `Infinity` waits for ever. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** {@link WaitOptions} of a call. */
export interface CallWaitOptions extends WaitOptions {
  /**
   * How long the server may be silent over the call, in milliseconds, when that is longer than `stallAfterMs`. Default: a
   * `timeoutMs` that is given. 0 where that is only what is left of a longer wait.
   */
  readonly silenceMs?: number | undefined;
  /**
   * Whether `timeoutMs` is what is left of a longer wait, and counts from now on; else it does from the end of the tick in
   * which the call is made. Default false.
   */
  readonly hasBegun?: boolean | undefined;
}

interface Wait {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Checks what limits a call or a wait. Throws INVALID_ARGUMENT. */
export function checkWait<W extends WaitOptions>(command: string, options: W): W {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid(command, 'options: expected an object');
  }
  checkTimeout(command, options.timeoutMs);
  if (options.signal !== undefined && !isSignal(options.signal)) {
    throw invalid(command, 'signal: expected an AbortSignal');
  }
  return options;
}

/** Whether it can be listened to; a signal need not be one of this realm's own. */
export function isSignal(value: unknown): value is AbortSignal {
  const signal = Object(value) as Partial<AbortSignal>;
  return typeof signal.aborted === 'boolean' && typeof signal.addEventListener === 'function';
}

function invalid(command: string, expectation: string): HawserError {
  return new HawserError('INVALID_ARGUMENT', `${command}: ${expectation}`, { outcome: 'not-sent', command });
}

/** Most that may wait for one thing. */
export const WAITS_MAX = 100_000;

/** Callers that wait for something other than a reply: for the connection, for room, for the end. */
export class Waits {
  readonly #clock: Clock;
  readonly #command: string;
  readonly #outcome: () => Outcome;
  readonly #waits = new Set<Wait>();
  readonly #signals = new Signals<Wait>((wait, signal) => wait.reject(this.#aborted(signal)));

  /** `command` is the method that waits, for its errors, and `outcome` what is known when a caller leaves by its signal. */
  constructor(clock: Clock, command: string, outcome: () => Outcome = () => 'not-sent') {
    this.#clock = clock;
    this.#command = command;
    this.#outcome = outcome;
  }

  get size(): number {
    return this.#waits.size;
  }

  /**
   * Rejects with what `late` says when the time is over, with ABORTED when the signal fires, and at once with OVERLOADED
   * beyond {@link WAITS_MAX}.
   */
  wait(timeoutMs: number, signal: AbortSignal | undefined, late: () => HawserError): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(this.#aborted(signal));
    if (this.#waits.size >= WAITS_MAX) return Promise.reject(this.#tooMany());
    return new Promise<void>((resolve, reject) => {
      const limit = new Judge(this.#clock, () => wait.reject(late()));
      const leave = (): void => {
        this.#waits.delete(wait);
        limit.clear();
        unwatch?.();
      };
      const wait: Wait = {
        resolve: () => {
          leave();
          resolve();
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      this.#waits.add(wait);
      const unwatch = signal && this.#signals.watch(signal, wait);
      limit.set(this.#clock.now() + timeoutMs);
    });
  }

  /** Ends the oldest waits well. */
  resolve(count: number = Infinity): void {
    let left = count;
    for (const wait of this.#waits) {
      if (left <= 0) return;
      left -= 1;
      wait.resolve();
    }
  }

  reject(error: () => Error): void {
    for (const wait of this.#waits) wait.reject(error());
  }

  #aborted({ reason }: AbortSignal): HawserError {
    const command = this.#command;
    const init = { outcome: this.#outcome(), command, cause: reason as unknown };
    return new HawserError('ABORTED', `${command}: aborted by the caller`, init);
  }

  #tooMany(): HawserError {
    const command = this.#command;
    const message = `${command}: ${WAITS_MAX} wait already, and no more may`;
    return new HawserError('OVERLOADED', message, { outcome: 'not-sent', command });
  }
}
