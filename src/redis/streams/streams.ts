import type { Buffer } from 'node:buffer';
import { checkWait, CLOSE_TIMEOUT_MS, type Clock, type Random, type WaitOptions } from '../../core/index.ts';
import { closedByOwner } from '../closed.ts';
import type { CommandMethods } from '../generated/all-commands.ts';
import type { ResolvedConsumerOptions } from './consumer-options.ts';
import { StreamConsumer } from './stream-consumer.ts';
import type { StreamLine } from './stream-line.ts';
import { StreamReader, type StreamReaderGround } from './stream-reader.ts';

/** What those who read streams need of their client. */
export interface StreamsGround {
  readonly clock: Clock;
  readonly random: Random;
  /** Makes one for each; the signal is that of its end. */
  readonly line: (signal: AbortSignal) => StreamLine;
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

  /** Ends all, at the latest after `timeoutMs` (default 5,000). Resolves to what is left of the time. */
  async close(options: WaitOptions = {}): Promise<WaitOptions> {
    const { timeoutMs = CLOSE_TIMEOUT_MS } = checkWait('close', options);
    const { clock } = this.#ground;
    const startedAt = clock.now();
    this.#isClosed = true;
    await Promise.all([...this.#readings].map((reading) => reading.close(options)));
    return { ...options, timeoutMs: Math.max(0, timeoutMs - (clock.now() - startedAt)) };
  }

  #assertOpen(command: string): void {
    if (this.#isClosed) throw closedByOwner(command);
  }
}
