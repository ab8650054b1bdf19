import { GRACE_MS, type Tempo } from '../tempo.ts';

/** How the subjects are set up: all limits at a fraction of the defaults, so that many faults go into a minute. */
export const SOAK = {
  limits: {
    timeoutMs: 1_500,
    stallAfterMs: 400,
    whenDownWaitMs: 600,
    connectTimeoutMs: 800,
    handshakeTimeoutMs: 800,
    backoff: { baseMs: 50, capMs: 800 },
    slowRetryMs: 1_500,
  },
} as const satisfies Pick<Tempo, 'limits'>;

/** What `close()` is given in the end, in milliseconds. */
export const CLOSE_MS = 1_000;

/** The longest time limit that callers give to a call. The server may also be silent over it for so long. */
export const LONGEST_CALL_MS = 1_200;

const { stallAfterMs, backoff, connectTimeoutMs, handshakeTimeoutMs, slowRetryMs } = SOAK.limits;

/**
 * How long it may take at most until a call is answered once no fault holds any more: silence has to be noticed, an attempt that
 * was under way given up, the longest wait for the next one be over, and that attempt be made.
 */
export const RECOVERY_LIMIT_MS =
  LONGEST_CALL_MS +
  2 * stallAfterMs +
  2 * (connectTimeoutMs + handshakeTimeoutMs) +
  Math.max(backoff.capMs, slowRetryMs) +
  GRACE_MS;
