import type { Clock, WaitOptions } from '../../core/index.ts';
import type { ByteDuplex, StreamEnding } from '../byte-duplex.ts';
import { checkInteger } from '../check-numbers.ts';
import { Conditions } from './conditions.ts';
import type { MessageCodec } from './message-codec.ts';
import type { AttemptRecord, ScriptedAttempt } from './scripted-attempt.ts';

/** Bytes of which an error shows the beginning. */
const SHOWN_BYTES = 200;

/**
 * One connection of a scripted server, for its script: take what the client sends, send bytes or messages, end the stream.
 *
 * What a script takes it takes from the front, in order, by bytes or by messages as it likes. A wait ends when the stream
 * does, by an error; also by one when its `timeoutMs` is over (default: never) or its `signal` fires. A script takes one
 * thing at a time; to wait for the end of the stream meanwhile is allowed.
 */
export class ScriptedPeer<Incoming = Buffer, Outgoing = string | Uint8Array> {
  readonly #duplex: ByteDuplex;
  readonly #codec: MessageCodec<Incoming, Outgoing>;
  readonly #clock: Clock;
  readonly #record: AttemptRecord<Incoming>;
  readonly #conditions: Conditions;
  #received: Buffer = Buffer.alloc(0);
  #takenBytes = 0;
  #isTaking = false;
  #ending: StreamEnding | undefined;

  constructor(
    duplex: ByteDuplex,
    codec: MessageCodec<Incoming, Outgoing>,
    clock: Clock,
    record: AttemptRecord<Incoming>,
  ) {
    this.#duplex = duplex;
    this.#codec = codec;
    this.#clock = clock;
    this.#record = record;
    this.#conditions = new Conditions(clock);
    duplex.onBytes((bytes) => {
      record.pieces.push({ atMs: clock.now(), bytes: Buffer.from(bytes) });
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#conditions.look();
    });
    duplex.onClosed((ending) => {
      record.end('client', ending, clock.now());
      this.#close(ending);
    });
  }

  /** What is on record of this connection so far. */
  get attempt(): ScriptedAttempt<Incoming> {
    return this.#record;
  }

  /** The next message, by the server's codec. */
  receive(wait?: WaitOptions): Promise<Incoming> {
    return this.#take('a message', () => this.#decode(), wait);
  }

  /** The messages as they come, until the client ends or resets the stream: `for await (const message of peer.messages())`. */
  async *messages(): AsyncGenerator<Incoming, void, void> {
    for (;;) {
      const next = await this.#take('a message', () => {
        const message = this.#decode();
        if (message === undefined && this.#ending !== undefined) return { isOver: true } as const;
        return message === undefined ? undefined : ({ isOver: false, message } as const);
      });
      if (next.isOver) return;
      yield next.message;
    }
  }

  /** The next `count` bytes. */
  take(count: number, wait?: WaitOptions): Promise<Buffer> {
    checkInteger('take', 'count', count, 0);
    const what = `${count} bytes`;
    return this.#take(what, () => (this.#received.length >= count ? this.#shift(count) : undefined), wait);
  }

  /** The bytes up to and with the next `delimiter`. */
  takeUntil(delimiter: string | Uint8Array, wait?: WaitOptions): Promise<Buffer> {
    const end = Buffer.from(delimiter);
    return this.#take(
      quote(end),
      () => {
        const at = this.#received.indexOf(end);
        return at === -1 ? undefined : this.#shift(at + end.length);
      },
      wait,
    );
  }

  /** Takes as many bytes as `expected` has, text as UTF-8; rejects when they are others. */
  async expect(expected: string | Uint8Array, wait?: WaitOptions): Promise<void> {
    const wanted = Buffer.from(expected);
    const taken = await this.take(wanted.length, wait);
    if (!taken.equals(wanted)) throw new Error(`Expected ${quote(wanted)} and received ${quote(taken)}.`);
  }

  /** Resolves when the client has ended or reset the stream; bytes that nobody took are ignored. */
  closed(wait?: WaitOptions): Promise<StreamEnding> {
    const instead = (): string => 'it is open';
    return this.#conditions.until('the end of the stream', () => this.#ending, instead, wait);
  }

  /** Resolves when so many milliseconds have passed, or the stream has ended before that. */
  async pause(ms: number): Promise<void> {
    await this.closed({ timeoutMs: ms }).catch(() => undefined);
  }

  /** Sends a message, by the server's codec. After the end of the stream it does nothing, here and below. */
  send(message: Outgoing): void {
    this.#duplex.send(this.#codec.encode(message));
  }

  /** Sends bytes as they are: a part of a message, or what is none. Text goes out as UTF-8. */
  sendBytes(bytes: string | Uint8Array): void {
    this.#duplex.send(bytes);
  }

  /** Ends the stream behind what was sent. */
  end(): void {
    this.#record.end('server', 'ended', this.#clock.now());
    this.#duplex.end();
  }

  /** Tears the stream. */
  reset(): void {
    this.#record.end('server', 'reset', this.#clock.now());
    this.#duplex.reset();
    this.#close('reset');
  }

  #close(ending: StreamEnding): void {
    this.#ending ??= ending;
    this.#conditions.look();
  }

  async #take<T>(what: string, attempt: () => T | undefined, wait?: WaitOptions): Promise<T> {
    if (this.#isTaking) throw new Error('A script takes one thing at a time.');
    const orEnd = (): T | undefined => {
      const taken = attempt();
      if (taken !== undefined || this.#ending === undefined) return taken;
      throw new Error(`The stream was ${this.#ending} before ${what}: ${this.#unread()}.`);
    };
    this.#isTaking = true;
    try {
      return await this.#conditions.until(what, orEnd, () => this.#unread(), wait);
    } finally {
      this.#isTaking = false;
    }
  }

  #decode(): Incoming | undefined {
    const decoded = this.#codec.decode(this.#received);
    if (decoded === undefined) return undefined;
    const { message, lengthBytes } = decoded;
    checkInteger('decode', 'lengthBytes', lengthBytes, 1, this.#received.length);
    this.#shift(lengthBytes);
    this.#record.messages.push({ atMs: this.#record.arrivalMs(this.#takenBytes), message });
    return message;
  }

  #shift(count: number): Buffer {
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    this.#takenBytes += count;
    return taken;
  }

  #unread(): string {
    return `received ${quote(this.#received)}`;
  }
}

function quote(bytes: Uint8Array): string {
  const text = JSON.stringify(Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('latin1'));
  return bytes.length > SHOWN_BYTES ? `${text} and ${bytes.length - SHOWN_BYTES} bytes more` : text;
}
