import { channel, tracingChannel, type TracingChannel } from 'node:diagnostics_channel';
import type { StateName } from './machine/index.ts';

/** What subscribers of `tracing:hawser:<protocol>:command:*` are told. Never an argument. */
export interface CommandTrace {
  /** The connection's name. */
  readonly connection: string;
  readonly command: string;
}

/** What subscribers of `tracing:hawser:<protocol>:connect:*` are told. */
export interface ConnectTrace {
  readonly connection: string;
  /** `host:port` or the path of a Unix socket. */
  readonly endpoint: string;
  /** Number of the dial. */
  readonly epoch: number;
}

/** What subscribers of `hawser:connection:state` are told. */
export interface StateTrace {
  readonly protocol: string;
  readonly connection: string;
  readonly from: StateName;
  readonly to: StateName;
  readonly cause: Error | undefined;
}

const stateChannel = channel('hawser:connection:state');

/** The tracing channel of a protocol's commands or connects; it costs nothing while nobody subscribes. */
export function traceChannel<T extends object>(
  protocol: string,
  what: 'command' | 'connect',
): TracingChannel<T> {
  return tracingChannel<T>(`hawser:${protocol}:${what}`);
}

/** Tells subscribers of a change of state. */
export function publishState(trace: () => StateTrace): void {
  if (stateChannel.hasSubscribers) stateChannel.publish(trace());
}
