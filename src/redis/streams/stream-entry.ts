import type { Buffer } from 'node:buffer';

/** An entry of a stream, as `redis.stream()` yields it. */
export interface StreamEntry<Text extends string | Buffer = string> {
  /** The key of its stream, as it was asked for. */
  readonly stream: string;
  readonly id: string;
  /** Without a prototype. */
  readonly fields: Readonly<Record<string, Text>>;
  /**
   * Entries between the one before, or the id that it began behind, and this one may have been trimmed or deleted before they
   * were read: the one before is not in the stream any more. `false`: none was trimmed.
   */
  readonly afterGap: boolean;
}
