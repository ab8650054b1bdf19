import { AsyncResource } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { unlessEnded } from './dial-end.ts';
import { HawserError } from './machine/index.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import {
  refusalByPeer,
  errorCode,
  tlsHandshakeError,
  unusableTlsOptions,
  upgradeToTls,
} from './tls-upgrade.ts';
import type { TlsOptions, Transport, TransportListener } from './transport.ts';

/** When TCP itself starts to ask an idle peer whether it is there. */
const KEEP_ALIVE_DELAY_MS = 30_000;

/** Sockets outlive the request that made us dial, and must not keep its async context for their callbacks. */
const rootContext = new AsyncResource('HawserSocket');

/** How one transport is opened. */
export interface SocketTransportOptions {
  /** An IP address and port, or the path of a Unix socket. */
  readonly target: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Who that is, for people. */
  readonly peer: string;
  readonly tls: TlsOptions | undefined;
  /** The name that was dialled, to verify a certificate against unless `tls` has another. */
  readonly host: string | undefined;
  /** Ends `startTls`. */
  readonly signal: AbortSignal;
  /** Most bytes that are held while the listener consumes none of them. */
  readonly maxMessageBytes: number;
}

type State =
  /** `connect` or `startTls` is under way; `fail` rejects it. */
  | { readonly name: 'opening'; readonly fail: (cause: Error) => void }
  | { readonly name: 'open' }
  /** Nobody was attached yet who could be told. */
  | { readonly name: 'lost'; readonly error: HawserError }
  | { readonly name: 'ended' };

/** A {@link Transport} over a socket of Node's. */
export class SocketTransport implements Transport {
  readonly peer: string;
  readonly #options: SocketTransportOptions;
  readonly #received: ReceiveBuffer;
  #socket: Socket;
  #state: State = { name: 'opening', fail: () => {} };
  #listener: TransportListener | undefined;
  #bytesWritten = 0;
  #bytesReceived = 0;
  /** The listener is owed an `onRoom`. */
  #isFull = false;
  /**
   * Told of each write, for 'drain' comes only after large ones. One function for all of them, because Node then
   * goes through the writes of a tick at once.
   */
  readonly #onWritten = (error?: Error | null): void => {
    const isAccepted = error === undefined || error === null;
    if (!isAccepted || !this.#isFull || !this.hasRoom || this.#state.name !== 'open') return;
    this.#isFull = false;
    this.#listener?.onRoom();
  };

  /** Starts to connect. Throws only what Node says of a target that is none; `connect` tells every other failure. */
  constructor(options: SocketTransportOptions) {
    this.peer = options.peer;
    this.#options = options;
    this.#received = new ReceiveBuffer(options.maxMessageBytes);
    this.#socket = rootContext.runInAsyncScope(() => this.#startToConnect());
    this.#watch(this.#socket);
  }

  get hasRoom(): boolean {
    return this.#socket.writableLength === 0;
  }

  get bytesAccepted(): number {
    return this.#bytesWritten - this.#socket.writableLength;
  }

  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** Resolves when the stream is open. Rejects with the system's error. To be called once, right after construction. */
  connect(): Promise<void> {
    return this.#whenOpen('connect');
  }

  attach(listener: TransportListener): void {
    const state = this.#state;
    const isFirst = this.#listener === undefined;
    this.#listener = listener;
    if (state.name === 'lost') process.nextTick(() => this.#tellLost(listener, state.error));
    else if (state.name === 'open' && isFirst) this.#startReading();
  }

  write(data: string | Uint8Array, bytes: number): void {
    // While TLS is being negotiated this would go out in plain text.
    if (this.#state.name !== 'open') return;
    this.#bytesWritten += bytes;
    // Its owner has given the memory away. What is written next would be taken for the rest.
    if (typeof data !== 'string' && data.length !== bytes) this.#socket.destroy(new Error(CHANGED));
    else if (typeof data !== 'string') this.#socket.write(data, this.#onWritten);
    else if (data.length === bytes) this.#socket.write(data, 'latin1', this.#onWritten);
    // As bytes, for of text that waits a socket counts the characters.
    else this.#socket.write(Buffer.from(data), this.#onWritten);
    this.#noteRoom();
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
    this.#noteRoom();
  }

  async startTls(): Promise<void> {
    this.#assertFitForTls();
    const { tls = {}, host, signal } = this.#options;
    let secured: TLSSocket;
    try {
      secured = rootContext.runInAsyncScope(upgradeToTls, undefined, this.#socket, tls, host);
    } catch (error) {
      this.destroy();
      throw unusableTlsOptions(error);
    }
    this.#socket = secured;
    this.#watch(secured);
    try {
      await unlessEnded(this.#whenOpen('secureConnect'), signal);
    } catch (error) {
      this.destroy();
      throw error instanceof HawserError ? error : tlsHandshakeError(error, secured, this.peer);
    }
    if (this.#listener !== undefined) this.#startReading();
  }

  destroy(): void {
    const state = this.#state;
    this.#end();
    if (state.name === 'opening') {
      state.fail(new HawserError('CONNECT_FAILED', 'the transport was destroyed', { outcome: 'not-sent' }));
    }
  }

  #startToConnect(): Socket {
    const onread = {
      buffer: () => this.#received.free,
      callback: (count: number) => {
        this.#filled(count);
        return true;
      },
    };
    const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS, onread };
    const { connect } = process.getBuiltinModule('node:net');
    // Paused until somebody is attached, for a socket with `onread` reads as soon as it is connected.
    return connect({ ...this.#options.target, ...options }).pause();
  }

  #whenOpen(event: 'connect' | 'secureConnect'): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#state = { name: 'opening', fail: reject };
      this.#socket.once(event, () => {
        if (this.#state.name !== 'opening') return;
        this.#state = { name: 'open' };
        resolve();
      });
    });
  }

  #assertFitForTls(): void {
    if (this.#state.name !== 'open') {
      throw new HawserError('CONNECTION_LOST', 'the connection was lost before TLS', { outcome: 'not-sent' });
    }
    if (this.#received.length === 0) return;
    // Whoever sits on the line could have put it there, to be taken for something that came over TLS.
    throw new HawserError('PROTOCOL_VIOLATION', 'expected nothing in plain text before TLS, got some', {
      outcome: 'not-sent',
    });
  }

  /** Keeps a listener for errors on the socket for all its life. News of one that TLS has taken over is ignored. */
  #watch(socket: Socket): void {
    const failed = (cause: Error): void => {
      if (socket === this.#socket) this.#failed(cause);
    };
    socket.on('error', failed);
    socket.on('end', () => failed(new Error('the peer closed the connection')));
    socket.on('close', () => failed(new Error('the connection was closed')));
  }

  #startReading(): void {
    // Node ignores `onread` when TLS is started on a socket.
    if ('encrypted' in this.#socket) this.#socket.on('data', (chunk: Buffer) => this.#copy(chunk));
    else this.#socket.resume();
  }

  #copy(chunk: Buffer): void {
    for (let start = 0; start < chunk.length && this.#state.name === 'open';) {
      const count = chunk.copy(this.#received.free, 0, start);
      start += count;
      this.#filled(count);
    }
  }

  #filled(count: number): void {
    this.#bytesReceived += count;
    this.#received.fill(count);
    this.#handOver();
  }

  /** To be called while Node waits to hear where the next bytes go, for it moves what is not consumed. */
  #handOver(): void {
    const listener = this.#listener;
    const consumed = listener?.onData(this.#received.unconsumed) ?? 0;
    const hasSpace = this.#received.consume(consumed);
    if (this.#listener !== listener && this.#received.length > 0 && this.#state.name === 'open') {
      this.#handOver();
    } else if (!hasSpace) {
      this.#lose(messageTooLong(this.#options.maxMessageBytes));
    }
  }

  #tellLost(listener: TransportListener, error: HawserError): void {
    if (this.#listener !== listener || this.#state.name !== 'lost') return;
    this.#state = { name: 'ended' };
    listener.onLost(error);
  }

  #noteRoom(): void {
    if (this.#socket.writableLength > 0 && this.#socket.writableCorked === 0) this.#isFull = true;
  }

  #failed(cause: Error): void {
    if (this.#state.name === 'opening') {
      const { fail } = this.#state;
      this.#end();
      fail(cause);
    } else if (this.#state.name === 'open') {
      this.#lose(refusalByPeer(cause, this.peer, 'unknown') ?? lostError(cause));
    }
  }

  #lose(error: HawserError): void {
    if (this.#state.name !== 'open') return;
    this.#end();
    if (this.#listener === undefined) this.#state = { name: 'lost', error };
    else this.#listener.onLost(error);
  }

  #end(): void {
    this.#state = { name: 'ended' };
    this.#socket.destroy();
  }
}

const CHANGED = 'bytes were changed by their owner before they were written';

function messageTooLong(maxMessageBytes: number): HawserError {
  const message = `expected the end of a message within ${maxMessageBytes} bytes, got none`;
  return new HawserError('LIMIT_EXCEEDED', message, { outcome: 'unknown' });
}

function lostError(cause: Error): HawserError {
  const code = errorCode(cause);
  // Our own words need no repetition as a cause.
  return code === undefined
    ? new HawserError('CONNECTION_LOST', cause.message, { outcome: 'unknown' })
    : new HawserError('CONNECTION_LOST', `the connection was lost (${code})`, { outcome: 'unknown', cause });
}
