import { HawserError } from '../../core/index.ts';
import { RedisRedirectError, RedisReplyError } from '../errors.ts';

/** What becomes of a call that a node has not taken. */
export type Reaction =
  /** It has failed. */
  | { readonly type: 'fail' }
  /** The slot is at another node: it is asked there from now on. */
  | { readonly type: 'moved'; readonly to: RedisRedirectError }
  /** This one time it is to be asked at another node, which is being given the slot. */
  | { readonly type: 'ask'; readonly to: RedisRedirectError }
  /** The node does not take it now: it is asked again in a while, at whichever node has the slot then. */
  | { readonly type: 'wait'; readonly refusal: RedisReplyError }
  /** The node was left before it could take it, or is away: another one may have the slot. */
  | { readonly type: 'elsewhere' };

const FAIL: Reaction = { type: 'fail' };
const ELSEWHERE: Reaction = { type: 'elsewhere' };

/** Nothing was done, and another time it may be. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'TRYAGAIN',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'UNBLOCKED',
]);
/** Of errors that say that there is, or was, no connection. */
const AWAY_CODES: ReadonlySet<string> = new Set(['NOT_CONNECTED', 'CLOSED', 'CONNECTION_LOST', 'STALLED']);

/**
 * What becomes of a call that has failed. Asked again is only what no node has run: it was refused in a way that says so, or not
 * sent; or, where `mayRunTwice`, also what was lost.
 */
export function reactionTo(error: unknown, mayRunTwice: boolean): Reaction {
  const refusal = refusalIn(error);
  if (refusal !== undefined) {
    // What was sent before, on a connection that was lost, may have run then.
    if (refusal.outcome !== 'refused' && !mayRunTwice) return FAIL;
    if (refusal instanceof RedisRedirectError) {
      return { type: refusal.kind === 'MOVED' ? 'moved' : 'ask', to: refusal };
    }
    return PASSING_CODES.has(refusal.code) ? { type: 'wait', refusal } : FAIL;
  }
  if (!(error instanceof HawserError) || !AWAY_CODES.has(error.code)) return FAIL;
  return error.outcome === 'not-sent' || mayRunTwice ? ELSEWHERE : FAIL;
}

/** What the server has said no to; of a transaction of which nothing has run, to the first of its commands. */
function refusalIn(error: unknown): RedisReplyError | undefined {
  if (!(error instanceof RedisReplyError)) return undefined;
  const isAborted = error.code === 'EXECABORT' && error.cause instanceof RedisReplyError;
  return isAborted ? (error.cause as RedisReplyError) : error;
}
