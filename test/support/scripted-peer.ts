import type { ByteDuplex } from 'hawser/testing';

/** One step that waits for bytes: it takes what it needs from the front, or says that more must come. */
interface Waiting {
  readonly count: () => number | undefined;
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One connection of a server whose part is written down as an async function: take bytes, send bytes, in order.
 * For protocols of which a test needs one exchange, not a whole fake server.
 */
export class ScriptedPeer {
  readonly #duplex: ByteDuplex;
  #received: Buffer = Buffer.alloc(0);
  #ending: 'ended' | 'reset' | undefined;
  #waiting: Waiting | undefined;

  constructor(duplex: ByteDuplex) {
    this.#duplex = duplex;
    duplex.onBytes((bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#serve();
    });
    duplex.onClosed((ending) => {
      this.#ending = ending;
      this.#serve();
    });
  }

  /** The next `count` bytes. Rejects when the stream ends before them. */
  take(count: number): Promise<Buffer> {
    return this.#take(() => (this.#received.length >= count ? count : undefined));
  }

  /** The bytes up to and with the next `delimiter`. */
  takeUntil(delimiter: string): Promise<Buffer> {
    return this.#take(() => {
      const at = this.#received.indexOf(delimiter);
      return at === -1 ? undefined : at + Buffer.byteLength(delimiter);
    });
  }

  /** Takes as many bytes as `expected` has and rejects when they are others. */
  async expect(expected: string | Uint8Array): Promise<void> {
    const wanted = Buffer.from(expected);
    const taken = await this.take(wanted.length);
    if (!taken.equals(wanted)) throw new Error(`Expected ${quote(wanted)} and received ${quote(taken)}.`);
  }

  /** Resolves when the client has ended or reset the stream; bytes that nobody took are ignored. */
  async closed(): Promise<'ended' | 'reset'> {
    await this.#take(() => (this.#ending === undefined ? undefined : 0));
    return this.#ending as 'ended' | 'reset';
  }

  send(bytes: string | Uint8Array): void {
    this.#duplex.send(bytes);
  }

  end(): void {
    this.#duplex.end();
  }

  reset(): void {
    this.#duplex.reset();
  }

  #take(count: () => number | undefined): Promise<Buffer> {
    if (this.#waiting !== undefined) throw new Error('A script waits for one thing at a time.');
    return new Promise((resolve, reject) => {
      this.#waiting = { count, resolve, reject };
      this.#serve();
    });
  }

  #serve(): void {
    if (this.#waiting === undefined) return;
    const { count, resolve, reject } = this.#waiting;
    const taken = count();
    if (taken === undefined && this.#ending === undefined) return;
    this.#waiting = undefined;
    if (taken === undefined) {
      reject(new Error(`The stream was ${this.#ending} with ${quote(this.#received)} received.`));
      return;
    }
    resolve(this.#received.subarray(0, taken));
    this.#received = this.#received.subarray(taken);
  }
}

/** The part of one connection. When it ends without ending the stream, the connection stays open and silent. */
export type PeerScript = (peer: ScriptedPeer) => Promise<void>;

/** A server with one script for each connection, in the order in which they are accepted. */
export class ScriptedServer {
  readonly #scripts: PeerScript[];
  /** What scripts threw: what was received was not what they expected. A test asserts that it is empty. */
  readonly failures: Error[] = [];
  /** Connections that were accepted. */
  accepted = 0;

  constructor(scripts: readonly PeerScript[]) {
    this.#scripts = [...scripts];
  }

  /** Plays the next script on this connection; one that finds no script left is reset. May be handed on by itself. */
  readonly accept = (duplex: ByteDuplex): void => {
    this.accepted += 1;
    const script = this.#scripts.shift();
    if (script === undefined) {
      duplex.reset();
      return;
    }
    script(new ScriptedPeer(duplex)).catch((error: unknown) => {
      this.failures.push(error instanceof Error ? error : new Error(String(error)));
    });
  };
}

function quote(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes).toString('latin1'));
}
