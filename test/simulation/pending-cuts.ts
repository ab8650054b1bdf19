import type { Cut, SimulatedPeer } from 'hawser/testing';

/** Cuts of connections that may have bytes to come until they are made. */
export class PendingCuts {
  readonly #cuts: (readonly [SimulatedPeer, Cut])[] = [];

  add(connection: SimulatedPeer | undefined, cut: Cut): void {
    if (connection === undefined) return;
    connection.cut(cut);
    this.#cuts.push([connection, cut]);
  }

  /** Makes them now, so that no connection is cut from now on. */
  finish(): void {
    for (const [connection, cut] of this.#cuts.splice(0)) {
      if (connection.isOpen) connection.cut({ ...cut, afterBytes: 0 });
    }
  }
}
