export { socketDuplex, type ByteDuplex, type StreamEnding } from './byte-duplex.ts';
export type { CounterKnowledge } from './counter-account.ts';
export type { Fault, LastingFault, MomentaryFault, ProxyDirection, ProxyDirections } from './fault.ts';
export { FaultProxy, type AddFaultOptions, type FaultProxyOptions, type ProxyTarget } from './fault-proxy.ts';
export { History, type HistoryOptions } from './history.ts';
export { LeakCheck, type LeakCheckOptions, type LeakWaitOptions } from './leak-check.ts';
export type { Listenable } from './listener-counts.ts';
export { measureGrowth, type MeasuredGrowth, type GrowthOptions } from './measure-growth.ts';
export type { PassedBytes, ProxyBytes, ProxyConnection } from './proxied-connection.ts';
export type { CallDescription, CallEnding, HistorySummary, OpenCall } from './recorded-call.ts';
export type { ResourceGrowth, ResourceSample } from './resource-sample.ts';
export { ResourceSampler, type FlatOptions, type ResourceSamplerOptions } from './resource-sampler.ts';
export { resp, type Bytes } from './resp-wire.ts';
export { bytesCodec, respCodec, type MessageCodec } from './scripted/message-codec.ts';
export type { AttemptEnding, ScriptedAttempt } from './scripted/scripted-attempt.ts';
export type { ScriptedPeer } from './scripted/scripted-peer.ts';
export {
  ScriptedServer,
  type ListeningScriptedServer,
  type PeerScript,
  type ScriptedServerOptions,
} from './scripted/scripted-server.ts';
export { SeededRandom, seededRandom } from './seeded-random.ts';
export { findRedis, findRedisTool, type FindRedisOptions, type RedisBinary } from './servers/redis-binary.ts';
export { RedisCluster, type RedisClusterOptions } from './servers/redis-cluster.ts';
export { inspectRedis, type InspectOptions } from './servers/redis-inspect.ts';
export { RedisSentinels, type RedisSentinelsOptions } from './servers/redis-sentinels.ts';
export { RedisServer } from './servers/redis-server.ts';
export type { RedisPeer, RedisServerOptions, SentinelDuty } from './servers/redis-server-options.ts';
export type { RedisValue } from './servers/reply-reader.ts';
export {
  ServerProcess,
  type ServerPlace,
  type ServerProcessOptions,
  type ServerStart,
  type ServerState,
} from './servers/server-process.ts';
export type { MoveKeysOptions, SlotMigration } from './servers/slot-migration.ts';
export type { DialAnswer, DialRecord, TlsAnswer } from './simulation/dial-answer.ts';
export type {
  NetworkConditionOptions,
  NetworkConditions,
  PathConditions,
} from './simulation/network-conditions.ts';
export { seedsToTry, type SeedOptions } from './simulation/seeds.ts';
export { simulateMany, type SimulateManyOptions, type SimulationTotals } from './simulation/simulate-many.ts';
export { simulate, type Scenario, type SimulateOptions, type SimulationRun } from './simulation/simulate.ts';
export type { SimulatedWorld } from './simulation/simulated-world.ts';
export { SimulationError, type SimulationFailure } from './simulation/simulation-error.ts';
export type { AppliedEffect, ReceivedCommand } from './simulation/redis-command-spec.ts';
export type { StoredValue } from './simulation/simulated-database.ts';
export type { Cut, SimulatedPeer } from './simulation/simulated-connection.ts';
export {
  SimulatedNetwork,
  type Accept,
  type SimulatedListener,
  type SimulatedNetworkOptions,
} from './simulation/simulated-network.ts';
export type {
  SimulatedRedisAnswer,
  SimulatedRedisBehaviour,
  SimulatedRedisCall,
  SimulatedRedisConnection,
  SimulatedRedisHandler,
} from './simulation/simulated-redis-connection.ts';
export { SimulatedRedis, type SimulatedRedisOptions } from './simulation/simulated-redis.ts';
export { VirtualClock, type VirtualClockOptions } from './virtual-clock.ts';
