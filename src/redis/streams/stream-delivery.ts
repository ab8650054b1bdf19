import type { Buffer } from 'node:buffer';

/** An entry of a stream, as a consumer hands it to its handler. */
export interface StreamDelivery<Text extends string | Buffer = string> {
  readonly id: string;
  /** Without a prototype. */
  readonly fields: Readonly<Record<string, Text>>;
  /** How often the group has delivered it, this time included, to whichever of its consumers. */
  readonly deliveries: number;
  /**
   * Fires when others may take the entry over, `claimIdleMs` after it was delivered, and when the consumer does not wait for
   * the handler any longer.
   */
  readonly signal: AbortSignal;
}

/** Something that a consumer has met, and goes on after. */
export interface StreamConsumerFailure {
  /** What a handler threw, or why the server could not be asked. */
  readonly error: unknown;
  /** The entry whose handler threw; `undefined` where it is about none. */
  readonly id: string | undefined;
}

/** What a consumer knows of itself. */
export interface StreamConsumerExplanation {
  readonly state: 'running' | 'draining' | 'closed';
  /** Ids of the entries that handlers are at, or that are not acknowledged yet though they are done. */
  readonly handling: readonly string[];
  readonly counts: {
    /** Entries whose handler has succeeded, `onDead` not counted. */
    readonly handled: number;
    /** Times that a handler threw. */
    readonly failed: number;
    /** Entries that `onDead` has taken. */
    readonly dead: number;
    /** Entries that were delivered before: to this consumer in an earlier life, or to another. */
    readonly redelivered: number;
  };
  /** What it has met last, in its own words; `undefined` where all went well. */
  readonly lastError: string | undefined;
}

/** What is known when a consumer was closed. */
export interface StreamConsumerReport {
  /** Entries that were not done, or not acknowledged, in time: they stay pending, and will be delivered again. */
  readonly unfinished: readonly string[];
}
