/** One address of a host. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Finds the addresses of a host, the preferred one first. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

/** Asks the system, hosts file included, and keeps its order. */
export const systemResolve: Resolve = (host) => {
  // Loaded by those alone who have a host's name to look up.
  const { lookup } = process.getBuiltinModule('node:dns/promises');
  return lookup(host, { all: true, order: 'verbatim' });
};

/**
 * Look-ups of which those of one host at one time are one: each takes a thread of a pool of four from the rest of
 * the process. Nothing is kept once a look-up has ended.
 */
export class Lookup {
  readonly #resolve: Resolve;
  readonly #underWay = new Map<string, Promise<readonly Address[]>>();

  constructor(resolve: Resolve) {
    this.#resolve = resolve;
  }

  /** The addresses of a host. Rejects as the look-up does. */
  addresses(host: string): Promise<readonly Address[]> {
    const shared = this.#underWay.get(host);
    if (shared !== undefined) return shared;
    const started = this.#resolve(host).finally(() => this.#underWay.delete(host));
    this.#underWay.set(host, started);
    return started;
  }
}
