/// <reference lib="esnext.disposable" />
import { HawserError } from '../machine/index.ts';
import type { Loan } from './pool-source.ts';

/** Whom a lease is given back to. */
export interface Lender<L> {
  returned(loan: Loan<L>): void;
  condemned(reason: string): void;
}

/**
 * A member of a pool that belongs to one caller alone, until it is released. Forgotten ones are found with the option
 * `leakAfterMs`; `pool.with()` releases by itself.
 */
export class Lease<L> {
  /** Unique among the leases of the pool. */
  readonly epoch: number;
  readonly #lender: Lender<L>;
  /** `undefined` once the lease has ended. */
  #loan: Loan<L> | undefined;

  constructor(epoch: number, loan: Loan<L>, lender: Lender<L>) {
    this.epoch = epoch;
    this.#loan = loan;
    this.#lender = lender;
  }

  /** What was leased. Throws LEASE_ENDED after the end of the lease: it may be another caller's by then. */
  get connection(): L {
    if (this.#loan === undefined) throw leaseEnded('connection');
    return this.#loan.connection;
  }

  /**
   * Gives the member back, for the next caller if it is clean; else it is cleaned in the background, or closed. May be
   * called again.
   */
  release(): void {
    const loan = this.#loan;
    if (loan === undefined) return;
    this.#loan = undefined;
    this.#lender.returned(loan);
  }

  /** Has the member closed instead of reused, once the lease is released. `reason` is for the pool's explanation. */
  condemn(reason: string): void {
    if (this.#loan !== undefined) this.#lender.condemned(reason);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}

/** A call on a connection whose lease is over. */
export function leaseEnded(command: string): HawserError {
  return new HawserError(
    'LEASE_ENDED',
    `${command}: the lease has ended; the connection may be another caller's`,
    {
      outcome: 'not-sent',
      command,
    },
  );
}
