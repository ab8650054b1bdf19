/// <reference lib="esnext.disposable" />
export { withoutStack } from './caller-stack.ts';
export type { CommandTrace, ConnectTrace, StateTrace } from './channels.ts';
export { systemEnvironment, type Environment } from './environment.ts';
export type { ExplainedTransition, Explanation } from './explain.ts';
export {
  ERROR_CODES,
  HawserError,
  type ErrorCode,
  type HawserErrorInit,
  type Outcome,
} from './machine/index.ts';
export type { Clock, Random, StateName, Timer } from './machine/index.ts';
export { invalidOption, type ConnectionOptions } from './options.ts';
export { Pipeline, type StateChange } from './pipeline.ts';
export type { Encoded, Handshake, Inbound, Protocol, Request, Session } from './protocol.ts';
export type { Dial, DialRequest, Endpoint, TlsOptions, Transport, TransportListener } from './transport.ts';
export type { WaitOptions } from './waits.ts';
