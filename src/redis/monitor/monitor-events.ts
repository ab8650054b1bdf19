import type { Buffer } from 'node:buffer';
import type { SubscriptionDrop } from '../pubsub/subscription-events.ts';

/** A command that the server was about to run. */
export interface MonitoredCommand<Text extends string | Buffer = string> {
  readonly type: 'command';
  /** By the server's clock, in milliseconds since 1970, exact to the microsecond. */
  readonly time: number;
  /** Number of the database. */
  readonly database: number;
  /** Who has asked, as the server has it: `127.0.0.1:50000`, `[::1]:50000`, `unix:/run/redis.sock`, or `lua` for a script. */
  readonly client: string;
  /** The command and its arguments. The server writes `(redacted)` for passwords. */
  readonly command: Text[];
}

/** The server was not reached: what was asked of it in between is missing here. */
export interface MonitorGap {
  readonly type: 'gap';
  /** From when on commands may be missing, in milliseconds of `performance.now()`. */
  readonly since: number;
  /** How long ago that was when the monitor was there again, in milliseconds. */
  readonly downForMs: number;
  /** What ended the connection. */
  readonly reason: Error;
}

/** What a monitor yields. A drop is as that of a subscription: its consumer was too slow. */
export type MonitorEvent<Text extends string | Buffer = string> =
  | MonitoredCommand<Text>
  | MonitorGap
  | SubscriptionDrop;
