/// <reference lib="esnext.disposable" />
export { onAbort } from './abort.ts';
export type { BehaviourExplanation } from './behaviour/behaviour-explanation.ts';
export type { BehaviourOptions } from './behaviour/behaviour-options.ts';
export type { From } from './behaviour/calls.ts';
export { ConnectionHandle } from './behaviour/connection-handle.ts';
export { Connection, type Awaitable, type HandleOf } from './behaviour/connection.ts';
export {
  BACKOFF,
  TIMEOUT,
  type CallDirective,
  type ConnectDirective,
  type DisconnectDirective,
  type InitDirective,
  type MessageDirective,
  type StopReason,
} from './behaviour/directives.ts';
export type { SocketMessage } from './behaviour/owned-sockets.ts';
export { withoutStack } from './caller-stack.ts';
export type { CommandTrace, ConnectTrace, StateTrace } from './channels.ts';
export { firstAnswer } from './first-answer.ts';
export { describeEndpoint } from './endpoint.ts';
export { systemEnvironment, type Environment } from './environment.ts';
export type { ExplainedTransition, Explanation } from './explain.ts';
export {
  backoffMs,
  ERROR_CODES,
  HawserError,
  type ErrorCode,
  type Failures,
  type HawserErrorInit,
  type Outcome,
} from './machine/index.ts';
export type { Clock, Random, StateName, Timer } from './machine/index.ts';
export { Listeners } from './listeners.ts';
export {
  checkGroup,
  checkNames,
  checkOptions,
  CLOSE_TIMEOUT_MS,
  CONNECTION_OPTIONS,
  invalidOption,
  MAX_TIMER_MS,
  pickOptions,
  resolveOptions,
  type ConnectionOptions,
  type OptionNames,
  type ResolvedOptions,
} from './options.ts';
export { Pipeline, type StateChange } from './pipeline.ts';
export { connectionSource, type LeasedConnection } from './pool/connection-source.ts';
export { Lease } from './pool/lease.ts';
export { pipelineSource, type LeasedPipeline } from './pool/pipeline-source.ts';
export { Pool, type PoolReport } from './pool/pool.ts';
export type { CheckoutTrace, PoolLeak } from './pool/pool-channels.ts';
export type { CloseReason } from './pool/members.ts';
export type {
  ExplainedClosing,
  ExplainedLease,
  PoolCounts,
  PoolExplanation,
} from './pool/pool-explanation.ts';
export type { HistogramReading, PoolMetrics } from './pool/pool-metrics.ts';
export {
  POOL_OPTIONS,
  resolvePoolOptions,
  type PoolOptions,
  type ResolvedPoolOptions,
} from './pool/pool-options.ts';
export { afterUnknown, PooledCalls, type Asking } from './pool/pooled-calls.ts';
export type { Leftover, Loan, OpenAttempt, PoolEnvironment, PoolSource } from './pool/pool-source.ts';
export type { Encoded, Handshake, Inbound, Protocol, Request, Session } from './protocol.ts';
export type { Dial, DialRequest, Endpoint, TlsOptions, Transport, TransportListener } from './transport.ts';
export { WaitLimits, type Wait, type WaitOwner } from './wait-limits.ts';
export { checkWait, isSignal, Waits, type CallWaitOptions, type WaitOptions } from './waits.ts';
