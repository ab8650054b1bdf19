import { HawserError, type Endpoint, type TlsOptions } from '../../core/index.ts';
import { checkRange } from '../check-numbers.ts';
import { DELAY_MS_MAX } from './network-conditions.ts';

/** What a dial meets at an endpoint of a simulated network. */
export type DialAnswer =
  /** Accepted, where somebody listens; refused otherwise. `afterMs` replaces the network's `connectMs`. */
  | { readonly kind: 'accept'; readonly afterMs?: number }
  /** Accepted although its signal has fired meanwhile: a dial that comes too late. */
  | { readonly kind: 'accept-late'; readonly afterMs: number }
  /** `CONNECT_FAILED`, with ECONNREFUSED for its cause. `afterMs` is 0 by default. */
  | { readonly kind: 'refuse'; readonly afterMs?: number }
  /** No answer until the signal fires. */
  | { readonly kind: 'blackhole' }
  /** This error, a certificate that does not verify, for example. `afterMs` is 0 by default. */
  | { readonly kind: 'fail'; readonly error: HawserError; readonly afterMs?: number };

/** What the start of TLS in mid-stream meets: success, silence, or this error, with which the stream ends. */
export type TlsAnswer = Extract<DialAnswer, { readonly kind: 'accept' | 'blackhole' | 'fail' }>;

/** One dial, for assertions. `outcome` changes as it goes on. */
export interface DialRecord {
  readonly endpoint: Endpoint;
  readonly atMs: number;
  readonly tls: TlsOptions | undefined;
  readonly startTlsLater: boolean;
  outcome: 'pending' | 'accepted' | 'failed' | 'aborted';
}

const KINDS: readonly DialAnswer['kind'][] = ['accept', 'accept-late', 'refuse', 'blackhole', 'fail'];
/** Those of a {@link TlsAnswer}. */
export const TLS_ANSWER_KINDS: readonly TlsAnswer['kind'][] = ['accept', 'blackhole', 'fail'];

/** Throws a TypeError or a RangeError for an answer that is none of these kinds, all of them by default. */
export function checkAnswer(answer: DialAnswer, kinds: readonly DialAnswer['kind'][] = KINDS): void {
  const { kind } = answer;
  if (!kinds.includes(kind)) {
    throw new RangeError(`the kind of this answer is one of ${kinds.join(', ')}, not ${kind}`);
  }
  if (kind !== 'blackhole') {
    const afterMs = kind === 'accept-late' ? answer.afterMs : (answer.afterMs ?? 0);
    checkRange(kind, 'afterMs', afterMs, 0, DELAY_MS_MAX);
  }
  if (kind === 'fail' && !(answer.error instanceof HawserError)) {
    throw new TypeError(`fail: error is a HawserError, as dials reject with, not ${String(answer.error)}`);
  }
}

/** Where an endpoint is, for people and as a key. Throws a TypeError for what is no endpoint. */
export function placeOf(endpoint: Endpoint): string {
  const { host, port, path } = endpoint;
  if (typeof path === 'string' && path !== '') return path;
  if (typeof host === 'string' && host !== '' && Number.isInteger(port)) return `${host}:${port}`;
  throw new TypeError(`an endpoint is { host, port } or { path }, not ${JSON.stringify(endpoint)}`);
}

/** Why a dial was refused. */
export function refusal(endpoint: Endpoint): HawserError {
  const place = placeOf(endpoint);
  const cause = Object.assign(new Error(`connect ECONNREFUSED ${place}`), { code: 'ECONNREFUSED' });
  return dialFailure(endpoint, 'the connection was refused', cause);
}

/** Why a dial has failed. */
export function dialFailure(endpoint: Endpoint, why: string, cause: unknown): HawserError {
  return new HawserError('CONNECT_FAILED', `${placeOf(endpoint)}: ${why}`, { outcome: 'not-sent', cause });
}
