import { fieldsOf, listOf } from './reply-fields.ts';
import type { RedisValue } from './reply-reader.ts';

/** Slots from the first to the last, both included. */
export type SlotRange = readonly [first: number, last: number];

/** How many slots a Redis Cluster shares out. */
export const SLOTS = 16_384;

/** What a node of a cluster says of one of its nodes. */
export interface ClusterNode {
  readonly id: string;
  /** Host and port for clients. */
  readonly address: string;
  /** Whether it speaks of itself. */
  readonly isSelf: boolean;
  readonly role: 'master' | 'replica';
  /** Of a replica: whose. */
  readonly masterId: string | undefined;
  /** Whether it is known and thought to be well. */
  readonly isWell: boolean;
  /** The greater one is right where two nodes claim a slot. */
  readonly configEpoch: number;
  readonly slots: readonly SlotRange[];
}

/** Reads the reply to CLUSTER NODES. */
export function readClusterNodes(reply: string): ClusterNode[] {
  return reply.split('\n').filter(Boolean).map(readLine);
}

/** One line that is the same whoever says it, when they agree. */
export function describeNode({ id, address, role, masterId, configEpoch, slots }: ClusterNode): string {
  const duties = slots.map(([first, last]) => `${first}-${last}`).join(' ');
  return `${id} ${address} ${role} ${masterId ?? '-'} ${configEpoch} ${duties}`;
}

/** The port at which clients are told to find a node, for TLS or without, from the reply to CLUSTER SHARDS. */
export function announcedPort(
  shards: RedisValue,
  id: string,
  kind: 'port' | 'tls-port',
): RedisValue | undefined {
  const nodes = listOf(shards).flatMap((shard) => listOf(fieldsOf(shard).get('nodes')).map(fieldsOf));
  return nodes.find((node) => node.get('id') === id)?.get(kind);
}

function readLine(line: string): ClusterNode {
  const [id = '', addresses = '', flags = '', master = '', , , configEpoch = '', , ...slots] =
    line.split(' ');
  const flagList = flags.split(',');
  return {
    id,
    address: addresses.replace(/@.*/, ''),
    isSelf: flagList.includes('myself'),
    role: flagList.includes('master') ? 'master' : 'replica',
    masterId: master === '-' ? undefined : master,
    isWell: !['fail', 'fail?', 'handshake', 'noaddr'].some((flag) => flagList.includes(flag)),
    configEpoch: Number(configEpoch),
    // What stands in brackets is on its way to another node, or from there.
    slots: slots.filter((slot) => !slot.startsWith('[')).map(readRange),
  };
}

function readRange(text: string): SlotRange {
  const [first = '', last = first] = text.split('-');
  return [Number(first), Number(last)];
}
