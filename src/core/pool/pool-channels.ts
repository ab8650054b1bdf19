import { channel, tracingChannel, type Channel, type TracingChannel } from 'node:diagnostics_channel';

/** What subscribers of `tracing:hawser:pool:checkout:*` are told. */
export interface CheckoutTrace {
  /** The pool's name. */
  readonly pool: string;
}

/** A lease that has been out for longer than `leakAfterMs`. */
export interface PoolLeak {
  /** The pool's name. */
  readonly pool: string;
  readonly heldForMs: number;
  /** Where it was taken. */
  readonly stack: string;
}

/** Costs nothing while nobody subscribes. */
export const checkoutChannel: TracingChannel<CheckoutTrace> =
  tracingChannel<CheckoutTrace>('hawser:pool:checkout');

/** Subscribers are told of each {@link PoolLeak}. */
export const leakChannel: Channel = channel('hawser:pool:leak');
