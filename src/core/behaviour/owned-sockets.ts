import type { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import { HawserError } from '../machine/index.ts';

/** What an owned socket tells `handleInfo`. */
export type SocketMessage =
  | { readonly type: 'data'; readonly socket: Duplex; readonly bytes: Buffer }
  /** The peer has ended its side, or the socket was closed. Comes once, and not after `error`. */
  | { readonly type: 'closed'; readonly socket: Duplex }
  | { readonly type: 'error'; readonly socket: Duplex; readonly error: Error };

/** Most pieces of data of one socket that wait to be handled; then it is paused until all of them are. */
export const DATA_WAITING_MAX = 16;

/** Who is told what a socket says, and that it is closed. */
interface SocketOwner {
  told(message: SocketMessage, from: OwnedSocket): void;
  closed(socket: Duplex): void;
}

/** One socket that a connection owns, until it is released. */
export class OwnedSocket {
  readonly #socket: Duplex;
  readonly #owner: SocketOwner;
  /** Whether its data is read for its owner. */
  readonly #active: boolean;
  /** `paused`: by us, for too much of it waits. `ended`: its owner was told that it has ended or failed. */
  #state: 'open' | 'paused' | 'ended' | 'released' = 'open';
  #dataWaiting = 0;
  readonly #onData = (bytes: Buffer): void => {
    this.#dataWaiting += 1;
    if (this.#dataWaiting >= DATA_WAITING_MAX) {
      this.#state = 'paused';
      this.#socket.pause();
    }
    this.#owner.told({ type: 'data', socket: this.#socket, bytes }, this);
  };
  readonly #onEnd = (): void => this.#end({ type: 'closed', socket: this.#socket });
  readonly #onError = (error: Error): void => this.#end({ type: 'error', socket: this.#socket, error });
  readonly #onClose = (): void => {
    this.#onEnd();
    this.#unlisten();
    // Until here, for an error without a listener would be thrown.
    this.#socket.off('error', this.#onError).off('close', this.#onClose);
    this.#owner.closed(this.#socket);
  };

  constructor(socket: Duplex, active: boolean, owner: SocketOwner) {
    this.#socket = socket;
    this.#active = active;
    this.#owner = owner;
  }

  /** Starts to listen. */
  watch(): void {
    const socket = this.#socket;
    if (socket.errored !== null) this.#onError(socket.errored);
    else if (socket.destroyed || socket.readableEnded) this.#onEnd();
    if (socket.closed) return this.#owner.closed(socket);
    socket.on('error', this.#onError).on('close', this.#onClose);
    if (this.#active) socket.on('data', this.#onData).on('end', this.#onEnd).resume();
  }

  /** A message of this socket is taken to be handled. */
  taken({ type }: SocketMessage): void {
    if (type !== 'data') return;
    this.#dataWaiting -= 1;
    if (this.#dataWaiting > 0 || this.#state !== 'paused') return;
    this.#state = 'open';
    this.#socket.resume();
  }

  /** Destroys it. Nothing is told of it afterwards. */
  release(): void {
    this.#state = 'released';
    this.#unlisten();
    this.#socket.destroy();
  }

  #end(message: SocketMessage): void {
    if (this.#state === 'ended' || this.#state === 'released') return;
    this.#state = 'ended';
    this.#owner.told(message, this);
  }

  #unlisten(): void {
    this.#socket.off('data', this.#onData).off('end', this.#onEnd);
  }
}

/** The sockets that a connection owns at present. */
export class OwnedSockets {
  readonly #sockets = new Map<Duplex, OwnedSocket>();
  readonly #owner: SocketOwner;

  /** `told` is called with what the sockets say. */
  constructor(told: (message: SocketMessage, from: OwnedSocket) => void) {
    this.#owner = { told, closed: (socket) => void this.#sockets.delete(socket) };
  }

  /** Sockets that are owned and not closed. */
  get size(): number {
    return this.#sockets.size;
  }

  /** Takes a socket over, and reads it if it is active; one that is owned is let be. Throws INVALID_ARGUMENT when it is none. */
  own(socket: Duplex, active: boolean): void {
    checkSocket(socket, active);
    if (this.#sockets.has(socket)) return;
    const owned = new OwnedSocket(socket, active, this.#owner);
    this.#sockets.set(socket, owned);
    owned.watch();
  }

  /** Destroys all of them. */
  release(): void {
    for (const owned of this.#sockets.values()) owned.release();
    this.#sockets.clear();
  }
}

function checkSocket(socket: unknown, active: boolean): void {
  const stream = process.getBuiltinModule('node:stream');
  if (socket instanceof stream.Duplex && (!active || givesBytes(socket))) return;
  throw new HawserError('INVALID_ARGUMENT', 'own: expected a socket that gives bytes', {
    outcome: 'not-sent',
    command: 'own',
  });
}

function givesBytes(socket: Duplex): boolean {
  return socket.readableEncoding === null && !socket.readableObjectMode;
}
