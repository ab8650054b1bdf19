import { channel, tracingChannel, type TracingChannel } from 'node:diagnostics_channel';
import { describeEndpoint } from './endpoint.ts';
import type { StateName } from './machine/index.ts';
import type { Endpoint } from './transport.ts';

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
  /** Who was reached: set when the dial is over, unless nobody was. */
  peer?: string | undefined;
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

/** What is told of a dial and its handshake. */
export interface TracedDial {
  readonly endpoint: Endpoint;
  readonly epoch: number;
  readonly peer: string | undefined;
  settled(): Promise<void>;
}

/** Tells subscribers of a protocol's connects, from start to end. */
export class ConnectTraces {
  readonly #channel: TracingChannel<ConnectTrace>;

  constructor(protocol: string) {
    this.#channel = traceChannel<ConnectTrace>(protocol, 'connect');
  }

  begin(connection: string, dial: TracedDial): void {
    if (!this.#channel.hasSubscribers) return;
    const { endpoint, epoch } = dial;
    const trace: ConnectTrace = { connection, endpoint: describeEndpoint(endpoint), epoch };
    const settled = async (): Promise<void> => {
      try {
        await dial.settled();
      } finally {
        trace.peer = dial.peer;
      }
    };
    this.#channel.tracePromise(settled, trace).catch(() => {});
  }
}

/** Tells subscribers of a change of state. */
export function publishState(trace: () => StateTrace): void {
  if (stateChannel.hasSubscribers) stateChannel.publish(trace());
}
