import {
  checkBackoff,
  checkGroup,
  checkOptions,
  checkText,
  duration,
  invalidOption,
  positive,
  type OptionNames,
} from '../options.ts';

/** How a pool behaves. Every limit of a pool is here. Durations are milliseconds. */
export interface PoolOptions {
  /** In errors, traces and metrics. Default: the source's name. */
  readonly name?: string | undefined;
  /** Most sockets at any time, those that are being opened or closed included. Default 10. */
  readonly max?: number | undefined;
  /** Members that are opened without being asked for, and kept when idle. Default 0. */
  readonly min?: number | undefined;
  /** Which idle member is lent first: the one used last (`lifo`, the default) or the one idle for longest. */
  readonly idleOrder?: 'lifo' | 'fifo' | undefined;
  /** What a caller meets when all members are checked out: a queue (the default), or OVERLOADED at once. */
  readonly whenBusy?: 'queue' | 'reject' | undefined;
  /** Most callers that wait; past it OVERLOADED. Default 10,000. */
  readonly maxWaiting?: number | undefined;
  /** Time for a checkout, and default of `ready()`. Default 5,000. `Infinity`: none. */
  readonly timeoutMs?: number | undefined;
  /**
   * Sheds a standing queue: when even the shortest wait in an interval was longer than the target, whoever has waited
   * for twice the target fails with OVERLOADED. `false`: never.
   */
  readonly shedding?:
    | false
    | {
        /** Default 50. */
        readonly targetMs?: number | undefined;
        /** Default 2,000. */
        readonly intervalMs?: number | undefined;
      }
    | undefined;
  /** How long checkouts wait in an outage, counted from its beginning; after that they fail at once with NOT_CONNECTED. Default 2,000. */
  readonly whenDownWaitMs?: number | undefined;
  /** Time for opening a member as a whole. Default 10,000. */
  readonly openTimeoutMs?: number | undefined;
  /** Age at which a member is closed, when it is idle: anywhere in the range. Default 1,800,000 to 2,400,000; `Infinity`: never. */
  readonly lifetimeMs?: { readonly least: number; readonly most: number } | undefined;
  /** A member beyond `min` that was idle for so long is closed. Default 600,000; `Infinity`: never. */
  readonly idleTimeoutMs?: number | undefined;
  /** A member that was idle for longer is asked whether it is good before it is lent. Default 1,000; `Infinity`: never. */
  readonly checkAfterIdleMs?: number | undefined;
  /** Time for that question, and for cleaning a member that was returned dirty. Default 1,000. */
  readonly checkTimeoutMs?: number | undefined;
  /** A lease that is held for longer is reported, with where it was taken, which costs something. Default `Infinity`: none is. */
  readonly leakAfterMs?: number | undefined;
  /** Wait between attempts to open: anywhere between 0 and a bound that doubles from `baseMs` (default 100) to `capMs` (default 10,000), no longer than the outage so far. */
  readonly backoff?:
    | { readonly baseMs?: number | undefined; readonly capMs?: number | undefined }
    | undefined;
  /** Wait before a refused handshake is tried again, once one was accepted. Default 30,000. */
  readonly slowRetryMs?: number | undefined;
}

/** {@link PoolOptions}, checked and complete. */
export interface ResolvedPoolOptions {
  readonly name: string;
  readonly max: number;
  readonly min: number;
  readonly idleOrder: 'lifo' | 'fifo';
  readonly whenBusy: 'queue' | 'reject';
  readonly maxWaiting: number;
  readonly timeoutMs: number;
  readonly shedding: { readonly targetMs: number; readonly intervalMs: number } | undefined;
  readonly whenDownWaitMs: number;
  readonly openTimeoutMs: number;
  readonly lifetimeMs: { readonly least: number; readonly most: number };
  readonly idleTimeoutMs: number;
  readonly checkAfterIdleMs: number;
  readonly checkTimeoutMs: number;
  readonly leakAfterMs: number;
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  readonly slowRetryMs: number;
}

/** The names of {@link PoolOptions}. */
export const POOL_OPTIONS: OptionNames<PoolOptions> = {
  name: true,
  max: true,
  min: true,
  idleOrder: true,
  whenBusy: true,
  maxWaiting: true,
  timeoutMs: true,
  shedding: true,
  whenDownWaitMs: true,
  openTimeoutMs: true,
  lifetimeMs: true,
  idleTimeoutMs: true,
  checkAfterIdleMs: true,
  checkTimeoutMs: true,
  leakAfterMs: true,
  backoff: true,
  slowRetryMs: true,
};

/** Checks options and fills in the defaults. `names` are the options that there are. Throws INVALID_OPTION. */
export function resolvePoolOptions(
  given: PoolOptions,
  sourceName: string,
  names: OptionNames<PoolOptions> = POOL_OPTIONS,
): ResolvedPoolOptions {
  const options = checkOptions(given, names);
  const max = positive('max', options.max, 10);
  return {
    name: checkText('name', options.name) ?? sourceName,
    max,
    min: checkMin(options.min, max),
    idleOrder: oneOf('idleOrder', options.idleOrder, ['lifo', 'fifo']),
    whenBusy: oneOf('whenBusy', options.whenBusy, ['queue', 'reject']),
    maxWaiting: positive('maxWaiting', options.maxWaiting, 10_000),
    timeoutMs: duration('timeoutMs', options.timeoutMs, 5_000, { most: Infinity }),
    shedding: checkShedding(options.shedding),
    whenDownWaitMs: duration('whenDownWaitMs', options.whenDownWaitMs, 2_000, { most: Infinity }),
    openTimeoutMs: duration('openTimeoutMs', options.openTimeoutMs, 10_000, { least: 1 }),
    lifetimeMs: checkLifetime(options.lifetimeMs),
    idleTimeoutMs: duration('idleTimeoutMs', options.idleTimeoutMs, 600_000, { most: Infinity }),
    checkAfterIdleMs: duration('checkAfterIdleMs', options.checkAfterIdleMs, 1_000, { most: Infinity }),
    checkTimeoutMs: duration('checkTimeoutMs', options.checkTimeoutMs, 1_000, { least: 1 }),
    leakAfterMs: duration('leakAfterMs', options.leakAfterMs, Infinity, { least: 1, most: Infinity }),
    backoff: checkBackoff(options.backoff),
    slowRetryMs: duration('slowRetryMs', options.slowRetryMs, 30_000),
  };
}

function checkMin(min: number | undefined, max: number): number {
  if (min === undefined) return 0;
  if (Number.isSafeInteger(min) && min >= 0 && min <= max) return min;
  throw invalidOption('min', `a whole number from 0 to max (${max})`, min);
}

function oneOf<T extends string>(option: string, value: T | undefined, [first, second]: readonly [T, T]): T {
  if (value === undefined) return first;
  if (value === first || value === second) return value;
  throw invalidOption(option, `'${first}' or '${second}'`, value);
}

function checkShedding(shedding: PoolOptions['shedding']): ResolvedPoolOptions['shedding'] {
  if (shedding === false) return undefined;
  const group = checkGroup('shedding', shedding, { targetMs: true, intervalMs: true });
  return {
    targetMs: duration('shedding.targetMs', group.targetMs, 50),
    intervalMs: duration('shedding.intervalMs', group.intervalMs, 2_000, { least: 1 }),
  };
}

function checkLifetime(range: PoolOptions['lifetimeMs']): ResolvedPoolOptions['lifetimeMs'] {
  const group = checkGroup('lifetimeMs', range, { least: true, most: true });
  const bounds = { least: 1, most: Infinity };
  const least = duration('lifetimeMs.least', group.least, 1_800_000, bounds);
  const most = duration('lifetimeMs.most', group.most, Math.max(least, 2_400_000), bounds);
  // Between a number and infinity there is nothing random.
  if (least <= most && (least === Infinity || most < Infinity)) return { least, most };
  throw invalidOption('lifetimeMs.most', `milliseconds from lifetimeMs.least (${least})`, most);
}
