import type { Buffer } from 'node:buffer';
import type { AsBuffers, AsText } from './call-options.ts';
import { RedisCommands } from './redis-commands.ts';
import { resolveConsumerOptions, type StreamConsumerOptions } from './streams/consumer-options.ts';
import type { StreamConsumer } from './streams/stream-consumer.ts';
import { checkPositions, resolveStreamOptions, type StreamOptions } from './streams/stream-options.ts';
import type { StreamReader } from './streams/stream-reader.ts';
import type { Streams } from './streams/streams.ts';

/** All that can be asked of Redis, and the reading of streams that goes on through outages. */
export abstract class StreamingClient extends RedisCommands {
  /**
   * The entries of one stream or several, those that are there behind an id and those that will be: for `for await`. Begins with
   * the first of them that is asked for, keeps a connection of its own, and goes on after each loss of it behind the entry
   * that was read last. Throws INVALID_ARGUMENT and CLOSED; how it fails later is told by itself. See docs/streams.md.
   *
   * @param streams for each key the id to begin behind: `0` for all entries, `$` for those that are added from now on
   */
  stream(streams: Readonly<Record<string, string>>, options?: StreamOptions & AsText): StreamReader;
  stream(streams: Readonly<Record<string, string>>, options: StreamOptions & AsBuffers): StreamReader<Buffer>;
  stream(
    streams: Readonly<Record<string, string>>,
    options?: StreamOptions,
  ): StreamReader | StreamReader<Buffer>;
  stream(
    streams: Readonly<Record<string, string>>,
    given: StreamOptions = {},
  ): StreamReader | StreamReader<Buffer> {
    const how = { positions: checkPositions(streams), options: resolveStreamOptions(given) };
    const readers = this.streamsFor('stream');
    return how.options.buffers ? readers.reader<Buffer>(how) : readers.reader<string>(how);
  }

  /**
   * Handles the entries of a stream as one consumer of a group: each at least once, by one of the group, and acknowledged
   * when its handler has succeeded. Begins at once, and goes on after each loss of the connection; has one of its own.
   * Throws INVALID_ARGUMENT and CLOSED; how it fails later is told by itself. See docs/streams.md.
   */
  consumer(options: StreamConsumerOptions): StreamConsumer;
  consumer(options: StreamConsumerOptions<Buffer>): StreamConsumer;
  consumer(options: StreamConsumerOptions | StreamConsumerOptions<Buffer>): StreamConsumer {
    const resolved = resolveConsumerOptions(options);
    return this.streamsFor('consumer').consumer(resolved);
  }

  /** Those who read streams over this client. Throws CLOSED when there are to be no more. */
  protected abstract streamsFor(command: string): Streams;
}
