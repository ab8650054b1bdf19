import type { PoolReport, StateChange, WaitOptions } from '../../core/index.ts';
import { ClusterNode, type NodeGround, type NodeRole } from './cluster-node.ts';
import type { ReadFrom } from './cluster-options.ts';
import { SLOTS } from './hash-slot.ts';
import { nameOf, type NodeAddress } from './node-address.ts';
import type { Topology } from './topology.ts';

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
  /** Nodes that have left the cluster, and still have calls to answer. */
  readonly #leaving = new Set<ClusterNode>();
  /** By slot. */
  #shards: (NodeShard | undefined)[] = noShards();
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

  /** Ends all nodes, as `Redis.close()`, also those that have left before. */
  async close(options: WaitOptions): Promise<PoolReport> {
    const nodes = [...this.#nodes.values(), ...this.#leaving];
    const reports = await Promise.all(nodes.map((node) => node.close(options)));
    return { leasesOut: reports.flatMap(({ leasesOut }) => leasesOut) };
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

  /** One slot of each primary. */
  get firstSlots(): readonly number[] {
    return this.primaries.map((primary) => this.#shards.findIndex((shard) => shard?.primary === primary));
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
    const shard = this.#byPrimary.get(node) ?? { primary: node, replicas: [] };
    this.#byPrimary.set(node, shard);
    this.#shards[slot] = shard;
    this.#counts = undefined;
    node.open();
    this.#listener([slot]);
    return node;
  }

  /** Takes the cluster to be as it was told. Nodes that are no part of it are retired. */
  adopt(topology: Topology): void {
    const before = this.#shards;
    const left = new Set(this.#nodes.values());
    const shards = noShards();
    const primaries = new Set(topology.map(({ primary }) => nameOf(primary)));
    this.#byPrimary.clear();
    for (const { primary, replicas, slots } of topology) {
      // A node that does not know of a failover may tell that another is both.
      const others = replicas.filter((replica) => !primaries.has(nameOf(replica)));
      const shard = {
        primary: this.#inRole(primary, 'primary'),
        replicas: others.map((replica) => this.#inRole(replica, 'replica')),
      };
      this.#byPrimary.set(shard.primary, shard);
      for (const node of [shard.primary, ...shard.replicas]) left.delete(node);
      for (const [first, last] of slots) {
        for (let slot = first; slot <= last; slot += 1) shards[slot] = shard;
      }
    }
    this.#shards = shards;
    this.#counts = undefined;
    // Whoever is told of what follows finds all of it in its place.
    for (const node of left) {
      if (this.#nodes.get(node.name) === node) this.#nodes.delete(node.name);
      this.#retire(node);
    }
    for (const node of this.#nodes.values()) {
      if (node.role === 'primary' || this.readsAnywhere) node.open();
    }
    const moved = movedBetween(before, shards);
    if (moved.length > 0) this.#listener(moved);
  }

  /** The node at an address. One that was a primary is another as a replica: what waits for it is to go elsewhere. */
  #inRole(address: NodeAddress, role: NodeRole): ClusterNode {
    const name = nameOf(address);
    if (role === 'replica' && this.#nodes.get(name)?.role === 'primary') this.#nodes.delete(name);
    const node = this.at(address, role);
    node.role = role;
    return node;
  }

  /** Ends its connections when what is in flight is answered; what waits to be sent is told at once that it never will be. */
  #retire(node: ClusterNode): void {
    this.#leaving.add(node);
    void node.close().then(() => this.#leaving.delete(node));
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

function noShards(): (NodeShard | undefined)[] {
  return new Array<undefined>(SLOTS).fill(undefined);
}

/** Slots that have another primary than before, or none. */
function movedBetween(
  before: readonly (NodeShard | undefined)[],
  after: readonly (NodeShard | undefined)[],
): number[] {
  const moved: number[] = [];
  for (let slot = 0; slot < SLOTS; slot += 1) {
    if (before[slot]?.primary !== after[slot]?.primary) moved.push(slot);
  }
  return moved;
}

/** In the order of their first slots. */
function countsOf(shards: readonly (NodeShard | undefined)[]): ReadonlyMap<ClusterNode, number> {
  const counts = new Map<ClusterNode, number>();
  for (const shard of shards) {
    if (shard !== undefined) counts.set(shard.primary, (counts.get(shard.primary) ?? 0) + 1);
  }
  return counts;
}
