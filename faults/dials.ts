import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const CHANNEL = 'net.client.socket';

const pastTheClient = new AsyncLocalStorage<true>();

/** Does something whose sockets are not the client's: what the lab itself asks a server. */
export function uncounted<T>(work: () => T): T {
  return pastTheClient.run(true, work);
}

/**
 * Every attempt of this process to connect to the ports that are watched, and the sockets that came of them, whichever client makes them.
 * Counted where Node makes sockets, so that those which are refused, or never answered, count too. It does not see sockets
 * that are made elsewhere: in native code, and by `tls.connect` without a socket.
 */
export class Dials implements Disposable {
  readonly #ports = new Set<number>();
  readonly #open = new Set<Socket>();
  #count = 0;
  #mostOpen = 0;

  constructor() {
    subscribe(CHANNEL, this.#onSocket);
  }

  /** Attempts so far. */
  get count(): number {
    return this.#count;
  }

  /** Sockets that are there, those that are connecting or half closed included. */
  get open(): number {
    // The system closes a socket with its destruction; that Node tells of it comes later.
    for (const socket of this.#open) if (socket.destroyed) this.#open.delete(socket);
    return this.#open.size;
  }

  /** The most that were open at once. */
  get mostOpen(): number {
    return this.#mostOpen;
  }

  /** Counts attempts to this port, from now on. */
  watch(port: number): void {
    this.#ports.add(port);
  }

  /** Calls back when a socket is closed that is connected now. */
  onLoss(listener: () => void): void {
    for (const socket of this.#open) if (!socket.connecting) socket.once('close', listener);
  }

  [Symbol.dispose](): void {
    unsubscribe(CHANNEL, this.#onSocket);
  }

  // Until it tries an address, a socket does not say where it goes.
  readonly #onSocket = (message: unknown): void => {
    if (pastTheClient.getStore() === true) return;
    const { socket } = message as { socket: Socket };
    socket.on('connectionAttempt', (_address: string, port: number) => {
      if (this.#ports.has(port)) this.#dialled(socket);
    });
  };

  #dialled(socket: Socket): void {
    this.#count += 1;
    this.#open.add(socket);
    this.#mostOpen = Math.max(this.#mostOpen, this.open);
  }
}
