import type { StateChange } from '../../core/index.ts';
import { ClusterNode, type NodeGround, type NodeRole } from './cluster-node.ts';
import type { ReadFrom } from './cluster-options.ts';
import { SLOTS } from './hash-slot.ts';
import { nameOf, type NodeAddress, type Topology } from './topology.ts';

/** Nodes that keep the same slots. */
interface NodeShard {
  readonly primary: ClusterNode;
  readonly replicas: readonly ClusterNode[];
}

/** The nodes of a cluster, and who has which slot. */
export class ClusterNodes {
  readonly #ground: NodeGround;
  readonly #readFrom: ReadFrom;
  readonly #listener: (slots: readonly number[]) => void;
  readonly #nodes = new Map<string, ClusterNode>();
  /** By slot. */
  #shards: (NodeShard | undefined)[] = Array.from({ length: SLOTS });
  readonly #byPrimary = new Map<ClusterNode, NodeShard>();
  /** How many slots each has, as long as that holds. */
  #counts: ReadonlyMap<ClusterNode, number> | undefined;
  /** Whose turn it is, where several may answer. */
  #turn = 0;

  /** `listener` is told of slots that have another primary than before, or none. */
  constructor(
    ground: Omit<NodeGround, 'stateChanged'>,
    readFrom: ReadFrom,
    stateChanged: (node: ClusterNode, change: StateChange) => void,
    listener: (slots: readonly number[]) => void,
  ) {
    this.#ground = { ...ground, stateChanged };
    this.#readFrom = readFrom;
    this.#listener = listener;
  }

  /** Whether replicas may answer what only reads. */
  get readsAnywhere(): boolean {
    return this.#readFrom !== 'primary';
  }

  /** Whether there is a replica for all that they may be asked. */
  get hasReaders(): boolean {
    if (!this.readsAnywhere) return true;
    return this.primaries.every((primary) => (this.#byPrimary.get(primary)?.replicas.length ?? 0) > 0);
  }

  /** All of them. */
  get all(): readonly ClusterNode[] {
    return [...this.#nodes.values()];
  }

  /** Those that have slots, each once. */
  get primaries(): readonly ClusterNode[] {
    return [...this.slotCounts.keys()];
  }

  /** How many slots each primary has. */
  get slotCounts(): ReadonlyMap<ClusterNode, number> {
    return (this.#counts ??= countsOf(this.#shards));
  }

  /** Who takes the writes to a slot. */
  primaryOf(slot: number): ClusterNode | undefined {
    return this.#shards[slot]?.primary;
  }

  /** Who is to be asked about a slot; any primary where that is nobody, or there is no slot. */
  nodeFor(slot: number | undefined, readsOnly: boolean): ClusterNode | undefined {
    const shard = slot === undefined ? undefined : this.#shards[slot];
    if (shard === undefined) return this.#anyPrimary();
    if (!readsOnly || !this.readsAnywhere) return shard.primary;
    return this.#readerOf(shard);
  }

  /** The node at an address; it is made known where it was not. */
  at(address: NodeAddress, role: NodeRole): ClusterNode {
    const name = nameOf(address);
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const node = new ClusterNode(this.#ground, address, role);
    this.#nodes.set(name, node);
    return node;
  }

  /** A node has said that another has the slot now. */
  moved(slot: number, address: NodeAddress): ClusterNode {
    const node = this.at(address, 'primary');
    const before = this.#shards[slot];
    if (before?.primary === node) return node;
    node.role = 'primary';
    node.open();
    const shard = this.#byPrimary.get(node) ?? { primary: node, replicas: [] };
    this.#byPrimary.set(node, shard);
    this.#shards[slot] = shard;
    this.#counts = undefined;
    this.#listener([slot]);
    return node;
  }

  /** Takes the cluster to be as it was told. Nodes that are no part of it are retired. */
  adopt(topology: Topology): void {
    const before = this.#shards;
    this.#shards = Array.from({ length: SLOTS });
    this.#counts = undefined;
    this.#byPrimary.clear();
    const present = new Set<ClusterNode>();
    const take = (address: NodeAddress, role: NodeRole): ClusterNode => {
      const node = this.#inRole(address, role);
      present.add(node);
      if (role === 'primary' || this.readsAnywhere) node.open();
      return node;
    };
    for (const { primary, replicas, slots } of topology) {
      const shard = {
        primary: take(primary, 'primary'),
        replicas: replicas.map((replica) => take(replica, 'replica')),
      };
      this.#byPrimary.set(shard.primary, shard);
      for (const [first, last] of slots) {
        for (let slot = first; slot <= last; slot += 1) this.#shards[slot] = shard;
      }
    }
    for (const [name, node] of this.#nodes) {
      if (present.has(node)) continue;
      this.#nodes.delete(name);
      node.retire();
    }
    const moved = [...before.keys()].filter((slot) => before[slot]?.primary !== this.#shards[slot]?.primary);
    if (moved.length > 0) this.#listener(moved);
  }

  /** What waits for a primary that has become a replica is told at once to go elsewhere. */
  #inRole(address: NodeAddress, role: NodeRole): ClusterNode {
    const name = nameOf(address);
    const known = this.#nodes.get(name);
    if (known?.role === 'primary' && role === 'replica') {
      this.#nodes.delete(name);
      known.retire();
    }
    const node = this.at(address, role);
    node.role = role;
    return node;
  }

  #readerOf({ primary, replicas }: NodeShard): ClusterNode {
    const willing = this.#readFrom === 'any' ? [primary, ...replicas] : replicas;
    for (let tried = 0; tried < willing.length; tried += 1) {
      this.#turn = (this.#turn + 1) % Number.MAX_SAFE_INTEGER;
      const node = willing[this.#turn % willing.length]!;
      if (node.state === 'ready') return node;
    }
    return primary;
  }

  /** One that is connected, if there is one, each in turn. */
  #anyPrimary(): ClusterNode | undefined {
    const { primaries } = this;
    const { length } = primaries;
    this.#turn = (this.#turn + 1) % Number.MAX_SAFE_INTEGER;
    for (let tried = 0; tried < length; tried += 1) {
      const node = primaries[(this.#turn + tried) % length]!;
      if (node.state === 'ready') return node;
    }
    return primaries[0];
  }
}

/** In the order of their first slots. */
function countsOf(shards: readonly (NodeShard | undefined)[]): ReadonlyMap<ClusterNode, number> {
  const counts = new Map<ClusterNode, number>();
  for (const shard of shards) {
    if (shard !== undefined) counts.set(shard.primary, (counts.get(shard.primary) ?? 0) + 1);
  }
  return counts;
}
