import { HawserError, type Clock } from './machine/index.ts';
import { checkTimeout } from './options.ts';
import { WaitLimits, type Wait, type WaitOwner } from './wait-limits.ts';

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
const WAITS_MAX = 100_000;

/** Callers that wait for something other than a reply: for the connection, for room, for the end. */
export class Waits implements WaitOwner<void> {
  readonly #command: string;
  readonly #limits: WaitLimits<void>;
  /** What each is told when it is late. */
  readonly #waits = new Map<Wait<void>, () => HawserError>();

  /** `command` is the method that waits, for its errors. */
  constructor(clock: Clock, command: string) {
    this.#command = command;
    this.#limits = new WaitLimits(clock);
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
    return new Promise<void>((settle) => {
      this.#waits.set(this.#limits.begin(this, settle, timeoutMs, signal), late);
    });
  }

  /** Ends the oldest waits well. */
  resolve(count: number = Infinity): void {
    let left = count;
    for (const wait of this.#waits.keys()) {
      if (left <= 0) return;
      left -= 1;
      this.#end(wait, undefined);
    }
  }

  reject(error: () => Error): void {
    for (const wait of this.#waits.keys()) this.#end(wait, Promise.reject(error()));
  }

  late(wait: Wait<void>): HawserError {
    return this.#waits.get(wait)!();
  }

  aborted(_wait: Wait<void>, signal: AbortSignal): HawserError {
    return this.#aborted(signal);
  }

  left(wait: Wait<void>): void {
    this.#waits.delete(wait);
  }

  #end(wait: Wait<void>, result: void | Promise<never>): void {
    this.#waits.delete(wait);
    this.#limits.end(wait, result);
  }

  #aborted({ reason }: AbortSignal): HawserError {
    const command = this.#command;
    const init = { outcome: 'not-sent', command, cause: reason as unknown } as const;
    return new HawserError('ABORTED', `${command}: aborted by the caller`, init);
  }

  #tooMany(): HawserError {
    const command = this.#command;
    const message = `${command}: ${WAITS_MAX} wait already, and no more may`;
    return new HawserError('OVERLOADED', message, { outcome: 'not-sent', command });
  }
}
