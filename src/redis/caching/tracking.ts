import type { Outage } from '../outage.ts';

/** That the server tells of changes to what was read on one session. What was read on another is not told of here. */
export class Tracking {
  #end: Outage | undefined;

  /** With what it has ended: from then on nothing was told. `undefined` while it lasts. */
  get end(): Outage | undefined {
    return this.#end;
  }

  ended(outage: Outage): void {
    this.#end ??= outage;
  }
}
