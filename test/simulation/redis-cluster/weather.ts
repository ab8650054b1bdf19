import type { SeededRandom, SimulatedNetwork, SimulatedWorld } from 'hawser/testing';
import { hashSlotOf } from '../../../src/redis/cluster/hash-slot.ts';
import { PORT, type ScriptedCluster, type ScriptedNode, type View } from '../../support/scripted-cluster.ts';
import { PendingCuts } from '../pending-cuts.ts';
import { calm } from '../redis/weather.ts';

/** What happens to a cluster and to the network around it, by chance. */
export class ClusterWeather {
  readonly #random: SeededRandom;
  readonly #network: SimulatedNetwork;
  readonly #cluster: ScriptedCluster;
  readonly #note: (what: string) => void;
  /** Keys that are asked for: their slots are those that move. */
  readonly #keys: readonly string[];
  readonly #down = new Set<string>();
  readonly #cuts = new PendingCuts();
  #lastView: View;

  constructor(world: SimulatedWorld, cluster: ScriptedCluster, keys: readonly string[]) {
    this.#random = world.random.fork();
    this.#network = world.network;
    this.#note = world.note;
    this.#cluster = cluster;
    this.#keys = keys;
    this.#lastView = cluster.view;
  }

  /** One thing happens, now. */
  strike(): void {
    const random = this.#random;
    const strikes: readonly (readonly [string, () => void])[] = [
      ['a slot moves at once', () => this.#move()],
      ['a slot sets out', () => this.#setOut()],
      ['a slot sets out', () => this.#setOut()],
      ['a part of a slot arrives', () => this.#arrive('part')],
      ['a slot arrives', () => this.#arrive('whole')],
      ['a primary fails over', () => this.#failOver()],
      ['a primary fails over', () => this.#failOver()],
      ['a node crashes', () => this.#crash(this.#anyNode())],
      ['a node is back', () => this.#restart()],
      ['a node is back', () => this.#restart()],
      ['a node tells what was', () => void (this.#anyNode().view = this.#lastView)],
      ['all tell what is', () => this.#tellTruth()],
      ['a connection is torn', () => this.#connection()?.reset()],
      ['a connection is torn in the middle', () => this.#tear()],
      ['a connection stands still', () => this.#connection()?.freeze()],
      ['a connection goes on', () => this.#connection()?.thaw()],
      ['dials to a node are not answered', () => this.#silence()],
      ['dials are answered', () => this.#answer()],
    ];
    const [what, strike] = random.pick(strikes);
    this.#note(what);
    strike();
  }

  /** All is well from now on: every slot has one node, which is up, and all say so. */
  calm(): void {
    this.#note('all is calm');
    for (const slot of this.#cluster.migrating.keys()) this.#finish(slot);
    while (this.#down.size > 0) this.#restart();
    this.#answer();
    this.#tellTruth();
    const { connections } = this.#network;
    for (const { conditions } of [this.#network, ...connections]) calm(conditions);
    for (const connection of connections) connection.thaw();
    this.#cuts.finish();
  }

  #anyNode(): ScriptedNode {
    return this.#random.pick(this.#cluster.nodes);
  }

  #anyOtherPrimary(than: string): string | undefined {
    const owners = [...new Set(this.#cluster.owners)].filter((each) => each !== undefined && each !== than);
    return owners.length === 0 ? undefined : this.#random.pick(owners);
  }

  #connection(): SimulatedNetwork['connections'][number] | undefined {
    const { connections } = this.#network;
    return connections.length === 0 ? undefined : this.#random.pick(connections.slice(-6));
  }

  #changeTruth(change: () => void): void {
    this.#lastView = this.#cluster.view;
    change();
  }

  #move(): void {
    const key = this.#random.pick(this.#keys);
    const slot = hashSlotOf(key);
    const from = this.#cluster.owners[slot]!;
    const to = this.#anyOtherPrimary(from);
    if (to === undefined || this.#cluster.migrating.has(slot)) return;
    this.#changeTruth(() => this.#cluster.move(key, to));
  }

  #setOut(): void {
    const slot = hashSlotOf(this.#random.pick(this.#keys));
    const to = this.#anyOtherPrimary(this.#cluster.owners[slot]!);
    if (to !== undefined && !this.#cluster.migrating.has(slot)) this.#cluster.migrating.set(slot, to);
  }

  #arrive(how: 'part' | 'whole'): void {
    const slots = [...this.#cluster.migrating.keys()];
    if (slots.length === 0) return;
    const slot = this.#random.pick(slots);
    if (how === 'whole') return this.#changeTruth(() => this.#finish(slot));
    const source = this.#cluster.node(this.#cluster.owners[slot]!);
    const target = this.#cluster.node(this.#cluster.migrating.get(slot)!);
    const [key] = source.keysIn(slot);
    if (key !== undefined) this.#cluster.moveKey(key, source, target);
  }

  #finish(slot: number): void {
    const { owners, migrating } = this.#cluster;
    const target = migrating.get(slot)!;
    this.#cluster.moveKeys(slot, target);
    migrating.delete(slot);
    owners[slot] = target;
  }

  /** A replica takes over, with all that its primary had; that has crashed, or does not know of it yet. */
  #failOver(): void {
    const name = this.#random.pick([...new Set(this.#cluster.owners)])!;
    const [replica] = this.#cluster.replicasOf(name);
    const isMoving = [...this.#cluster.migrating].some(
      ([slot, to]) => to === name || this.#cluster.owners[slot] === name,
    );
    if (replica === undefined || isMoving || this.#down.has(replica)) return;
    if (this.#random.chance(0.7)) this.#crash(this.#cluster.node(name));
    this.#changeTruth(() => {
      this.#cluster.replace(name, replica);
      this.#cluster.demote(name, replica);
    });
  }

  #crash(node: ScriptedNode): void {
    this.#down.add(node.name);
    node.crash();
  }

  #restart(): void {
    const [name] = this.#down;
    if (name === undefined) return;
    this.#down.delete(name);
    this.#cluster.node(name).restart();
  }

  #tellTruth(): void {
    for (const node of this.#cluster.nodes) node.view = undefined;
  }

  #tear(): void {
    const random = this.#random;
    this.#cuts.add(this.#connection(), {
      direction: random.pick(['to-client', 'to-server']),
      how: random.pick(['reset', 'silence']),
      afterBytes: random.integer(0, 300),
    });
  }

  #silence(): void {
    this.#network.answerDials({ host: `${this.#anyNode().name}.test`, port: PORT }, { kind: 'blackhole' });
  }

  #answer(): void {
    for (const { name } of this.#cluster.nodes) {
      this.#network.answerDials({ host: `${name}.test`, port: PORT }, { kind: 'accept' });
    }
  }
}
