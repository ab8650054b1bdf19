import type { RedisCommand } from './commands.ts';

/** Learns of the writes that a client makes, on whichever of its connections. */
export interface WriteFollower {
  /**
   * Commands have been asked of which some do not only read. `isElsewhere`: on a connection that others' reads are not on.
   * Returns `reply`, or what settles as it does.
   */
  follow<T>(commands: readonly RedisCommand[], isElsewhere: boolean, reply: Promise<T>): Promise<T>;
}
