import type {
  ConnectionEvent,
  ConnectionPolicy,
  ConnectionState,
  Failures,
  Outage,
  StateName,
  StepContext,
} from '../../src/core/machine/index.ts';

/** The defaults, and what the pipeline adds to them. */
export const POLICY: ConnectionPolicy = {
  endpoints: 1,
  backoff: { baseMs: 100, capMs: 10_000 },
  slowRetryMs: 30_000,
  provenAfterMs: 10_000,
  reconnects: true,
};

/** The time at which the sample connections are looked at. */
export const NOW = 50_000;

/** The dial that they are at. */
export const EPOCH = 7;

/** What went wrong before, and what goes wrong now. */
export const EARLIER: Error = new Error('earlier');
export const CAUSE: Error = new Error('now');

export function contextOf(
  policy: Partial<ConnectionPolicy> = {},
  random: number = 0.5,
  now: number = NOW,
): StepContext {
  return deepFreeze({ policy: { ...POLICY, ...policy }, now, random });
}

export function outageOf(reachedBefore: boolean): Outage {
  return { since: NOW - 4_000, reachedBefore, cause: EARLIER };
}

/** What the samples have in common where it matters. */
export interface Sample {
  readonly reachedBefore?: boolean;
  /** How long the failures in a row have lasted. Default 4,000 ms. */
  readonly failingForMs?: number;
  /** How long a sample that is ready has been so. Default 1,000 ms. */
  readonly upForMs?: number;
  /** Endpoints of this pass that refused. Default 0. */
  readonly refusals?: number;
  readonly endpoint?: number;
}

/** One connection in each state, after three failures in a row, in four seconds. */
export function samples(sample: Sample = {}): { readonly [name in StateName]: ConnectionState } {
  const { reachedBefore = false, failingForMs = 4_000, upForMs = 1_000, refusals = 0, endpoint = 0 } = sample;
  const outage = outageOf(reachedBefore);
  const failures: Failures = { count: 3, since: NOW - failingForMs };
  const epoch = EPOCH;
  return deepFreeze({
    idle: { name: 'idle', epoch, outage: undefined },
    connecting: { name: 'connecting', epoch, endpoint, failures, refusals, outage },
    handshaking: { name: 'handshaking', epoch, endpoint, failures, refusals, outage },
    ready: { name: 'ready', epoch, endpoint, failures, failuresBefore: failures, since: NOW - upForMs },
    'backing-off': { name: 'backing-off', epoch, failures, outage, retryAt: NOW + 500 },
    parked: { name: 'parked', epoch, outage },
    draining: { name: 'draining', epoch, endpoint },
    closed: { name: 'closed', epoch, cause: undefined },
  });
}

/** One event of each kind, of an epoch where it has one. */
export function events(epoch: number = EPOCH): readonly ConnectionEvent[] {
  return deepFreeze([
    { type: 'connect' },
    { type: 'opened', epoch },
    { type: 'handshaken', epoch },
    { type: 'proven', epoch },
    { type: 'lost', epoch, cause: CAUSE },
    { type: 'refused', epoch, cause: CAUSE },
    { type: 'unfit', epoch, cause: CAUSE },
    { type: 'retry-due', epoch },
    { type: 'disconnect', cause: CAUSE, retryInMs: undefined },
    { type: 'disconnect', cause: CAUSE, retryInMs: 5_000 },
    { type: 'disconnect', cause: CAUSE, retryInMs: 'by-policy' },
    { type: 'drain' },
    { type: 'drained', epoch },
    { type: 'close', cause: CAUSE },
  ]);
}

/** Makes a value that throws where it is changed. Errors are left as they are. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
