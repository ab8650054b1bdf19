import { HawserError } from '../../core/index.ts';
import { textOf, type RedisReply } from '../reply.ts';
import { SLOTS } from './hash-slot.ts';
import { isPort, nameOf, type NodeAddress } from './node-address.ts';

/** Slots that are kept together: by one primary, and replicas of it. */
export interface Shard {
  /** From the first to the last, both included. */
  readonly slots: readonly (readonly [first: number, last: number])[];
  readonly primary: NodeAddress;
  readonly replicas: readonly NodeAddress[];
}

/** What a cluster is made of, as one of its nodes tells it. */
export type Topology = readonly Shard[];

/**
 * Reads the answer to CLUSTER SLOTS (Redis 3.0). `asked` is the host that gave it: a node that does not know by which name it is
 * reached leaves its own out. Nodes that cannot be reached are left out, and with a primary its slots: those without any known name,
 * and those whose port is 0, which take no connections of this kind (with TLS, or without). Throws PROTOCOL_VIOLATION for what is
 * no such answer.
 */
export function readTopology(reply: RedisReply, asked: string): Topology {
  if (!Array.isArray(reply)) throw violation('an array');
  const shards = new Map<
    string,
    { slots: [number, number][]; primary: NodeAddress; replicas: NodeAddress[] }
  >();
  for (const range of reply) {
    if (!Array.isArray(range)) throw violation('an array for each range of slots');
    const [first, last, ...nodes] = range;
    if (!isSlot(first) || !isSlot(last) || first > last) throw violation('slots from 0 to 16383');
    const [primary, ...replicas] = nodes.map((node) => addressIn(node, asked));
    if (primary === undefined) continue;
    const shard = shards.get(nameOf(primary)) ?? {
      slots: [],
      primary,
      replicas: replicas.filter((replica) => replica !== undefined),
    };
    shard.slots.push([first, last]);
    shards.set(nameOf(primary), shard);
  }
  return [...shards.values()];
}

/** The address of a node: `[preferred endpoint, port, id, [name, value ...]]`. */
function addressIn(node: RedisReply, asked: string): NodeAddress | undefined {
  if (!Array.isArray(node)) throw violation('an array for each node');
  const [endpoint, port, , more] = node;
  if (port === 0) return undefined;
  if (!isPort(port)) throw violation('the port of each node');
  if (endpoint === null || endpoint === '') return { host: asked, port };
  const host = endpoint === '?' ? textOf(metadata(more).get('ip') ?? '') : textOf(endpoint ?? '');
  return host === '' || host === '?' ? undefined : { host, port };
}

/** Pairs in RESP2, a map in RESP3. */
function metadata(more: RedisReply | undefined): ReadonlyMap<RedisReply, RedisReply> {
  if (more instanceof Map) return more;
  const pairs = Array.isArray(more) ? more : [];
  return new Map(
    Array.from({ length: pairs.length >> 1 }, (_, index) => [pairs[2 * index]!, pairs[2 * index + 1]!]),
  );
}

function isSlot(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < SLOTS;
}

function violation(expected: string): HawserError {
  return new HawserError('PROTOCOL_VIOLATION', `CLUSTER SLOTS: expected ${expected}`, { outcome: 'unknown' });
}
