import { Buffer } from 'node:buffer';
import { HawserError } from './machine/index.ts';
import type { Handshake, Inbound, Request, Session } from './protocol.ts';
import type { Transport } from './transport.ts';

/** Most bytes that a peer may send ahead of what a handshake has asked for. */
export const MAX_HANDSHAKE_BYTES = 1_048_576;

interface Due<Q, R> {
  readonly request: Q;
  readonly resolve: (value: R) => void;
  readonly reject: (error: unknown) => void;
}

interface Taking {
  readonly count: number;
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (error: unknown) => void;
}

/** The handshake's side of a transport: what it asks, and the bytes that have come and were not asked for yet. */
export class HandshakeExchange<Q extends Request, R, P> implements Handshake<Q, R>, Inbound<Q, R, P> {
  readonly signal: AbortSignal;
  readonly #transport: Transport;
  readonly #session: Session<Q, R, P>;
  readonly #pushed: (message: P) => void;
  readonly #failed: (error: unknown) => void;
  /** Oldest first; never many. */
  readonly #due: Due<Q, R>[] = [];
  readonly #takings: Taking[] = [];
  readonly #undelivered: P[] = [];
  #held: Buffer = Buffer.alloc(0);
  #ended: Error | undefined;

  constructor(
    transport: Transport,
    session: Session<Q, R, P>,
    signal: AbortSignal,
    on: { readonly pushed: (message: P) => void; readonly failed: (error: unknown) => void },
  ) {
    this.#transport = transport;
    this.#session = session;
    this.signal = signal;
    this.#pushed = on.pushed;
    this.#failed = on.failed;
  }

  /** What has come and was never asked for: it belongs to whoever reads on when the handshake is done. */
  get held(): Buffer {
    return this.#held;
  }

  get head(): Q | undefined {
    return this.#due[0]?.request;
  }

  exchange(request: Q): Promise<R> {
    if (this.#ended !== undefined) return handled(Promise.reject(this.#ended));
    const data = this.#session.encode(request);
    const reply = handled(new Promise<R>((resolve, reject) => this.#due.push({ request, resolve, reject })));
    for (const piece of typeof data === 'string' || data instanceof Uint8Array ? [data] : data)
      this.write(piece);
    this.#pump();
    return reply;
  }

  take(count: number): Promise<Buffer> {
    if (this.#ended !== undefined) return handled(Promise.reject(this.#ended));
    const taken = handled(
      new Promise<Buffer>((resolve, reject) => this.#takings.push({ count, resolve, reject })),
    );
    this.#pump();
    return taken;
  }

  write(data: string | Uint8Array): void {
    this.#assertGoingOn();
    this.#transport.write(data, typeof data === 'string' ? Buffer.byteLength(data) : data.length);
  }

  async startTls(): Promise<void> {
    this.#assertGoingOn();
    if (this.#held.length > 0) {
      throw violation(
        `nothing behind the answer that allows TLS, got ${this.#held.length} bytes in plain text`,
      );
    }
    await this.#transport.startTls();
  }

  /** Bytes from the transport; all of them are taken. Throws what the session throws. */
  receive(bytes: Buffer): void {
    this.#held = Buffer.concat([this.#held, bytes]);
    if (this.#held.length > MAX_HANDSHAKE_BYTES) {
      throw new HawserError(
        'LIMIT_EXCEEDED',
        `a handshake of at most ${MAX_HANDSHAKE_BYTES} bytes ahead of what was asked, got more`,
        { outcome: 'not-sent' },
      );
    }
    this.#deliver();
  }

  /**
   * The handshake is done. What has come behind its last answer may be pushed but answers nothing, and so is not left
   * for the first call. The start of a message stays held. Throws what the session throws.
   */
  finish(): void {
    if (this.#held.length > 0) this.#held = this.#held.subarray(this.#decode(this.#held));
  }

  reply(value: R): void {
    const due = this.#due.shift();
    if (due === undefined) throw violation('no reply before the next question of the handshake, got one');
    due.resolve(value);
  }

  refuse(error: HawserError): void {
    const due = this.#due.shift();
    if (due === undefined) throw violation('no error before the next question of the handshake, got one');
    due.reject(error);
  }

  replyTo(request: Q, value: R): void {
    this.#takeDue(request)?.resolve(value);
  }

  refuseTo(request: Q, error: HawserError): void {
    this.#takeDue(request)?.reject(error);
  }

  push(message: P): void {
    this.#undelivered.push(message);
  }

  retire(): void {
    // The handshake has the same answer, and decides by itself.
  }

  /** The transport is gone: whatever the handshake still waits for rejects. */
  end(cause: Error): void {
    this.#ended = cause;
    for (const { reject } of [...this.#takings.splice(0), ...this.#due.splice(0)]) reject(cause);
  }

  #pump(): void {
    if (this.#held.length === 0) return;
    try {
      this.#deliver();
    } catch (error) {
      this.#failed(error);
    }
  }

  #deliver(): void {
    while (this.#held.length > 0) {
      const consumed = this.#consume(this.#held);
      if (consumed === 0) return;
      this.#held = this.#held.subarray(consumed);
    }
  }

  #consume(bytes: Buffer): number {
    const [taking] = this.#takings;
    if (taking === undefined) return this.#due.length > 0 ? this.#decode(bytes) : 0;
    if (bytes.length < taking.count) return 0;
    this.#takings.shift();
    taking.resolve(Buffer.from(bytes.subarray(0, taking.count)));
    return taking.count;
  }

  /** Listeners are told of what was pushed when nothing is being decoded any more. */
  #decode(bytes: Buffer): number {
    try {
      return this.#session.receive(bytes, this);
    } finally {
      for (const message of this.#undelivered.splice(0)) this.#pushed(message);
    }
  }

  #takeDue(request: Q): Due<Q, R> | undefined {
    const index = this.#due.findIndex((due) => due.request === request);
    return index === -1 ? undefined : this.#due.splice(index, 1)[0];
  }

  #assertGoingOn(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }
}

/** A session may have asked several things before it awaits the first, and must not crash the process by that. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function violation(expectation: string): HawserError {
  return new HawserError('PROTOCOL_VIOLATION', `expected ${expectation}`, { outcome: 'unknown' });
}
