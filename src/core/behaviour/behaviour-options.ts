import {
  checkBackoff,
  checkOptions,
  checkText,
  duration,
  invalidOption,
  positive,
  type OptionNames,
} from '../options.ts';
import { isSignal } from '../waits.ts';

/** How a `Connection` behaves. Every limit of it is here. */
export interface BehaviourOptions {
  /** Name of the connection in traces and explanations. Default: the name of its class. */
  readonly name?: string | undefined;
  /** Time for a call from when it was made to its answer, for `start`, for `connect` and for `ready`. Default 5,000 ms. `Infinity`: none. */
  readonly timeoutMs?: number | undefined;
  /** Ends `start` or `connect`, and with it the connection. Nothing to it later. */
  readonly signal?: AbortSignal | undefined;
  /**
   * What becomes of a call whose turn comes while there is no connection. `handle` (default): `handleCall` is asked.
   * `fail`: NOT_CONNECTED, `not-sent`. Calls made while `connect` runs wait for its end in any case.
   */
  readonly whenDisconnected?: 'handle' | 'fail' | undefined;
  /** Most calls, casts and infos that may wait for their turn. Past it they fail with OVERLOADED. Default 10,000. */
  readonly maxMailbox?: number | undefined;
  /** Most calls that may be without an answer, waiting for their turn or taken. Past it they fail with OVERLOADED. Default 10,000. */
  readonly maxUnanswered?: number | undefined;
  /** Wait of a backoff without `afterMs`: anywhere between 0 and a bound that doubles from `baseMs` (default 100 ms) to `capMs` (default 10,000 ms), no longer than the outage so far. */
  readonly backoff?:
    | { readonly baseMs?: number | undefined; readonly capMs?: number | undefined }
    | undefined;
}

/** {@link BehaviourOptions}, checked and complete. */
export interface ResolvedBehaviourOptions {
  readonly name: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly whenDisconnected: 'handle' | 'fail';
  readonly maxMailbox: number;
  readonly maxUnanswered: number;
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
}

/** Of a source of connections, which ends each by a signal of its own. */
export const MEMBER_OPTIONS: OptionNames<Omit<BehaviourOptions, 'signal'>> = {
  name: true,
  timeoutMs: true,
  whenDisconnected: true,
  maxMailbox: true,
  maxUnanswered: true,
  backoff: true,
};

const BEHAVIOUR_OPTIONS: OptionNames<BehaviourOptions> = { ...MEMBER_OPTIONS, signal: true };

/** Checks options and fills in the defaults. `names` are the options that there are. Throws INVALID_OPTION. */
export function resolveBehaviourOptions(
  given: BehaviourOptions | undefined,
  className: string,
  names: OptionNames<Omit<BehaviourOptions, 'signal'>> = BEHAVIOUR_OPTIONS,
): ResolvedBehaviourOptions {
  const options: BehaviourOptions = checkOptions<Omit<BehaviourOptions, 'signal'>>(given, names);
  const { signal, whenDisconnected = 'handle' } = options;
  if (signal !== undefined && !isSignal(signal)) throw invalidOption('signal', 'an AbortSignal', signal);
  if (whenDisconnected !== 'handle' && whenDisconnected !== 'fail') {
    throw invalidOption('whenDisconnected', 'handle or fail', whenDisconnected);
  }
  return {
    name: checkText('name', options.name) ?? className,
    timeoutMs: duration('timeoutMs', options.timeoutMs, 5_000, { most: Infinity }),
    signal,
    whenDisconnected,
    maxMailbox: positive('maxMailbox', options.maxMailbox, 10_000),
    maxUnanswered: positive('maxUnanswered', options.maxUnanswered, 10_000),
    backoff: checkBackoff(options.backoff),
  };
}
