import type { Duplex } from 'node:stream';
import type { ConnectionHandle } from './connection-handle.ts';
import type { StopReason } from './directives.ts';

/** What the callbacks of a behaviour may use of their connection. */
export interface Context {
  readonly signal: AbortSignal;
  readonly self: ConnectionHandle<unknown, unknown, unknown, unknown>;
  own(socket: Duplex, active: boolean): void;
}

/** A behaviour, as what runs it sees it: its types are its author's. What the callbacks return is checked when it comes. */
export interface Callbacks {
  '~attach'(context: Context): void;
  init(argument: unknown): unknown;
  connect(info: unknown, state: unknown): unknown;
  disconnect(info: unknown, state: unknown): unknown;
  handleCall(request: unknown, from: object, state: unknown): unknown;
  handleCast(message: unknown, state: unknown): unknown;
  handleInfo(message: unknown, state: unknown): unknown;
  terminate(reason: StopReason, state: unknown): unknown;
  codeChange(previous: unknown, state: unknown): unknown;
}
