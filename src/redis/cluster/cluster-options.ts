import {
  checkOptions,
  invalidOption,
  MAX_TIMER_MS,
  resolveOptions,
  type OptionNames,
} from '../../core/index.ts';
import { NODE_OPTIONS } from '../option-names.ts';
import { resolveRedisOptions, type RedisOptions, type ResolvedRedisOptions } from '../options.ts';
import { checkedTranslation, type AddressTranslation } from './node-address.ts';

/**
 * Which nodes answer commands that only read. `primary`: the one that takes the writes. `replica`: a replica of it, the primary
 * where none is connected. `any`: all of them in turn. What a replica answers may be older than what was written.
 */
export type ReadFrom = 'primary' | 'replica' | 'any';

/** How to connect to a Redis Cluster. What the URL says too, the options override. */
export interface RedisClusterOptions extends Omit<
  RedisOptions,
  'database' | 'role' | 'readonly' | 'sentinel' | 'cache'
> {
  /** Who answers commands that only read. Default `primary`. */
  readonly readFrom?: ReadFrom | undefined;
  /**
   * Where a node is to be reached that the cluster knows by another address: with port forwarding, or another network in
   * between. What it throws, and an answer that is no address, is INVALID_OPTION: the cause of NOT_CONNECTED where nothing is
   * known of the cluster for that, else what a call fails with that was sent there. Default: as the cluster says.
   */
  readonly nodeAddress?: AddressTranslation | undefined;
  /** How often, in milliseconds, a cluster is asked for its nodes of which nothing else was heard. Default 60,000. */
  readonly refreshEveryMs?: number | undefined;
}

/** {@link RedisClusterOptions} and the URL, checked and complete. */
export interface ResolvedClusterOptions {
  /** Of each node; their endpoints are those by which the cluster is found. */
  readonly node: ResolvedRedisOptions;
  readonly readFrom: ReadFrom;
  readonly nodeAddress: AddressTranslation;
  readonly refreshEveryMs: number;
  readonly whenDownWaitMs: number;
  readonly connectTimeoutMs: number;
}

const REFRESH_EVERY_MS = 60_000;

const CLUSTER_OPTIONS: OptionNames<RedisClusterOptions> = {
  ...NODE_OPTIONS,
  maxPending: true,
  dedicated: true,
  readFrom: true,
  nodeAddress: true,
  refreshEveryMs: true,
};

/** Brings URL and options together. Throws INVALID_OPTION. */
export function resolveClusterOptions(
  url: string | URL,
  options: RedisClusterOptions,
): ResolvedClusterOptions {
  const given = checkOptions(options, CLUSTER_OPTIONS);
  const { readFrom = 'primary', nodeAddress = asItIs, refreshEveryMs = REFRESH_EVERY_MS, ...rest } = given;
  if (readFrom !== 'primary' && readFrom !== 'replica' && readFrom !== 'any') {
    throw invalidOption('readFrom', "'primary', 'replica' or 'any'", readFrom);
  }
  if (typeof nodeAddress !== 'function') throw invalidOption('nodeAddress', 'a function', nodeAddress);
  if (!(refreshEveryMs >= 1_000 && refreshEveryMs <= MAX_TIMER_MS)) {
    throw invalidOption('refreshEveryMs', `milliseconds from 1000 to ${MAX_TIMER_MS}`, refreshEveryMs);
  }
  // A node says by MOVED that it is no primary any more, and knows who is. READONLY makes no difference to a primary.
  const readonly = readFrom !== 'primary';
  const node = resolveRedisOptions(url, { ...rest, ...(readonly ? { readonly } : { role: 'any' }) });
  if (node.database !== 0) throw invalidOption('database', '0, as a cluster has no other', node.database);
  const { whenDownWaitMs, connectTimeoutMs } = resolveOptions(node.connection);
  return {
    node,
    readFrom,
    nodeAddress: checkedTranslation(nodeAddress),
    refreshEveryMs,
    whenDownWaitMs,
    connectTimeoutMs,
  };
}

const asItIs: AddressTranslation = (known) => known;
