/** What `explain()` says of a client's cache. */
export interface CacheExplanation {
  /**
   * `on`: the server tells of changes, and what is read is kept. `off`: it does not, and every read asks the server. `down`:
   * there is no connection.
   */
  readonly tracking: 'on' | 'off' | 'down';
  /** Why it is `off`: what the server has said; else `undefined`. */
  readonly reason: string | undefined;
  /** Replies that are kept. */
  readonly entries: number;
  /** Memory that they take, as it is estimated. */
  readonly bytes: number;
  /** Reads that were answered from the cache. */
  readonly hits: number;
  /** Reads that asked the server. */
  readonly misses: number;
  /** Reads that shared the request of a miss. */
  readonly shared: number;
  /** Reads that were answered with what was known before the connection was lost. */
  readonly stale: number;
  /** Keys that the server has told changes of; of all keys counts as one. */
  readonly invalidations: number;
  /** Entries that have gone for want of room. */
  readonly evictions: number;
}
