import {
  resp,
  SimulatedRedis,
  type SimulatedListener,
  type SimulatedNetwork,
  type SimulatedRedisCall,
  type SimulatedRedisHandler,
  type VirtualClock,
} from 'hawser/testing';
import { hashSlotOf, SLOTS } from '../../src/redis/cluster/hash-slot.ts';
import { keysOf } from '../../src/redis/command-keys.ts';

/** At which all nodes listen, each on a host of its own. */
export const PORT = 7_000;

/** What a node tells of the cluster: of ranges of slots, who has them, its primary first. */
export type View = readonly {
  readonly first: number;
  readonly last: number;
  readonly nodes: readonly string[];
}[];

/** One node of a {@link ScriptedCluster}. */
export class ScriptedNode {
  readonly name: string;
  readonly redis: SimulatedRedis;
  /** What it tells instead of the truth. */
  view: View | undefined;
  readonly #cluster: ScriptedCluster;
  #listener: SimulatedListener;
  readonly #asking = new Set<number>();
  /** Connections on which it answers reads for its primary. */
  readonly #readers = new Set<number>();

  constructor(cluster: ScriptedCluster, name: string) {
    this.#cluster = cluster;
    this.name = name;
    this.redis = new SimulatedRedis({ clock: cluster.clock });
    this.redis.on('*', (call) => this.#answer(call));
    this.#listener = this.#listen();
  }

  /** Of keys, with what each holds, of one slot. */
  keysIn(slot: number): string[] {
    return [...this.redis.data().keys()].filter((key) => hashSlotOf(key) === slot);
  }

  /** Commands that it received, but for those of clients' own making. */
  get received(): string[] {
    const own = new Set(['HELLO', 'CLIENT', 'CLUSTER', 'READONLY']);
    return this.redis.commands
      .filter(({ name, text }) => !own.has(name) && !text.startsWith('PING'))
      .map(({ text }) => text);
  }

  /** How often it was asked what the cluster is made of. */
  get timesAsked(): number {
    return this.redis.commands.filter(({ text }) => text === 'CLUSTER SLOTS').length;
  }

  crash(): void {
    this.#listener.crash();
  }

  restart(): void {
    this.#listener = this.#listen();
  }

  #listen(): SimulatedListener {
    return this.#cluster.network.listen({ host: `${this.name}.test`, port: PORT }, this.redis.accept);
  }

  #answer({ command, connection }: SimulatedRedisCall): ReturnType<SimulatedRedisHandler> {
    const { name, args } = command;
    if (command.text === 'CLUSTER SLOTS') return { bytes: viewBytes(this.view ?? this.#cluster.view) };
    if (name === 'READONLY') {
      this.#readers.add(connection.number);
      return { bytes: resp.simple('OK') };
    }
    if (name === 'ASKING') {
      this.#asking.add(connection.number);
      return { bytes: resp.simple('OK') };
    }
    const words = [name, ...args];
    if (name === 'EXEC') return this.#beforeExec(connection.session);
    const keys = (keysOf(words) ?? []).map((position) => words[position]!.toString());
    const isAsking = this.#asking.has(connection.number);
    if (connection.session.transaction === undefined && name !== 'MULTI')
      this.#asking.delete(connection.number);
    if (this.#readers.has(connection.number) && READS.has(name) && this.#copiesFor(keys)) return undefined;
    const refusal = keys.length === 0 ? undefined : this.#refusalOf(keys, isAsking);
    if (refusal === undefined) return undefined;
    const { transaction } = connection.session;
    if (transaction !== undefined) transaction.isDirty = true;
    return { bytes: resp.error(refusal) };
  }

  /** Whether it is a replica of who has the keys. It has what that has then, which is more than a real one promises. */
  #copiesFor(keys: readonly string[]): boolean {
    const owners = new Set(keys.map((key) => this.#cluster.owners[hashSlotOf(key)]));
    const [owner] = owners;
    if (owners.size !== 1 || owner === undefined || !this.#cluster.replicasOf(owner).includes(this.name))
      return false;
    const source = this.#cluster.node(owner).redis.data();
    for (const key of keys) {
      const value = source.get(key);
      if (value === undefined) this.redis.data().delete(key);
      else this.redis.data().set(key, value);
    }
    return true;
  }

  /** Slots may have moved since the commands were queued. */
  #beforeExec(session: SimulatedRedisCall['connection']['session']): ReturnType<SimulatedRedisHandler> {
    const { transaction } = session;
    if (transaction === undefined || transaction.isDirty) return undefined;
    for (const { name, args } of transaction.queued) {
      const words = [name, ...args];
      const keys = (keysOf(words) ?? []).map((position) => words[position]!.toString());
      const refusal = keys.length === 0 ? undefined : this.#refusalOf(keys, true);
      if (refusal === undefined) continue;
      session.transaction = undefined;
      return { bytes: resp.error(refusal) };
    }
    return undefined;
  }

  #refusalOf(keys: readonly string[], isAsking: boolean): string | undefined {
    const slots = new Set(keys.map((key) => hashSlotOf(key)));
    if (slots.size > 1) return "CROSSSLOT Keys in request don't hash to the same slot";
    const [slot] = slots;
    const { owners, migrating } = this.#cluster;
    const target = migrating.get(slot!);
    const missing = keys.filter((key) => !this.redis.data().has(key)).length;
    if (owners[slot!] === this.name) {
      if (target === undefined || missing === 0) return undefined;
      return missing < keys.length ? TRYAGAIN : `ASK ${slot} ${target}.test:${PORT}`;
    }
    if (target === this.name && isAsking) return keys.length > 1 && missing > 0 ? TRYAGAIN : undefined;
    const owner = owners[slot!];
    return owner === undefined ? 'CLUSTERDOWN Hash slot not served' : `MOVED ${slot} ${owner}.test:${PORT}`;
  }
}

const READS: ReadonlySet<string> = new Set(['GET', 'MGET', 'EXISTS', 'LRANGE', 'STRLEN']);
const TRYAGAIN = 'TRYAGAIN Multiple keys request during rehashing of slot';

function viewBytes(view: View): Buffer {
  const node = (name: string): Buffer =>
    resp.array([
      resp.bulk(name === '' ? '' : `${name}.test`),
      resp.integer(PORT),
      resp.bulk(`id-of-${name}`),
      resp.array([]),
    ]);
  return resp.array(
    view.map(({ first, last, nodes }) =>
      resp.array([resp.integer(first), resp.integer(last), ...nodes.map(node)]),
    ),
  );
}

/** A cluster of scripted nodes, in virtual time. It knows no failure that it is not told: who has which slot is as it says. */
export class ScriptedCluster {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  /** By slot: who takes its writes. */
  readonly owners: (string | undefined)[];
  /** By slot: who is being given it. */
  readonly migrating = new Map<number, string>();
  readonly #nodes = new Map<string, ScriptedNode>();
  readonly #replicas = new Map<string, string[]>();

  /** `names`: of the nodes with equal shares of the slots. */
  constructor(
    { clock, network }: { readonly clock: VirtualClock; readonly network: SimulatedNetwork },
    names: readonly string[],
  ) {
    this.clock = clock;
    this.network = network;
    const share = Math.ceil(SLOTS / names.length);
    this.owners = Array.from({ length: SLOTS }, (_, slot) => names[Math.floor(slot / share)]);
    for (const name of names) this.add(name);
  }

  /** A node without slots: by itself, or as a replica. */
  add(name: string, replicaOf?: string): ScriptedNode {
    const node = new ScriptedNode(this, name);
    this.#nodes.set(name, node);
    if (replicaOf !== undefined)
      this.#replicas.set(replicaOf, [...(this.#replicas.get(replicaOf) ?? []), name]);
    return node;
  }

  node(name: string): ScriptedNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`There is no node ${name}.`);
    return node;
  }

  /** The truth. */
  get view(): View {
    const view: { first: number; last: number; nodes: readonly string[] }[] = [];
    for (const [slot, owner] of this.owners.entries()) {
      const range = view.at(-1);
      if (owner === undefined) continue;
      if (range?.nodes[0] === owner && range.last === slot - 1) range.last = slot;
      else view.push({ first: slot, last: slot, nodes: [owner, ...(this.#replicas.get(owner) ?? [])] });
    }
    return view;
  }

  /** A key that a node has, in a slot of its own for each `index`. */
  keyAt(name: string, index = 0): string {
    for (let at = 0, found = 0; ; at += 1) {
      if (this.owners[hashSlotOf(`key-${at}`)] !== name) continue;
      if (found === index) return `key-${at}`;
      found += 1;
    }
  }

  /** The slot of the key is another node's from now on, with all that is in it. */
  move(key: string, to: string): void {
    const slot = hashSlotOf(key);
    this.moveKeys(slot, to);
    this.migrating.delete(slot);
    this.owners[slot] = to;
  }

  /** What is in a slot is at another node from now on. */
  moveKeys(slot: number, to: string): void {
    const from = this.node(this.owners[slot]!);
    for (const key of from.keysIn(slot)) this.moveKey(key, from, this.node(to));
  }

  moveKey(key: string, from: ScriptedNode, to: ScriptedNode): void {
    to.redis.data().set(key, from.redis.data().get(key)!);
    from.redis.data().delete(key);
  }

  /** All slots of a node are another one's from now on, with what is in them. */
  replace(name: string, by: string): void {
    for (const [slot, owner] of this.owners.entries()) if (owner === name) this.owners[slot] = by;
    for (const [key, value] of this.node(name).redis.data()) this.node(by).redis.data().set(key, value);
  }

  /** All of them. */
  get nodes(): readonly ScriptedNode[] {
    return [...this.#nodes.values()];
  }

  /** The replicas of a node, by name. */
  replicasOf(name: string): readonly string[] {
    return this.#replicas.get(name) ?? [];
  }

  /** A node that was a primary is a replica of another from now on, with nothing of its own. */
  demote(name: string, to: string): void {
    this.node(name).redis.data().clear();
    this.#replicas.delete(name);
    const others = (this.#replicas.get(to) ?? []).filter((each) => each !== to);
    this.#replicas.set(to, [...others, name]);
  }
}
