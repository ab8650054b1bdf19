/// <reference lib="esnext.disposable" />
export type { ClusterExplanation } from './cluster-core.ts';
export type { NodeExplanation, NodeRole } from './cluster-node.ts';
export type { ReadFrom, RedisClusterOptions } from './cluster-options.ts';
export type { NodeAddress } from './node-address.ts';
export { RedisClusterClient } from './redis-cluster-client.ts';
export type { RedisClusterNode } from './redis-cluster-node.ts';
export type { RedirectionCounts } from './router.ts';
