import type { Buffer } from 'node:buffer';
import { RedisReplyError } from '../errors.ts';
import type { CommandMethods } from '../generated/all-commands.ts';
import type { ResolvedConsumerOptions } from './consumer-options.ts';
import type { StreamLine } from './stream-line.ts';

/** An entry that the group has delivered to this consumer. */
export interface DeliveredEntry {
  readonly id: string;
  readonly fields: Readonly<Record<string, string | Buffer>>;
  readonly deliveries: number;
}

/** An entry that was delivered to some consumer and is not acknowledged. */
export interface PendingEntry {
  readonly id: string;
  readonly idleMs: number;
  readonly deliveries: number;
}

/** The first of all ids, to begin a look through what is pending. */
export const FIRST = '-';

/** What is asked about the group of one consumer. Each call is one question; all reject as calls do. */
export class ConsumerGroup {
  readonly #client: CommandMethods;
  readonly #line: StreamLine;
  readonly #options: ResolvedConsumerOptions;
  readonly #signal: AbortSignal;

  /** What waits on the server is asked on the line; the signal takes back what is asked. */
  constructor(
    client: CommandMethods,
    line: StreamLine,
    options: ResolvedConsumerOptions,
    signal: AbortSignal,
  ) {
    this.#client = client;
    this.#line = line;
    this.#options = options;
    this.#signal = signal;
  }

  /** Makes the group, and its stream; it may be there already. */
  async create(from: string): Promise<void> {
    const { stream, group } = this.#options;
    try {
      await this.#client.xgroupCreate(stream, group, from, { mkstream: true, signal: this.#signal });
    } catch (error) {
      if (!(error instanceof RedisReplyError && error.code === 'BUSYGROUP')) throw error;
    }
  }

  /** Entries that were never delivered; waits for some. */
  async readNew(count: number, waitMs: number): Promise<readonly DeliveredEntry[]> {
    const { stream, group, consumer, buffers } = this.#options;
    // 0 waits for ever.
    const block = waitMs === Infinity ? 0 : Math.max(1, Math.ceil(waitMs));
    const options = { count, block, buffers, signal: this.#signal };
    const pages = await this.#line.ask((commands) =>
      commands.xreadgroup(group, consumer, new Map([[stream, '>']]), options),
    );
    const entries = pages?.[0]?.entries ?? [];
    return entries.map(({ id, fields }) => ({ id, fields: fields ?? {}, deliveries: 1 }));
  }

  /** Pending entries of this consumer, behind an id. */
  pendingOwn(after: string, count: number): Promise<readonly PendingEntry[]> {
    const { stream, group, consumer } = this.#options;
    const range = { start: startBehind(after), end: '+', count, consumer };
    return this.#client.xpending(stream, group, { ...range, signal: this.#signal });
  }

  /** Pending entries of any consumer, behind an id, that were delivered so long ago that they may be claimed. */
  pendingIdle(after: string, count: number): Promise<readonly PendingEntry[]> {
    const { stream, group, claimIdleMs } = this.#options;
    const range = { start: startBehind(after), end: '+', count, idle: Math.ceil(claimIdleMs) };
    return this.#client.xpending(stream, group, { ...range, signal: this.#signal });
  }

  /**
   * Takes a pending entry over, unless it was delivered to somebody after it was looked at. `undefined` where it was, and
   * where it is not in the stream any more.
   */
  async claim({ id, idleMs, deliveries }: PendingEntry): Promise<DeliveredEntry | undefined> {
    const { stream, group, consumer, buffers } = this.#options;
    const options = { buffers, signal: this.#signal };
    const [entry] = await this.#client.xclaim(stream, group, consumer, idleMs, id, options);
    if (entry === undefined || typeof entry === 'string') return undefined;
    const { fields } = entry;
    if (fields !== null) return { id, fields, deliveries: deliveries + 1 };
    // Before Redis 7.0 an entry that was deleted stays pending.
    await this.acknowledge([id], this.#signal);
    return undefined;
  }

  /** Acknowledges entries: to do so twice does no harm. */
  async acknowledge(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const { stream, group } = this.#options;
    await this.#client.xack(stream, group, ids, { retry: 'always', signal });
  }
}

function startBehind(after: string): string {
  return after === FIRST ? after : `(${after}`;
}
