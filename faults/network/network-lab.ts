import type { ChildProcess, ForkOptions } from 'node:child_process';
import { changeOf, type NetworkChange, type NetworkFault } from './network-fault.ts';
import { Namespace } from './namespace.ts';
import { networkObstacle } from './obstacle.ts';
import {
  addressOf,
  address6Of,
  ELSEWHERE,
  joinSides,
  settleSide,
  type Place,
  type Side,
} from './topology.ts';

/** Tells a process of Node's that the lab has started where the lab is. */
const VARIABLE = 'HAWSER_NETWORK_LAB';

/** What Node's `fork` may be told, but for what the lab needs to have Node run on a side. */
export type SideForkOptions = Omit<ForkOptions, 'execPath' | 'execArgv'>;

/** The client or the server of a {@link NetworkLab}: a machine of its own, as far as its network is concerned. */
export class NetworkSide {
  readonly address: string;
  /** The same in IPv6. */
  readonly address6: string;
  /** Stands before a command to have it run on this side: its sockets are here, its files and processes are as everywhere. */
  readonly launcher: readonly string[];
  readonly #namespace: Namespace;
  readonly #variables: NodeJS.ProcessEnv;

  /** @param variables Tell a process that is started here where the lab is. */
  constructor(side: Side, namespace: Namespace, variables: NodeJS.ProcessEnv) {
    this.address = addressOf(side);
    this.address6 = address6Of(side);
    this.launcher = namespace.launcher;
    this.#namespace = namespace;
    this.#variables = variables;
  }

  /**
   * Starts a process of Node's on this side, as Node's `fork` does. It may {@link NetworkLab.join} the lab, and does not
   * outlive it.
   */
  fork(script: string, args: readonly string[] = [], options: SideForkOptions = {}): ChildProcess {
    const env = { ...(options.env ?? process.env), ...this.#variables };
    return this.#namespace.fork(script, args, { ...options, env });
  }
}

/**
 * A client and a server with a network between them that can do to packets what no proxy can. All three are network
 * namespaces that nothing outside can reach, so that several labs are not in each other's way and the machine's own network
 * is not touched. None of them outlives the process that has opened the lab, however that ends.
 *
 * Needs Linux, and the right to make namespaces: the super-user's, or a system that lets every user have a namespace for
 * that. {@link NetworkLab.obstacle} tells.
 */
export class NetworkLab implements AsyncDisposable {
  /** Why there can be no lab on this machine, or why it cannot do that fault, in a sentence; undefined when it can. */
  static obstacle(kind?: NetworkFault['kind']): Promise<string | undefined> {
    return networkObstacle(kind);
  }

  /** Opens a lab without faults. Rejects, with what the system said, where the machine does not allow it. */
  static async open(): Promise<NetworkLab> {
    const network = await Namespace.create();
    const made = [network];
    const release = async (): Promise<void> => {
      await Promise.all(made.map((namespace) => namespace.release()));
    };
    try {
      const client = await network.createBeside();
      made.push(client);
      const server = await network.createBeside();
      made.push(server);
      await network.shell(joinSides({ client: client.pid, server: server.pid }));
      await Promise.all([client.shell(settleSide('client')), server.shell(settleSide('server'))]);
      return new NetworkLab({ client, network, server }, release);
    } catch (error) {
      await release();
      throw error;
    }
  }

  /**
   * The lab that has started this process on one of its sides. Throws in other processes. The faults that were added here
   * end with `clear()` or `close()`, the lab itself with the process that has opened it.
   */
  static join(): NetworkLab {
    const ids = process.env[VARIABLE];
    if (ids === undefined) throw new Error('No lab has started this process.');
    const { client, network, server } = JSON.parse(ids) as Record<Place, number>;
    const lab: NetworkLab = new NetworkLab(
      { client: Namespace.of(client), network: Namespace.of(network), server: Namespace.of(server) },
      () => lab.clear(),
    );
    return lab;
  }

  readonly client: NetworkSide;
  readonly server: NetworkSide;
  /** Where the server is when it has `moved`. */
  readonly elsewhere: { readonly address: string; readonly address6: string } = {
    address: addressOf('server', ELSEWHERE),
    address6: address6Of('server', ELSEWHERE),
  };
  readonly #namespaces: Readonly<Record<Place, Namespace>>;
  readonly #release: () => Promise<void>;
  readonly #changes = new Set<NetworkChange>();
  /** One change is made after the other, so that none is undone before it was made. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(namespaces: Readonly<Record<Place, Namespace>>, release: () => Promise<void>) {
    const { client, network, server } = namespaces;
    const ids = JSON.stringify({ client: client.pid, network: network.pid, server: server.pid });
    this.client = new NetworkSide('client', client, { [VARIABLE]: ids });
    this.server = new NetworkSide('server', server, { [VARIABLE]: ids });
    this.#namespaces = namespaces;
    this.#release = release;
  }

  /**
   * Adds a fault, which holds when this resolves. Resolves to what removes it again; a momentary one is over by then.
   *
   * Rejects with a RangeError for numbers that make no sense, and when it would meddle with a fault that was added before.
   */
  async add(fault: NetworkFault): Promise<() => Promise<void>> {
    const change = changeOf(fault);
    const taken = [...this.#changes].flatMap(({ subjects }) => subjects);
    const shared = change.subjects.find((subject) => taken.includes(subject));
    if (shared !== undefined) throw new Error(`A fault that was added before is about this too: ${shared}`);
    this.#changes.add(change);
    await this.#make(change, change.begin);
    return () => this.#undo(change);
  }

  /** Removes all faults that were added here. */
  async clear(): Promise<void> {
    await Promise.all([...this.#changes].map((change) => this.#undo(change)));
  }

  /** Ends the lab, and the processes on both sides. In a process that has joined it, removes the faults that were added there. */
  close(): Promise<void> {
    return this.#release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #undo(change: NetworkChange): Promise<void> {
    if (!this.#changes.delete(change) || change.end === undefined) return;
    await this.#make(change, change.end);
  }

  #make({ place }: NetworkChange, script: string): Promise<void> {
    const made = this.#last.then(() => this.#namespaces[place].shell(script));
    this.#last = made.catch(() => undefined);
    return made;
  }
}
