/// <reference lib="esnext.disposable" />
export {
  HawserError,
  type ErrorCode,
  type Explanation,
  type Outcome,
  type PoolExplanation,
  type PoolLeak,
  type PoolMetrics,
  type PoolReport,
  type StateChange,
  type StateName,
  type WaitOptions,
} from '../core/index.ts';
export type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions, RetryPolicy } from './call-options.ts';
export type { CacheExplanation } from './caching/cache-explanation.ts';
export { valuesOf, type BatchCommand, type BatchReplies } from './batch-commands.ts';
export type { RedisCacheOptions } from './caching/cache-options.ts';
export type { CachedMethodName } from './caching/cacheable-commands.ts';
export type { CachedMethods, CachedReads, PossiblyStale } from './caching/cached-reads.ts';
export type { RedisPairs, RedisPlace } from './command-values.ts';
export { commands } from './command-maker.ts';
export type { CommandMethods } from './generated/all-commands.ts';
export type { SetOptions } from './generated/string-commands.ts';
export { RedisRedirectError, RedisReplyError } from './errors.ts';
export type { ExplainedCredentials } from './credential-source.ts';
export type { CredentialsFunction, IssuedCredentials, RedisCredentials } from './credentials.ts';
export type { RedisOptions, RedisPoolLimits, RedisPoolOptions } from './options.ts';
export type { SubscribeOptions } from './pubsub/subscribe-options.ts';
export type { Subscription } from './pubsub/subscription.ts';
export type {
  SubscriptionDrop,
  SubscriptionEnd,
  SubscriptionEvent,
  SubscriptionGap,
  SubscriptionMessage,
} from './pubsub/subscription-events.ts';
export type { StreamConsumerOptions, StreamHandler } from './streams/consumer-options.ts';
export type { StreamConsumer } from './streams/stream-consumer.ts';
export type {
  StreamConsumerExplanation,
  StreamConsumerFailure,
  StreamConsumerReport,
  StreamDelivery,
} from './streams/stream-delivery.ts';
export type { StreamEntry } from './streams/stream-entry.ts';
export type { StreamOptions } from './streams/stream-options.ts';
export type { StreamReader } from './streams/stream-reader.ts';
export { Redis } from './redis.ts';
export type { ExplainedReach } from './reach.ts';
export type { RedisExplanation, RedisPoolExplanation } from './redis-explanation.ts';
export type { RedisConnection } from './redis-connection.ts';
export type { Monitor } from './monitor/monitor.ts';
export type { MonitoredCommand, MonitorEvent, MonitorGap } from './monitor/monitor-events.ts';
export type { RedisPool } from './redis-pool.ts';
export type { RedisReply } from './reply.ts';
export type { RedisArgument } from './argument-text.ts';
export type { RedisCommand } from './commands.ts';
export {
  defineLibrary,
  type FunctionDefinitions,
  type Library,
  type LibraryFunction,
  type LibraryFunctions,
} from './scripts/library.ts';
export type { Invocable, InvocableDefinition } from './scripts/invocable.ts';
export type { GivenParameters, ParameterSpec } from './scripts/parameters.ts';
export { defineScript, type Script, type ScriptDefinition } from './scripts/script.ts';
export type { RespLimits } from './resp-limits.ts';
export type { RedisRole } from './role.ts';
export type { SentinelOptions } from './sentinel/sentinel-options.ts';
export type { Answers, TypedCommand, WantedForm } from './typed-command.ts';
