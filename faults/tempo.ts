/** How fast the rows are played, and how the subjects of the project are set up for it. Durations are milliseconds. */
export interface Tempo {
  readonly name: 'full' | 'quick' | 'comparison';
  /** Undefined: the library's own defaults. */
  readonly limits:
    | {
        readonly timeoutMs: number;
        readonly stallAfterMs: number;
        readonly whenDownWaitMs: number;
        readonly connectTimeoutMs: number;
        readonly handshakeTimeoutMs: number;
        readonly backoff: { readonly baseMs: number; readonly capMs: number };
        readonly slowRetryMs: number;
      }
    | undefined;
  /** How long a row goes well before its fault begins. */
  readonly beforeMs: number;
  /** How long a fault lasts that does not end by itself. */
  readonly holdMs: number;
  /** How long a row goes on after the first reply behind the fault. */
  readonly afterMs: number;
  /** How long something may take that has no limit of its own, before it counts as hanging. */
  readonly patienceMs: number;
  /** What `close()` is given. */
  readonly closeMs: number;
  /** How long a row may take in all, before its process counts as hanging. */
  readonly rowMs: number;
}

/** The defaults of the library, and faults that last longer than its limits. */
export const FULL: Tempo = {
  name: 'full',
  limits: undefined,
  beforeMs: 500,
  holdMs: 4_000,
  afterMs: 500,
  patienceMs: 20_000,
  closeMs: 1_000,
  rowMs: 240_000,
};

/** The defaults of every library. Those that never settle, or never come back, are waited for in many rows, so there is less patience. */
export const COMPARISON: Tempo = { ...FULL, name: 'comparison', patienceMs: 12_000, rowMs: 180_000 };

/** All limits of the subjects at a fraction, and the faults likewise. */
export const QUICK: Tempo = {
  name: 'quick',
  limits: {
    timeoutMs: 800,
    stallAfterMs: 250,
    whenDownWaitMs: 300,
    connectTimeoutMs: 400,
    handshakeTimeoutMs: 400,
    backoff: { baseMs: 25, capMs: 200 },
    slowRetryMs: 300,
  },
  beforeMs: 60,
  holdMs: 600,
  afterMs: 60,
  patienceMs: 10_000,
  closeMs: 200,
  rowMs: 60_000,
};

export const TEMPOS: Readonly<Record<Tempo['name'], Tempo>> = {
  full: FULL,
  quick: QUICK,
  comparison: COMPARISON,
};

/**
 * What timers, a busy machine and the way through the proxy may add before something counts as late. The matrix is run on
 * machines that have other things to do; what it looks for is late by the length of a fault, or for ever.
 */
export const GRACE_MS = 500;
