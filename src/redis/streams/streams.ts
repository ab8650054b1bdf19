import type { Buffer } from 'node:buffer';
import { HawserError, type Clock, type Random, type WaitOptions } from '../../core/index.ts';
import type { CommandMethods } from '../generated/all-commands.ts';
import type { OwnConnections } from '../own-connections.ts';
import type { ResolvedConsumerOptions } from './consumer-options.ts';
import { StreamConsumer } from './stream-consumer.ts';
import { StreamReader, type StreamReaderGround } from './stream-reader.ts';

/** What those who read streams need of their client. */
export interface StreamsGround {
  readonly clock: Clock;
  readonly random: Random;
  /** Where connections of one's own come from. Throws CLOSED. */
  readonly own: () => OwnConnections;
  /** Who asks what does not wait on the server. */
  readonly client: CommandMethods & { ready(options: WaitOptions): Promise<void> };
}

/** Reads streams, until it ends. */
interface Reading {
  close(options?: WaitOptions): unknown;
}

/** Those who read streams over a client, which are to end before it does. */
export class Streams {
  readonly #ground: StreamsGround;
  readonly #readings = new Set<Reading>();
  #isClosed = false;

  constructor(ground: StreamsGround) {
    this.#ground = ground;
  }

  /** Throws CLOSED. */
  reader<Text extends string | Buffer>(
    how: Pick<StreamReaderGround, 'positions' | 'options'>,
  ): StreamReader<Text> {
    this.#assertOpen('stream');
    const left = (reader: Reading): void => void this.#readings.delete(reader);
    const reader = new StreamReader<Text>({ ...this.#ground, ...how, left });
    if (how.options.signal?.aborted !== true) this.#readings.add(reader);
    return reader;
  }

  /** Throws CLOSED. */
  consumer(options: ResolvedConsumerOptions): StreamConsumer {
    this.#assertOpen('consumer');
    const left = (consumer: Reading): void => void this.#readings.delete(consumer);
    const consumer = new StreamConsumer({ ...this.#ground, options, left });
    this.#readings.add(consumer);
    return consumer;
  }

  /** Ends all, at the latest after the time that they are given. */
  async close(options: WaitOptions): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#readings].map((reading) => reading.close(options)));
  }

  #assertOpen(command: string): void {
    if (!this.#isClosed) return;
    const init = { outcome: 'not-sent', command } as const;
    throw new HawserError('CLOSED', `${command}: the client was closed by its owner`, init);
  }
}
