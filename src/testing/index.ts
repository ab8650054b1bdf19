export type { Fault, LastingFault, MomentaryFault, ProxyDirection, ProxyDirections } from './fault.ts';
export { FaultProxy, type AddFaultOptions, type FaultProxyOptions, type ProxyTarget } from './fault-proxy.ts';
export type { PassedBytes, ProxyBytes, ProxyConnection } from './proxied-connection.ts';
export { findRedis, findRedisTool, type FindRedisOptions, type RedisBinary } from './redis-binary.ts';
export { inspectRedis, type InspectOptions, type RedisValue } from './redis-inspect.ts';
export { RedisServer, type RedisServerOptions } from './redis-server.ts';
export { SeededRandom, seededRandom } from './seeded-random.ts';
export { VirtualClock, type VirtualClockOptions } from './virtual-clock.ts';
