// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { RedisReply } from '../reply.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link ClusterCommands.clusterFailover}. */
export interface ClusterFailoverOptions extends CallOptions {
  /** `FORCE` */
  readonly force?: boolean | undefined;
  /** `TAKEOVER` */
  readonly takeover?: boolean | undefined;
}

/** What {@link ClusterCommands.clusterLinks} answers with, one of them. */
export type ClusterLinksReply<Integer> = { direction: string; node: string; 'create-time': Integer; events: string; 'send-buffer-allocated': Integer; 'send-buffer-used': Integer };

/** Options of {@link ClusterCommands.clusterMeet}. */
export interface ClusterMeetOptions extends CallOptions {
  /** `clusterBusPort` */
  readonly clusterBusPort?: number | bigint | undefined;
}

/** Options of {@link ClusterCommands.clusterReset}. */
export interface ClusterResetOptions extends CallOptions {
  /** `HARD` */
  readonly hard?: boolean | undefined;
  /** `SOFT` */
  readonly soft?: boolean | undefined;
}

/** What {@link ClusterCommands.clusterShards} answers with, one of them. */
export type ClusterShardsReply<Integer> = { slots: Integer[]; nodes: { id: string; port?: Integer; 'tls-port'?: Integer; ip: string; endpoint: string; hostname?: string; role: string; 'replication-offset': Integer; health: string }[] };

/** What {@link ClusterCommands.clusterSlots} answers with, one of them. */
export type ClusterSlotsReply<Integer> = { start: Integer; end: Integer; nodes: { host: string | null; port: Integer; id?: string; metadata?: RedisReply }[] };

/** Commands of the group cluster. */
export interface ClusterCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Assign new hash slots to receiving node.
   *
   * `CLUSTER ADDSLOTS slot ...`, since 3.0.0. O(N) where N is the total number of hash slot arguments.
   */
  clusterAddslots(slot: number | bigint | readonly (number | bigint)[], options?: CallOptions): Answers<'OK'>[As];

  /**
   * Assign new hash slots to receiving node.
   *
   * `CLUSTER ADDSLOTSRANGE startSlot endSlot ...`, since 7.0.0. O(N) where N is the total number of the slots between the start slot and end slot arguments.
   */
  clusterAddslotsrange(items: { readonly startSlot: number | bigint; readonly endSlot: number | bigint } | readonly ({ readonly startSlot: number | bigint; readonly endSlot: number | bigint })[], options?: CallOptions): Answers<'OK'>[As];

  /**
   * Advance the cluster config epoch.
   *
   * `CLUSTER BUMPEPOCH`, since 3.0.0. O(1).
   */
  clusterBumpepoch(options?: CallOptions): Answers<string>[As];

  /**
   * Return the number of failure reports active for a given node.
   *
   * `CLUSTER COUNT-FAILURE-REPORTS nodeId`, since 3.0.0. O(N) where N is the number of failure reports.
   */
  clusterCountFailureReports(nodeId: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  clusterCountFailureReports(nodeId: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  clusterCountFailureReports(nodeId: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Return the number of local keys in the specified hash slot.
   *
   * `CLUSTER COUNTKEYSINSLOT slot`, since 3.0.0. O(1).
   */
  clusterCountkeysinslot(slot: number | bigint, options?: CallOptions & AsNumbers): Answers<number>[As];
  clusterCountkeysinslot(slot: number | bigint, options: CallOptions & AsBigints): Answers<bigint>[As];
  clusterCountkeysinslot(slot: number | bigint, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Set hash slots as unbound in receiving node.
   *
   * `CLUSTER DELSLOTS slot ...`, since 3.0.0. O(N) where N is the total number of hash slot arguments.
   */
  clusterDelslots(slot: number | bigint | readonly (number | bigint)[], options?: CallOptions): Answers<'OK'>[As];

  /**
   * Set hash slots as unbound in receiving node.
   *
   * `CLUSTER DELSLOTSRANGE startSlot endSlot ...`, since 7.0.0. O(N) where N is the total number of the slots between the start slot and end slot arguments.
   */
  clusterDelslotsrange(items: { readonly startSlot: number | bigint; readonly endSlot: number | bigint } | readonly ({ readonly startSlot: number | bigint; readonly endSlot: number | bigint })[], options?: CallOptions): Answers<'OK'>[As];

  /**
   * Forces a replica to perform a manual failover of its master.
   *
   * `CLUSTER FAILOVER [FORCE | TAKEOVER]`, since 3.0.0. O(1).
   */
  clusterFailover(options?: ClusterFailoverOptions): Answers<'OK'>[As];

  /**
   * Delete a node's own slots information.
   *
   * `CLUSTER FLUSHSLOTS`, since 3.0.0. O(1).
   */
  clusterFlushslots(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Remove a node from the nodes table.
   *
   * `CLUSTER FORGET nodeId`, since 3.0.0. O(1).
   */
  clusterForget(nodeId: RedisArgument, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Return local key names in the specified hash slot.
   *
   * `CLUSTER GETKEYSINSLOT slot count`, since 3.0.0. O(log(N)) where N is the number of requested keys.
   */
  clusterGetkeysinslot(slot: number | bigint, count: number | bigint, options?: CallOptions & AsText): Answers<string[]>[As];
  clusterGetkeysinslot(slot: number | bigint, count: number | bigint, options: CallOptions & AsBuffers): Answers<Buffer[]>[As];
  clusterGetkeysinslot(slot: number | bigint, count: number | bigint, options?: CallOptions): Answers<(string | Buffer)[]>[As];

  /**
   * Provides info about Redis Cluster node state.
   *
   * `CLUSTER INFO`, since 3.0.0. O(1).
   */
  clusterInfo(options?: CallOptions): Answers<string>[As];

  /**
   * Returns the hash slot of the specified key.
   *
   * `CLUSTER KEYSLOT key`, since 3.0.0. O(N) where N is the number of bytes in the key.
   */
  clusterKeyslot(key: RedisArgument, options?: CallOptions & AsNumbers): Answers<number>[As];
  clusterKeyslot(key: RedisArgument, options: CallOptions & AsBigints): Answers<bigint>[As];
  clusterKeyslot(key: RedisArgument, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Returns a list of all TCP links to and from peer nodes in cluster.
   *
   * `CLUSTER LINKS`, since 7.0.0. O(N) where N is the total number of Cluster nodes.
   */
  clusterLinks(options?: CallOptions & AsNumbers): Answers<ClusterLinksReply<number>[]>[As];
  clusterLinks(options: CallOptions & AsBigints): Answers<ClusterLinksReply<bigint>[]>[As];
  clusterLinks(options?: CallOptions): Answers<ClusterLinksReply<number | bigint>[]>[As];

  /**
   * Force a node cluster to handshake with another node.
   *
   * `CLUSTER MEET ip port [clusterBusPort]`, since 3.0.0. O(1).
   */
  clusterMeet(ip: RedisArgument, port: number | bigint, options?: ClusterMeetOptions): Answers<'OK'>[As];

  /**
   * Return the node id.
   *
   * `CLUSTER MYID`, since 3.0.0. O(1).
   */
  clusterMyid(options?: CallOptions): Answers<string>[As];

  /**
   * Tell the name of the shard that the node belongs to.
   *
   * `CLUSTER MYSHARDID`, since Redis 7.2, Valkey 7.2.
   */
  clusterMyshardid(options?: CallOptions): Answers<string>[As];

  /**
   * Get Cluster config for the node.
   *
   * `CLUSTER NODES`, since 3.0.0. O(N) where N is the total number of Cluster nodes.
   */
  clusterNodes(options?: CallOptions): Answers<string>[As];

  /**
   * List replica nodes of the specified master node.
   *
   * `CLUSTER REPLICAS nodeId`, since 5.0.0. O(1).
   */
  clusterReplicas(nodeId: RedisArgument, options?: CallOptions): Answers<string[]>[As];

  /**
   * Reconfigure a node as a replica of the specified master node.
   *
   * `CLUSTER REPLICATE nodeId`, since 3.0.0. O(1).
   */
  clusterReplicate(nodeId: RedisArgument, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Reset a Redis Cluster node.
   *
   * `CLUSTER RESET [HARD | SOFT]`, since 3.0.0. O(N) where N is the number of known nodes. The command may execute a FLUSHALL as a side effect.
   */
  clusterReset(options?: ClusterResetOptions): Answers<'OK'>[As];

  /**
   * Forces the node to save cluster state on disk.
   *
   * `CLUSTER SAVECONFIG`, since 3.0.0. O(1).
   */
  clusterSaveconfig(options?: CallOptions): Answers<'OK'>[As];

  /**
   * Set the configuration epoch in a new node.
   *
   * `CLUSTER SET-CONFIG-EPOCH configEpoch`, since 3.0.0. O(1).
   */
  clusterSetConfigEpoch(configEpoch: number | bigint, options?: CallOptions): Answers<'OK'>[As];

  /**
   * Bind a hash slot to a specific node.
   *
   * `CLUSTER SETSLOT slot <IMPORTING importing | MIGRATING migrating | NODE node | STABLE>`, since 3.0.0. O(1).
   */
  clusterSetslot(slot: number | bigint, subcommand: { readonly importing: RedisArgument } | { readonly migrating: RedisArgument } | { readonly node: RedisArgument } | 'STABLE', options?: CallOptions): Answers<'OK'>[As];

  /**
   * Get array of cluster slots to node mappings.
   *
   * `CLUSTER SHARDS`, since 7.0.0. O(N) where N is the total number of cluster nodes.
   */
  clusterShards(options?: CallOptions & AsNumbers): Answers<ClusterShardsReply<number>[]>[As];
  clusterShards(options: CallOptions & AsBigints): Answers<ClusterShardsReply<bigint>[]>[As];
  clusterShards(options?: CallOptions): Answers<ClusterShardsReply<number | bigint>[]>[As];

  /**
   * List replica nodes of the specified master node.
   *
   * `CLUSTER SLAVES nodeId`, since 3.0.0. O(1).
   *
   * @deprecated since 5.0.0: use `CLUSTER REPLICAS`
   */
  clusterSlaves(nodeId: RedisArgument, options?: CallOptions): Answers<string[]>[As];

  /**
   * Get array of Cluster slot to node mappings.
   *
   * `CLUSTER SLOTS`, since 3.0.0. O(N) where N is the total number of Cluster nodes.
   *
   * @deprecated since 7.0.0: use `CLUSTER SHARDS`
   */
  clusterSlots(options?: CallOptions & AsNumbers): Answers<ClusterSlotsReply<number>[]>[As];
  clusterSlots(options: CallOptions & AsBigints): Answers<ClusterSlotsReply<bigint>[]>[As];
  clusterSlots(options?: CallOptions): Answers<ClusterSlotsReply<number | bigint>[]>[As];
}
