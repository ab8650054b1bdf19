import type { Buffer } from 'node:buffer';
import { onAbort } from '../../core/index.ts';
import type { CommandMethods } from '../generated/all-commands.ts';
import { mayPass, Patience } from './patience.ts';
import type { StreamLine } from './stream-line.ts';
import type { StreamEntry } from './stream-entry.ts';
import type { ResolvedStreamOptions } from './stream-options.ts';
import type { StreamsGround } from './streams.ts';

/** Behind which everything is. */
const BEGINNING = '0-0';

/** What a reader of streams needs. */
export interface StreamReaderGround extends StreamsGround {
  /** Where it begins in each stream. */
  readonly positions: Map<string, string>;
  readonly options: ResolvedStreamOptions;
  /** It has ended. */
  readonly left: (reader: { close(): void }) => void;
}

/**
 * The entries of one or more streams, those that are there and those that will be, as `redis.stream()` gives them: to be
 * iterated over once. It begins with the first `next()`, and has a connection of its own from then on.
 *
 * It ends with its consumer (`break`, `return()`, `close()`, the signal) or the client. It survives every loss of the
 * connection, and goes on behind the entry that it had last. The iteration rejects with what does not pass: the server's
 * refusal (WRONGTYPE, NOPERM), NOT_CONNECTED when the server refuses the client, OVERLOADED or DEADLINE when no connection of
 * its own can be had in the beginning, LIMIT_EXCEEDED, and PROTOCOL_VIOLATION when that comes again and again.
 */
export class StreamReader<Text extends string | Buffer = string> implements AsyncIterableIterator<
  StreamEntry<Text>,
  undefined,
  undefined
> {
  readonly #ground: StreamReaderGround;
  readonly #line: StreamLine;
  readonly #patience: Patience;
  readonly #ending = new AbortController();
  readonly #entries: AsyncGenerator<StreamEntry<Text>, undefined, undefined>;
  /** Ends the watch over the signal. */
  #unwatch: (() => void) | undefined;

  /** Made by `redis.stream()`. */
  constructor(ground: StreamReaderGround) {
    this.#ground = ground;
    this.#line = ground.line(this.#ending.signal);
    this.#patience = new Patience({
      clock: ground.clock,
      random: ground.random,
      signal: this.#ending.signal,
      ready: (options) => this.#line.ready(options),
      endures: (error) => mayPass(error) && !this.#line.isBusy(error),
    });
    this.#entries = this.#read();
    const { signal } = ground.options;
    if (signal?.aborted === true) this.close();
    else if (signal !== undefined) this.#unwatch = onAbort(signal, () => this.close());
  }

  /** The next entry, when there is one. */
  next(): Promise<IteratorResult<StreamEntry<Text>, undefined>> {
    return this.#entries.next();
  }

  /** Ends it, as `break` does. */
  return(): Promise<IteratorResult<StreamEntry<Text>, undefined>> {
    this.close();
    return this.#entries.return(undefined);
  }

  /** Ends it: nothing more is yielded. */
  close(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#unwatch?.();
    this.#line.end();
    this.#ground.left(this);
  }

  /** As {@link StreamReader.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get #hasEnded(): boolean {
    return this.#ending.signal.aborted;
  }

  async *#read(): AsyncGenerator<StreamEntry<Text>, undefined, undefined> {
    try {
      while (!this.#hasEnded) {
        for (const entry of await this.#page()) {
          if (this.#hasEnded) return;
          yield entry;
        }
      }
    } catch (error) {
      // What was asked when it was ended fails by that.
      if (!this.#hasEnded) throw error;
    } finally {
      this.close();
    }
  }

  #page(): Promise<readonly StreamEntry<Text>[]> {
    return this.#patience.ask(() => this.#line.ask((commands) => this.#ask(commands)));
  }

  async #ask(commands: CommandMethods): Promise<readonly StreamEntry<Text>[]> {
    const { positions, options } = this.#ground;
    const { count, buffers } = options;
    const { signal } = this.#ending;
    await this.#fixPositions(commands);
    const pages = await commands.xread(positions, { count, buffers, block: 0, signal });
    const read: StreamEntry<Text>[] = [];
    const lastOf = new Map<string, string>();
    for (const { key, entries } of pages ?? []) {
      const stream = String(key);
      const last = positions.get(stream) ?? BEGINNING;
      let afterGap = last !== BEGINNING && !(await this.#isThere(commands, stream, last));
      for (const { id, fields } of entries) {
        read.push({ stream, id, fields: fields as Record<string, Text>, afterGap });
        lastOf.set(stream, id);
        afterGap = false;
      }
    }
    // Not before all is known of the page: else it is asked for again.
    for (const [stream, id] of lastOf) positions.set(stream, id);
    return read;
  }

  /** What is `$` is made the last id that there is, so that it stays the same through outages. */
  async #fixPositions(commands: CommandMethods): Promise<void> {
    const { positions } = this.#ground;
    for (const [stream, id] of positions) {
      if (id !== '$') continue;
      const [last] = await commands.xrevrange(stream, '+', '-', { count: 1, signal: this.#ending.signal });
      positions.set(stream, last?.id ?? BEGINNING);
    }
  }

  /** Streams are trimmed from their beginning: as long as an entry is there, none behind it was trimmed. */
  async #isThere(commands: CommandMethods, stream: string, id: string): Promise<boolean> {
    const entries = await commands.xrange(stream, id, id, { count: 1, signal: this.#ending.signal });
    return entries.length > 0;
  }
}
