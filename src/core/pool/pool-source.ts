import type { Environment } from '../environment.ts';
import type { WaitOptions } from '../waits.ts';

/** What a pool takes from the world; its source takes what it needs by itself. */
export type PoolEnvironment = Pick<Environment, 'clock' | 'random'>;

/** How a pool opens, lends, judges and closes what it holds. `M`: a member; `L`: what a lease gives to its holder. */
export interface PoolSource<M, L> {
  /** In traces and errors: the name of the protocol or the behaviour. */
  readonly name: string;
  /**
   * Opens one. Rejects with why it cannot, leaving nothing behind, and soon after the signal has fired: until then
   * the attempt counts as a socket. HANDSHAKE_REFUSED means that trying again cannot help. A member that comes
   * after the signal is closed.
   */
  open(attempt: OpenAttempt): Promise<M>;
  /** What the holder of a lease gets: made anew for each lease, so that the last holder's is worthless. */
  lend(member: M): Loan<L>;
  /** A short question to one that was idle. Rejects when it is no longer good. Left out: it is taken to be good. */
  check?(member: M, wait: WaitOptions): Promise<void>;
  /** Ends it, at once. Resolves when its socket is closed: until then it counts as one. */
  close(member: M): Promise<void>;
}

/** What a source is given to open a member with. */
export interface OpenAttempt {
  /** Fires when the attempt is no longer wanted, or has taken too long. */
  readonly signal: AbortSignal;
  /**
   * To be told when the member has ended by itself; also before `open` has resolved. The first time counts. A WRONG_ROLE
   * is also the end of those that were opened before it: what one has found out of the server holds for them all.
   */
  readonly lost: (cause: Error) => void;
}

/** What a holder has left behind: `broken` when calls are still due, or nothing can be asked any more. */
export type Leftover = 'clean' | 'dirty' | 'broken';

/** One lease, as its source sees it. */
export interface Loan<L> {
  readonly connection: L;
  /** The lease is over, and `connection` must refuse everything from now on. Called once. */
  end(): Leftover;
  /** Cleans what was left dirty; resolves to whether it is clean now. Left out: a dirty one is closed. */
  reset?(wait: WaitOptions): Promise<boolean>;
}
