import { HawserError } from './machine/index.ts';
import { describeEndpoint } from './endpoint.ts';
import type { Endpoint, TlsOptions } from './transport.ts';

/** How a connection behaves. Every limit of the connection is here. */
export interface ConnectionOptions {
  /** Where to connect, in order of preference: tried in turn, each pass from the first. */
  readonly endpoints: readonly Endpoint[];
  /** Speak TLS. Default: plain text. */
  readonly tls?: TlsOptions | undefined;
  /** Name of the connection in traces and explanations. Default: the endpoints. */
  readonly name?: string | undefined;
  /** Time for a call from when it was made to its reply. Default 5,000 ms. `Infinity`: none. */
  readonly timeoutMs?: number | undefined;
  /** Time for opening a transport: names, TCP and TLS. Several endpoints share it equally. Default 5,000 ms. */
  readonly connectTimeoutMs?: number | undefined;
  /** Time for the protocol's handshake on an open transport. Default 5,000 ms. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** Silence after which a peer that owes an answer is given up; also when an idle one is asked for a sign of life. Default 1,500 ms. `Infinity`: never. */
  readonly stallAfterMs?: number | undefined;
  /** How long calls wait for a connection, counted from when it was lost. After that they fail at once. Default 2,000 ms. */
  readonly whenDownWaitMs?: number | undefined;
  /** Most that may be waiting, in flight and abandoned together; past it calls fail with OVERLOADED. */
  readonly maxPending?:
    | {
        /** Default 250,000. */
        readonly requests?: number | undefined;
        /** Size of the requests. Default 64 MiB. */
        readonly bytes?: number | undefined;
      }
    | undefined;
  /** Wait between attempts to connect: anywhere between 0 and a bound that doubles from `baseMs` (default 100 ms) to `capMs` (default 10,000 ms), no longer than the outage so far. */
  readonly backoff?:
    | { readonly baseMs?: number | undefined; readonly capMs?: number | undefined }
    | undefined;
  /** Wait before a refused handshake is tried again, once there was a connection before. Default 30,000 ms. */
  readonly slowRetryMs?: number | undefined;
}

/** {@link ConnectionOptions}, checked and complete. */
export interface ResolvedOptions {
  readonly endpoints: readonly Endpoint[];
  readonly tls: TlsOptions | undefined;
  readonly name: string;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  readonly stallAfterMs: number;
  readonly whenDownWaitMs: number;
  readonly maxPending: { readonly requests: number; readonly bytes: number };
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  readonly slowRetryMs: number;
}

/** Longest time that a timer of Node can be set to; one more and it fires at once. */
export const MAX_TIMER_MS = 2_147_483_647;

/** A connection that is up for this long is proven, even if nobody asked anything. */
export const PROVEN_AFTER_MS = 10_000;

/** Time that `close()` gives to what is in flight, unless told otherwise. */
export const CLOSE_TIMEOUT_MS = 5_000;

/** The names of {@link ConnectionOptions}. */
export const CONNECTION_OPTIONS: OptionNames<ConnectionOptions> = {
  endpoints: true,
  tls: true,
  name: true,
  timeoutMs: true,
  connectTimeoutMs: true,
  handshakeTimeoutMs: true,
  stallAfterMs: true,
  whenDownWaitMs: true,
  maxPending: true,
  backoff: true,
  slowRetryMs: true,
};

/**
 * Checks options and fills in the defaults. `names` are the options that there are: more where there are others besides. Throws
 * INVALID_OPTION, which names the option, what was expected and what came.
 */
export function resolveOptions(
  given: ConnectionOptions,
  names: OptionNames<ConnectionOptions> = CONNECTION_OPTIONS,
): ResolvedOptions {
  const options = checkOptions(given, names);
  const endpoints = checkEndpoints(options.endpoints);
  const maxPending = checkGroup('maxPending', options.maxPending, { requests: true, bytes: true });
  const backoff = checkBackoff(options.backoff);
  return {
    endpoints,
    tls: checkTls(options.tls),
    name: checkText('name', options.name) ?? endpoints.map(describeEndpoint).join(','),
    timeoutMs: duration('timeoutMs', options.timeoutMs, 5_000, { most: Infinity }),
    connectTimeoutMs: duration('connectTimeoutMs', options.connectTimeoutMs, 5_000, { least: 1 }),
    handshakeTimeoutMs: duration('handshakeTimeoutMs', options.handshakeTimeoutMs, 5_000, { least: 1 }),
    stallAfterMs: duration('stallAfterMs', options.stallAfterMs, 1_500, { least: 1, most: Infinity }),
    whenDownWaitMs: duration('whenDownWaitMs', options.whenDownWaitMs, 2_000, { most: Infinity }),
    maxPending: {
      requests: positive('maxPending.requests', maxPending.requests, 250_000),
      bytes: positive('maxPending.bytes', maxPending.bytes, 64 * 1_024 * 1_024),
    },
    backoff,
    slowRetryMs: duration('slowRetryMs', options.slowRetryMs, 30_000),
  };
}

/** Checks the waits between attempts and fills in the defaults. Throws INVALID_OPTION. */
export function checkBackoff(backoff: ConnectionOptions['backoff']): ResolvedOptions['backoff'] {
  const { baseMs, capMs } = checkGroup('backoff', backoff, { baseMs: true, capMs: true });
  return {
    baseMs: duration('backoff.baseMs', baseMs, 100),
    capMs: duration('backoff.capMs', capMs, 10_000),
  };
}

/** Checks a duration; `undefined` stands for the default. Throws INVALID_OPTION. */
export function duration(
  option: string,
  value: number | undefined,
  otherwise: number,
  { least = 0, most = MAX_TIMER_MS }: { readonly least?: number; readonly most?: number } = {},
): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && value >= least && value <= MAX_TIMER_MS) return value;
  if (value === Infinity && most === Infinity) return value;
  const alternative = most === Infinity ? ' or Infinity' : '';
  throw invalidOption(option, `milliseconds from ${least} to ${MAX_TIMER_MS}${alternative}`, value);
}

/**
 * INVALID_OPTION with what was expected and what came. A string that came is not repeated, for it may be a secret; nor
 * is a number where `text` was expected, for so may that be.
 */
export function invalidOption(option: string, expected: string, got: unknown): HawserError {
  const isHarmless = (typeof got === 'number' && expected !== 'text') || typeof got === 'boolean';
  const came = isHarmless
    ? String(got)
    : got === null
      ? 'null'
      : Array.isArray(got)
        ? 'an array'
        : typeof got;
  return new HawserError('INVALID_OPTION', `option ${option}: expected ${expected}, got ${came}`, {
    outcome: 'not-sent',
  });
}

/** The names of options; the compiler misses one that was forgotten. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/**
 * Checks options, or a group of them, as a whole; `undefined` stands for the defaults. With `names`, as {@link checkNames}. Throws
 * INVALID_OPTION.
 */
export function checkGroup<T extends object>(
  option: string,
  group: T | undefined,
  names?: OptionNames<T>,
): Partial<T> {
  if (group === undefined) return {};
  if (typeof group !== 'object' || group === null || Array.isArray(group)) {
    throw invalidOption(option, 'an object', group);
  }
  if (names !== undefined) checkNames(group, names, `${option}.`);
  return group;
}

/** Checks what something is begun with, as {@link checkGroup} does a group. Throws INVALID_OPTION. */
export function checkOptions<T extends object>(options: T | undefined, names: OptionNames<T>): Partial<T> {
  const given = checkGroup('options', options);
  checkNames(given, names);
  return given;
}

/** Those of the options that `names` has: for a driver, whose own are not the core's. */
export function pickOptions<T extends object, N extends PropertyKey>(
  options: T,
  names: Readonly<Record<N, true>>,
): Pick<T, Extract<keyof T, N>> {
  const named = Object.entries(options).filter(([name]) => Object.hasOwn(names, name));
  return Object.fromEntries(named) as Pick<T, Extract<keyof T, N>>;
}

/**
 * Throws INVALID_OPTION for an option that there is not. To pass over it would be to connect otherwise than was meant: without the
 * password, to another database.
 */
export function checkNames<T extends object>(
  options: T,
  names: Readonly<Record<keyof T, unknown>>,
  group: string = '',
): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(names, name)) continue;
    const known = Object.keys(names).join(', ');
    const text = `option ${group}${name}: there is no such option; there are ${known}`;
    throw new HawserError('INVALID_OPTION', text, { outcome: 'not-sent' });
  }
}

/** Checks text that may be left out. Throws INVALID_OPTION. */
export function checkText(option: string, text: string | undefined): string | undefined {
  if (text === undefined || typeof text === 'string') return text;
  throw invalidOption(option, 'text', text);
}

/** What Node itself says of these would repeat them, and one of them is a secret. */
function checkTls(tls: TlsOptions | undefined): TlsOptions | undefined {
  if (tls === undefined) return undefined;
  const { servername, passphrase } = checkGroup('tls', tls);
  checkText('tls.servername', servername);
  checkText('tls.passphrase', passphrase);
  return tls;
}

/** Checks a count or a size. Throws INVALID_OPTION. */
export function positive(option: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw invalidOption(option, 'a whole number above 0', value);
}

function checkEndpoints(endpoints: readonly Endpoint[] | undefined): readonly Endpoint[] {
  if (!Array.isArray(endpoints) || endpoints.length === 0) {
    throw invalidOption('endpoints', 'at least one endpoint', endpoints);
  }
  for (const endpoint of endpoints as readonly Endpoint[]) {
    if (typeof endpoint !== 'object' || endpoint === null) {
      throw invalidOption('endpoints', 'a host and port, or a path', endpoint);
    }
    if (endpoint.path !== undefined) {
      if (typeof endpoint.path !== 'string' || endpoint.path === '') {
        throw invalidOption('endpoints.path', 'the path of a Unix socket', endpoint.path);
      }
    } else {
      if (typeof endpoint.host !== 'string' || endpoint.host === '') {
        throw invalidOption('endpoints.host', 'a host name or address', endpoint.host);
      }
      const { port } = endpoint;
      if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        throw invalidOption('endpoints.port', 'a port from 1 to 65535', port);
      }
    }
  }
  // Copies: each pass over them must find as many as were checked.
  return (endpoints as readonly Endpoint[]).map((endpoint) => ({ ...endpoint }));
}

/** Checks the time limit of a call or a wait. Throws INVALID_ARGUMENT. */
export function checkTimeout(command: string, timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || timeoutMs === Infinity) return timeoutMs;
  if (typeof timeoutMs === 'number' && timeoutMs >= 0 && timeoutMs <= MAX_TIMER_MS) return timeoutMs;
  const came = typeof timeoutMs === 'number' ? String(timeoutMs) : typeof timeoutMs;
  throw new HawserError(
    'INVALID_ARGUMENT',
    `${command}: timeoutMs: expected milliseconds from 0 to ${MAX_TIMER_MS} or Infinity, got ${came}`,
    { outcome: 'not-sent', command },
  );
}
