/** When, and by what, the server has ceased to tell of changes. */
export interface TrackingEnd {
  /** Until when what was known was kept up, in the clock's milliseconds. */
  readonly at: number;
  readonly reason: Error;
}

/** That the server tells of changes to what was read on one session. What was read on another is not told of here. */
export class Tracking {
  #end: TrackingEnd | undefined;

  /** `undefined` while it lasts. */
  get end(): TrackingEnd | undefined {
    return this.#end;
  }

  ended(end: TrackingEnd): void {
    this.#end ??= end;
  }
}
