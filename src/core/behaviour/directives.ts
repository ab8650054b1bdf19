import { HawserError } from '../machine/index.ts';
import { MAX_TIMER_MS } from '../options.ts';

/** What `connect` is told, instead of an info of one's own, when the wait of a backoff is over. */
export const BACKOFF: unique symbol = Symbol('hawser.BACKOFF');

/** What `handleInfo` gets when `idleTimeoutMs` has passed without a message. */
export const TIMEOUT: unique symbol = Symbol('hawser.TIMEOUT');

/**
 * Why a connection ends. An `Error` is a failure: it becomes a warning of the process, unless somebody waits for the
 * start and is told. The others are quiet.
 */
export type StopReason = 'normal' | 'shutdown' | { readonly shutdown: unknown } | Error;

/** On every directive after which the connection waits for its next message. */
export interface Continued<S> {
  /** What the next callback gets. */
  readonly state: S;
  /** `handleInfo` gets {@link TIMEOUT} when no message comes for so many milliseconds. 0: at once, if none waits. */
  readonly idleTimeoutMs?: number | undefined;
  /**
   * `handleInfo` gets `message` after so many milliseconds, unless the connection has left the state that it is in now
   * (`ready`, say). Messages do not cancel it; a later one replaces it.
   */
  readonly stateTimeout?: { readonly afterMs: number; readonly message: unknown } | undefined;
}

/** Go on: connected, when `connect` says it. */
export interface Ok<S> extends Continued<S> {
  readonly do: 'ok';
}

/** Call `connect` with `info`, before any message is handled. What there was is given up without `disconnect`. */
export interface Connect<S> {
  readonly do: 'connect';
  readonly info: unknown;
  readonly state: S;
}

/** Call `disconnect` with `info`, before any message is handled. */
export interface Disconnect<S> {
  readonly do: 'disconnect';
  readonly info: unknown;
  readonly state: S;
}

/** Not connected: call `connect` with {@link BACKOFF} later, unless told to connect or disconnect before. */
export interface Backoff<S> extends Continued<S> {
  readonly do: 'backoff';
  /** In milliseconds; `Infinity` waits until told. Left out: by the connection's own backoff, with jitter. */
  readonly afterMs?: number | undefined;
  /** Why there is no connection, for whoever asks: what was caught. What is no Error becomes the cause of one. */
  readonly cause?: unknown;
}

/** Stay disconnected until told to connect. */
export interface NoConnect<S> extends Continued<S> {
  readonly do: 'no-connect';
}

/** Answer the call. */
export interface Reply<S, R> extends Continued<S> {
  readonly do: 'reply';
  readonly value: R;
}

/** Go on. A call is answered later, by `Connection.reply`. */
export interface NoReply<S> extends Continued<S> {
  readonly do: 'no-reply';
}

/** End the connection: `terminate` is called with the reason and this state. */
export interface Stop<S> {
  readonly do: 'stop';
  readonly reason: StopReason;
  readonly state: S;
}

/** Answers the call besides. It counts when the property is there, so that `undefined` can be an answer. */
export interface WithReply<R> {
  readonly reply?: R;
}

/** What `init` returns. `stop` fails the start; `ignore` starts nothing, and that is no failure. Neither calls `terminate`. */
export type InitDirective<S> =
  | Ok<S>
  | Connect<S>
  | Backoff<S>
  | { readonly do: 'stop'; readonly reason: StopReason }
  | { readonly do: 'ignore' };

/** What `connect` returns. */
export type ConnectDirective<S> = Ok<S> | Backoff<S> | Stop<S>;

/** What `disconnect` returns. */
export type DisconnectDirective<S> = Connect<S> | Backoff<S> | NoConnect<S> | Stop<S>;

/** What `handleCast` and `handleInfo` return. */
export type MessageDirective<S> = NoReply<S> | Connect<S> | Disconnect<S> | Stop<S>;

/**
 * What `handleCall` returns. With `connect` and `disconnect` the answer goes out before those are called, with `stop`
 * after `terminate`.
 */
export type CallDirective<S, R> =
  | Reply<S, R>
  | NoReply<S>
  | (Connect<S> & WithReply<R>)
  | (Disconnect<S> & WithReply<R>)
  | (Stop<S> & WithReply<R>);

/** The callbacks that return a directive. */
export type DirectiveCallback =
  | 'init'
  | 'connect'
  | 'disconnect'
  | 'handleCall'
  | 'handleCast'
  | 'handleInfo';

/** A directive that was checked: one that is allowed for its callback. */
export type Directive =
  | InitDirective<unknown>
  | DisconnectDirective<unknown>
  | CallDirective<unknown, unknown>;

const ALLOWED: { readonly [callback in DirectiveCallback]: readonly Directive['do'][] } = {
  init: ['ok', 'connect', 'backoff', 'stop', 'ignore'],
  connect: ['ok', 'backoff', 'stop'],
  disconnect: ['connect', 'backoff', 'no-connect', 'stop'],
  handleCall: ['reply', 'no-reply', 'connect', 'disconnect', 'stop'],
  handleCast: ['no-reply', 'connect', 'disconnect', 'stop'],
  handleInfo: ['no-reply', 'connect', 'disconnect', 'stop'],
};

/** Directives to which an answer to the call can be added. */
const ANSWERING: readonly unknown[] = ['connect', 'disconnect', 'stop'] satisfies Directive['do'][];

/**
 * Checks what a callback has returned, and returns a copy: what is read again later might be another value, or throw.
 * Throws INVALID_DIRECTIVE, which names the callback, what was expected and the kind of what came, never a value.
 */
export function checkDirective(callback: DirectiveCallback, returned: unknown): Directive {
  const allowed = ALLOWED[callback];
  const fields: Record<string, unknown> = { ...Object(returned) };
  const what = fields['do'];
  const isAllowed = (allowed as readonly unknown[]).includes(what);
  if (typeof returned !== 'object' || !isAllowed) {
    throw invalid(callback, `a directive to do ${allowed.join(', ')}`, kindOf(returned, what));
  }
  const isEnd = callback === 'init' && (what === 'stop' || what === 'ignore');
  if (!isEnd && !('state' in fields)) throw invalid(callback, `state with ${String(what)}`, 'none');
  if (what === 'reply' && !('value' in fields)) throw invalid(callback, 'value with reply', 'none');
  if ('reply' in fields) checkReply(callback, what);
  if (what === 'stop') checkReason(callback, fields['reason']);
  checkDuration(callback, 'afterMs', fields['afterMs']);
  checkDuration(callback, 'idleTimeoutMs', fields['idleTimeoutMs']);
  fields['stateTimeout'] = checkStateTimeout(callback, fields['stateTimeout']);
  return fields as unknown as Directive;
}

/** Whether a directive answers the call besides. */
export function answers(directive: Directive): directive is Directive & { readonly reply: unknown } {
  return Object.hasOwn(directive, 'reply');
}

function checkReply(callback: DirectiveCallback, what: unknown): void {
  if (callback !== 'handleCall') throw invalid(callback, 'no reply, since nobody has called', 'one');
  if (!ANSWERING.includes(what)) throw invalid(callback, `no reply besides ${String(what)}`, 'one');
}

function checkReason(callback: DirectiveCallback, reason: unknown): void {
  if (reason === 'normal' || reason === 'shutdown' || reason instanceof Error) return;
  if (typeof reason === 'object' && reason !== null && 'shutdown' in reason) return;
  throw invalid(callback, 'reason: normal, shutdown, { shutdown } or an Error', typeof reason);
}

function checkStateTimeout(
  callback: DirectiveCallback,
  stateTimeout: unknown,
): Continued<unknown>['stateTimeout'] {
  if (stateTimeout === undefined) return undefined;
  if (typeof stateTimeout !== 'object' || stateTimeout === null || !('afterMs' in stateTimeout)) {
    throw invalid(callback, 'stateTimeout: { afterMs, message }', typeof stateTimeout);
  }
  const { afterMs, message }: { readonly afterMs: unknown; readonly message?: unknown } = stateTimeout;
  checkDuration(callback, 'stateTimeout.afterMs', afterMs ?? 'none');
  return { afterMs: afterMs as number, message };
}

function checkDuration(callback: DirectiveCallback, name: string, value: unknown): void {
  if (value === undefined || value === Infinity) return;
  if (typeof value === 'number' && value >= 0 && value <= MAX_TIMER_MS) return;
  const came = typeof value === 'number' ? String(value) : typeof value;
  throw invalid(callback, `${name}: milliseconds from 0 to ${MAX_TIMER_MS} or Infinity`, came);
}

function invalid(callback: DirectiveCallback, expected: string, came: string): HawserError {
  return new HawserError('INVALID_DIRECTIVE', `${callback} returned: expected ${expected}, got ${came}`, {
    outcome: 'unknown',
    command: callback,
  });
}

/** What came, by its kind: a text that is a directive elsewhere may be said, any other may be a secret. */
function kindOf(returned: unknown, what: unknown): string {
  if (returned === null) return 'null';
  if (typeof returned !== 'object') return typeof returned;
  const isKnown = Object.values(ALLOWED).some((allowed) => (allowed as readonly unknown[]).includes(what));
  return isKnown ? `one to do ${String(what)}, which is not allowed there` : 'an object that is none';
}
