import { describeNode, readClusterNodes, SLOTS, type ClusterNode, type SlotRange } from './cluster-nodes.ts';
import type { InspectOptions } from './redis-inspect.ts';
import type { RedisServer } from './redis-server.ts';

/** One that needs longer is left out, so that it does not keep a wait from seeing what the others say. */
const ANSWER_WITHIN_MS = 1_000;

/** A node that was asked, and what it said of the cluster. */
interface Witness {
  readonly server: RedisServer;
  readonly self: ClusterNode;
  readonly view: readonly ClusterNode[];
}

/** What the nodes of a cluster say of it at one moment, as far as they are up and answer. */
export class ClusterSurvey {
  /** Asks all nodes that are up at once. Those that do not answer, by default within a second, are left out. */
  static async take(servers: readonly RedisServer[], options: InspectOptions = {}): Promise<ClusterSurvey> {
    const asked = servers.filter(({ state }) => state === 'up');
    const answers = await Promise.allSettled(asked.map((server) => hear(server, options)));
    options.signal?.throwIfAborted();
    const witnesses = answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value);
    const silent = asked.filter((server) => !witnesses.some((witness) => witness.server === server));
    return new ClusterSurvey(witnesses, silent);
  }

  readonly #witnesses: readonly Witness[];
  /** Nodes that are up and did not answer. */
  readonly #silent: readonly RedisServer[];
  /** By slot: the node that claims it for itself; of several, the one with the newest epoch. */
  readonly #owners: (Witness | undefined)[] = Array.from({ length: SLOTS });

  private constructor(witnesses: readonly Witness[], silent: readonly RedisServer[]) {
    this.#witnesses = witnesses;
    this.#silent = silent;
    for (const witness of witnesses.toSorted((a, b) => a.self.configEpoch - b.self.configEpoch)) {
      for (const slot of slotsIn(witness.self.slots)) this.#owners[slot] = witness;
    }
  }

  /** The nodes that answered. */
  get servers(): readonly RedisServer[] {
    return this.#witnesses.map(({ server }) => server);
  }

  /** The nodes that have slots. */
  masters(): RedisServer[] {
    return [...new Set(this.#owners)].filter((owner) => owner !== undefined).map(({ server }) => server);
  }

  masterOf(slot: number): RedisServer | undefined {
    return this.#owners[slot]?.server;
  }

  replicasOf(masterId: string): RedisServer[] {
    return this.#witnesses.filter(({ self }) => self.masterId === masterId).map(({ server }) => server);
  }

  /** Slots of which a node is the master. */
  slotsHeldBy(server: RedisServer): readonly number[] {
    return [...this.#owners.keys()].filter((slot) => this.#owners[slot]?.server === server);
  }

  /** Why this is no whole cluster whose nodes are of one opinion; `undefined` when it is. */
  discord(): string | undefined {
    const [silent] = this.#silent;
    if (silent !== undefined) return `${silent.port} does not answer`;
    const ids = new Set(this.#witnesses.map(({ self }) => self.id));
    const opinions = this.#witnesses.map(({ server, view }) => {
      const present = view.filter(({ id }) => ids.has(id));
      const unwell = present.find(({ isWell }) => !isWell);
      return {
        server,
        missing: ids.size - present.length,
        unwell,
        text: present.map(describeNode).sort().join('\n'),
      };
    });
    for (const { server, missing, unwell, text } of opinions) {
      if (missing > 0) return `${server.port} does not know ${missing} of the others`;
      if (unwell !== undefined) return `${server.port} thinks that ${unwell.address} is not well`;
      if (text !== opinions[0]?.text) return `${server.port} says\n${text}\nbut\n${opinions[0]?.text}`;
    }
    const unserved = this.#owners.indexOf(undefined);
    return unserved < 0 ? undefined : `nobody who is up has slot ${unserved}`;
  }
}

async function hear(server: RedisServer, options: InspectOptions): Promise<Witness> {
  const view = readClusterNodes(
    String(await server.inspect(['CLUSTER', 'NODES'], { timeoutMs: ANSWER_WITHIN_MS, ...options })),
  );
  const self = view.find(({ isSelf }) => isSelf);
  if (self === undefined) throw new Error(`${server.port} does not know itself.`);
  return { server, self, view };
}

function slotsIn(ranges: readonly SlotRange[]): number[] {
  return ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
}
