import { backoffMs, type BackoffPolicy, type Failures } from './backoff.ts';

/** What is known of the time without a connection; it survives the dials in between. */
export interface Outage {
  /** When the connection was lost or first wanted, in the clock's milliseconds. */
  readonly since: number;
  /** Whether there was a connection before: a refusal is then retried slowly instead of parking. */
  readonly reachedBefore: boolean;
  /** Why the last attempt or the last connection ended. */
  readonly cause: Error | undefined;
}

/**
 * The life of a connection. `epoch` numbers the dials: news of another epoch is stale. `failures` are those in a row
 * since a proven connection was lost, or the first was wanted; one that was reached but not yet proven still carries them.
 */
export type ConnectionState =
  /** Not started, or told to stay down. */
  | { readonly name: 'idle'; readonly epoch: number; readonly outage: Outage | undefined }
  /** A transport is being opened. `refusals` counts the endpoints of this pass that said no. */
  | ({ readonly name: 'connecting' } & Dialling)
  /** The transport is open, the protocol's handshake is under way. */
  | ({ readonly name: 'handshaking' } & Dialling)
  | {
      readonly name: 'ready';
      readonly epoch: number;
      readonly endpoint: number;
      /** `undefined` when it is proven. */
      readonly failures: Failures | undefined;
      /** Those that counted when it was reached. What proves it forgets them; that the peer is unfit recalls them. */
      readonly failuresBefore: Failures;
      readonly since: number;
    }
  | {
      readonly name: 'backing-off';
      readonly epoch: number;
      readonly failures: Failures;
      readonly outage: Outage;
      readonly retryAt: number;
    }
  /** Every endpoint refused and none was ever reached: trying again cannot help until something is changed. */
  | { readonly name: 'parked'; readonly epoch: number; readonly outage: Outage }
  /** What is in flight may still be answered; nothing new is accepted. */
  | { readonly name: 'draining'; readonly epoch: number; readonly endpoint: number }
  | { readonly name: 'closed'; readonly epoch: number; readonly cause: Error | undefined };

interface Dialling {
  readonly epoch: number;
  readonly endpoint: number;
  readonly failures: Failures;
  readonly refusals: number;
  readonly outage: Outage;
}

/** Name of a {@link ConnectionState}. */
export type StateName = ConnectionState['name'];

/** What can happen to a connection. Events with an epoch come from a dial, the others from the owner. */
export type ConnectionEvent =
  /** Connect now: the first time, out of a wait, or after parking. */
  | { readonly type: 'connect' }
  /** Drop what there is, then stay down, or retry: in a given time, or as after a loss. */
  | ({ readonly type: 'disconnect' } & Disconnection)
  | { readonly type: 'drain' }
  | { readonly type: 'close'; readonly cause: Error | undefined }
  | { readonly type: 'opened' | 'handshaken' | 'proven' | 'retry-due' | 'drained'; readonly epoch: number }
  /** The dial failed or the transport ended, in a way that may pass. */
  | { readonly type: 'lost'; readonly epoch: number; readonly cause: Error }
  /** The peer said no, in a way that trying again does not change. */
  | { readonly type: 'refused'; readonly epoch: number; readonly cause: Error }
  /** The peer answers, and is not one that is wanted: a loss that no answer of it makes up for. */
  | { readonly type: 'unfit'; readonly epoch: number; readonly cause: Error };

interface Disconnection {
  readonly cause: Error | undefined;
  readonly retryInMs: number | 'by-policy' | undefined;
}

/** What the shell has to do after a step, in this order. */
export type ConnectionEffect =
  /** Destroy the transport or end the dial, and settle what was in flight on it. */
  | { readonly do: 'tear-down'; readonly cause: Error | undefined }
  | { readonly do: 'dial'; readonly epoch: number; readonly endpoint: number }
  | { readonly do: 'handshake'; readonly epoch: number }
  | { readonly do: 'retry-later'; readonly epoch: number; readonly delayMs: number };

/** What a connection does by itself. */
export interface ConnectionPolicy {
  /** How many endpoints one pass tries in turn. */
  readonly endpoints: number;
  readonly backoff: BackoffPolicy;
  /** Wait before a refused handshake is tried again, once a connection was reached before. */
  readonly slowRetryMs: number;
  /** A connection that was up for this long is proven, even if nobody asked anything. */
  readonly provenAfterMs: number;
  /** `false`: what is lost, or failed at every endpoint, is closed. For owners that replace it themselves. */
  readonly reconnects: boolean;
}

/** What the machine cannot know by itself. */
export interface StepContext {
  readonly policy: ConnectionPolicy;
  /** The clock's milliseconds. */
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
}

/** The state after an event, and what has to be done about it. */
export interface Step {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

/**
 * Decides what an event means in a state. Pure and total: never throws, and ignores what has no meaning in the
 * state or comes from another epoch.
 */
export function step(state: ConnectionState, event: ConnectionEvent, context: StepContext): Step {
  if ('epoch' in event && event.epoch !== state.epoch) return stay(state);
  switch (event.type) {
    case 'connect':
      return connectNow(state, context);
    case 'disconnect':
      return disconnect(state, event, context);
    case 'opened':
      if (state.name !== 'connecting') return stay(state);
      return { state: { ...state, name: 'handshaking' }, effects: [{ do: 'handshake', epoch: state.epoch }] };
    case 'handshaken':
      if (state.name !== 'handshaking') return stay(state);
      return { state: reached(state, context), effects: [] };
    case 'proven':
      if (state.name !== 'ready' || state.failures === undefined) return stay(state);
      return { state: { ...state, failures: undefined }, effects: [] };
    case 'lost':
      return lose(state, event.cause, context);
    case 'refused':
      return refuse(state, event.cause, context);
    case 'unfit':
      return lose(recalled(state), event.cause, context);
    case 'retry-due':
      if (state.name !== 'backing-off') return stay(state);
      return dialAgain(state);
    case 'drain':
      if (state.name === 'draining') return stay(state);
      if (state.name !== 'ready') return close(state, undefined);
      return { state: { name: 'draining', epoch: state.epoch, endpoint: state.endpoint }, effects: [] };
    case 'drained':
      return state.name === 'draining' ? close(state, undefined) : stay(state);
    case 'close':
      return close(state, event.cause);
    default:
      return unreachable(event);
  }
}

function connectNow(state: ConnectionState, context: StepContext): Step {
  switch (state.name) {
    case 'idle':
      return dial(
        state.epoch,
        noFailures(context),
        state.outage ?? { since: context.now, reachedBefore: false, cause: undefined },
      );
    case 'backing-off':
      return dialAgain(state);
    case 'parked':
      return dial(state.epoch, noFailures(context), { ...state.outage, since: context.now });
    case 'connecting':
    case 'handshaking':
    case 'ready':
    case 'draining':
    case 'closed':
      return stay(state);
    default:
      return unreachable(state);
  }
}

function disconnect(state: ConnectionState, { cause, retryInMs }: Disconnection, context: StepContext): Step {
  if (state.name === 'closed' || (state.name === 'idle' && retryInMs === undefined)) return stay(state);
  if (state.name === 'draining') return close(state, cause);
  const outage = outageOf(state, cause, context);
  const effects = tearDown(state, cause);
  if (retryInMs === undefined) return { state: { name: 'idle', epoch: state.epoch, outage }, effects };
  const failures = failuresOf(state, context);
  const delayMs = retryInMs === 'by-policy' ? byPolicy(failures, context) : retryInMs;
  return backOff(state.epoch, failures, outage, delayMs, effects, context);
}

function lose(state: ConnectionState, cause: Error, context: StepContext): Step {
  switch (state.name) {
    case 'connecting':
    case 'handshaking':
      return fail(state, state.refusals, cause, context);
    case 'ready': {
      if (!context.policy.reconnects) return close(state, cause);
      const failures = failuresOf(state, context);
      const outage = outageOf(state, cause, context);
      const effects = tearDown(state, cause);
      return backOff(state.epoch, failures, outage, byPolicy(failures, context), effects, context);
    }
    case 'draining':
      return close(state, cause);
    case 'idle':
    case 'backing-off':
    case 'parked':
    case 'closed':
      return stay(state);
    default:
      return unreachable(state);
  }
}

function refuse(state: ConnectionState, cause: Error, context: StepContext): Step {
  if (state.name === 'connecting' || state.name === 'handshaking') {
    return fail(state, state.refusals + 1, cause, context);
  }
  return lose(state, cause, context);
}

/** One endpoint failed: the next one is tried at once; after the last one the pass is over. */
function fail(state: Dialling & ConnectionState, refusals: number, cause: Error, context: StepContext): Step {
  const { policy } = context;
  const outage = outageOf(state, cause, context);
  const effects = tearDown(state, cause);
  const endpoint = state.endpoint + 1;
  if (endpoint < policy.endpoints) {
    const epoch = state.epoch + 1;
    return {
      state: { name: 'connecting', epoch, endpoint, failures: state.failures, refusals, outage },
      effects: [...effects, { do: 'dial', epoch, endpoint }],
    };
  }
  if (!policy.reconnects) return close(state, cause);
  const refusedByAll = refusals === policy.endpoints;
  if (refusedByAll && !outage.reachedBefore) {
    return { state: { name: 'parked', epoch: state.epoch, outage }, effects };
  }
  // A tenth of spread keeps a fleet whose password was rotated from asking in step.
  const delayMs = refusedByAll
    ? policy.slowRetryMs * (1 - context.random / 10)
    : byPolicy(state.failures, context);
  return backOff(state.epoch, state.failures, outage, delayMs, effects, context);
}

function dialAgain({ epoch, failures, outage }: ConnectionState & { readonly name: 'backing-off' }): Step {
  return dial(epoch, { ...failures, count: failures.count + 1 }, outage);
}

function dial(epoch: number, failures: Failures, outage: Outage): Step {
  const next = epoch + 1;
  return {
    state: { name: 'connecting', epoch: next, endpoint: 0, failures, refusals: 0, outage },
    effects: [{ do: 'dial', epoch: next, endpoint: 0 }],
  };
}

function reached(state: Dialling, context: StepContext): ConnectionState {
  const { epoch, endpoint, failures } = state;
  return { name: 'ready', epoch, endpoint, failures, failuresBefore: failures, since: context.now };
}

/** A peer that is not wanted proves nothing by its answers: else it would be called in a loop. */
function recalled(state: ConnectionState): ConnectionState {
  return state.name === 'ready' ? { ...state, failures: state.failuresBefore } : state;
}

function backOff(
  epoch: number,
  failures: Failures,
  outage: Outage,
  delayMs: number,
  effects: readonly ConnectionEffect[],
  context: StepContext,
): Step {
  return {
    state: { name: 'backing-off', epoch, failures, outage, retryAt: context.now + delayMs },
    effects: [...effects, { do: 'retry-later', epoch, delayMs }],
  };
}

function close(state: ConnectionState, cause: Error | undefined): Step {
  if (state.name === 'closed') return stay(state);
  return { state: { name: 'closed', epoch: state.epoch, cause }, effects: tearDown(state, cause) };
}

function tearDown(state: ConnectionState, cause: Error | undefined): readonly ConnectionEffect[] {
  const dialled =
    state.name === 'connecting' ||
    state.name === 'handshaking' ||
    state.name === 'ready' ||
    state.name === 'draining';
  return dialled ? [{ do: 'tear-down', cause }] : [];
}

/** Failures in a row that count for the next wait. A connection that was up for long enough has none behind it. */
function failuresOf(state: ConnectionState, context: StepContext): Failures {
  if (state.name === 'ready' && context.now - state.since >= context.policy.provenAfterMs)
    return noFailures(context);
  return ('failures' in state ? state.failures : undefined) ?? noFailures(context);
}

/** The first failure of a row is still to come, or is this one. */
function noFailures({ now }: StepContext): Failures {
  return { count: 0, since: now };
}

function outageOf(state: ConnectionState, cause: Error | undefined, context: StepContext): Outage {
  if (state.name === 'ready') return { since: context.now, reachedBefore: true, cause };
  const before = 'outage' in state ? state.outage : undefined;
  if (before === undefined) return { since: context.now, reachedBefore: false, cause };
  return { ...before, cause: cause ?? before.cause };
}

function byPolicy(failures: Failures, context: StepContext): number {
  return backoffMs(context.policy.backoff, failures, context);
}

function stay(state: ConnectionState): Step {
  return { state, effects: [] };
}

function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
